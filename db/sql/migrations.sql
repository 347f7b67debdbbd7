-- name: lock
-- True for one session at a time, until it unlocks or ends.
select pg_try_advisory_lock(7310442178002);

-- name: unlock
-- The next may migrate.
select pg_advisory_unlock(7310442178002);

-- name: limit_locks
-- What follows in this transaction waits no longer than $1 for a lock. $1 a time with its unit.
select set_config('lock_timeout', $1, true);

-- name: create
-- The table of what was applied.
create table if not exists migrations (
  name text primary key,
  checksum text not null,
  applied_at timestamptz not null default clock_timestamp()
);

-- name: exists
-- Whether anything was ever applied here.
select to_regclass('migrations') is not null;

-- name: applied
-- What was applied, and the SHA-256 of its file.
select name, checksum from migrations order by name;

-- name: insert
-- A file was applied. $1 name, $2 SHA-256 in hex.
insert into migrations (name, checksum) values ($1, $2);
