-- What moderators and rules say of comments and of those who write them. Tables are locked in the order in which
-- writers lock them.

-- comments_close_at: null is the age that the rules say, infinity never.
alter table articles
  add column comments_premoderated boolean not null default false,
  add column comments_close_at timestamptz;

-- body_markdown: as its author wrote it. flag_count: flags that no moderator has decided on. editable_until: by its
-- author.
alter table comments
  add column body_markdown text,
  add column flag_count integer not null default 0,
  add column editable_until timestamptz;

alter table commenters
  add column state text not null default 'ACTIVE' check (state in ('ACTIVE', 'PREMODERATED', 'SUSPENDED', 'BANNED')),
  add column state_until timestamptz;

-- Everything that was decided, the newest last: of a comment (status), of a commenter (state, until) or of an article
-- (comments_open). rule: of a decision that no person made.
create table decisions (
  id uuid primary key,
  comment_id uuid references comments,
  commenter_id uuid references commenters,
  article_id uuid references articles,
  status text check (status in ('PUBLISHED', 'APPROVED', 'PENDING', 'WITHHELD', 'REJECTED')),
  state text check (state in ('ACTIVE', 'PREMODERATED', 'SUSPENDED', 'BANNED')),
  state_until timestamptz,
  comments_open boolean,
  reason text,
  note text,
  rule text,
  decided_at timestamptz not null,
  decided_by uuid references commenters,
  check (num_nonnulls(comment_id, commenter_id, article_id) = 1),
  check ((comment_id is null) = (status is null)),
  check ((commenter_id is null) = (state is null)),
  check ((article_id is null) = (comments_open is null))
);
create index decisions_by_comment on decisions (comment_id, decided_at, id) where comment_id is not null;
create index decisions_by_commenter on decisions (commenter_id, decided_at, id) where commenter_id is not null;
create index decisions_by_article on decisions (article_id, decided_at, id) where article_id is not null;
create index decisions_by_moderator on decisions (decided_by) where decided_by is not null;

-- What readers, or rules (rule, without a commenter), report of a comment. decided_at: when a moderator decided on it.
create table flags (
  id uuid primary key,
  comment_id uuid not null references comments,
  commenter_id uuid references commenters,
  reason text not null check (reason in ('OFFENSIVE', 'ABUSIVE', 'SPAM', 'OTHER')),
  note text,
  rule text,
  created_at timestamptz not null,
  decided_at timestamptz
);
create unique index flags_once on flags (comment_id, commenter_id) where commenter_id is not null;
create index flags_by_comment on flags (comment_id, created_at, id);
create index flags_by_commenter on flags (commenter_id) where commenter_id is not null;

create table reactions (
  comment_id uuid not null references comments,
  commenter_id uuid not null references commenters,
  created_at timestamptz not null,
  primary key (comment_id, commenter_id)
);
create index reactions_by_commenter on reactions (commenter_id);

-- A key with which a commenter posted, and what came of it. input_hash: of all that was sent with it.
create table idempotency_keys (
  commenter_id uuid not null references commenters,
  key text not null,
  input_hash bytea not null,
  comment_id uuid not null,
  created_at timestamptz not null,
  primary key (commenter_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- How far ahead of its pace a commenter is with one kind of write: nothing is held against them after `until`.
create table paces (
  commenter_id uuid not null references commenters,
  kind text not null,
  until timestamptz not null,
  primary key (commenter_id, kind)
);
