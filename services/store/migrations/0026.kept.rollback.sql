drop index event_standing_uid;
drop index event_standing;
drop index subject_kept;
alter table subject drop column kept_from;
