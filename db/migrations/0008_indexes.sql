-- concurrently
-- How much a feed brought lately decides how often it is asked.
drop index concurrently if exists entries_by_time;
create index concurrently entries_by_time on entries (feed_id, first_seen_at);
-- An article may be served with an address that it doesn't own.
drop index concurrently if exists articles_by_url;
create index concurrently articles_by_url on articles (url);
