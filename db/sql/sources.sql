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

-- name: taken_slugs
-- Which of these slugs were ever used. $1 noun, $2 slugs.
select slug from slugs where noun = $1 and slug = any ($2::text[]);

-- name: insert_slugs
-- Slugs that are used from now on. $1 noun, $2 slugs, $3 ids.
insert into slugs (noun, slug, id) select $1, s.slug, s.id from unnest($2::text[], $3::uuid[]) as s (slug, id);

-- name: count
-- New public articles of an outlet. $1 source, $2 how many, $3 the latest date among them.
update sources
set
  article_count = article_count + $2,
  latest_article_at = greatest(latest_article_at, $3::timestamptz),
  sort_latest_at = greatest(sort_latest_at, $3::timestamptz)
where id = $1;
