drop table import;
alter table synthetic drop batches, drop digest, drop incidents, drop misbehaviour;
