-- Whether a journey is followed by one that is kept is asked of each that is past its years.
create index subject_follows on subject (follows) where follows is not null;
