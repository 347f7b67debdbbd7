-- Whether the pages of an outlet's articles are fetched in full; the text is kept beside the feed's.
alter table sources add column fetches_pages boolean not null default false;
