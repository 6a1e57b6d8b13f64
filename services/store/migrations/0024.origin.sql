-- Whether any accepted event said that it is synthetic, and whether any did not; those of the feed that runs beside the
-- store (table synthetic) are not counted here. Common to PostgreSQL 16-18.
create table origin (
    synthetic   boolean primary key,
    recorded_at timestamptz not null -- of the first
);

insert into origin select false, now() where exists (select from event) and not exists (select from synthetic);
