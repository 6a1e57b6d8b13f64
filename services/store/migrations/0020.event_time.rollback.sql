drop index event_time;
alter index event_recorded_at reset (autosummarize);
alter table feed drop first_event_at, drop first_receipt_at;
