-- The number of the period of four hours with which a span of time begins, from its periods (see search_spans).
create function search_from(keys integer[]) returns integer language sql immutable parallel safe
return (keys[1] >> 4) << 2 * (keys[1] & 15);
