drop table if exists reading, reading_hour, series, reading_progress;
