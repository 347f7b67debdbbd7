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
