-- name: lock_article
-- The public article that owns an address, locked for the count of its comments. $1 address.
select a.id
from article_keys k join articles a on a.id = k.article_id
where k.kind = 'url' and k.scope = '' and k.value = $1 and a.is_public
for no key update of a;

-- name: post
-- One comment. Depth and thread key come from its parent, which has to stand under the same article; without it
-- nothing is written. $1 id, $2 article, $3 parent, $4 author, $5 HTML, $6 text, $7 status, $8 placeholder,
-- $9 whether the public sees it, $10 created, $11 edited, $12 reactions, $13 Markdown, $14 until when its author may
-- edit it.
insert into comments (
  id, article_id, parent_id, author_id, depth, thread_key, body_html, body_text, status, placeholder, is_public,
  created_at, edited_at, reaction_count, body_markdown, editable_until
)
select
  $1, $2, $3, $4,
  coalesce(p.depth + 1, 0),
  coalesce(p.thread_key, ''::bytea)
    || int8send((extract(epoch from $10::timestamptz) * 1000000)::bigint)
    || substring(uuid_send($1::uuid) from 13 for 4),
  $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
from (select) as one left join comments p on p.id = $3::uuid and p.article_id = $2::uuid
where $3::uuid is null or p.id is not null
returning id;

-- name: count_replies
-- Comments that became public are counted at their parents: direct replies that the public sees, placeholders
-- included, since that is what a list of replies shows. $1 comments.
with more as materialized (
  select parent_id as id, count(*)::integer as by
  from comments
  where id = any ($1::uuid[]) and is_public and parent_id is not null
  group by parent_id
), locked as materialized (
  select id from comments where id in (select id from more) order by id for no key update
)
update comments c set reply_count = c.reply_count + more.by
from more, locked
where c.id = more.id and c.id = locked.id;

-- name: count_article
-- Comments that became public are counted at their article; a placeholder says nothing and is not counted.
-- $1 comments, $2 article.
update articles a set comment_count = a.comment_count + (
  select count(*) from comments c
  where c.id = any ($1::uuid[]) and c.article_id = a.id and c.is_public and c.placeholder is null
)
where a.id = $2;

-- name: hold_article
-- An article locked, for the count of its comments. $1 article.
select a.id from articles a where a.id = $1 for no key update;

-- name: place
-- A public article as the place of a comment. $1 article.
select a.id, a.is_public, a.comments_open, a.comments_premoderated, a.comments_close_at, a.published_at, a.language
from articles a
where a.id = $1 and a.is_public;

-- name: answerable
-- How deep a comment stands that can be answered: one that everybody sees and that says something. $1 comment, $2 its
-- article.
select c.depth from comments c where c.id = $1 and c.article_id = $2 and c.is_public and c.placeholder is null;

-- name: hold
-- A comment locked, for the counts of its replies and reactions. $1 comment.
select c.id from comments c where c.id = $1 for no key update;

-- name: articles_of
-- The articles of comments, locked in the order of ids; every writer locks articles before comments. $1 comments.
select a.id, a.is_public, a.comments_open, a.comments_premoderated, a.comments_close_at, a.published_at, a.language
from articles a
where a.id in (select c.article_id from comments c where c.id = any ($1::uuid[]))
order by a.id
for no key update;

-- name: with_ancestors
-- Comments and all that they hang below, locked in the order of ids. $1 comments.
with recursive up as (
  select id, parent_id from comments where id = any ($1::uuid[])
  union
  select p.id, p.parent_id from up join comments p on p.id = up.parent_id
)
select
  c.id, c.article_id, c.parent_id, c.author_id, c.depth, c.status, c.placeholder, c.is_public, c.reply_count,
  c.created_at, c.editable_until
from comments c
where c.id in (select id from up)
order by c.id
for no key update;

-- name: settle
-- Comments as they stand now, locked already. $1 ids, $2 statuses, $3 placeholders, $4 whether the public sees them,
-- $5 replies that it sees, $6 authors.
update comments c
set status = s.status, placeholder = s.placeholder, is_public = s.is_public, reply_count = s.reply_count,
  author_id = s.author_id
from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::integer[], $6::uuid[])
  as s (id, status, placeholder, is_public, reply_count, author_id)
where c.id = s.id;

-- name: count_articles
-- Comments that articles gained or lost, the articles locked already. $1 articles, $2 how many.
update articles a set comment_count = a.comment_count + m.by
from unnest($1::uuid[], $2::integer[]) as m (id, by)
where a.id = m.id;

-- name: rewrite
-- What a comment says now. $1 comment, $2 HTML, $3 text, $4 Markdown, $5 now.
update comments set body_html = $2, body_text = $3, body_markdown = $4, edited_at = $5 where id = $1;

-- name: forget_texts
-- What comments said goes, and with it what was open about them. $1 comments.
update comments set body_html = null, body_text = null, body_markdown = null, editable_until = null, flag_count = 0
where id = any ($1::uuid[]);

-- name: react
-- One more reaction, or fewer. $1 comment, $2 by how many; the comment as it was found.
update comments c set reaction_count = c.reaction_count + $2
where c.id = $1
returning c.article_id;

-- name: live
-- A comment that everybody sees and that says something, under an article that everybody sees, locked. $1 comment.
select c.id, c.article_id, c.author_id
from comments c
where c.id = $1 and c.is_public and c.placeholder is null
  and exists (select from articles a where a.id = c.article_id and a.is_public)
for no key update;

-- name: flagged
-- One more flag that nobody has decided on. $1 comment.
update comments set flag_count = flag_count + 1 where id = $1;

-- name: unflag
-- No flag of these comments is open any more. $1 comments.
update comments set flag_count = 0 where id = any ($1::uuid[]) and flag_count > 0;

-- name: of_author
-- Some comments of an author that are still theirs. $1 commenter, $2 at most so many.
select id from comments where author_id = $1 order by created_at desc, id desc limit $2;

-- name: set_open
-- Whether a public article takes comments, from now on and whatever its age. $1 article, $2 open, $3 now, $4 when it
-- closes, $5 whether its comments are looked at first; null is as it was.
update articles
set
  comments_open = $2, changed_at = $3,
  comments_close_at = case when $2 then coalesce($4::timestamptz, 'infinity') end,
  comments_premoderated = coalesce($5::boolean, comments_premoderated)
where id = $1 and is_public
returning id;

-- name: export
-- Some comments of an author, the oldest first, with what was decided of them and what rules reported: each as JSON text,
-- then its key. An article that nobody may see has no address here either. $1 commenter, $2 and $3 the key after which they come, $4 at most so many.
select json_build_object(
  'id', 'c_' || c.id, 'articleUrl', case when a.is_public then a.url end, 'parentId', 'c_' || c.parent_id, 'markdown', c.body_markdown,
  'html', c.body_html, 'status', c.status, 'placeholder', c.placeholder, 'createdAt', c.created_at,
  'editedAt', c.edited_at,
  'decisions', (
    select coalesce(json_agg(json_build_object(
      'status', d.status, 'reason', d.reason, 'note', d.note, 'rule', d.rule, 'decidedAt', d.decided_at
    ) order by d.decided_at, d.id), '[]')
    from decisions d where d.comment_id = c.id
  ),
  'reportedByRules', (
    select coalesce(json_agg(json_build_object('rule', f.rule, 'note', f.note, 'createdAt', f.created_at)
      order by f.created_at, f.id), '[]')
    from flags f where f.comment_id = c.id and f.rule is not null
  )
)::text as json, c.created_at, c.id
from comments c join articles a on a.id = c.article_id
where c.author_id = $1 and (c.created_at, c.id) > ($2::timestamptz, $3::uuid)
order by c.created_at, c.id
limit $4;
