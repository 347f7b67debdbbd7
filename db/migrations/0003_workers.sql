-- Workers and their signs of life: a reader of metrics learns from beat_at that no worker lives.
create table workers (
  id uuid primary key,
  host text not null,
  pid integer not null,
  started_at timestamptz not null,
  beat_at timestamptz not null
);
create index workers_by_beat on workers (beat_at);
