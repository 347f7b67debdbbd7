-- name: of_comments
-- What was decided of comments, by a rule or by a moderator. $1 ids, $2 comments, $3 status, $4 reason, $5 note, $6 rule,
-- $7 now, $8 moderator.
insert into decisions (id, comment_id, status, reason, note, rule, decided_at, decided_by)
select n.id, n.comment_id, $3, $4, $5, $6, $7, $8 from unnest($1::uuid[], $2::uuid[]) as n (id, comment_id);

-- name: of_commenter
-- What was decided of a commenter. $1 id, $2 commenter, $3 state, $4 until when, $5 note, $6 now, $7 moderator.
insert into decisions (id, commenter_id, state, state_until, note, decided_at, decided_by)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: of_article
-- Whether an article takes comments, as somebody decided. $1 id, $2 article, $3 open, $4 when it closes, $5 whether each
-- is looked at first, null where nothing was said of it, $6 now, $7 by whom.
insert into decisions (id, article_id, comments_open, closes_at, premoderated, decided_at, decided_by)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: wipe
-- What comments said is gone, and with it what rules noted of it, which may quote it. $1 comments.
update decisions set note = null where comment_id = any ($1::uuid[]) and rule is not null;

-- name: by_moderator
-- The newest decision that a moderator made of a comment, as a status. $1 comment.
select status from decisions where comment_id = $1 and rule is null order by decided_at desc, id desc limit 1;

-- name: export
-- Some decisions that a moderator made, each as JSON text, then its key. $1 moderator, $2 the key after which they come,
-- $3 at most so many.
select json_strip_nulls(json_build_object(
  'of', coalesce('c_' || d.comment_id, 'm_' || d.commenter_id, 'a_' || d.article_id), 'status', d.status,
  'reason', d.reason, 'state', d.state, 'until', d.state_until, 'commentsOpen', d.comments_open,
  'closesAt', d.closes_at, 'premoderated', d.premoderated, 'note', d.note, 'decidedAt', d.decided_at
))::text as json, d.id
from decisions d
where d.decided_by = $1 and d.id > $2::uuid
order by d.id
limit $3;
