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


def resume_clock(connection: Connection[Any], wall: datetime, rate: float) -> datetime | None:
    """Let the clock of a store with synthetic people go on where it stopped; answers from when, None without them.

    It stopped where `stop_clock` left it, or else, after a crash, two seconds past the last that anybody saw of it (the
    feed, a fact that was received, the picture), so that it does not go back. A clock in use is left alone.
    """
    row = connection.execute(
        """
        update clock set origin = stopped.at, started = %(wall)s, rate = %(rate)s
        from (
            select least(
                clock.origin + greatest(interval '0', %(wall)s - clock.started) * clock.rate,
                greatest(
                    clock.origin,
                    synthetic.reached_at,
                    (select max(last_receipt_at) from feed),
                    (select (body ->> 'as_at')::timestamptz from picture)
                ) + interval '2 s' * clock.rate
            ) as at
            from clock, synthetic
        ) as stopped
        where not exists (select from picture where expires_at > clock_timestamp())
        returning clock.origin
        """,
        {"wall": wall, "rate": rate},
    ).fetchone()
    return row[0] if row else None


def stop_clock(connection: Connection[Any], wall: datetime) -> None:
    """Stop the clock of a store with synthetic people; wall time, which others go by, cannot be stopped."""
    connection.execute(
        """
        update clock set
            origin = origin + greatest(interval '0', %(wall)s - started) * rate,
            started = %(wall)s,
            rate = 0
        where exists (select from synthetic)
        """,
        {"wall": wall},
    )
