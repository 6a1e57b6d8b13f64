-- Which subjects each transaction wrote, so that who keeps them in memory reads only those again. Common to PostgreSQL
-- 16-18. A row goes once the picture's writer has read it; by its transaction it is seen, however late that commits.
create table touched (
    xid  xid8   not null default pg_current_xact_id(),
    keys text[] not null
);
