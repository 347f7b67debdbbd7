-- The volumes from the last one back to the first, as they are looked through: the last four one by one, since what a
-- look finds in excess is read for nothing, then ever more at a time, since a look that finds nothing costs as well.
create or replace function search_volumes(first integer, last integer) returns table (since integer, upto integer)
language sql immutable parallel safe rows 3
begin atomic
  select greatest(last - oldest, first), last - newest
  from (values
    (0, 0), (1, 1), (2, 2), (3, 3), (4, 5), (6, 9), (10, 17), (18, 33), (34, 65), (66, 129), (130, 1 << 20)
  ) look (newest, oldest)
  where last - newest >= first;
end;
