-- From which day the limits of a chart are worked out again, because somebody knows what changed in the process. Rows
-- are added and never changed; what should not stand is withdrawn. Common to PostgreSQL 16-18.
create table rebase (
    id      uuid primary key,
    measure text        not null,
    code    text        not null, -- the chart's own: a site, a provider, a place or the system
    day     date        not null, -- of London
    reason  text        not null check (length(reason) between 1 and 280),
    made_at timestamptz not null, -- by the one clock; known from then on
    who     text        not null,
    role    text        not null
);
create index rebase_chart on rebase (measure, code, day desc, id desc);

create table rebase_withdrawal (
    rebase uuid primary key references rebase (id),
    at     timestamptz not null, -- by the one clock
    who    text        not null,
    role   text        not null,
    why    text        not null
);

create function rebase_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'rebases are append-only; withdraw one instead';
end
$$;

create trigger rebase_append_only before update or delete on rebase
    for each statement execute function rebase_refuse();
create trigger rebase_withdrawal_append_only before update or delete on rebase_withdrawal
    for each statement execute function rebase_refuse();
