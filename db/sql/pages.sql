-- name: wanted
-- Whether the pages of an outlet are fetched. $1 source.
select fetches_pages from sources where id = $1;

-- name: want
-- Say whether the pages of an outlet are fetched; nothing where it is so already. $1 slug, $2 whether.
update sources set fetches_pages = $2
where id = (select g.id from slugs g where g.noun = 'source' and g.slug = $1) and fetches_pages <> $2
returning id;

-- name: article
-- An article whose page may be fetched: nothing where its outlet's pages are not, or it is withheld. $1 article.
select a.url
from articles a
join sources s on s.id = a.source_id
where a.id = $1 and s.fetches_pages and a.status = 'USABLE' and a.url ~ '^https?://';

-- name: keep
-- The text of an article's page. $1 article, $2 HTML, $3 text, $4 now. Comes back: whether readers get another text.
with before as materialized (
  select a.id, a.is_public and s.serves_pages and a.page_html is distinct from $2 as told
  from articles a
  join sources s on s.id = a.source_id
  where a.id = $1
  for no key update of a
)
update articles a
set
  page_html = $2, page_text = $3, page_fetched_at = $4,
  changed_at = case when before.told then $4 else a.changed_at end
from before
where a.id = before.id
returning before.told;
