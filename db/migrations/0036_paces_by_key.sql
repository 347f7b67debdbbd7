-- The idempotency key of the write that a pace has counted last, of which another try is not too soon.
alter table paces add column key text;
