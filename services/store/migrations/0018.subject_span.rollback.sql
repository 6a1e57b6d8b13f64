drop index event_takes_back;
create index subject_ended_at on subject (ended_at);
drop index subject_span;
