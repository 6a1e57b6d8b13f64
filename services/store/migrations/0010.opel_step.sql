-- The steps by which people declare a level. Rows are added and never changed; the declared level is their fold.
create table opel_step (
    id           bigint generated always as identity primary key,
    declaration  uuid        not null,
    organisation text        not null,
    kind         text        not null check (kind in ('proposed', 'validated', 'agreed', 'refused')),
    level        smallint    not null check (level between 1 and 4),
    at           timestamptz not null, -- by the one clock
    who          text        not null,
    role         text        not null,
    why          text,
    calculated   jsonb, -- what was calculated when it was proposed
    unique (declaration, kind)
);
create index opel_step_organisation on opel_step (organisation, id);

create function opel_step_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'steps of declarations are append-only';
end
$$;

create trigger opel_step_append_only before update or delete on opel_step
    for each statement execute function opel_step_refuse();
