-- name: by_names
-- The authors of an outlet by folded name. $1 source, $2 folded names.
select id, folded_name, url from authors where source_id = $1 and folded_name = any ($2::text[]);

-- name: insert
-- Authors of an outlet. $1 source, $2 ids, $3 slugs, $4 names, $5 folded names, $6 addresses of pages.
insert into authors (id, source_id, slug, name, folded_name, url)
select a.id, $1, a.slug, a.name, a.folded_name, a.url
from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) as a (id, slug, name, folded_name, url);

-- name: sign
-- Who signed which article, in the order of the byline. $1 articles, $2 positions, $3 authors.
insert into article_authors (article_id, position, author_id, published_at)
select s.article_id, s.position, s.author_id, a.published_at
from unnest($1::uuid[], $2::integer[], $3::uuid[]) as s (article_id, position, author_id)
  join articles a on a.id = s.article_id;

-- name: clear
-- Articles lose their authors, to be given new ones. Answers with pairs. $1 articles.
delete from article_authors where article_id = any ($1::uuid[]) returning article_id, author_id;

-- name: count
-- Public articles that authors gained or lost, authors in the order of ids. $1 authors, $2 how many.
with more as materialized (
  select * from unnest($1::uuid[], $2::integer[]) as m (id, by)
), locked as materialized (
  select id from authors where id in (select id from more) order by id for no key update
)
update authors a set article_count = a.article_count + more.by
from more, locked
where a.id = more.id and a.id = locked.id;

-- name: tell_page
-- Pages of authors of whom none was known. $1 authors, $2 addresses.
update authors a set url = t.url
from unnest($1::uuid[], $2::text[]) as t (id, url)
where a.id = t.id and a.url is null;
