-- name: by_address
-- The article that owns the first of these addresses, locked. $1 addresses, the best first.
select a.id, a.url, a.source_id, a.status, a.is_public, a.headline
from article_keys k join articles a on a.id = k.article_id
where k.kind = 'url' and k.scope = '' and k.value = any ($1::text[])
order by array_position($1::text[], k.value)
limit 1
for no key update of a;

-- name: by_printed_address
-- Articles that are served with one of these addresses without owning it, locked. $1 addresses.
select a.id, a.url, a.source_id, a.status, a.is_public, a.headline
from articles a
where a.url = any ($1::text[])
order by a.id
for no key update of a;

-- name: by_id
-- An article, locked. $1 article.
select a.id, a.url, a.source_id, a.status, a.is_public, a.headline from articles a where a.id = $1
for no key update of a;

-- name: site
-- The homepage of an article's outlet. $1 source.
select homepage_url from sources where id = $1;

-- name: claim
-- The article's own address becomes its key, unless another article owns it. $1 article, $2 address.
insert into article_keys (kind, scope, value, article_id) values ('url', '', $2, $1) on conflict do nothing;

-- name: withhold
-- An article leaves the public until it is restored. $1 article, $2 now.
update articles set status = 'WITHHELD', is_public = false, changed_at = $2 where id = $1;

-- name: addresses
-- Under what addresses an article is known. $1 article.
select value from article_keys where kind = 'url' and article_id = $1;

-- name: recognise
-- How a withheld article is recognised. $1 article, $2 its addresses, loosely.
insert into article_keys (kind, scope, value, article_id)
select 'withheld', '', v, $1 from unnest($2::text[]) v
on conflict do nothing;

-- name: forget
-- One that was given back is recognised as every other. $1 article.
delete from article_keys where kind = 'withheld' and article_id = $1;

-- name: open
-- Why and when, kept. $1 id, $2 article, $3 reason, $4 now.
insert into withholdings (id, article_id, reason, withheld_at) values ($1, $2, $3, $4);

-- name: restore
-- An article is usable again, and public unless its embargo still holds or it has expired. $1 article, $2 now.
update articles
set
  status = 'USABLE', changed_at = $2,
  is_public = (embargoed_until is null or embargoed_until <= $2) and (expires_at is null or expires_at > $2)
where id = $1
returning is_public;

-- name: close
-- When it was given back. $1 article, $2 now.
update withholdings set restored_at = $2 where article_id = $1 and restored_at is null;

-- name: current
-- Why and since when an article is withheld. $1 article.
select reason, withheld_at from withholdings where article_id = $1 and restored_at is null;

-- name: list
-- What is withheld, the newest first. $1 at most so many.
select a.id, a.url, a.headline, w.reason, w.withheld_at
from withholdings w join articles a on a.id = w.article_id
where w.restored_at is null
order by w.withheld_at desc, w.id desc
limit $1;
