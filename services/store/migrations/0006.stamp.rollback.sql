alter table subject reset (fillfactor);
drop index subject_last_recorded_at;
create index subject_last_recorded_at on subject (last_recorded_at);
alter table subject drop stamp;
create table event_key (
    uid    uuid not null,
    digest uuid not null,
    primary key (uid, digest)
);
insert into event_key select uid, digest from event;
