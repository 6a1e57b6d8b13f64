"""What the synthetic feed has written. People are synthetic as long as this has a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Json


@dataclass(frozen=True)
class Run:
    """drawable: every open journey is written. share: of the history written, 0 to 1. batches: of it, that are in;
    digest: of these, each with that of those before it. incidents, misbehaviour: as JSON, what was asked for.
    """

    seed: int
    scale: float
    began_at: datetime
    live_from: datetime
    reached_at: datetime
    drawable: bool = False
    share: float = 0.0
    batches: int = 0
    digest: bytes = b""
    incidents: list[dict[str, Any]] = field(default_factory=list)
    misbehaviour: dict[str, Any] | None = None


def read(connection: Connection[Any]) -> Run | None:
    row = connection.execute(
        """
        select seed, scale, began_at, live_from, reached_at, drawable, share, batches, digest, incidents, misbehaviour
        from synthetic
        """
    ).fetchone()
    return Run(*row) if row else None


def begin(connection: Connection[Any], run: Run) -> None:
    connection.execute(
        """
        insert into synthetic
            (seed, scale, began_at, live_from, reached_at, drawable, share, incidents, misbehaviour)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            run.seed, run.scale, run.began_at, run.live_from, run.reached_at, run.drawable, run.share,
            Json(run.incidents), Json(run.misbehaviour) if run.misbehaviour is not None else None,
        ),
    )  # fmt: skip


def progress(
    connection: Connection[Any], *, share: float | None = None, drawable: bool | None = None,
    reached_at: datetime | None = None,
) -> None:  # fmt: skip
    connection.execute(
        """
        update synthetic set share = greatest(%s, share), drawable = coalesce(%s, drawable),
            reached_at = coalesce(%s, reached_at)
        """,
        (share, drawable, reached_at),
    )


def wrote(connection: Connection[Any], batches: int, digest: bytes, share: float) -> None:
    """So many batches are in: belongs into the transaction of the last of them."""
    connection.execute(
        "update synthetic set batches = %s, digest = %s, share = greatest(%s, share)", (batches, digest, share)
    )
