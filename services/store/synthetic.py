"""What the synthetic feed has written, and whether events from elsewhere say that they are synthetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

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


class People(NamedTuple):
    """synthetic: some of them are made up. mixed: and there are events besides that do not say so."""

    synthetic: bool
    mixed: bool


def people(connection: Connection[Any]) -> People:
    """Whose events the store has taken in."""
    row = connection.execute(
        """
        select exists (select from synthetic) or exists (select from origin where synthetic),
            exists (select from origin where not synthetic)
        """
    ).fetchone()
    assert row is not None
    return People(row[0], row[0] and row[1])


def note_origins(connection: Connection[Any], origins: Iterable[bool], at: datetime) -> None:
    """Events that say that they are synthetic (True), or that do not (False), were taken in: belongs into the
    transaction that does so.
    """
    for is_synthetic in sorted(origins):
        connection.execute(
            "insert into origin (synthetic, recorded_at) values (%s, %s) on conflict do nothing", (is_synthetic, at)
        )


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
