-- Keys of machines. The token is 32 random bytes, so a plain hash of it cannot be guessed back.
create table api_key (
    id         uuid primary key,
    name       text        not null,
    token_hash bytea       not null unique,
    scopes     text[]      not null,
    source     text,  -- the one source it may write for; null: any
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);
