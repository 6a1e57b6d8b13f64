truncate reading, reading_hour;
drop table series;
update reading_progress set begin_at = null, from_at = null, until = null, facts = 0;
alter table reading_progress drop rules;
create table series (
    id      integer generated always as identity primary key,
    measure text not null,
    level   text not null,
    code    text not null,
    unique (measure, level, code)
);
comment on table reading_hour is null;
