"""Events that are past their years: journeys that were over before a moment go whole, their facts and their row.

Never a part of a journey, since a row is folded from all of its facts; and never by dropping chunks of time, since what
is open or followed may have begun long before (design 5.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from services.domain.events import JOURNEY_KINDS

MOST = 2000  # journeys of a transaction: about a second's work
#: A fact may be of a time after it was recorded by what the door allows, which is minutes. A bound spares newer chunks.
_AHEAD = timedelta(days=1)

#: Over, or without any phase (all of it cancelled); nothing recorded of it or said to be of a time since; and followed
#: by no journey that is kept, so that of a chain the last goes first. Skipped while somebody writes it.
_OVER = """
select key from subject as past
where (ended_at < %(before)s or ended_at is null) and last_recorded_at < %(before)s
  and coalesce(moments[cardinality(moments)] < %(before)s, true)
  and (kind is null or kind = any(%(kinds)s))
  and not exists (select from subject as next where next.follows = past.key)
limit %(most)s
for update skip locked
"""
_FACTS = "delete from event where subject = any(%(keys)s) and time < %(until)s"
_ROWS = "delete from subject where key = any(%(keys)s)"


def drop(connection: Connection[Any], before: datetime, *, most: int = MOST) -> Iterator[int]:
    """Drop the journeys that were over, and last heard of, before a moment; yields after each transaction how many
    facts went.

    Kept whatever their age: journeys with an open phase and what they follow; people, units, beds, gauges and
    organisations. A fact of a dropped journey that is sent again is taken for a new one.
    """
    asked = {"before": before, "kinds": list(JOURNEY_KINDS), "most": most}
    while True:
        with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
            keys = [row[0] for row in cursor.execute(_OVER, asked).fetchall()]
            if not keys:
                return
            count = cursor.execute(_FACTS, {"keys": keys, "until": before + _AHEAD}).rowcount
            cursor.execute(_ROWS, {"keys": keys})
        yield count
