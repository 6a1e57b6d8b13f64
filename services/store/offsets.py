"""How far each partition of Kafka has been taken in, as the store knows it (design 5.1).

The row of a partition goes forward in the transaction that takes its messages in, and only from where it stands: a
batch that begins beyond it shows that this database is not the one that took in what came before (it was restored), and
is refused before anything of it is in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from psycopg import Connection
from psycopg.rows import class_row, tuple_row

from services.errors import StoreError


class Partition(NamedTuple):
    topic: str
    number: int


class Stretch(NamedTuple):
    """Messages of one partition, by the offsets of the first and the last."""

    partition: Partition
    first: int
    last: int


class Begin(NamedTuple):
    """Where a partition is to be read from, and what there is to say about it: messages that Kafka dropped unread, and
    messages that are read again since this database lies behind Kafka's own record.
    """

    offset: int
    lost: int = 0
    again: int = 0


class Behind(StoreError):
    """The database lies behind what was read: it was restored, or set back. Begin again from `begin`."""


def begin(
    connection: Connection[Any], first: Mapping[Partition, int], ends: Mapping[Partition, int],
    committed: Mapping[Partition, int | None],
) -> dict[Partition, Begin]:  # fmt: skip
    """Where to read each partition from, and the rows that `advance` asks for.

    first, ends: the offset of the oldest message that Kafka still has, and of the next that it will get. committed:
    how far Kafka's own record says the group was.
    """
    made: dict[Partition, Begin] = {}
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        for partition in sorted(first):
            oldest, end = first[partition], ends[partition]
            cursor.execute(
                """
                insert into kafka_offset (topic, partition, next_offset) values (%s, %s, %s)
                on conflict (topic, partition) do nothing
                """,
                (*partition, 0),
            )
            row = cursor.execute(
                "select next_offset from kafka_offset where topic = %s and partition = %s for update", partition
            ).fetchone()
            assert row is not None
            at: int = row[0]
            known = committed.get(partition) or 0
            if at > end:  # the topic was made anew
                start = Begin(oldest)
            elif at < oldest:
                start = Begin(oldest, lost=oldest - at)
            else:
                start = Begin(at, again=max(0, min(known, end) - at))
            if start.offset != at or start.again:
                cursor.execute(
                    """
                    update kafka_offset set
                        next_offset = %s, lost = lost + %s, rewound = rewound + %s,
                        rewound_at = case when %s > 0 then now() else rewound_at end
                    where topic = %s and partition = %s
                    """,
                    (start.offset, start.lost, start.again, start.again, *partition),
                )
            made[partition] = start
    return made


def advance(connection: Connection[Any], stretches: Sequence[Stretch]) -> None:
    """Go forward over what this transaction takes in. Raises Behind where the database is not as far as they begin."""
    rows = [
        {"topic": each.partition.topic, "partition": each.partition.number, "first": each.first, "last": each.last}
        for each in sorted(stretches)
    ]
    moved = connection.execute(
        """
        with batch as materialized (
            select * from jsonb_to_recordset(%s::jsonb) as b (topic text, partition integer, first bigint, last bigint)
        ), held as materialized (
            select topic, partition from kafka_offset join batch using (topic, partition)
            where next_offset >= first order by topic, partition for update of kafka_offset
        )
        update kafka_offset set next_offset = greatest(next_offset, last + 1), written_at = now()
        from batch join held using (topic, partition)
        where kafka_offset.topic = batch.topic and kafka_offset.partition = batch.partition
        """,
        (orjson.dumps(rows).decode(),),
    ).rowcount
    if moved != len(rows):
        raise Behind("The database is not as far as the messages read from Kafka: it was restored, or set back.")


def note_ends(connection: Connection[Any], ends: Mapping[Partition, int]) -> None:
    """What the ends of partitions are, for whoever looks at how far behind they are."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "update kafka_offset set end_offset = %s, asked_at = now() where topic = %s and partition = %s",
            [(ends[partition], *partition) for partition in sorted(ends)],
        )


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the feeds board shows it. waiting: messages that are not in yet, None while nobody has asked for the
    end. is_read: whether somebody has asked for it lately. lost, again, again_at: as in `Begin`, and when last.
    """

    name: str
    partitions: int
    waiting: int | None
    is_read: bool
    lost: int
    again: int
    again_at: datetime | None


READ_SECONDS = 30  # somebody who reads a topic says so every few seconds


def topics(connection: Connection[Any]) -> list[Topic]:
    """The topics that have ever been read."""
    with connection.cursor(row_factory=class_row(Topic)) as cursor:
        return cursor.execute(
            """
            select topic as name, count(*) as partitions, sum(greatest(0, end_offset - next_offset))::bigint as waiting,
                   bool_and(coalesce(asked_at > now() - make_interval(secs => %s), false)) as is_read,
                   sum(lost)::bigint as lost, sum(rewound)::bigint as again, max(rewound_at) as again_at
            from kafka_offset group by topic order by topic
            """,
            (READ_SECONDS,),
        ).fetchall()


def note_reached(connection: Connection[Any], reached: Mapping[Partition, int], ends: Mapping[Partition, int]) -> None:
    """How far somebody has read whose place Kafka itself keeps."""
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into kafka_offset (topic, partition, next_offset, end_offset, asked_at)
            values (%s, %s, %s, %s, now())
            on conflict (topic, partition) do update set
                next_offset = excluded.next_offset, end_offset = excluded.end_offset, asked_at = excluded.asked_at,
                written_at = now()
            """,
            [(*partition, reached[partition], ends[partition]) for partition in sorted(reached)],
        )


def behind(connection: Connection[Any]) -> dict[Partition, int]:
    """How many messages of each partition wait, where somebody has asked for its end."""
    rows = connection.execute(
        "select topic, partition, greatest(0, end_offset - next_offset) from kafka_offset where end_offset is not null"
    ).fetchall()
    return {Partition(topic, number): count for topic, number, count in rows}
