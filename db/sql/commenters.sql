-- name: known
-- Commenters by name and the time of their first visit. $1 names, $2 times.
select m.id, m.display_name
from unnest($1::text[], $2::timestamptz[]) as k (display_name, created_at)
  join commenters m using (display_name, created_at);

-- name: add
-- New commenters, without comments yet. $1 ids, $2 names, $3 roles, $4 times of their first visit.
insert into commenters (id, display_name, role, created_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]);
