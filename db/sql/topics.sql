-- name: by_slug
-- Topics by the slugs that they have. $1 slugs.
select id, slug from topics where slug = any ($1::text[]);

-- name: assign
-- Topics that publishers give articles, with the broader ones of each as not direct; what an article has already
-- stays. Answers with articles and topics, in pairs. $1 articles, $2 topics, in pairs.
with recursive given (article_id, topic_id, broader_id, direct) as (
  select g.article_id, t.id, t.broader_id, true
  from unnest($1::uuid[], $2::uuid[]) as g (article_id, topic_id) join topics t on t.id = g.topic_id
  union
  select g.article_id, t.id, t.broader_id, false
  from given g join topics t on t.id = g.broader_id
)
insert into article_topics (article_id, topic_id, direct, confidence, assigned_by)
select g.article_id, g.topic_id, bool_or(g.direct), 1, 'PUBLISHER'
from given g
group by g.article_id, g.topic_id
on conflict do nothing
returning article_id, topic_id;

-- name: clear
-- Articles lose the topics that publishers gave them, to be given new ones. Answers with pairs. $1 articles.
delete from article_topics where article_id = any ($1::uuid[]) and assigned_by = 'PUBLISHER'
returning article_id, topic_id;

-- name: direct
-- The topics that articles have themselves, in the order of ids. $1 articles.
select article_id, array_agg(topic_id order by topic_id) as topics
from article_topics
where article_id = any ($1::uuid[]) and direct
group by article_id;

-- name: count
-- Public articles that topics gained or lost, topics in the order of ids. $1 topics, $2 how many.
with more as materialized (
  select * from unnest($1::uuid[], $2::integer[]) as m (id, by)
), locked as materialized (
  select id from topics where id in (select id from more) order by id for no key update
)
update topics t set article_count = t.article_count + more.by
from more, locked
where t.id = more.id and t.id = locked.id;
