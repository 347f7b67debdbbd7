-- Text is found together with the time that it is of: a search reads no more of what it finds than the newest.

-- The periods that a time lies in: of four hours, and four, sixteen … times as long, each with its length in its number.
create function search_periods(at timestamptz) returns integer[] language sql immutable parallel safe
return array(
  select
    (greatest(floor(extract(epoch from at - timestamptz '1970-01-01 00:00:00+00') / 14400)::integer, 0) >> 2 * length)
    * 16 + length
  from generate_series(0, 8) length
);

-- Spans of time, each as its periods, that together hold all up to a time: the newest first, the next ones longer.
create function search_spans(upto timestamptz) returns setof integer[] language sql immutable parallel safe rows 9
begin atomic
  select array(select period * 16 + length from generate_series(((last - 1) >> 2) * 4, last - 1) period)
  from generate_series(0, 8) length,
    lateral (
      select greatest(floor(extract(epoch from upto - timestamptz '1970-01-01 00:00:00+00') / 14400)::integer, 0) + 1 as now
    ) n,
    lateral (select (now - ((1 << 2 * length) - 1) / 3) >> 2 * length as last) l
  where last > 0
  order by length;
end;
