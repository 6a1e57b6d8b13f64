-- When each source usually sends: for each hour of the London week, the share of five-minute marks with something.
-- Derived from the events of the last weeks, and learned again every hour.
create table feed_rhythm (
    source     text primary key,
    shares     real[]      not null check (cardinality(shares) = 168),
    learned_at timestamptz not null
);
