-- name: known
-- Commenters by name and the time of their first visit. $1 names, $2 times.
select m.id, m.display_name
from unnest($1::text[], $2::timestamptz[]) as k (display_name, created_at)
  join commenters m using (display_name, created_at);

-- name: add
-- New commenters, without comments yet. $1 ids, $2 names, $3 roles, $4 times of their first visit.
insert into commenters (id, display_name, role, created_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]);

-- name: count
-- Public comments that commenters gained or lost, commenters in the order of ids. $1 commenters, $2 how many.
with more as materialized (
  select * from unnest($1::uuid[], $2::integer[]) as m (id, by)
), locked as materialized (
  select id from commenters where id in (select id from more) order by id for no key update
)
update commenters c set comment_count = c.comment_count + more.by
from more, locked
where c.id = more.id and c.id = locked.id;

-- name: history
-- Who writes, and what became of what they wrote; they are kept from being removed meanwhile. Whoever was erased stands
-- as they stood until nothing is kept of them (`over`): time alone lets nobody write who has no name. $1 commenter,
-- $2 since when it counts, $3 since when the same text is a repetition, $4 a comment that is left out.
select
  m.state, case when m.display_name <> '' then m.state_until end as state_until, m.comment_count, h.judged, h.rejected,
  array(
    select c.body_text from comments c
    where c.author_id = m.id and c.created_at > $3 and c.body_text is not null and c.id is distinct from $4
    order by c.created_at desc, c.id desc
    limit 20
  ) as recent
from commenters m
  cross join lateral (
    select
      count(*) filter (where c.status in ('PUBLISHED', 'APPROVED', 'REJECTED'))::integer as judged,
      count(*) filter (where c.status = 'REJECTED')::integer as rejected
    from (
      select c.status from comments c
      where c.author_id = m.id and c.created_at > $2 and c.id is distinct from $4
      order by c.created_at desc, c.id desc
      limit 500
    ) c
  ) h
where m.id = $1
for key share of m;

-- name: state
-- What moderators say of a commenter, as `history` has it. $1 commenter.
select m.state, case when m.display_name <> '' then m.state_until end as state_until from commenters m where m.id = $1;

-- name: decider
-- The same of a commenter who decides or says something, kept from being removed meanwhile. $1 commenter.
select m.state, case when m.display_name <> '' then m.state_until end as state_until
from commenters m
where m.id = $1
for key share;

-- name: pace
-- One more write of a kind by a commenter, at a pace of one every $4, $5 of them at once; nothing where it is too soon.
-- $1 commenter, $2 kind, $3 now, $6 its idempotency key, $7 how many tries with the same key at once: those after the
-- first count little, since all of them write one thing. The time until which they are ahead is kept (the generic cell
-- rate algorithm).
insert into paces as p (commenter_id, kind, until, key) values ($1, $2, $3::timestamptz + $4::interval, $6)
on conflict (commenter_id, kind) do update
set until = greatest(p.until, $3::timestamptz) + $4::interval / (case when p.key = $6 then $7::integer else 1 end),
  key = $6
where p.until <= $3::timestamptz
  + $4::interval * (case when p.key = $6 then 2 - 2.0 / $7::integer else $5::integer - 1 end)
returning until;

-- name: set_state
-- What moderators say of a commenter from now on. $1 commenter, $2 state, $3 until when; their role, and whether they were
-- erased.
update commenters set state = $2, state_until = $3 where id = $1 returning role, display_name = '' as erased;

-- name: lapse
-- Suspensions and the like whose time is over. $1 now, $2 at most so many.
with due as materialized (
  select id from commenters
  where state_until is not null and state_until <= $1 and display_name <> ''
  order by id
  limit $2
  for no key update
)
update commenters m set state = 'ACTIVE', state_until = null from due where m.id = due.id returning m.id;

-- name: over
-- Commenters who were erased and stayed for their suspension, whose time is over, locked. $1 now, $2 at most so many.
select id from commenters
where state_until is not null and state_until <= $1 and display_name = ''
order by id
limit $2
for update;

-- name: hold
-- A commenter, locked so that nothing more can refer to them. $1 commenter.
select m.state, m.state_until from commenters m where m.id = $1 for update;

-- name: left
-- Whether anything is left that a commenter did. $1 commenter.
select exists (select from comments c where c.author_id = $1)
  or exists (select from reactions r where r.commenter_id = $1)
  or exists (select from flags f where f.commenter_id = $1)
  or exists (select from idempotency_keys k where k.commenter_id = $1)
  or exists (select from paces p where p.commenter_id = $1)
  or exists (select from decisions d where d.decided_by = $1);

-- name: forget
-- What was kept of a commenter beside comments, reactions and flags. $1 commenter.
with keys as (
  delete from idempotency_keys where commenter_id = $1
), own as (
  update decisions set decided_by = null where decided_by = $1
)
delete from paces where commenter_id = $1;

-- name: forget_name
-- A commenter without a name, kept since moderators keep them from writing. $1 commenter.
update commenters set display_name = '', comment_count = 0 where id = $1;

-- name: remove
-- Commenters of whom nothing is left; a provider that names them again names somebody new. $1 commenters.
with judged as (
  delete from decisions where commenter_id = any ($1::uuid[])
), identified as (
  delete from identities where commenter_id = any ($1::uuid[])
)
delete from commenters where id = any ($1::uuid[]);

-- name: export
-- What is kept of a commenter and is short, as JSON text. $1 commenter.
select json_build_object(
  'commenter', json_build_object(
    'id', 'm_' || m.id, 'displayName', m.display_name, 'role', m.role, 'state', m.state, 'stateUntil', m.state_until,
    'firstSeenAt', m.created_at,
    'decisions', (
      select coalesce(json_agg(json_build_object(
        'state', d.state, 'until', d.state_until, 'note', d.note, 'decidedAt', d.decided_at
      ) order by d.decided_at, d.id), '[]')
      from decisions d where d.commenter_id = m.id
    )
  ),
  'identities', (
    select coalesce(json_agg(json_build_object('issuer', i.issuer, 'subject', i.subject, 'firstSeenAt', i.created_at)
      order by i.created_at), '[]')
    from identities i where i.commenter_id = m.id
  ),
  'paces', (
    select coalesce(json_agg(json_build_object('kind', p.kind, 'until', p.until, 'key', p.key) order by p.kind), '[]')
    from paces p where p.commenter_id = m.id
  )
)::text
from commenters m
where m.id = $1;
