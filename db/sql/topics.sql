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
insert into article_topics (article_id, topic_id, direct, confidence, assigned_by, published_at)
select g.article_id, g.topic_id, bool_or(g.direct), 1, 'PUBLISHER', a.published_at
from given g join articles a on a.id = g.article_id
group by g.article_id, g.topic_id, a.published_at
on conflict do nothing
returning article_id, topic_id;

-- name: clear
-- Articles lose the topics that publishers gave them, to be given new ones. Answers with pairs. $1 articles.
delete from article_topics where article_id = any ($1::uuid[]) and assigned_by = 'PUBLISHER'
returning article_id, topic_id;

-- name: date
-- Articles whose date of publication only now became known: it stands beside their topics too. $1 articles.
update article_topics x set published_at = a.published_at
from articles a
where a.id = any ($1::uuid[]) and x.article_id = a.id and x.published_at <> a.published_at;

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

-- name: lock_tree
-- One load of IPTC's file at a time; held until the transaction ends.
select pg_advisory_xact_lock(7310442178007);

-- name: known
-- Topics that have a code.
select id, code, slug, name, names, broader_id, retired_at from topics where code is not null;

-- name: insert
-- Topics. $1 ids, $2 codes, $3 slugs, $4 names, $5 folded names, $6 names by language (JSON), $7 when retired.
insert into topics (id, code, slug, name, sort_name, names, retired_at)
select t.id, t.code, t.slug, t.name, t.sort_name, t.names::jsonb, t.retired_at
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
  as t (id, code, slug, name, sort_name, names, retired_at);

-- name: change
-- Topics as the file has them now; the columns of `insert`.
update topics t
set name = n.name, sort_name = n.sort_name, names = n.names::jsonb, retired_at = n.retired_at
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
  as n (id, code, slug, name, sort_name, names, retired_at)
where t.id = n.id;

-- name: place
-- Where topics stand in the tree. $1 topics, $2 the ones above them.
update topics t set broader_id = n.broader_id
from unnest($1::uuid[], $2::uuid[]) as n (id, broader_id)
where t.id = n.id;

-- name: clear_names
-- Topics lose the names that categories are compared with, to be given new ones. $1 topics.
delete from topic_names where topic_id = any ($1::uuid[]);

-- name: insert_names
-- Names that categories are compared with. $1 topics, $2 languages, $3 folded names.
insert into topic_names (topic_id, language, folded)
select * from unnest($1::uuid[], $2::text[], $3::text[]);

-- name: named
-- A topic by a slug that it has or had, or by its code. $1 slug, $2 code.
select id, name from topics
where code = $2 or id = (select g.id from slugs g where g.noun = 'topic' and g.slug = $1)
order by (code = $2) desc nulls last
limit 1;

-- name: map
-- What a category means from now on. $1 category, folded; $2 as it was given; $3 topic; $4 now.
insert into topic_map (category, printed, topic_id, created_at) values ($1, $2, $3, $4)
on conflict (category) do update set printed = excluded.printed, topic_id = excluded.topic_id;

-- name: unmap
-- Nothing is said of a category any more. $1 category, folded.
delete from topic_map where category = $1;

-- name: mapped
-- What was said of categories.
select m.printed, t.slug from topic_map m join topics t on t.id = m.topic_id order by m.category;

-- name: meant
-- Topics by codes ($1), by folded words ($2) in the operator's table and among their names, and by slugs ($3). Of
-- several with one name, the one nearest to the top; retired ones are no longer found by name.
select 'code' as kind, t.code as word, t.id from topics t where t.code = any ($1::text[])
union all
select 'map', m.category, m.topic_id from topic_map m where m.category = any ($2::text[])
union all
select 'name', n.folded, n.topic_id
from (
  select distinct on (n.folded) n.folded, n.topic_id
  from topic_names n join topics t on t.id = n.topic_id
  where n.folded = any ($2::text[]) and t.retired_at is null
  order by n.folded, t.broader_id is not null, t.code
) n
union all
select 'slug', g.slug, g.id from slugs g where g.noun = 'topic' and g.slug = any ($3::text[]);

-- name: mean_anew
-- Categories mean something else from now on; which version of their meaning that is.
update topic_meaning set version = version + 1 returning version;

-- name: meaning
-- The version of what categories mean.
select version from topic_meaning;

-- name: batch
-- Articles after an id, locked, with all that may name a topic. $1 article, $2 at most so many.
select
  a.id, a.is_public,
  case when a.subjects = '{}' then array_remove(array_prepend(a.section, a.categories), null) else a.subjects end
    as subjects
from articles a
where a.id > $1
order by a.id
limit $2
for no key update of a;

-- name: standing
-- Topics that articles have, and whether a publisher's own word gave each. $1 articles.
select article_id, topic_id, direct and assigned_by = 'PUBLISHER' as is_publishers
from article_topics
where article_id = any ($1::uuid[]);

-- name: rebroaden_away
-- Broader topics that no topic of an article lies under any more go. $1 articles.
with recursive above (article_id, topic_id, broader_id) as (
  select x.article_id, x.topic_id, t.broader_id
  from article_topics x join topics t on t.id = x.topic_id
  where x.article_id = any ($1::uuid[]) and x.direct
  union
  select g.article_id, t.id, t.broader_id
  from above g join topics t on t.id = g.broader_id
)
delete from article_topics x
where x.article_id = any ($1::uuid[]) and not x.direct
  and not exists (select from above g where g.article_id = x.article_id and g.topic_id = x.topic_id);

-- name: rebroaden
-- Broader topics of what articles have, where they are missing. $1 articles.
with recursive above (article_id, topic_id, broader_id, confidence, assigned_by) as (
  select x.article_id, x.topic_id, t.broader_id, x.confidence, x.assigned_by
  from article_topics x join topics t on t.id = x.topic_id
  where x.article_id = any ($1::uuid[]) and x.direct
  union
  select g.article_id, t.id, t.broader_id, g.confidence, g.assigned_by
  from above g join topics t on t.id = g.broader_id
)
insert into article_topics (article_id, topic_id, direct, confidence, assigned_by, published_at)
select distinct on (g.article_id, g.topic_id) g.article_id, g.topic_id, false, g.confidence, g.assigned_by, a.published_at
from above g join articles a on a.id = g.article_id
order by g.article_id, g.topic_id, g.confidence desc, g.assigned_by
on conflict do nothing;
