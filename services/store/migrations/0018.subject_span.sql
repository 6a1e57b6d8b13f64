-- Subjects are looked for by when they began and ended together: of a past moment, what ended since must not be read
-- from the table only to find that most of it had not begun.
create index subject_span on subject (ended_at, started_at);
drop index subject_ended_at;

-- What takes something back is rare and looked for alone: without this, each week of readings reads every event for it.
create index event_takes_back on event (recorded_at) where rank <> 0;
