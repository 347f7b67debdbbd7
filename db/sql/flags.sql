-- name: add
-- A flag, unless the commenter has flagged this comment before. $1 id, $2 comment, $3 commenter, $4 reason, $5 note,
-- $6 rule, $7 now.
insert into flags (id, comment_id, commenter_id, reason, note, rule, created_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing
returning id;

-- name: decide
-- A moderator has decided on what was reported of comments. $1 comments, $2 now.
update flags set decided_at = $2 where comment_id = any ($1::uuid[]) and decided_at is null;

-- name: wipe
-- What comments said is gone: so are notes, which may quote it, and there is nothing left to decide on. $1 comments,
-- $2 now.
update flags set note = null, decided_at = coalesce(decided_at, $2) where comment_id = any ($1::uuid[]);

-- name: withdraw
-- What rules said of a comment's text no longer counts, since it has another. $1 comment, $2 now.
with settled as (
  update flags set decided_at = $2 where comment_id = $1 and rule is not null and decided_at is null returning id
)
update comments set flag_count = flag_count - (select count(*) from settled)
where id = $1 and exists (select from settled);

-- name: forget
-- Who reported is no longer known; what was reported stays. $1 commenter.
update flags set commenter_id = null, note = null where commenter_id = $1;

-- name: export
-- Some flags of a commenter, each as JSON text, then its key. $1 commenter, $2 the key after which they come, $3 at most
-- so many.
select json_build_object(
  'commentId', 'c_' || f.comment_id, 'reason', f.reason, 'note', f.note, 'createdAt', f.created_at
)::text as json, f.id
from flags f
where f.commenter_id = $1 and f.id > $2::uuid
order by f.id
limit $3;
