"""The steps by which people declare a level, append-only, as at any moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from services.domain.declaration import Step

_COLUMNS = "declaration, organisation, kind, level, at, who, role, why, calculated"


def read(connection: Connection[Any], until: datetime | None = None, organisation: str | None = None) -> list[Step]:
    """The steps in the order they were taken: up to a moment (None: all), of one organisation or of all.

    A step is known when it is taken, so `until` is the earlier of as_at and known_at.
    """
    with connection.cursor(row_factory=class_row(Step)) as rows:
        return rows.execute(
            f"""
            select {_COLUMNS} from opel_step
            where (%(until)s::timestamptz is null or at <= %(until)s)
              and (%(organisation)s::text is null or organisation = %(organisation)s)
            order by id
            """,
            {"until": until, "organisation": organisation},
        ).fetchall()


def hold(connection: Connection[Any], organisation: str) -> None:
    """Hold an organisation's declarations until the transaction ends, so that two proposals cannot cross."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 10))", (f"opel:{organisation}",))


def organisation_of(connection: Connection[Any], declaration: UUID) -> str | None:
    row = connection.execute(
        "select organisation from opel_step where declaration = %s limit 1", (declaration,)
    ).fetchone()
    return row[0] if row else None


def add(connection: Connection[Any], step: Step) -> None:
    connection.execute(
        f"insert into opel_step ({_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            step.declaration, step.organisation, step.kind, step.level, step.at, step.who, step.role, step.why,
            None if step.calculated is None else Jsonb(dict(step.calculated)),
        ),
    )  # fmt: skip
