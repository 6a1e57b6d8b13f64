drop table feed_rhythm;
