-- name: waiting
-- Whether the public state of any article has fallen due. $1 now.
select exists (
  select from articles
  where embargoed_until <= $1 and embargoed_until is not null and not is_public and status = 'USABLE'
    and (expires_at is null or expires_at > $1)
) or exists (
  select from articles where expires_at <= $1 and expires_at is not null and is_public
);

-- name: lock
-- True for one process at a time, until its transaction ends; the others leave the work to it.
select pg_try_advisory_xact_lock(7310442178004);

-- name: publish
-- Articles whose embargo has ended become public. $1 now, $2 at most so many. Answers with what counters need.
with due as materialized (
  select id from articles
  where embargoed_until <= $1 and embargoed_until is not null and not is_public and status = 'USABLE'
    and (expires_at is null or expires_at > $1)
  order by embargoed_until, id
  limit $2
), locked as materialized (
  select a.id from articles a where a.id in (select id from due) order by a.id for update
)
update articles a set is_public = true, changed_at = $1
from locked
where a.id = locked.id and not a.is_public and a.status = 'USABLE'
  and a.embargoed_until <= $1 and (a.expires_at is null or a.expires_at > $1)
returning a.id, a.source_id;

-- name: withdraw
-- Articles that have expired leave the public. $1 now, $2 at most so many. Answers with what counters need.
with due as materialized (
  select id from articles
  where expires_at <= $1 and expires_at is not null and is_public
  order by expires_at, id
  limit $2
), locked as materialized (
  select a.id from articles a where a.id in (select id from due) order by a.id for update
)
update articles a set is_public = false, changed_at = $1
from locked
where a.id = locked.id and a.is_public and a.expires_at <= $1
returning a.id, a.source_id;

-- name: lock_sources
-- A statement of its own, so that the next one sees what others wrote before they gave the lock away. $1 sources.
select id from sources where id = any ($1::uuid[]) order by id for update;

-- name: count_sources
-- Articles that came ($2) and went ($3) are counted at their sources ($1), and the newest one found again.
with moved as (
  select s.id,
    (select count(*) from articles a where a.source_id = s.id and a.id = any ($2::uuid[]))
    - (select count(*) from articles a where a.source_id = s.id and a.id = any ($3::uuid[])) as by,
    (select a.published_at from articles a where a.source_id = s.id and a.is_public
     order by a.published_at desc, a.id desc limit 1) as latest
  from sources s
  where s.id = any ($1::uuid[])
)
update sources s
set article_count = s.article_count + moved.by,
  latest_article_at = moved.latest,
  sort_latest_at = coalesce(moved.latest, '0001-01-01 00:00:00+00')
from moved
where s.id = moved.id;

-- name: count_topics
-- Articles that came ($1) and went ($2) are counted at their topics, broader ones included.
with moved as materialized (
  select t.topic_id as id,
    (count(*) filter (where t.article_id = any ($1::uuid[]))
    - count(*) filter (where t.article_id = any ($2::uuid[])))::integer as by
  from article_topics t
  where t.article_id = any ($1::uuid[] || $2::uuid[])
  group by t.topic_id
), locked as materialized (
  select id from topics where id in (select id from moved) order by id for update
)
update topics t set article_count = t.article_count + moved.by
from moved, locked
where t.id = moved.id and t.id = locked.id;

-- name: count_authors
-- Articles that came ($1) and went ($2) are counted at their authors.
with moved as materialized (
  select w.author_id as id,
    (count(*) filter (where w.article_id = any ($1::uuid[]))
    - count(*) filter (where w.article_id = any ($2::uuid[])))::integer as by
  from article_authors w
  where w.article_id = any ($1::uuid[] || $2::uuid[])
  group by w.author_id
), locked as materialized (
  select id from authors where id in (select id from moved) order by id for update
)
update authors t set article_count = t.article_count + moved.by
from moved, locked
where t.id = moved.id and t.id = locked.id;

-- name: count_commenters
-- Comments are seen with the article that they stand under: those of articles that came ($1) and went ($2) are
-- counted at the commenters who wrote them.
with moved as materialized (
  select c.author_id as id,
    (count(*) filter (where c.article_id = any ($1::uuid[]))
    - count(*) filter (where c.article_id = any ($2::uuid[])))::integer as by
  from comments c
  where c.article_id = any ($1::uuid[] || $2::uuid[]) and c.is_public and c.placeholder is null
    and c.author_id is not null
  group by c.author_id
), locked as materialized (
  select id from commenters where id in (select id from moved) order by id for update
)
update commenters t set comment_count = t.comment_count + moved.by
from moved, locked
where t.id = moved.id and t.id = locked.id;
