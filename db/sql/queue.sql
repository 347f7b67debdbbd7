-- name: tidy
-- Lines of the queue's own log that nobody reads any more; its sums stay. $1 the time before which they are old.
delete from jobs.pgqueuer_log where created < $1 and aggregated;
