"""What each source last sent, and the one clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from services.domain.clock import Clock


@dataclass(frozen=True)
class FeedRow:
    source: str
    last_event_at: datetime
    last_receipt_at: datetime
    facts: int


def read(connection: Connection[Any]) -> list[FeedRow]:
    rows = connection.execute(
        "select source, last_event_at, last_receipt_at, facts from feed order by source"
    ).fetchall()
    return [FeedRow(*row) for row in rows]


def read_clock(connection: Connection[Any]) -> Clock:
    """The clock that all processes share; wall time until somebody sets another."""
    row = connection.execute("select origin, started, rate from clock").fetchone()
    return Clock(*row) if row else Clock.wall(datetime.now(UTC))


def set_clock(connection: Connection[Any], clock: Clock) -> None:
    """Set the clock; it never goes back, whatever is asked."""
    connection.execute(
        """
        insert into clock (origin, started, rate) values (%(origin)s, %(started)s, %(rate)s)
        on conflict (only_row) do update set
            origin = greatest(excluded.origin, clock.origin
                + (excluded.started - clock.started) * clock.rate),
            started = excluded.started,
            rate = excluded.rate
        """,
        {"origin": clock.origin, "started": clock.started, "rate": clock.rate},
    )
