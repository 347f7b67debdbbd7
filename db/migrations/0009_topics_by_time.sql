-- The time of an article beside its topics and authors, so that a page of what is new in one is read off an index.
alter table article_topics add column published_at timestamptz;
alter table article_authors add column published_at timestamptz;
