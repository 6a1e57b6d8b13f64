-- By when it was made, as it is dropped; packed when all its hours have come. What is asked is a measure of a site.
do $$ begin perform create_hypertable('forecast', by_range('as_at', interval '7 days'), migrate_data => true); end $$;
alter table forecast set (timescaledb.compress, timescaledb.compress_segmentby = 'site, measure', timescaledb.compress_orderby = 'as_at, issue, at');
do $$ begin perform add_compression_policy('forecast', compress_after => interval '14 days'); end $$;
