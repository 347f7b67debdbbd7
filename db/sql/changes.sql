-- name: append
-- The last statement of every writing transaction: lines of the log under one lock, so that commit order is
-- the order of the numbers. $1 kinds, $2 global ids, $3 articles, $4 what filters read before (JSON texts).
with l as materialized (select pg_advisory_xact_lock(7310442178001))
insert into changes (kind, node, article_id, was)
select c.kind, c.node, c.article_id, c.was::jsonb
from l, unnest($1::text[], $2::text[], $3::uuid[], $4::text[]) with ordinality as c (kind, node, article_id, was, n)
order by c.n;

-- name: since
-- Lines after a number, oldest first. $1 number, $2 at most so many.
select seq, at, kind, node, article_id, was from changes where seq > $1 order by seq limit $2;

-- name: head
-- The number of the newest committed line; 0 for an empty log.
select coalesce(max(seq), 0) from changes;

-- name: place
-- The log's id and the number of its newest committed line: what an answer that is kept stands by.
select concat((select id from log), '/', (select max(seq) from changes));
