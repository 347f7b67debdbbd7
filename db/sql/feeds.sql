-- name: have
-- Which of these documents some feed was last read as. $1 hashes of documents.
select document_hash from feeds where document_hash = any ($1::bytea[]);

-- name: by_url
-- A feed and its outlet. $1 address.
select id, source_id, document_hash from feeds where url = $1;

-- name: insert
-- A feed. $1 id, $2 address, $3 source, $4 title, $5 site, $6 language, $7 hash of the document, $8 now.
insert into feeds (id, url, source_id, title, site_url, language, document_hash, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: update
-- A feed as its newest document gives it. $1 id, $2 title, $3 site, $4 language, $5 hash of the document.
update feeds set title = $2, site_url = $3, language = $4, document_hash = $5 where id = $1;

-- name: give_source
-- The outlet of a feed that was added, known by its first document. $1 feed, $2 source.
update feeds set source_id = $2 where id = $1;

-- name: poll
-- A feed to be polled from now on. $1 id, $2 address, $3 host, $4 title, $5 site, $6 now. Nothing where the address is
-- there already.
insert into feeds (id, url, host, title, site_url, standing, next_check_at, reason, created_at)
values ($1, $2, $3, $4, $5, 'ACTIVE', $6, 'new', $6)
on conflict (url) do nothing
returning id;

-- name: poll_again
-- A feed that is there and not polled, because its documents came as files or it was removed: polled from now on.
-- $1 id, $2 host, $3 now.
update feeds set standing = 'ACTIVE', host = $2, next_check_at = $3, reason = 'new'
where id = $1 and standing = 'UNPOLLED';

-- name: state
-- All that polling knows of a feed. $1 id.
select
  id, url, host, source_id, title, site_url, document_hash, standing, nullif(next_check_at, 'infinity') as next_check_at,
  reason, last_attempt_at, last_success_at, last_error_at, last_error_kind, last_error, errors, unfinished, etag,
  last_modified, max_age, expires_in, retry_after, ttl, skip_hours, skip_days
from feeds where id = $1;

-- name: states
-- The same of all feeds that are polled, were ended or paused; who succeeded longest ago stands first.
select
  id, url, host, source_id, title, site_url, document_hash, standing, nullif(next_check_at, 'infinity') as next_check_at,
  reason, last_attempt_at, last_success_at, last_error_at, last_error_kind, last_error, errors, unfinished, etag,
  last_modified, max_age, expires_in, retry_after, ttl, skip_hours, skip_days
from feeds
where standing <> 'UNPOLLED'
order by last_success_at nulls first, created_at, id;

-- name: state_locked
-- The same of one feed, which nobody else changes until the transaction ends. $1 id.
select
  id, url, host, source_id, title, site_url, document_hash, standing, nullif(next_check_at, 'infinity') as next_check_at,
  reason, last_attempt_at, last_success_at, last_error_at, last_error_kind, last_error, errors, unfinished, etag,
  last_modified, max_age, expires_in, retry_after, ttl, skip_hours, skip_days
from feeds where id = $1
for no key update;

-- name: lock_taking
-- One worker at a time takes feeds, so that all count together what is under way; held until the transaction ends.
select pg_advisory_xact_lock(731044218);

-- name: due
-- Feeds that are due, longest first, at most so many a host, with what is under way there, pages included. $1 now,
-- $2 since when an attempt without an end counts as under way, $3 feeds, $4 requests to one host. Rows that somebody
-- else is changing come later.
with waiting as (
  select f.id, f.host, row_number() over (partition by f.host order by f.next_check_at, f.id) as place
  from feeds f
  where f.standing = 'ACTIVE' and f.next_check_at <= $1
),
asked as (
  select u.host, count(*) as requests from under_way u where u.began_at > $2 group by u.host
)
select
  id, url, host, source_id, title, site_url, document_hash, standing, nullif(next_check_at, 'infinity') as next_check_at,
  reason, last_attempt_at, last_success_at, last_error_at, last_error_kind, last_error, errors, unfinished, etag,
  last_modified, max_age, expires_in, retry_after, ttl, skip_hours, skip_days
from feeds
where
  id in (
    select w.id from waiting w left join asked u on u.host = w.host where w.place <= $4 - coalesce(u.requests, 0)
  )
  and standing = 'ACTIVE' and next_check_at <= $1
order by feeds.next_check_at, feeds.id
limit $3
for no key update skip locked;

-- name: next_due
-- When the next feed is due; null where none ever is.
select min(next_check_at) from feeds where standing = 'ACTIVE';

-- name: save
-- How a feed stands. $1 id, $2 standing, $3 next check (null: never), $4 reason, $5 last attempt, $6 last success, $7 time, $8 kind
-- and $9 text of the last error, $10 errors, $11 unfinished attempts, $12 etag, $13 Last-Modified, $14 max-age,
-- $15 Expires, $16 Retry-After, $17 ttl, $18 skip hours, $19 skip days.
update feeds
set
  standing = $2, next_check_at = coalesce($3::timestamptz, 'infinity'), reason = $4, last_attempt_at = $5, last_success_at = $6, last_error_at = $7,
  last_error_kind = $8, last_error = $9, errors = $10, unfinished = $11, etag = $12, last_modified = $13,
  max_age = $14, expires_in = $15, retry_after = $16, ttl = $17, skip_hours = $18, skip_days = $19
where id = $1;

-- name: move
-- A feed at another address. $1 id, $2 address, $3 host.
update feeds set url = $2, host = $3 where id = $1;

-- name: lately
-- How many articles feeds brought lately, by the publisher's date. $1 feeds, $2 since when.
select e.feed_id, count(distinct a.id) as articles
from entries e join articles a on a.id = e.article_id
where e.feed_id = any ($1::uuid[]) and e.first_seen_at >= $2 and a.published_at >= $2
group by e.feed_id;

-- name: unpoll
-- A feed that nobody wants polled any more; what it brought stays. $1 id.
update feeds set standing = 'UNPOLLED', next_check_at = 'infinity', reason = 'removed', errors = 0, unfinished = 0
where id = $1;

-- name: forget
-- A feed that is not polled and never brought anything leaves nothing behind. $1 id.
delete from feeds f where f.id = $1 and f.source_id is null and not exists (select from entries where feed_id = $1);

-- name: standing
-- How many feeds are polled, paused and ended, how many of those that are polled fail, and since when the one that
-- waits longest is due. $1 now.
select
  count(*) filter (where standing = 'ACTIVE') as active,
  count(*) filter (where standing = 'PAUSED') as paused,
  count(*) filter (where standing = 'ENDED') as ended,
  count(*) filter (where standing = 'ACTIVE' and errors > 0) as failing,
  min(next_check_at) filter (where standing = 'ACTIVE' and next_check_at <= $1) as due_since
from feeds;
