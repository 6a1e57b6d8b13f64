-- Who did what, when and why. Rows are added and never changed; no personal data of patients.
create table audit (
    id        bigint generated always as identity primary key,
    at        timestamptz not null default clock_timestamp(),
    system_at timestamptz not null, -- the same moment by the one clock, which synthetic people live by
    who       text  not null,
    role      text  not null,
    what      text  not null,
    target    text,
    why       text,
    before    jsonb,
    after     jsonb
);

create function audit_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the audit is append-only';
end
$$;

create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function audit_refuse();
