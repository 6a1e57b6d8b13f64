-- transactional: false
drop view reading_day;
drop view reading_day_told;

-- Real-time aggregation is switched on deliberately: days that are not materialised yet are computed when asked.
create materialized view reading_day_told with (timescaledb.continuous, timescaledb.materialized_only = false) as
select series, time_bucket('1 day', hour) as day,
    day_of(array_agg(row(
        hour, known_at, value, numerator, denominator, absent, marks, mean, least, greatest, mean_numerator,
        mean_denominator
    )::hour_told order by hour, known_at)) as told
from reading_hour group by 1, 2 with no data;

create view reading_day as
select series, day, (told).* from reading_day_told, reading_progress
where day + interval '24 hours' <= date_bin('1 hour', reading_progress.until, timestamptz '2000-01-01 00:00:00Z');

do $$ begin perform add_continuous_aggregate_policy('reading_day_told',
    start_offset => interval '16 days', end_offset => interval '1 day', schedule_interval => interval '1 hour'); end $$;
