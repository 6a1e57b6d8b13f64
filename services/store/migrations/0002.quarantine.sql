-- What a door refused. The bytes are sealed under a key outside the database, and are dropped after 30 days.
-- Nothing here in clear was sent as it stands: source, type and redacted hold configured codes and closed words only.
create table quarantine (
    id               uuid primary key,
    digest           bytea unique,  -- keyed, of source and bytes: the same refused again is the same row; null once dropped
    times            bigint      not null default 1,
    received_at      timestamptz not null,
    last_received_at timestamptz not null,
    source           text,
    type             text,
    reason           text        not null,
    field            text,
    redacted         jsonb       not null,
    content_type     text        not null,
    state            text        not null default 'held' check (state in ('held', 'mended', 'replayed', 'expired')),
    expires_at       timestamptz not null,
    key_id           text,
    nonce            bytea,
    ciphertext       bytea,
    mend_key_id      text,
    mend_nonce       bytea,
    mend_ciphertext  bytea,
    replayed_at      timestamptz,
    replaced_by      uuid
);
create index quarantine_received_at on quarantine (received_at desc, id desc);
create index quarantine_expires_at on quarantine (expires_at) where digest is not null;
