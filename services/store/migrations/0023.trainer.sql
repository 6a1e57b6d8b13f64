-- What a trainer asked of the synthetic system: incidents, feeds that fall silent, and the speed of the clock. The feed
-- reads them at each tick, and notes when it did what was asked, so that a world made again does the same at the same
-- moment. All moments are of the one clock. Common to PostgreSQL 16-18.
create table trainer (
    only_row boolean primary key default true check (only_row),
    speed    double precision not null check (speed between 0.1 and 3600),
    paused   boolean not null
);

create table injection (
    id           uuid primary key,
    kind         text not null,
    organisation text not null, -- a site, unit or provider; the system for everywhere
    size         double precision not null check (size > 0),
    at           timestamptz not null,
    until        timestamptz not null,
    ended_at     timestamptz, -- asked to end before its time
    begun_at     timestamptz, -- when the feed began it, to the second
    over_at      timestamptz, -- when the feed ended it
    made_at      timestamptz not null,
    who          text not null,
    check (at < until)
);

create table silence (
    id       uuid primary key,
    source   text not null, -- ODS code of the provider
    since    timestamptz not null,
    until    timestamptz not null,
    ended_at timestamptz, -- asked to speak again before its time
    spoke_at timestamptz, -- when its backlog was delivered
    made_at  timestamptz not null,
    who      text not null,
    check (since < until)
);
