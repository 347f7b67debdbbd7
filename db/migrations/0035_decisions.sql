-- Of an article's comments all that was decided: whether each is looked at first, and when it closes.
alter table decisions
  add column premoderated boolean,
  add column closes_at timestamptz;
