-- Of what stands for ever - units, beds, gauges - the row keeps the last days: a year of one would be read, folded and
-- written again for each thing said of it. kept_from: windows that reach back further are folded from the facts; null
-- where the row holds the whole story.
alter table subject add column kept_from timestamptz;
create index subject_kept on subject (kept_from) where kept_from is not null;

-- Their facts by time, and whether something was said before under the same name.
create index event_standing on event (subject, time)
    where type in ('bed.status', 'gauge.reported', 'unit.capacity', 'unit.census');
create index event_standing_uid on event using hash (uid)
    where type in ('bed.status', 'gauge.reported', 'unit.capacity', 'unit.census');
