"""Withdrawals: a row beside the row that they take back, so that neither is ever changed."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from services.domain.withdrawals import Withdrawal

#: What can be withdrawn, by its table; its withdrawals are in a table of the same shape each.
Withdrawable = Literal["note", "rebase"]

#: The columns of a withdrawal that is joined as `back`, as known at %(known)s; null: as known now.
COLUMNS = """
    case when %(known)s::timestamptz is null or back.at <= %(known)s then back.at end as back_at,
    back.who as back_who, back.role as back_role, back.why as back_why
"""


def add(connection: Connection[Any], what: Withdrawable, id_: UUID, withdrawal: Withdrawal) -> bool:
    """Take a row back; False where somebody did so before."""
    done = connection.execute(
        f"""
        insert into {what}_withdrawal ({what}, at, who, role, why) values (%s, %s, %s, %s, %s)
        on conflict do nothing
        """,
        (id_, withdrawal.at, withdrawal.who, withdrawal.role, withdrawal.why),
    )
    return done.rowcount == 1


def taken_out(row: dict[str, Any]) -> Withdrawal | None:
    """The withdrawal of a row that was read with COLUMNS, which are taken out of it; None where it stands."""
    at, who, role, why = (row.pop(f"back_{key}") for key in ("at", "who", "role", "why"))
    return None if at is None else Withdrawal(at, who, role, why)
