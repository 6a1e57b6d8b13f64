-- Names under which something was said of what stands for ever. A table of its own: an index lies on each part of a
-- parted table, and of packed parts there is none, so that a name would be looked for in all years.
create table standing_uid (uid uuid primary key);
insert into standing_uid
select distinct uid from event where type in ('bed.status', 'gauge.reported', 'unit.capacity', 'unit.census');
drop index event_standing_uid;
