"""Rebases of charts, append-only, as known at any moment."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from services.domain.rebases import Rebase
from services.store import cursors, withdrawals

MAX_PAGE = 500

#: Of a withdrawn one the reason is not shown again, at whatever moment is looked at, as of a note.
_REBASE = f"""
    select
        rebase.id, rebase.measure, rebase.code, rebase.day, rebase.made_at, rebase.who, rebase.role,
        case when back.rebase is null then rebase.reason end as reason,
        {withdrawals.COLUMNS}
    from rebase left join rebase_withdrawal back on back.rebase = rebase.id
"""


def list_(
    connection: Connection[Any], measure: str, code: str, known: datetime, cursor: str | None = None, limit: int = 100
) -> tuple[list[Rebase], str | None]:
    """A page of those of one chart, the latest day first, and the cursor of the next. Raises StoreError for a wrong
    cursor.
    """
    limit = max(1, min(limit, MAX_PAGE))
    day, id_ = cursors.read("rebases", cursor, _place) if cursor else (None, None)
    asked = {"measure": measure, "code": code, "known": known, "day": day, "id": id_, "limit": limit + 1}
    with connection.cursor(row_factory=dict_row) as rows:
        found = rows.execute(
            f"""
            {_REBASE}
            where rebase.measure = %(measure)s and rebase.code = %(code)s and rebase.made_at <= %(known)s
              and (%(day)s::date is null or (rebase.day, rebase.id) < (%(day)s, %(id)s))
            order by rebase.day desc, rebase.id desc
            limit %(limit)s
            """,
            asked,
        ).fetchall()
    page = [_rebase(row) for row in found[:limit]]
    return page, cursors.write("rebases", page[-1].day, page[-1].id) if len(found) > limit else None


def standing(connection: Connection[Any], measure: str, code: str, known: datetime, since: date) -> list[Rebase]:
    """Those of a chart that stood at `known`, from the day `since` on, the earliest first."""
    with connection.cursor(row_factory=dict_row) as rows:
        found = rows.execute(
            f"""
            {_REBASE}
            where rebase.measure = %(measure)s and rebase.code = %(code)s and rebase.made_at <= %(known)s
              and rebase.day >= %(since)s and (back.at is null or back.at > %(known)s)
            order by rebase.day, rebase.id
            """,
            {"measure": measure, "code": code, "known": known, "since": since},
        ).fetchall()
    return [_rebase(row) for row in found]


def add(connection: Connection[Any], rebase: Rebase) -> None:
    connection.execute(
        """
        insert into rebase (id, measure, code, day, reason, made_at, who, role)
        values (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            rebase.id, rebase.measure, rebase.code, rebase.day, rebase.reason, rebase.made_at, rebase.who, rebase.role,
        ),
    )  # fmt: skip


def read(connection: Connection[Any], id_: UUID) -> Rebase | None:
    """One as it is known now."""
    with connection.cursor(row_factory=dict_row) as rows:
        row = rows.execute(f"{_REBASE} where rebase.id = %(id)s", {"id": id_, "known": None}).fetchone()
    return _rebase(row) if row else None


def _rebase(row: dict[str, Any]) -> Rebase:
    withdrawn = withdrawals.taken_out(row)
    return Rebase(**row, withdrawn=withdrawn)


def _place(day: str, id_: str) -> tuple[date, UUID]:
    return date.fromisoformat(day), UUID(id_)
