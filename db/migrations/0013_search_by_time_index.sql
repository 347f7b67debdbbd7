-- concurrently
-- Without a list of what is yet to be sorted in: a search would read it through for every span of time.
drop index concurrently if exists articles_by_text;
create index concurrently articles_by_text on articles
  using gin (search, search_periods(published_at)) with (fastupdate = off);
drop index concurrently if exists articles_by_search;
