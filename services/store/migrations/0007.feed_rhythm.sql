-- When each source usually sends: for each hour of the London week, the share of five-minute marks with something.
-- Derived from the events of the last weeks, and learned again every hour.
create table feed_rhythm (
    source     text primary key,
    shares     real[]      not null check (cardinality(shares) = 168),
    since      timestamptz not null, -- what was heard from then on went into it
    learned_at timestamptz not null
);
