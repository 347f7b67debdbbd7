-- What was written meanwhile without the time, and no more of that.
update article_topics x set published_at = a.published_at from articles a
where a.id = x.article_id and x.published_at is null;
update article_authors x set published_at = a.published_at from articles a
where a.id = x.article_id and x.published_at is null;
alter table article_topics alter column published_at set not null;
alter table article_authors alter column published_at set not null;
