-- name: claim
-- A key is taken, with what is to come of it; nothing where it was taken before. Who comes second waits here until the
-- first is done. $1 commenter, $2 key, $3 hash of the input, $4 the comment to be, $5 now.
insert into idempotency_keys (commenter_id, key, input_hash, comment_id, created_at) values ($1, $2, $3, $4, $5)
on conflict do nothing
returning comment_id;

-- name: claimed
-- What a key was taken with, what came of it, and whether that was deleted since. $1 commenter, $2 key.
select k.input_hash, k.comment_id, c.id is null or coalesce(c.placeholder in ('DELETED', 'ERASED'), false) as is_gone
from idempotency_keys k left join comments c on c.id = k.comment_id
where k.commenter_id = $1 and k.key = $2;

-- name: expire
-- Keys that are older than anybody tries again. $1 from before when, $2 at most so many.
delete from idempotency_keys
where (commenter_id, key) in (
  select commenter_id, key from idempotency_keys where created_at < $1 order by created_at limit $2
);

-- name: export
-- Some keys of a commenter, each as JSON text, then its key. $1 commenter, $2 the key after which they come, $3 at most
-- so many.
select json_build_object('key', k.key, 'commentId', 'c_' || k.comment_id, 'createdAt', k.created_at)::text as json, k.key
from idempotency_keys k
where k.commenter_id = $1 and k.key > $2
order by k.key
limit $3;
