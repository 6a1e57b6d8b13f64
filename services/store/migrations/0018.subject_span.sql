-- Subjects are looked for by when they began and ended together: of a past moment, what ended since must not be read
-- from the table only to find that most of it had not begun.
create index subject_span on subject (ended_at, started_at);
drop index subject_ended_at;
