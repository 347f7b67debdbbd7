-- name: begin
-- A document may hold ten thousand entries, so its statements may take longer than a reader's, until the transaction
-- ends. $1 milliseconds, as text.
select set_config('statement_timeout', $1, true);

-- name: lock_source
-- One document of an outlet at a time; held until the transaction ends. $1 what the outlet is recognised by.
select pg_advisory_xact_lock(731044217, hashtext($1));
