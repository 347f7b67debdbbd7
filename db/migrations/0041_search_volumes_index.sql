-- concurrently
drop index concurrently if exists articles_by_words;
create index concurrently articles_by_words on articles
  using gin (search_periods(published_at), search_words(published_at, search)) with (fastupdate = off);
-- Text that leads to articles leads to them by volume now.
drop index concurrently if exists articles_by_text;
