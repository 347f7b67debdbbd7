-- The words of articles stand in the index by volume, as those of a bound newspaper: a search goes through the newest
-- volumes first, and through older ones only where it has not found enough. So what it takes does not grow with the
-- archive.

-- A time as the number of a volume: 2,048 periods of four hours, which are 341 days.
create function search_volume(at timestamptz) returns integer language sql immutable parallel safe
return search_period(at) >> 11;

-- The words of an article with the volume that they stand in: 60~harbour. Queries are written with ~harbour, and the
-- volume is put before the tilde. No word holds a tilde or a space. By way of a text, which takes half the time of going
-- through the words.
create function search_words(at timestamptz, words tsvector) returns tsvector language sql immutable parallel safe
return array_to_tsvector(string_to_array(
  search_volume(at)::text || '~' || array_to_string(tsvector_to_array(words), ' ' || search_volume(at)::text || '~'), ' '
));

-- A query over the words of volumes that follow each other; null over none.
create function search_in_range(words text, since integer, upto integer) returns tsquery
language sql immutable parallel safe
return (
  select string_agg(replace(words, '~', volume::text || '~'), '|')::tsquery from generate_series(since, upto) volume
);

-- The same; over one volume or two, which most are, without a call.
create function search_in_volumes(words text, since integer, upto integer) returns tsquery
language sql immutable parallel safe
return case upto - since
  when 0 then replace(words, '~', upto::text || '~')::tsquery
  when 1 then (replace(words, '~', since::text || '~') || '|' || replace(words, '~', upto::text || '~'))::tsquery
  else search_in_range(words, since, upto)
end;

-- A query over the words of the volumes of a span (see search_spans), from the first one on that there is.
create function search_in_span(words text, keys integer[], first integer) returns tsquery
language sql immutable parallel safe
return search_in_range(
  words,
  greatest(search_from(keys) >> 11, first),
  (((keys[cardinality(keys)] >> 4) + 1 << 2 * (keys[1] & 15)) - 1) >> 11
);

-- The volumes from the last one back to the first, as they are looked through: the last one, which may have just begun,
-- with the one before it, then two more one by one, then ever more at a time.
create function search_volumes(first integer, last integer) returns table (since integer, upto integer)
language sql immutable parallel safe rows 3
begin atomic
  select greatest(last - oldest, first), last - newest
  from (values
    (0, 1), (2, 2), (3, 3), (4, 5), (6, 9), (10, 17), (18, 33), (34, 65), (66, 129), (130, 1 << 20)
  ) look (newest, oldest)
  where last - newest >= first;
end;
