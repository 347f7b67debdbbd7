-- concurrently
-- How much a feed brought lately decides how often it is asked.
drop index concurrently if exists entries_by_time;
create index concurrently entries_by_time on entries (feed_id, first_seen_at);
