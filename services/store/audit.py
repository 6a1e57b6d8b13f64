"""The audit: who did what, when and why. Written in the transaction of the deed itself, and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from services.store import cursors

MAX_PAGE = 500
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class By:
    """On whose account something is done. role: by which they may; why: in their words, None where they gave none."""

    who: str
    role: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """at: wall time; system_at: the same moment by the one clock. before, after: what it changed, without values that
    may name anybody.
    """

    id: int
    at: datetime
    system_at: datetime
    who: str
    role: str
    what: str
    target: str | None
    why: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def write(
    connection: Connection[Any], by: By, what: str, *, system_at: datetime, target: object = None,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Keep one entry; call it in the transaction of the deed, so that neither stands without the other."""
    connection.execute(
        """
        insert into audit (system_at, who, role, what, target, why, before, after)
        values (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            system_at, by.who, by.role, what, None if target is None else str(target), by.why,
            None if before is None else Jsonb(dict(before)), None if after is None else Jsonb(dict(after)),
        ),
    )  # fmt: skip


def list_(connection: Connection[Any], cursor: str | None = None, limit: int = 100) -> tuple[list[Entry], str | None]:
    """A page, newest first, and the cursor of the next (None: there is none). Raises StoreError for a wrong cursor."""
    limit = max(1, min(limit, MAX_PAGE))
    before = cursors.read("audit", cursor, _id) if cursor else _LARGEST
    with connection.cursor(row_factory=class_row(Entry)) as rows:
        found = rows.execute(
            """
            select id, at, system_at, who, role, what, target, why, before, after from audit
            where id < %s order by id desc limit %s
            """,
            (before, limit + 1),
        ).fetchall()
    page = found[:limit]
    return page, cursors.write("audit", page[-1].id) if len(found) > limit else None


def _id(text: str) -> int:
    found = int(text)
    if not 0 < found <= _LARGEST:
        raise ValueError(text)
    return found
