-- Text is found together with the time that it is of: a search reads no more of what it finds than the newest.

-- A time as a number of four hours. Single expressions, which Postgres puts where they are called: a call would cost
-- more than the search of a text does.
create function search_period(at timestamptz) returns integer language sql immutable parallel safe
return greatest(floor(date_part('epoch', at - timestamptz '1970-01-01 00:00:00+00') / 14400)::integer, 0);

-- The periods that a time lies in: of four hours, and four, sixteen … times as long, each with its length in its number.
create function search_periods(at timestamptz) returns integer[] language sql immutable parallel safe
return array[
  search_period(at) * 16, (search_period(at) >> 2) * 16 + 1, (search_period(at) >> 4) * 16 + 2,
  (search_period(at) >> 6) * 16 + 3, (search_period(at) >> 8) * 16 + 4, (search_period(at) >> 10) * 16 + 5,
  (search_period(at) >> 12) * 16 + 6, (search_period(at) >> 14) * 16 + 7, (search_period(at) >> 16) * 16 + 8
];

-- Spans of time, each as its periods, that together hold all up to a time: the newest first, the next ones longer.
create function search_spans(upto timestamptz) returns setof integer[] language sql immutable parallel safe rows 9
begin atomic
  select array(select period * 16 + length from generate_series(((last - 1) >> 2) * 4, last - 1) period)
  from generate_series(0, 8) length,
    lateral (select (search_period(upto) + 1 - ((1 << 2 * length) - 1) / 3) >> 2 * length as last) l
  where last > 0
  order by length;
end;
