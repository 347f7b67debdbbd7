-- How each feed stands with polling. UNPOLLED: its documents came as files, nobody asks for it.

alter table feeds
  -- A feed that was added has no outlet until its first document is read.
  alter column source_id drop not null,
  add column standing text not null default 'UNPOLLED'
    check (standing in ('UNPOLLED', 'ACTIVE', 'PAUSED', 'ENDED')),
  -- The host that is asked: of each only so many feeds are asked at a time.
  add column host text not null default '',
  -- 'infinity': never, because it is not polled.
  add column next_check_at timestamptz not null default 'infinity',
  -- How the next check was found, in words.
  add column reason text not null default '',
  add column last_attempt_at timestamptz,
  add column last_success_at timestamptz,
  -- The last error stays after a success, with its time.
  add column last_error_at timestamptz,
  add column last_error_kind text not null default '',
  add column last_error text not null default '',
  -- Errors in a row, and attempts that began and have not ended.
  add column errors integer not null default 0,
  add column unfinished integer not null default 0,
  -- What a conditional request repeats to the server, and the address that it is from.
  add column etag text not null default '',
  add column last_modified text not null default '',
  add column validated_url text not null default '',
  -- What the server and the document want, as schedule.py reads them.
  add column max_age interval,
  add column expires_in interval,
  add column retry_after interval,
  add column ttl interval,
  add column skip_hours smallint[] not null default '{}',
  add column skip_days smallint[] not null default '{}',
  add constraint feeds_polled_or_never check ((standing = 'ACTIVE') = (next_check_at < 'infinity')),
  add constraint feeds_error_has_time check ((last_error_at is null) = (last_error_kind = ''));

create index feeds_due on feeds (next_check_at) where standing = 'ACTIVE';
create index feeds_under_way on feeds (host) where unfinished > 0;
