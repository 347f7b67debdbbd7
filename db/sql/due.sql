-- name: waiting
-- Whether the public state of any article has fallen due, or what else ends by time alone. $1 now, $2 published until
-- when articles take no more comments.
select exists (
  select from articles
  where embargoed_until <= $1 and embargoed_until is not null and not is_public and status = 'USABLE'
    and (expires_at is null or expires_at > $1)
) or exists (
  select from articles where expires_at <= $1 and expires_at is not null and is_public
) or exists (
  select from articles where comments_open and comments_close_at is not null and comments_close_at <= $1
) or exists (
  select from articles where comments_open and comments_close_at is null and published_at <= $2
) or exists (
  select from commenters where state_until is not null and state_until <= $1
);

-- name: lock
-- True for one process at a time, until its transaction ends; the others leave the work to it.
select pg_try_advisory_xact_lock(7310442178004);

-- name: publish
-- Articles whose embargo has ended become public. $1 now, $2 at most so many.
with due as materialized (
  select id from articles
  where embargoed_until <= $1 and embargoed_until is not null and not is_public and status = 'USABLE'
    and (expires_at is null or expires_at > $1)
  order by embargoed_until, id
  limit $2
), locked as materialized (
  select a.id from articles a where a.id in (select id from due) order by a.id for no key update
)
update articles a set is_public = true, changed_at = $1
from locked
where a.id = locked.id and not a.is_public and a.status = 'USABLE'
  and a.embargoed_until <= $1 and (a.expires_at is null or a.expires_at > $1)
returning a.id;

-- name: withdraw
-- Articles that have expired leave the public. $1 now, $2 at most so many.
with due as materialized (
  select id from articles
  where expires_at <= $1 and expires_at is not null and is_public
  order by expires_at, id
  limit $2
), locked as materialized (
  select a.id from articles a where a.id in (select id from due) order by a.id for no key update
)
update articles a set is_public = false, changed_at = $1
from locked
where a.id = locked.id and a.is_public and a.expires_at <= $1
returning a.id;

-- name: close_comments
-- Articles take no more comments, at a time of their own or by their age. $1 now, $2 published until when, $3 at most so
-- many each way.
with due as materialized (
  (
    select id from articles
    where comments_open and comments_close_at is not null and comments_close_at <= $1
    order by comments_close_at, id
    limit $3
  ) union all (
    select id from articles
    where comments_open and comments_close_at is null and published_at <= $2
    order by published_at, id
    limit $3
  )
), locked as materialized (
  select a.id from articles a where a.id in (select id from due) order by a.id for no key update
)
update articles a set comments_open = false, changed_at = $1
from locked
where a.id = locked.id and a.comments_open and coalesce(a.comments_close_at <= $1, a.published_at <= $2)
returning a.id, a.is_public;

-- name: sources
-- By how much the sources of articles that came ($1) and went ($2) move.
select a.source_id as id,
  (count(*) filter (where a.id = any ($1::uuid[])) - count(*) filter (where a.id = any ($2::uuid[])))::integer as by
from articles a
where a.id = any ($1::uuid[] || $2::uuid[])
group by a.source_id
order by a.source_id;

-- name: topics
-- By how much the topics of articles that came ($1) and went ($2) move, broader ones included.
select t.topic_id as id,
  (count(*) filter (where t.article_id = any ($1::uuid[]))
  - count(*) filter (where t.article_id = any ($2::uuid[])))::integer as by
from article_topics t
where t.article_id = any ($1::uuid[] || $2::uuid[])
group by t.topic_id
order by t.topic_id;

-- name: authors
-- By how much the authors of articles that came ($1) and went ($2) move.
select w.author_id as id,
  (count(*) filter (where w.article_id = any ($1::uuid[]))
  - count(*) filter (where w.article_id = any ($2::uuid[])))::integer as by
from article_authors w
where w.article_id = any ($1::uuid[] || $2::uuid[])
group by w.author_id
order by w.author_id;

-- name: commenters
-- Comments are seen with the article that they stand under: by how much the commenters move who wrote under articles
-- that came ($1) and went ($2).
select c.author_id as id,
  (count(*) filter (where c.article_id = any ($1::uuid[]))
  - count(*) filter (where c.article_id = any ($2::uuid[])))::integer as by
from comments c
where c.article_id = any ($1::uuid[] || $2::uuid[]) and c.is_public and c.placeholder is null
  and c.author_id is not null
group by c.author_id
order by c.author_id;
