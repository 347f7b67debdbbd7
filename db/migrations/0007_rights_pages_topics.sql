-- What operators decide: articles withheld, pages fetched and served, and what publishers' categories mean.

-- Why and when an article was withheld, and when it was given back; one open line an article.
create table withholdings (
  id uuid primary key,
  article_id uuid not null references articles,
  reason text not null,
  withheld_at timestamptz not null,
  restored_at timestamptz
);
create unique index withholdings_open on withholdings (article_id) where restored_at is null;
create index withholdings_by_article on withholdings (article_id, withheld_at);

-- The text of an article's page, beside what a feed carried, whatever way it came in. It is kept in any case, and served
-- only where the source says so.
alter table articles
  add column page_html text,
  add column page_text text,
  add column page_extent text not null default 'NONE' check (page_extent in ('NONE', 'EXCERPT', 'FULL')),
  add column page_fetched_at timestamptz,
  add constraint articles_page_whole
    check ((page_html is null) = (page_extent = 'NONE') and (page_html is null) = (page_fetched_at is null));
-- Whether the text of a revision is a page's.
alter table revisions add column from_page boolean not null default false;
alter table sources
  add column serves_pages boolean not null default false,
  -- Whether the pages of what its feeds bring are fetched.
  add column fetches_pages boolean not null default false;

-- Pages that are to be fetched. Who takes one sets when it falls due again, and takes the row away once it is done.
create table page_fetches (
  article_id uuid primary key references articles on delete cascade,
  host text not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  -- Since when a worker is at it.
  began_at timestamptz
);
create index page_fetches_by_host on page_fetches (host, due_at, article_id);
create index page_fetches_under_way on page_fetches (host) where began_at is not null;

-- Who is being asked now, or was when a worker died: each host only so often at a time, over all workers.
create view under_way as
select host, last_attempt_at as began_at from feeds where unfinished > 0
union all
select host, began_at from page_fetches where began_at is not null;

-- All that may name a topic, as printed: section, categories, codes. Topics can be derived from it again.
alter table articles add column subjects text[] not null default '{}';

-- A topic that IPTC has given up stays, for the articles that have it.
alter table topics add column retired_at timestamptz;

-- Names of topics as categories are compared with them: in every language, folded.
create table topic_names (
  topic_id uuid not null references topics,
  language text not null,
  folded text collate "C" not null,
  primary key (topic_id, language)
);
create index topic_names_by_name on topic_names (folded, topic_id);

-- The operator's own word on what a publisher's category means; category is folded, printed as it was given.
create table topic_map (
  category text collate "C" primary key,
  printed text not null,
  topic_id uuid not null references topics,
  created_at timestamptz not null
);
