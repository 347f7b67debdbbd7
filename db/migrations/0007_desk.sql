-- What operators decide: articles withheld, what of a text is served, and what publishers' categories mean.

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

-- The text as it was fetched from the article's page, beside what the feed carried. It is kept in any case, and served
-- only where the source says so.
alter table articles
  add column page_html text,
  add column page_text text,
  add column page_fetched_at timestamptz;
alter table sources add column serves_pages boolean not null default false;

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
