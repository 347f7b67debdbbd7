-- concurrently
-- Moderators and authors see comments that the public does not; for them the same ranges with all comments in them.
drop index concurrently if exists comments_all_roots;
create index concurrently comments_all_roots on comments (article_id, created_at, id) where parent_id is null;
drop index concurrently if exists comments_all_replies;
create index concurrently comments_all_replies on comments (parent_id, created_at, id);
drop index concurrently if exists comments_all_thread;
create index concurrently comments_all_thread on comments (article_id, thread_key, id);
-- The queues of moderators. What is gone (a placeholder without a text) is in none.
drop index concurrently if exists comments_unmoderated;
create index concurrently comments_unmoderated on comments (created_at, id)
  where status in ('PUBLISHED', 'PENDING', 'WITHHELD') and (placeholder is null or placeholder = 'REMOVED');
drop index concurrently if exists comments_pending;
create index concurrently comments_pending on comments (created_at, id)
  where status in ('PENDING', 'WITHHELD') and (placeholder is null or placeholder = 'REMOVED');
drop index concurrently if exists comments_reported;
create index concurrently comments_reported on comments (created_at, id) where flag_count > 0;
-- Articles whose comments close by age or at a time of their own.
drop index concurrently if exists articles_commented;
create index concurrently articles_commented on articles (published_at, id)
  where comments_open and comments_close_at is null;
drop index concurrently if exists articles_closing;
create index concurrently articles_closing on articles (comments_close_at, id)
  where comments_open and comments_close_at is not null;
-- Only what time has still to change.
drop index concurrently if exists commenters_by_state_until;
create index concurrently commenters_by_state_until on commenters (state_until) where state_until is not null;
