-- Readings: what every measure was, as first read and as it became known later. Common to PostgreSQL 16-18; every key
-- holds its time, so that the tables can become hypertables.

create table series (
    id      integer generated always as identity primary key,
    measure text not null,
    level   text not null, -- unit, site, provider, place or system
    code    text not null,
    unique (measure, level, code)
);

-- Five-minute readings, changes only: a mark without a row is as the mark before it, looked for back to 00:00 UTC.
-- absent: 0 there is a value, 1 not due, 2 feed silent, 3 not provided, 9 from known_at on as the mark before.
create table reading (
    series      integer          not null,
    mark        timestamptz      not null,
    known_at    timestamptz      not null,
    value       double precision,
    numerator   double precision,
    denominator double precision,
    n           integer,
    absent      smallint         not null,
    primary key (series, mark, known_at)
);
create index reading_mark on reading using brin (mark);

-- Whole hours: value, counts and n as they stood when the hour ended; marks: how many of its twelve have a value.
create table reading_hour (
    series           integer          not null,
    hour             timestamptz      not null,
    known_at         timestamptz      not null,
    value            double precision,
    numerator        double precision,
    denominator      double precision,
    n                integer,
    absent           smallint         not null,
    marks            smallint         not null,
    mean             double precision,
    least            double precision,
    greatest         double precision,
    mean_numerator   double precision,
    mean_denominator double precision,
    primary key (series, hour, known_at)
);
create index reading_hour_hour on reading_hour using brin (hour);

-- How far readings are kept: marks from from_at on (from begin_at, once the past is written), with everything recorded
-- by until. facts: how many that was; fence: of whoever wrote last.
create table reading_progress (
    only_row boolean primary key default true check (only_row),
    begin_at timestamptz,
    from_at  timestamptz,
    until    timestamptz,
    facts    bigint not null default 0,
    fence    bigint not null default 0
);
insert into reading_progress default values;
