-- A hypertable becomes a table again by a copy, which yoyo does not make: restore the backup instead.
do $$ begin raise exception 'TimescaleDB''s tables do not become plain again: restore a backup into a database without it'; end $$;
