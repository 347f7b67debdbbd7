-- name: lock_article
-- The public article that owns an address, locked for the count of its comments. $1 address.
select a.id
from article_keys k join articles a on a.id = k.article_id
where k.kind = 'url' and k.scope = '' and k.value = $1 and a.is_public
for no key update of a;

-- name: post
-- One comment. Depth and thread key come from its parent, which has to stand under the same article; without it
-- nothing is written. $1 id, $2 article, $3 parent, $4 author, $5 HTML, $6 text, $7 status, $8 placeholder,
-- $9 whether the public sees it, $10 created, $11 edited, $12 reactions.
insert into comments (
  id, article_id, parent_id, author_id, depth, thread_key, body_html, body_text, status, placeholder, is_public,
  created_at, edited_at, reaction_count
)
select
  $1, $2, $3, $4,
  coalesce(p.depth + 1, 0),
  coalesce(p.thread_key, ''::bytea)
    || int8send((extract(epoch from $10::timestamptz) * 1000000)::bigint)
    || substring(uuid_send($1::uuid) from 13 for 4),
  $5, $6, $7, $8, $9, $10, $11, $12
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
