-- How far each partition of Kafka has been taken in: written in the transaction of the events themselves, so that this
-- and not Kafka's own record says where to go on. A database that was restored says where it was.
create table kafka_offset (
    topic       text        not null,
    partition   integer     not null,
    next_offset bigint      not null,            -- of the first message that is not in yet
    end_offset  bigint,                          -- of the partition's end, when it was last asked
    asked_at    timestamptz,
    lost        bigint      not null default 0,  -- messages that Kafka had dropped before they were read
    rewound     bigint      not null default 0,  -- messages read again, since this was behind Kafka's own record
    rewound_at  timestamptz,
    written_at  timestamptz not null default now(),
    primary key (topic, partition)
);
