-- What a source had sent by a past moment is found by when it happened: received since then is far more, and the whole
-- log where the planner thinks so. Facts that came late widen the ranges, so each keeps several (minmax_multi).
create index event_time on event
    using brin (time timestamptz_minmax_multi_ops) with (pages_per_range = 32, autosummarize = on);
-- What is not summarised yet is read whole at every look.
alter index event_recorded_at set (autosummarize = on);

-- Before its first event a source is not looked for at all.
alter table feed add first_event_at timestamptz, add first_receipt_at timestamptz;
update feed set first_event_at = first.event_at, first_receipt_at = first.receipt_at
from (select source, min(time) as event_at, min(recorded_at) as receipt_at from event group by source) as first
where feed.source = first.source;
update feed set first_event_at = coalesce(first_event_at, last_event_at),
                first_receipt_at = coalesce(first_receipt_at, last_receipt_at);
alter table feed alter first_event_at set not null, alter first_receipt_at set not null;
