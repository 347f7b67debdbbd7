-- name: taken
-- Which of these slugs were ever used. $1 noun, $2 slugs.
select slug from slugs where noun = $1 and slug = any ($2::text[]);

-- name: insert
-- Slugs that are used from now on. $1 noun, $2 slugs, $3 ids.
insert into slugs (noun, slug, id) select $1, s.slug, s.id from unnest($2::text[], $3::uuid[]) as s (slug, id);
