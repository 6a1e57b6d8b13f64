-- Whole UTC days from the hours that are kept, which are changes in two times: the latest version of each hour stands
-- until the next that is kept, at most to the end of its day, and 9 says that an hour is as the one before. So a day is
-- made of its own rows alone. With TimescaleDB the view reading_day_told becomes a continuous aggregate of the same SQL.

create type hour_told as (
    hour timestamptz, known_at timestamptz, value double precision, numerator double precision,
    denominator double precision, absent smallint, marks smallint, mean double precision, least double precision,
    greatest double precision, mean_numerator double precision, mean_denominator double precision
);

-- marks: how many of the day's 288 have a value. closes: what stood when the day ended. The mean is over all marks, and
-- the counts are means too, so that a share is numerator / denominator.
create type day_told as (
    marks integer, hours integer, closes double precision, mean double precision, least double precision,
    greatest double precision, numerator double precision, denominator double precision
);

-- A body that is bound to its types here: a refresh of TimescaleDB looks for no name outside pg_catalog.
create function day_of(told hour_told[]) returns day_told language sql immutable parallel safe return (
    with latest as (
        select distinct on (hour) * from unnest(told) order by hour, known_at desc
    ), standing as (
        select *, least(
            lead(hour, 1, 'infinity') over (order by hour),
            date_bin('1 day', hour, timestamptz '2000-01-01 00:00:00Z') + interval '24 hours'
        ) as until
        from latest where absent <> 9
    ), spread as (
        select hour, until, value, extract(epoch from until - hour)::int / 3600 as hours, marks,
            case when marks > 0 then coalesce(mean, value) end as mean,
            case when marks > 0 then coalesce(least, value) end as least,
            case when marks > 0 then coalesce(greatest, value) end as greatest,
            case when marks > 0 and mean is null then numerator else mean_numerator end as numerator,
            case when marks > 0 and mean is null then denominator else mean_denominator end as denominator
        from standing where not (absent = 3 and marks = 0)
    )
    select row(
        sum(marks * hours)::int, sum(hours)::int, (array_agg(value order by hour desc))[1],
        sum(mean * marks * hours) / nullif(sum(marks * hours), 0), min(least), max(greatest),
        sum(numerator * marks * hours) / nullif(sum(marks * hours), 0),
        sum(denominator * marks * hours) / nullif(sum(marks * hours), 0)
    )::day_told from spread
);

create view reading_day_told as
select series, date_bin('1 day', hour, timestamptz '2000-01-01 00:00:00Z') as day,
    day_of(array_agg(row(
        hour, known_at, value, numerator, denominator, absent, marks, mean, least, greatest, mean_numerator,
        mean_denominator
    )::hour_told order by hour, known_at)) as told
from reading_hour group by 1, 2;

-- The days that are over, and whole in what is kept.
create view reading_day as
select series, day, (told).* from reading_day_told, reading_progress
where day + interval '24 hours' <= date_bin('1 hour', reading_progress.until, timestamptz '2000-01-01 00:00:00Z');
