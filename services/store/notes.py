"""Notes on moments, append-only, as known at any moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from services.domain.notes import Note
from services.store import cursors, withdrawals

MAX_PAGE = 500


@dataclass(frozen=True)
class Wanted:
    """Which notes: about any of the scopes, and a stretch of time that meets first to last; as known at `known`.

    measure: those of it and of everything; None: all.
    """

    scopes: Collection[str]
    known: datetime
    first: datetime | None = None
    last: datetime | None = None
    measure: str | None = None


_NOTE = f"""
    select
        note.id, note.scope, note.measure, note.at, note.until, note.made_at, note.who, note.role,
        case when back.note is null then note.text end as text,
        {withdrawals.COLUMNS}
    from note left join note_withdrawal back on back.note = note.id
"""


def list_(
    connection: Connection[Any], wanted: Wanted, cursor: str | None = None, limit: int = 100
) -> tuple[list[Note], str | None]:
    """A page, the latest moment first, and the cursor of the next. Raises StoreError for a wrong cursor."""
    limit = max(1, min(limit, MAX_PAGE))
    at, id_ = cursors.read("notes", cursor, _place) if cursor else (None, None)
    asked = {
        "scopes": list(wanted.scopes), "known": wanted.known, "first": wanted.first, "last": wanted.last,
        "measure": wanted.measure, "at": at, "id": id_, "limit": limit + 1,
    }  # fmt: skip
    with connection.cursor(row_factory=dict_row) as rows:
        found = rows.execute(
            f"""
            {_NOTE}
            where note.scope = any(%(scopes)s) and note.made_at <= %(known)s
              and (%(last)s::timestamptz is null or note.at <= %(last)s)
              and (%(first)s::timestamptz is null or coalesce(note.until, note.at) >= %(first)s)
              and (%(measure)s::text is null or note.measure is null or note.measure = %(measure)s)
              and (%(at)s::timestamptz is null or (note.at, note.id) < (%(at)s, %(id)s))
            order by note.at desc, note.id desc
            limit %(limit)s
            """,
            asked,
        ).fetchall()
    page = [_note(row) for row in found[:limit]]
    return page, cursors.write("notes", page[-1].at, page[-1].id) if len(found) > limit else None


def add(connection: Connection[Any], note: Note) -> None:
    connection.execute(
        """
        insert into note (id, scope, measure, at, until, text, made_at, who, role)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (note.id, note.scope, note.measure, note.at, note.until, note.text, note.made_at, note.who, note.role),
    )


def read(connection: Connection[Any], id_: UUID) -> Note | None:
    """One note as it is known now."""
    with connection.cursor(row_factory=dict_row) as rows:
        row = rows.execute(f"{_NOTE} where note.id = %(id)s", {"id": id_, "known": None}).fetchone()
    return _note(row) if row else None


def _note(row: dict[str, Any]) -> Note:
    withdrawn = withdrawals.taken_out(row)
    return Note(**row, withdrawn=withdrawn)


def _place(at: str, id_: str) -> tuple[datetime, UUID]:
    return cursors.moment(at), UUID(id_)
