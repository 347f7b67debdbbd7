-- concurrently
-- The period first, so that a text which is found seldom isn't looked for in all of time for every span. Without a list
-- of what is yet to be sorted in, which a search would read through for each.
drop index concurrently if exists articles_by_text;
create index concurrently articles_by_text on articles
  using gin (search_periods(published_at), search) with (fastupdate = off);
drop index concurrently if exists articles_by_search;
