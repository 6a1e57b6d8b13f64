-- Chunks by how the store asks: events and hours of years, five-minute readings of days.
do $$ begin perform create_hypertable('event', by_range('time', interval '7 days'), migrate_data => true); end $$;
do $$ begin perform create_hypertable('reading', by_range('mark', interval '1 day'), migrate_data => true); end $$;
do $$ begin perform create_hypertable('reading_hour', by_range('hour', interval '30 days'), migrate_data => true); end $$;

-- Old chunks are packed: what is asked of them is a series, or the events of a subject. Late facts still go in.
alter table event set (timescaledb.compress, timescaledb.compress_segmentby = 'source', timescaledb.compress_orderby = 'subject, time');
do $$ begin perform add_compression_policy('event', compress_after => interval '90 days'); end $$;
alter table reading set (timescaledb.compress, timescaledb.compress_segmentby = 'series', timescaledb.compress_orderby = 'mark, known_at');
do $$ begin perform add_compression_policy('reading', compress_after => interval '3 days'); end $$;
alter table reading_hour set (timescaledb.compress, timescaledb.compress_segmentby = 'series', timescaledb.compress_orderby = 'hour, known_at');
do $$ begin perform add_compression_policy('reading_hour', compress_after => interval '60 days'); end $$;

-- Readings go after 14 days by `readings.purge`, which asks the one clock; policies ask the wall's.
do $$ begin perform add_retention_policy('reading_hour', drop_after => interval '10 years'); end $$;
