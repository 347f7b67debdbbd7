-- name: version
-- Changes with every change of keys.
select version from keys_version;

-- name: changed
-- Keys change in this transaction.
update keys_version set version = version + 1;

-- name: by_prefix
-- What is known of a secret by how it begins. $1 prefix.
select s.hash, s.expires_at as secret_expires_at, k.id, k.publishable, k.scopes, k.expires_at, k.revoked_at,
  array(select x.source_id::text from key_sources x where x.key_id = k.id order by x.source_id) as sources
from key_secrets s join keys k on k.id = s.key_id
where s.prefix = $1;

-- name: add
-- A key. $1 id, $2 name, $3 publishable, $4 scopes, $5 now, $6 end.
insert into keys (id, name, publishable, scopes, created_at, expires_at) values ($1, $2, $3, $4, $5, $6);

-- name: add_sources
-- Sources whose texts a key has in full. $1 key, $2 sources.
insert into key_sources (key_id, source_id) select $1, * from unnest($2::uuid[]);

-- name: add_secret
-- A secret of a key. $1 prefix, $2 key, $3 hash, $4 now.
insert into key_secrets (prefix, key_id, hash, created_at) values ($1, $2, $3, $4);

-- name: end_secrets
-- The secrets that a key has are known until a time, at most. $1 key, $2 time.
update key_secrets set expires_at = least(expires_at, $2) where key_id = $1;

-- name: revoke
-- A key is no longer known. $1 key, $2 now.
update keys set revoked_at = $2 where id = $1 and revoked_at is null;

-- name: used
-- Keys were used. $1 ids in order, $2 now.
update keys set last_used_at = $2
where id = any ($1::uuid[]) and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute');

-- name: list
-- All keys, the newest first, each with the beginnings of what is sent for it, the newest first.
select k.id, k.name, k.publishable, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at,
  array(select s.prefix from key_secrets s where s.key_id = k.id order by s.created_at desc, s.prefix) as prefixes,
  array(
    select o.slug from key_sources x join sources o on o.id = x.source_id where x.key_id = k.id order by o.slug
  ) as sources
from keys k
order by k.created_at desc, k.id desc;

-- name: named
-- The key that a beginning of a secret, or its id, names, locked. $1 text.
select k.id, k.publishable, k.expires_at, k.revoked_at
from keys k
where k.id::text = $1 or exists (select 1 from key_secrets s where s.key_id = k.id and s.prefix = $1)
for no key update of k;
