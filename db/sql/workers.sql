-- name: beat
-- A worker's sign of life; the first one writes its row. $1 id, $2 host, $3 process id, $4 now.
insert into workers (id, host, pid, started_at, beat_at) values ($1, $2, $3, $4, $4)
on conflict (id) do update set beat_at = excluded.beat_at;

-- name: leave
-- A worker that stops takes its row along. $1 id.
delete from workers where id = $1;

-- name: tidy
-- Rows of workers that ended without a word. $1 the time before which a sign of life is too old.
delete from workers where beat_at < $1;

-- name: newest
-- The newest sign of life of any worker, and how many gave one since $1.
select max(beat_at) as beat_at, count(*) filter (where beat_at >= $1) as alive from workers;

-- name: alive_on
-- Whether a worker of one machine gave a sign of life lately. $1 host, $2 since when.
select exists (select from workers where host = $1 and beat_at >= $2);
