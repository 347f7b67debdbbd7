-- name: foreign
-- Whether anything is here that the sample did not bring: a source with a host outside `.example`, which is reserved
-- for examples, so that no real outlet is under it.
select exists (select from source_hosts where host !~ '\.example$');

-- name: lock
-- One process at a time loads the sample's discussions; held until the transaction ends.
select pg_advisory_xact_lock(7310442178003);

-- name: silent
-- Of addresses of articles ($1) those under which nobody has written yet, in their order.
select u.url
from unnest($1::text[]) with ordinality as u (url, n)
where not exists (
  select from article_keys k join comments c on c.article_id = k.article_id
  where k.kind = 'url' and k.scope = '' and k.value = u.url
)
order by u.n;
