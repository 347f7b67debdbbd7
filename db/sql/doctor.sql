-- name: facts
-- What `broadsheet doctor` asks a server: version, connections, and which extensions it has or could create.
select
  current_setting('server_version') as version,
  current_setting('server_version_num')::integer as number,
  current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer as connections,
  array(select name::text from pg_available_extensions union select extname::text from pg_extension) as extensions;
