-- What callers have spent in the period that they are in: a row for each, shared by all server processes. Not worth the
-- write-ahead log: after a crash everybody begins anew.
create unlogged table budgets (
  bucket text primary key,
  period bigint not null,
  spent bigint not null,
  changed_at timestamptz not null
);
create index budgets_by_change on budgets (changed_at);
