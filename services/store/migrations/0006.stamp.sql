-- The row of a subject is the lock under which its facts are admitted, each once: a second table of keys is not needed.
-- stamp: drawn anew at every write of the row, so that equal stamps mean the same facts.
drop table event_key;
alter table subject add stamp bigint not null default 0;

-- Most writes go on from a row written minutes ago: room in its page and no B-tree on what always changes make them cheap.
drop index subject_last_recorded_at;
create index subject_last_recorded_at on subject using brin (last_recorded_at) with (autosummarize = on);
alter table subject set (fillfactor = 60);
