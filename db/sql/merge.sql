-- name: lock_articles
-- Articles that are about to move, locked. $1 source.
select id, is_public from articles where source_id = $1 order by id for no key update;

-- name: articles
-- Articles change their outlet. $1 from, $2 into, $3 now.
update articles set source_id = $2, changed_at = $3 where source_id = $1 returning id, is_public;

-- name: drop_weaker_keys
-- Where articles of both outlets have one guid, one of them keeps it: the withheld one, else the one of the outlet that
-- stays. $1 scope from, $2 scope into.
with rivals as (
  select f.value, a.status = 'WITHHELD' and b.status <> 'WITHHELD' as first_is_stronger
  from article_keys f
  join articles a on a.id = f.article_id
  join article_keys t on t.kind = 'guid' and t.scope = $2 and t.value = f.value
  join articles b on b.id = t.article_id
  where f.kind = 'guid' and f.scope = $1
)
delete from article_keys k
using rivals
where k.kind = 'guid' and k.value = rivals.value and k.scope = case when rivals.first_is_stronger then $2 else $1 end;

-- name: keys
-- Guids count within the outlet that stays. $1 scope from, $2 scope into.
update article_keys set scope = $2 where kind = 'guid' and scope = $1;

-- name: feeds
-- Feeds change their outlet. $1 from, $2 into.
update feeds set source_id = $2 where source_id = $1;

-- name: keys_in_full
-- Keys that have the one's texts in full have the other's. $1 from, $2 into.
with gone as (delete from key_sources where source_id = $1 returning key_id)
insert into key_sources (key_id, source_id) select key_id, $2 from gone on conflict do nothing;

-- name: hosts
-- The outlet that stays is recognised by the other's hosts too. $1 from, $2 into.
update source_hosts set source_id = $2 where source_id = $1;

-- name: slugs
-- What the one was called leads to the other. $1 from, $2 into.
update slugs set id = $2 where noun = 'source' and id = $1;

-- name: twins
-- Authors of one name at both outlets. $1 from, $2 into.
select f.id as gone, t.id as kept
from authors f join authors t on t.source_id = $2 and t.folded_name = f.folded_name
where f.source_id = $1
order by t.id;

-- name: sign_for_twin
-- What the one signed, the other has signed. $1 authors that go, $2 authors that stay, in pairs.
with twins as (
  select * from unnest($1::uuid[], $2::uuid[]) as p (gone, kept)
), signed as (
  delete from article_authors w using twins where w.author_id = twins.gone
  returning w.article_id, w.position, twins.kept, w.published_at
)
insert into article_authors (article_id, position, author_id, published_at)
select article_id, position, kept, published_at from signed
on conflict do nothing;

-- name: twin_slugs
-- What the one author was called leads to the other. $1 authors that go, $2 authors that stay, in pairs.
update slugs s set id = p.kept
from unnest($1::uuid[], $2::uuid[]) as p (gone, kept)
where s.noun = 'author' and s.id = p.gone;

-- name: remove_authors
-- Authors whose work is another's now. $1 authors.
delete from authors where id = any ($1::uuid[]);

-- name: count_authors
-- Public articles of authors, counted anew: some may have been signed by both. $1 authors, in the order of ids.
with locked as materialized (
  select id from authors where id = any ($1::uuid[]) order by id for no key update
)
update authors u set article_count = (
  select count(*) from article_authors w join articles a on a.id = w.article_id
  where w.author_id = u.id and a.is_public
)
from locked
where u.id = locked.id;

-- name: authors
-- Authors change their outlet. $1 from, $2 into.
update authors set source_id = $2 where source_id = $1;

-- name: facts
-- What the one knew of itself and the other did not. $1 from, $2 into.
update sources t
set
  publisher = coalesce(t.publisher, f.publisher), homepage_url = coalesce(t.homepage_url, f.homepage_url),
  logo_url = coalesce(t.logo_url, f.logo_url), language = coalesce(t.language, f.language),
  country = coalesce(t.country, f.country), description = coalesce(t.description, f.description)
from sources f
where t.id = $2 and f.id = $1;

-- name: remove
-- The outlet that is another's now. $1 source.
delete from sources where id = $1;
