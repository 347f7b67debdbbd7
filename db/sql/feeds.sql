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
-- A feed that is there and asked no more, because its documents came as files, or it was removed, or ended: polled from
-- now on. $1 id, $2 host, $3 now.
update feeds set standing = 'ACTIVE', host = $2, next_check_at = $3, reason = 'new', errors = 0, unfinished = 0
where id = $1 and standing in ('UNPOLLED', 'ENDED');

-- name: states
-- All that polling knows of feeds, in the order given. $1 ids.
select
  f.id, f.url, f.host, f.source_id, f.title, f.site_url, f.document_hash, f.standing,
  nullif(f.next_check_at, 'infinity') as next_check_at, f.reason, f.last_attempt_at, f.last_success_at,
  f.last_error_at, f.last_error_kind, f.last_error, f.errors, f.unfinished, f.etag, f.last_modified, f.validated_url,
  f.max_age, f.expires_in, f.retry_after, f.ttl, f.skip_hours, f.skip_days
from unnest($1::uuid[]) with ordinality as wanted (id, place) join feeds f on f.id = wanted.id
order by wanted.place;

-- name: every
-- Feeds that are polled, paused or ended; who succeeded longest ago stands first.
select id from feeds where standing <> 'UNPOLLED' order by last_success_at nulls first, created_at, id;

-- name: polled
-- A feed that is polled, paused or ended, as `by_url` gives it. $1 id.
select id, source_id, document_hash from feeds where id = $1 and standing <> 'UNPOLLED';

-- name: lock
-- A feed that is polled, paused or ended, which nobody else changes until the transaction ends. $1 id.
select id from feeds where id = $1 and standing <> 'UNPOLLED' for no key update;

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
select id, next_check_at
from feeds
where
  id in (
    select w.id from waiting w left join asked u on u.host = w.host where w.place <= $4 - coalesce(u.requests, 0)
  )
  and standing = 'ACTIVE' and next_check_at <= $1
order by feeds.next_check_at, feeds.id
limit $3
for no key update skip locked;

-- name: save
-- How a feed stands. $1 id, $2 all that changes with an attempt, by column, as JSON.
update feeds f
set
  standing = n.standing, next_check_at = coalesce(n.next_check_at, 'infinity'), reason = n.reason,
  last_attempt_at = n.last_attempt_at, last_success_at = n.last_success_at, last_error_at = n.last_error_at,
  last_error_kind = n.last_error_kind, last_error = n.last_error, errors = n.errors, unfinished = n.unfinished,
  etag = n.etag, last_modified = n.last_modified, validated_url = n.validated_url, max_age = n.max_age,
  expires_in = n.expires_in, retry_after = n.retry_after, ttl = n.ttl, skip_hours = n.skip_hours,
  skip_days = n.skip_days
from jsonb_populate_record(null::feeds, $2::text::jsonb) n
where f.id = $1;

-- name: move
-- A feed at another address. $1 id, $2 address, $3 host.
update feeds set url = $2, host = $3 where id = $1;

-- name: lately
-- How many articles a feed brought lately, by the publisher's date. $1 feed, $2 since when.
select count(distinct a.id)
from entries e join articles a on a.id = e.article_id
where e.feed_id = $1 and e.first_seen_at >= $2 and a.published_at >= $2;

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
