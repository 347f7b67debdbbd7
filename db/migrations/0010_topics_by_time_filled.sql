-- concurrently
update article_topics x set published_at = a.published_at from articles a
where a.id = x.article_id and x.published_at is distinct from a.published_at;
update article_authors x set published_at = a.published_at from articles a
where a.id = x.article_id and x.published_at is distinct from a.published_at;
drop index concurrently if exists article_topics_by_time;
create index concurrently article_topics_by_time on article_topics (topic_id, published_at desc, article_id desc);
drop index concurrently if exists article_authors_by_time;
create index concurrently article_authors_by_time on article_authors (author_id, published_at desc, article_id desc);
-- They begin as the new ones do.
drop index concurrently if exists article_topics_by_topic;
drop index concurrently if exists article_authors_by_author;
