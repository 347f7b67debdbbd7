-- name: add
-- A commenter's reaction, unless it is there already. $1 comment, $2 commenter, $3 now.
insert into reactions (comment_id, commenter_id, created_at) values ($1, $2, $3)
on conflict do nothing
returning comment_id;

-- name: remove
-- A commenter's reaction goes. $1 comment, $2 commenter.
delete from reactions where comment_id = $1 and commenter_id = $2 returning comment_id;

-- name: of_commenter
-- Some comments to which a commenter reacted. $1 commenter, $2 at most so many.
select comment_id from reactions where commenter_id = $1 order by comment_id limit $2;

-- name: export
-- Some reactions of a commenter, each as JSON text, then its key. $1 commenter, $2 the key after which they come, $3 at
-- most so many.
select json_build_object('commentId', 'c_' || r.comment_id, 'createdAt', r.created_at)::text as json, r.comment_id
from reactions r
where r.commenter_id = $1 and r.comment_id > $2::uuid
order by r.comment_id
limit $3;
