-- The set of facts, and what folding them gives. Common to PostgreSQL 16-18.

-- event_key admits each fact once: an ordinary table, because a hypertable's unique key must hold its time column.
create table event_key (
    uid    uuid not null,
    digest uuid not null,
    primary key (uid, digest)
);

create table event (
    uid           uuid        not null,
    digest        uuid        not null,
    subject       text        not null,
    source        text        not null,
    type          text        not null,
    time          timestamptz not null,
    sent_at       timestamptz not null,
    recorded_at   timestamptz not null,
    rank          smallint    not null,
    target        uuid,
    selects       text,
    person        text,
    person_merged text,
    follows       text,
    flag          text,
    data          jsonb       not null
);
create index event_subject on event (subject);
create index event_recorded_at on event using brin (recorded_at);
create index event_merge on event (subject) where type = 'person.merged';

create type phase as (
    name    text,
    site    text,
    unit    text,
    label   text,
    value   double precision,
    from_at timestamptz,
    to_at   timestamptz,
    outcome text,
    visits  text[]
);

-- Derived: `lightship replay` rebuilds it from event. ended_at is infinity while any phase is open, null without phases.
create table subject (
    key               text primary key,
    kind              text,
    source            text,
    person            text,
    flag              text,
    follows           text,
    age_band          text,
    sex               text,
    neighbourhood     text,
    segment           text,
    high_intensity    boolean,
    described_at      timestamptz,
    moments           timestamptz[],
    phases            phase[],
    started_at        timestamptz,
    ended_at          timestamptz,
    first_recorded_at timestamptz,
    last_recorded_at  timestamptz
);
create index subject_ended_at on subject (ended_at);
create index subject_last_recorded_at on subject (last_recorded_at);

-- People's merges are edges between pseudonyms; journeys keep their own key.
create index subject_person on subject (person) where person is not null;

-- The newest fact of each source, for feed health.
create table feed (
    source          text primary key,
    last_event_at   timestamptz not null,
    last_receipt_at timestamptz not null,
    facts           bigint      not null
);

-- One clock for all processes: now = origin + (wall - started) * rate.
create table clock (
    only_row boolean primary key default true check (only_row),
    origin   timestamptz      not null,
    started  timestamptz      not null,
    rate     double precision not null
);

-- One writer of the picture: a lease by the database's clock, with a fencing number that every write checks.
create table picture (
    only_row   boolean primary key default true check (only_row),
    holder     text,
    expires_at timestamptz,
    fence      bigint not null default 0,
    revision   bigint not null default 0,
    written_at timestamptz,
    body       jsonb
);
insert into picture default values;

-- What the synthetic feed has written, so that a second start resumes and progress can be shown.
create table synthetic (
    only_row   boolean primary key default true check (only_row),
    seed       bigint           not null,
    scale      double precision not null,
    began_at   timestamptz      not null, -- the start of the world
    live_from  timestamptz      not null, -- where history ends and live begins
    reached_at timestamptz      not null, -- sent up to here
    drawable   boolean          not null default false, -- every open journey is in: a first board can be drawn
    share      double precision not null default 0 -- of history written
);
