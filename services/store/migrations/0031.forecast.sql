-- What a forecast was made from, and who said what of it beside its figures; and its figures, an hour a row. Made once
-- and never edited: what came is compared with what was said.
create table forecast_issue (
    id           uuid primary key,
    as_at        timestamptz not null,
    known_at     timestamptz not null,
    made_at      timestamptz not null,
    replications int         not null,
    seed         bigint      not null,
    said         json        not null -- as it was said, to the letter
);
create index forecast_issue_as_at on forecast_issue (as_at);

create table forecast (
    issue   uuid        not null,
    as_at   timestamptz not null,
    site    text        not null,
    measure text        not null,
    at      timestamptz not null,
    mean    double precision,
    p05     double precision,
    p10     double precision,
    p25     double precision,
    p50     double precision,
    p75     double precision,
    p90     double precision,
    p95     double precision,
    primary key (issue, site, measure, at, as_at)
);

create function forecast_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'a forecast is not edited; make another';
end
$$;

create trigger forecast_issue_not_edited before update on forecast_issue
    for each statement execute function forecast_refuse();
create trigger forecast_not_edited before update on forecast
    for each statement execute function forecast_refuse();
