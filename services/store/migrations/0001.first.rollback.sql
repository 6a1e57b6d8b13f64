drop table synthetic, picture, clock, feed, subject, event, event_key;
drop type phase;
