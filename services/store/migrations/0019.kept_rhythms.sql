-- What was learned of a feed is kept, the last of each London day: a board of a past moment judges a feed by the rhythm
-- that was known then. About 750 bytes a source and day.
alter table feed_rhythm add column day date;
update feed_rhythm set day = (learned_at at time zone 'Europe/London')::date;
alter table feed_rhythm alter column day set not null;
alter table feed_rhythm drop constraint feed_rhythm_pkey;
alter table feed_rhythm add primary key (source, day);
