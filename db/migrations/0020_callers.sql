-- Who calls: readers, by what their identity provider says of them, and keys.

-- A commenter may be known by several identities, and by none once they are erased.
create table identities (
  issuer text not null,
  subject text not null,
  commenter_id uuid not null references commenters,
  created_at timestamptz not null,
  primary key (issuer, subject)
);
create index identities_by_commenter on identities (commenter_id);

create table keys (
  id uuid primary key,
  name text not null,
  publishable boolean not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  -- Written at most once a minute.
  last_used_at timestamptz
);

-- Sources whose texts a key has in full.
create table key_sources (
  key_id uuid not null references keys,
  source_id uuid not null references sources,
  primary key (key_id, source_id)
);
create index key_sources_by_source on key_sources (source_id);

-- What is sent for a key: found by how it begins, known by its SHA-256. A rotated key has two for a while.
create table key_secrets (
  prefix text primary key,
  key_id uuid not null references keys,
  hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz
);
create index key_secrets_by_key on key_secrets (key_id);

-- Counts every change of keys, in the transaction of the change, so that what processes remember of them is known to
-- hold. One row, whose lock makes the order of the numbers that of the commits.
create table keys_version (version bigint not null);
insert into keys_version values (0);
