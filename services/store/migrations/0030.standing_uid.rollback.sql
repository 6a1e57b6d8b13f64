create index event_standing_uid on event using hash (uid)
    where type in ('bed.status', 'gauge.reported', 'unit.capacity', 'unit.census');
drop table standing_uid;
