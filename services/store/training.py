"""What a trainer asked of the synthetic system, as the feed reads it at each tick."""

from __future__ import annotations

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from services.domain.training import Asked, Controls, Injection, Silence

#: What is long over is not shown, and still needed to make the world again.
KEPT_SHOWN = 50

_INJECTION = """
    select id, kind, organisation, size, at, until, made_at, who, ended_at, begun_at, over_at from injection
"""
_SILENCE = "select id, source, since, until, made_at, who, ended_at, spoke_at from silence"


def read_speed(connection: Connection[Any]) -> tuple[float, bool] | None:
    """(speed, paused) as it was last asked for; None where nobody did."""
    row = connection.execute("select speed, paused from trainer").fetchone()
    return (row[0], row[1]) if row else None


def keep_speed(connection: Connection[Any], speed: float, paused: bool) -> None:
    connection.execute(
        """
        insert into trainer (speed, paused) values (%s, %s)
        on conflict (only_row) do update set speed = excluded.speed, paused = excluded.paused
        """,
        (speed, paused),
    )


def injections(connection: Connection[Any]) -> list[Injection]:
    """Every one, in the order in which they were to begin."""
    with connection.cursor(row_factory=class_row(Injection)) as rows:
        return rows.execute(f"{_INJECTION} order by at, made_at, id").fetchall()


def silences(connection: Connection[Any]) -> list[Silence]:
    with connection.cursor(row_factory=class_row(Silence)) as rows:
        return rows.execute(f"{_SILENCE} order by since, made_at, id").fetchall()


def read(connection: Connection[Any]) -> Controls:
    """All that was asked, the latest 50 of each; at real speed where nobody asked for another."""
    speed, paused = read_speed(connection) or (1.0, False)
    return Controls(
        speed, paused, tuple(injections(connection)[-KEPT_SHOWN:]), tuple(silences(connection)[-KEPT_SHOWN:])
    )


def add_injection(connection: Connection[Any], wanted: Injection) -> None:
    connection.execute(
        """
        insert into injection (id, kind, organisation, size, at, until, made_at, who)
        values (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (wanted.id, wanted.kind, wanted.organisation, wanted.size, wanted.at, wanted.until, wanted.made_at, wanted.who),
    )


def add_silence(connection: Connection[Any], wanted: Silence) -> None:
    connection.execute(
        "insert into silence (id, source, since, until, made_at, who) values (%s, %s, %s, %s, %s, %s)",
        (wanted.id, wanted.source, wanted.since, wanted.until, wanted.made_at, wanted.who),
    )


def end_injection(connection: Connection[Any], id_: UUID, now: datetime) -> Injection | None:
    """As it stood, and from now on to end; None for one that is unknown or over."""
    with connection.cursor(row_factory=class_row(Injection)) as rows:
        found = rows.execute(f"{_INJECTION} where id = %s for update", (id_,)).fetchone()
    return found if _ended(connection, "injection", found, now) else None


def end_silence(connection: Connection[Any], id_: UUID, now: datetime) -> Silence | None:
    """As it stood, and from now on to end; None for one that is unknown or over."""
    with connection.cursor(row_factory=class_row(Silence)) as rows:
        found = rows.execute(f"{_SILENCE} where id = %s for update", (id_,)).fetchone()
    return found if _ended(connection, "silence", found, now) else None


def _ended(connection: Connection[Any], table: LiteralString, found: Asked | None, now: datetime) -> bool:
    if found is None or now >= found.end:
        return False
    connection.execute(f"update {table} set ended_at = %s where id = %s", (now, found.id))
    return True


def note_begun(connection: Connection[Any], id_: UUID, at: datetime) -> None:
    connection.execute("update injection set begun_at = %s where id = %s", (at, id_))


def note_over(connection: Connection[Any], id_: UUID, at: datetime) -> None:
    connection.execute("update injection set over_at = %s where id = %s", (at, id_))


def note_spoke(connection: Connection[Any], id_: UUID, at: datetime) -> None:
    connection.execute("update silence set spoke_at = %s where id = %s", (at, id_))
