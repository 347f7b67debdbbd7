-- name: hosts
-- By what hosts a source is recognised. $1 source.
select host from source_hosts where source_id = $1;

-- name: by_host
-- The outlet that is recognised by a host. $1 host.
select source_id from source_hosts where host = $1;

-- name: insert
-- An outlet. $1 id, $2 slug, $3 name, $4 folded name, $5 publisher, $6 homepage, $7 logo, $8 language, $9 description,
-- $10 now.
insert into sources (
  id, slug, name, sort_name, publisher, homepage_url, logo_url, language, description, created_at
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: insert_host
-- A host by which an outlet is recognised. $1 host, $2 source.
insert into source_hosts (host, source_id) values ($1, $2);

-- name: lock
-- Outlets locked before `count`: a statement of its own, so that `count` sees what others wrote before they gave the
-- lock away. $1 sources.
select id from sources where id = any ($1::uuid[]) order by id for no key update;

-- name: count
-- Public articles that outlets gained or lost, and the newest one of each found again. $1 sources, $2 how many.
with moved as materialized (
  select m.id, m.by,
    (select a.published_at from articles a where a.source_id = m.id and a.is_public
     order by a.published_at desc, a.id desc limit 1) as latest
  from unnest($1::uuid[], $2::integer[]) as m (id, by)
)
update sources s
set article_count = s.article_count + moved.by,
  latest_article_at = moved.latest,
  sort_latest_at = coalesce(moved.latest, '0001-01-01 00:00:00+00')
from moved
where s.id = moved.id;

-- name: list
-- All outlets with what they are known by, by name.
select
  s.id, s.slug, s.name, s.publisher, s.country, s.body_policy, s.serves_pages, s.article_count, s.latest_article_at,
  array(select g.slug from slugs g where g.noun = 'source' and g.id = s.id order by g.slug) as slugs,
  array(select h.host from source_hosts h where h.source_id = s.id order by h.host) as hosts,
  array(select f.url from feeds f where f.source_id = s.id order by f.url) as feeds
from sources s
order by s.sort_name, s.id;

-- name: by_slug
-- An outlet with what it is known by. $1 a slug that it has or had.
select
  s.id, s.slug, s.name, s.publisher, s.country, s.body_policy, s.serves_pages, s.article_count, s.latest_article_at,
  array(select g.slug from slugs g where g.noun = 'source' and g.id = s.id order by g.slug) as slugs,
  array(select h.host from source_hosts h where h.source_id = s.id order by h.host) as hosts,
  array(select f.url from feeds f where f.source_id = s.id order by f.url) as feeds
from sources s
where s.id = (select g.id from slugs g where g.noun = 'source' and g.slug = $1);

-- name: change
-- An outlet as its operator wants it. $1 id, $2 slug, $3 name, $4 folded name, $5 publisher, $6 country, $7 policy,
-- $8 whether texts fetched from its pages are served.
update sources
set
  slug = $2, name = $3, sort_name = $4, publisher = $5, country = $6, body_policy = $7, serves_pages = $8
where id = $1;

-- name: touch_articles
-- Public articles of an outlet of which more or less is served from now on. $1 source, $2 now.
with locked as materialized (
  select id from articles where source_id = $1 and is_public order by id for no key update
)
update articles a set changed_at = $2
from locked
where a.id = locked.id
returning a.id;
