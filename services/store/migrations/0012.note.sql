-- What people wrote on a moment. Rows are added and never changed; what should not stand is withdrawn.
create table note (
    id       uuid primary key,
    scope    text        not null, -- the code of a site, a provider, a place or the system
    measure  text,                 -- null: of everything there
    at       timestamptz not null,
    until    timestamptz check (until > at),
    text     text        not null check (length(text) between 1 and 280),
    made_at  timestamptz not null, -- by the one clock; a note is known from then on
    who      text        not null,
    role     text        not null
);
create index note_scope on note (scope, at desc, id desc);

create table note_withdrawal (
    note uuid primary key references note (id),
    at   timestamptz not null, -- by the one clock
    who  text        not null,
    role text        not null,
    why  text        not null
);

create function note_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'notes are append-only; withdraw one instead';
end
$$;

create trigger note_append_only before update or delete on note
    for each statement execute function note_refuse();
create trigger note_withdrawal_append_only before update or delete on note_withdrawal
    for each statement execute function note_refuse();
