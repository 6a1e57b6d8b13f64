-- A history that was interrupted goes on near where it was: how many batches of it are in, and by a chain of digests
-- which; and with what incidents and misbehaviour the world is to be made again.
alter table synthetic
    add batches   integer not null default 0,
    add digest    bytea   not null default '',
    add incidents jsonb   not null default '[]',
    add misbehaviour jsonb;

-- A file that is being taken in: up to where it is. Gone once all of it is.
create table import (
    file  text   primary key, -- digest of what it is known by
    items bigint not null,    -- taken in, refused ones among them
    bytes bigint not null,    -- of the unpacked file
    at    timestamptz not null default now()
);
