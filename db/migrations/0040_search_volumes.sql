-- The words of articles stand in the index by volume, as those of a bound newspaper: a search goes through the newest
-- volumes first, and through older ones only where it has not found enough. So what it takes does not grow with the
-- archive.

-- A time as the number of a volume: 2,048 periods of four hours, which are 341 days.
create function search_volume(at timestamptz) returns integer language sql immutable parallel safe
return search_period(at) >> 11;

-- The words of an article with the volume that they stand in: 60~harbour. No word holds a tilde or a space. By way of a
-- text, which takes half the time of going through the words.
create function search_words(at timestamptz, words tsvector) returns tsvector language sql immutable parallel safe
return array_to_tsvector(string_to_array(
  search_volume(at)::text || '~' || array_to_string(tsvector_to_array(words), ' ' || search_volume(at)::text || '~'), ' '
));

-- A text query over the words of a volume, or of one and the next, from one whose words each begin with a tilde.
create function search_in_volumes(words text, first integer, last integer) returns tsquery
language sql immutable parallel safe
return (
  replace(words, '~', last::text || '~')
  || case when first < last then '|' || replace(words, '~', first::text || '~') else '' end
)::tsquery;

-- The volumes from the last one back to the first, each as such a pair: the last one, which may have just begun, with
-- the one before it, then one at a time.
create function search_volumes(first integer, last integer) returns table (since integer, upto integer)
language sql immutable parallel safe rows 3
begin atomic
  select greatest(first, case when volume = last then volume - 1 else volume end), volume
  from generate_series(last, first, -1) volume
  where volume <> last - 1;
end;

-- A text query over the words of all volumes of a span (see search_spans), from the first one on that there is; null
-- over none.
create function search_in_span(words text, keys integer[], first integer) returns tsquery
language sql immutable parallel safe
return (
  select string_agg(replace(words, '~', volume::text || '~'), '|')::tsquery
  from generate_series(
    greatest(search_from(keys) >> 11, first),
    (((keys[cardinality(keys)] >> 4) + 1 << 2 * (keys[1] & 15)) - 1) >> 11
  ) volume
);
