"""What the synthetic feed has written. People are synthetic as long as this has a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection


@dataclass(frozen=True)
class Run:
    """drawable: every open journey is written. share: of the history written, 0 to 1."""

    seed: int
    scale: float
    began_at: datetime
    live_from: datetime
    reached_at: datetime
    drawable: bool = False
    share: float = 0.0


def read(connection: Connection[Any]) -> Run | None:
    row = connection.execute(
        "select seed, scale, began_at, live_from, reached_at, drawable, share from synthetic"
    ).fetchone()
    return Run(*row) if row else None


def begin(connection: Connection[Any], run: Run) -> None:
    connection.execute(
        """
        insert into synthetic (seed, scale, began_at, live_from, reached_at, drawable, share)
        values (%s, %s, %s, %s, %s, %s, %s)
        """,
        (run.seed, run.scale, run.began_at, run.live_from, run.reached_at, run.drawable, run.share),
    )


def progress(
    connection: Connection[Any], *, share: float | None = None, drawable: bool | None = None,
    reached_at: datetime | None = None,
) -> None:  # fmt: skip
    connection.execute(
        """
        update synthetic set share = coalesce(%s, share), drawable = coalesce(%s, drawable),
            reached_at = coalesce(%s, reached_at)
        """,
        (share, drawable, reached_at),
    )
