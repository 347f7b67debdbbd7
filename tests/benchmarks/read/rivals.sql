-- name: rivals
-- The index by which all but Broadsheet find words: over 200,000 articles its own, by volume, is a little slower.
create index if not exists articles_by_search on articles using gin (search) with (fastupdate = off);

-- What PostGraphile serves: the same tables as views with what readers may see, by the names of the contract, and two
-- functions for what its own fields can't express: a topic's articles in their order, and the ranked search.
drop schema if exists rivals cascade;
create schema rivals;

create view rivals.sources as select id, name, homepage_url from public.sources;
comment on view rivals.sources is E'@primaryKey id';

create view rivals.topics as select id, slug, name from public.topics;
comment on view rivals.topics is E'@primaryKey id\n@unique slug';

create view rivals.articles as
select id, source_id, url, headline, lead, body_html as body, language, published_text as published_at, comment_count
from public.articles where is_public;
comment on view rivals.articles is E'@primaryKey id\n@foreignKey (source_id) references rivals.sources (id)';
comment on column rivals.articles.id is E'@notNull';
comment on column rivals.articles.source_id is E'@notNull';

create view rivals.images as select article_id, url from public.images where position = 0;
comment on view rivals.images is E'@primaryKey article_id\n@foreignKey (article_id) references rivals.articles (id)';

create view rivals.article_topics as select article_id, topic_id, confidence from public.article_topics where direct;
comment on view rivals.article_topics is
  E'@primaryKey article_id,topic_id\n@foreignKey (article_id) references rivals.articles (id)\n@foreignKey (topic_id) references rivals.topics (id)';

create view rivals.commenters as select id, display_name from public.commenters where comment_count > 0;
comment on view rivals.commenters is E'@primaryKey id';

create view rivals.comments as
select id, article_id, parent_id, case when placeholder is null then author_id end as author_id,
  case when placeholder is null then body_html end as body, created_at
from public.comments where is_public;
comment on view rivals.comments is
  E'@primaryKey id\n@foreignKey (article_id) references rivals.articles (id)\n@foreignKey (parent_id) references rivals.comments (id)\n@foreignKey (author_id) references rivals.commenters (id)';

create function rivals.topic_articles(topic text) returns setof rivals.articles language sql stable
begin atomic
  select a.id, a.source_id, a.url, a.headline, a.lead, a.body_html, a.language, a.published_text, a.comment_count
  from public.article_topics x join public.articles a on a.id = x.article_id
  where x.topic_id = (select t.id from public.topics t where t.slug = topic_articles.topic) and a.is_public
  order by x.published_at desc, x.article_id desc;
end;

create function rivals.search_articles(query text) returns setof rivals.articles language sql stable
begin atomic
  select v.*
  from (
    select c.id, floor(ts_rank(c.search, websearch_to_tsquery('simple', search_articles.query), 1) * 1000000)::integer as score
    from (
      select a.id, a.search from public.articles a
      where a.search @@ websearch_to_tsquery('simple', search_articles.query) and a.is_public
      order by a.published_at desc, a.id desc limit 250
    ) c
  ) r join rivals.articles v on v.id = r.id
  order by r.score desc, r.id desc;
end;
