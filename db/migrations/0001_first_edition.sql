-- The first edition's tables. Times are timestamptz; ids are UUIDv7, made by the program.
-- Text that is ordered by stands in collation "C", so that a keyset means the same on every server.

create table sources (
  id uuid primary key,
  slug text not null unique,
  name text not null,
  sort_name text collate "C" not null,
  publisher text,
  homepage_url text,
  logo_url text,
  language text,
  country text,
  description text,
  body_policy text not null default 'FULL' check (body_policy in ('FULL', 'EXCERPT', 'HEADLINE')),
  article_count integer not null default 0,
  latest_article_at timestamptz,
  sort_latest_at timestamptz not null default '0001-01-01 00:00:00+00',
  created_at timestamptz not null
);
create index sources_by_name on sources (sort_name, id);
create index sources_by_latest on sources (sort_latest_at desc, id desc);

-- The hosts by which a source is recognised.
create table source_hosts (
  host text primary key,
  source_id uuid not null references sources
);

-- Every slug that a source, topic or author ever had; the current one stands in its row too.
create table slugs (
  noun text not null check (noun in ('source', 'topic', 'author')),
  slug text not null,
  id uuid not null,
  primary key (noun, slug)
);

create table feeds (
  id uuid primary key,
  url text not null unique,
  source_id uuid not null references sources,
  title text,
  site_url text,
  language text,
  document_hash bytea,
  created_at timestamptz not null
);
create index feeds_by_source on feeds (source_id);

create table articles (
  id uuid primary key,
  source_id uuid not null references sources,
  url text not null,
  kind text not null default 'TEXT' check (kind in ('TEXT', 'LIVE', 'VIDEO', 'AUDIO', 'GALLERY')),
  status text not null default 'USABLE' check (status in ('USABLE', 'WITHHELD', 'CANCELED')),
  -- What the public sees: usable, not under embargo, not expired. Time changes it by writing it, never by now().
  is_public boolean not null,
  headline text not null,
  lead text,
  body_html text,
  body_text text,
  body_extent text not null check (body_extent in ('FULL', 'EXCERPT', 'NONE')),
  byline text,
  dateline text,
  section text,
  credit text,
  rights_holder text,
  rights_notice text,
  rights_terms text,
  embargoed_until timestamptz,
  expires_at timestamptz,
  language text not null,
  categories text[] not null default '{}',
  published_at timestamptz not null,
  published_text text not null,
  published_estimated boolean not null,
  updated_at timestamptz,
  updated_text text,
  sort_updated_at timestamptz not null,
  first_seen_at timestamptz not null,
  changed_at timestamptz not null,
  word_count integer not null,
  has_image boolean not null,
  comment_count integer not null default 0,
  comments_open boolean not null default true,
  content_hash bytea not null,
  search tsvector not null
);
create index articles_by_published on articles (published_at desc, id desc) where is_public;
create index articles_by_updated on articles (sort_updated_at desc, id desc) where is_public;
create index articles_by_comments on articles (comment_count desc, id desc) where is_public;
create index articles_by_source on articles (source_id, published_at desc, id desc) where is_public;
create index articles_by_search on articles using gin (search);
-- Only what time has still to change, so that looking every second stays free.
create index articles_embargoed on articles (embargoed_until)
  where embargoed_until is not null and not is_public and status = 'USABLE';
create index articles_expiring on articles (expires_at) where expires_at is not null and is_public;

-- What makes an article the same article: each key is owned by one article. A guid counts within one source
-- (scope is the source's id), an address everywhere (scope is empty). Addresses are also how readers look it up.
create table article_keys (
  kind text not null check (kind in ('guid', 'url')),
  scope text not null,
  value text not null,
  article_id uuid not null references articles,
  primary key (kind, scope, value)
);
create index article_keys_by_article on article_keys (article_id, kind, value);

-- Every entry as a feed gave it, once for each content; set_aside says why it became no article, raw keeps it then.
create table entries (
  feed_id uuid not null references feeds,
  content_hash bytea not null,
  article_id uuid references articles,
  set_aside text,
  raw jsonb,
  first_seen_at timestamptz not null,
  primary key (feed_id, content_hash),
  check ((article_id is null) = (set_aside is not null))
);
create index entries_by_article on entries (article_id);

create table revisions (
  id uuid primary key,
  article_id uuid not null references articles,
  seen_at timestamptz not null,
  content_hash bytea not null,
  headline text not null,
  lead text,
  body_html text,
  body_text text,
  unique (article_id, content_hash)
);
create index revisions_by_article on revisions (article_id, seen_at desc, id desc);

create table images (
  article_id uuid not null references articles,
  position integer not null,
  url text not null,
  alt text,
  caption text,
  credit text,
  width integer,
  height integer,
  primary key (article_id, position)
);

create table enclosures (
  article_id uuid not null references articles,
  position integer not null,
  url text not null,
  mime_type text,
  byte_length integer,
  duration_seconds integer,
  primary key (article_id, position)
);

-- People who sign articles at one source; folded_name is how a byline finds them again.
create table authors (
  id uuid primary key,
  source_id uuid not null references sources,
  slug text not null unique,
  name text not null,
  folded_name text not null,
  url text,
  article_count integer not null default 0,
  unique (source_id, folded_name)
);

create table article_authors (
  article_id uuid not null references articles,
  position integer not null,
  author_id uuid not null references authors,
  primary key (article_id, author_id)
);
create index article_authors_by_author on article_authors (author_id, article_id);

create table topics (
  id uuid primary key,
  slug text not null unique,
  code text unique,
  name text not null,
  sort_name text collate "C" not null,
  names jsonb not null default '{}',
  broader_id uuid references topics,
  article_count integer not null default 0
);
create index topics_by_name on topics (sort_name, id);
create index topics_by_articles on topics (article_count desc, id desc);
create index topics_by_broader on topics (broader_id, sort_name, id);

-- A topic as it applies to an article. The broader topics of an assigned one stand here too, as not direct, so that
-- "narrower topics included" is one look-up.
create table article_topics (
  article_id uuid not null references articles,
  topic_id uuid not null references topics,
  direct boolean not null,
  confidence real not null check (confidence between 0 and 1),
  assigned_by text not null check (assigned_by in ('PUBLISHER', 'CLASSIFIER', 'EDITOR')),
  primary key (article_id, topic_id)
);
create index article_topics_by_topic on article_topics (topic_id, article_id);

create table commenters (
  id uuid primary key,
  display_name text not null,
  role text not null default 'COMMENTER' check (role in ('COMMENTER', 'MEMBER', 'STAFF', 'MODERATOR', 'ADMIN')),
  comment_count integer not null default 0,
  created_at timestamptz not null
);

-- is_public: what everyone sees, placeholders included. thread_key: the path from the root comment, 8 bytes of
-- creation time (microseconds) and 4 of the id for each level, so that its order is the reading order.
create table comments (
  id uuid primary key,
  article_id uuid not null references articles,
  parent_id uuid references comments,
  author_id uuid references commenters,
  depth integer not null,
  thread_key bytea not null,
  body_html text,
  body_text text,
  status text not null check (status in ('PUBLISHED', 'APPROVED', 'PENDING', 'WITHHELD', 'REJECTED')),
  placeholder text check (placeholder in ('DELETED', 'REMOVED', 'ERASED')),
  is_public boolean not null,
  created_at timestamptz not null,
  edited_at timestamptz,
  reply_count integer not null default 0,
  reaction_count integer not null default 0
);
create index comments_roots on comments (article_id, created_at, id) where parent_id is null and is_public;
create index comments_replies on comments (parent_id, created_at, id) where is_public;
create index comments_thread on comments (article_id, thread_key, id) where is_public;
create index comments_by_author on comments (author_id, created_at desc, id desc);

-- The one log. It has an identity, so that a cursor of a restored or another database is recognised.
create table log (
  id uuid primary key,
  started_at timestamptz not null
);
insert into log (id, started_at) values (gen_random_uuid(), now());

-- was: of what filters read (source, topics, language, publishedAt, headline, text), the values before this change.
create table changes (
  seq bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  node text not null,
  article_id uuid,
  was jsonb not null default '{}'
);
create index changes_by_article on changes (article_id, seq);
