-- concurrently
-- Discussions as authors and moderators see them, in whose lists held comments stand too: without these every list of a
-- long discussion would be read whole and sorted. The public's own indexes hold nothing that is hidden.
drop index concurrently if exists comments_roots_all;
create index concurrently comments_roots_all on comments (article_id, created_at, id) where parent_id is null;
drop index concurrently if exists comments_replies_all;
create index concurrently comments_replies_all on comments (parent_id, created_at, id);
drop index concurrently if exists comments_thread_all;
create index concurrently comments_thread_all on comments (article_id, thread_key, id);
