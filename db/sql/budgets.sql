-- name: exchange
-- Tell what was spent here, and hear what was spent in all: first the server's clock, then a row for each bucket that was
-- told of, then those that others changed since a time, if one is given. Spending in a period that is over counts no more.
-- $1 buckets in order, $2 their periods, $3 points, $4 since.
with told as (
  insert into budgets as b (bucket, period, spent, changed_at)
  select t.bucket, t.period, t.spent, clock_timestamp()
  from unnest($1::text[], $2::bigint[], $3::bigint[]) as t (bucket, period, spent)
  on conflict (bucket) do update set
    spent = case
      when excluded.period > b.period then excluded.spent
      when excluded.period = b.period then b.spent + excluded.spent
      else b.spent
    end,
    period = greatest(b.period, excluded.period),
    changed_at = excluded.changed_at
  returning bucket, period, spent
)
select '' as bucket, 0::bigint as period, 0::bigint as spent, statement_timestamp() as clock
union all
select bucket, period, spent, null from told
union all
select bucket, period, spent, null from budgets where changed_at > $4::timestamptz and bucket <> all ($1::text[]);

-- name: forget
-- Nobody asks any more for what was spent before a time. $1 time.
delete from budgets where changed_at < $1;
