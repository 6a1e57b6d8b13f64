-- Hours as changes only, and one series for all the names of what is the same. Readings are derived: they are dropped
-- here, and written again behind the first board (or by `lightship replay --readings-only`).
truncate reading, reading_hour;
drop table series;
update reading_progress set begin_at = null, from_at = null, until = null, facts = 0;
alter table reading_progress add rules text; -- a digest of the configuration and the catalogue that readings follow

-- Level (unit, site, provider, place or system) and code name a series; what stands for the same sites shares one.
create table series (
    measure text    not null,
    level   text    not null,
    code    text    not null,
    id      integer not null,
    primary key (measure, level, code)
);

comment on table reading_hour is
    'Whole hours, changes only: an hour without a row is as the hour before it, looked for back to 00:00 UTC. absent 9: '
    'from known_at on as the hour before. marks > 0 and no mean: mean, least and greatest are value, and so the counts.';
