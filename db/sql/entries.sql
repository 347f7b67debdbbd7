-- name: known
-- Which of these entries a feed has given before. $1 feed, $2 hashes.
select content_hash from entries where feed_id = $1 and content_hash = any ($2::bytea[]);

-- name: insert
-- Entries as a feed gave them. $1 feed, $2 now, $3 hashes, $4 articles (null: set aside), $5 reasons, $6 entries (JSON).
insert into entries (feed_id, content_hash, article_id, set_aside, raw, first_seen_at)
select $1, e.content_hash, e.article_id, e.set_aside, e.raw::jsonb, $2
from unnest($3::bytea[], $4::uuid[], $5::text[], $6::text[]) as e (content_hash, article_id, set_aside, raw);
