delete from feed_rhythm as older using feed_rhythm as newer
where newer.source = older.source and newer.day > older.day;
alter table feed_rhythm drop constraint feed_rhythm_pkey;
alter table feed_rhythm drop column day;
alter table feed_rhythm add primary key (source);
