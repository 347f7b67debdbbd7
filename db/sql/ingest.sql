-- name: lock_source
-- One document of an outlet at a time; held until the transaction ends. $1 what the outlet is recognised by.
select pg_advisory_xact_lock(731044217, hashtext($1));
