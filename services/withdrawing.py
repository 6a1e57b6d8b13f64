"""Withdrawing what somebody wrote, as a deed: it stands with its audit entry, or neither does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from psycopg import Connection

from services.domain.withdrawals import Withdrawal, Withdrawn
from services.store import audit, withdrawals
from services.store.audit import By
from services.store.withdrawals import Withdrawable

T = TypeVar("T")


def withdraw(
    connection: Connection[Any], what: Withdrawable, id_: UUID, why: str, now: datetime, by: By, *,
    read: Callable[[Connection[Any], UUID], T | None], about: Callable[[T], Mapping[str, str]],
) -> tuple[T, Withdrawal]:  # fmt: skip
    """What was withdrawn, as it stood, and its withdrawal. Raises KeyError for an unknown one, Withdrawn where it is
    withdrawn already.

    about: what the audit says of it, which are never its words.
    """
    with connection.transaction():
        found = read(connection, id_)
        if found is None:
            raise KeyError(id_)
        taken = Withdrawal(now, by.who, by.role, why)
        if not withdrawals.add(connection, what, id_, taken):
            raise Withdrawn(id_)
        audit.write(connection, by, f"{what}.withdraw", system_at=now, target=id_, before=about(found))
    return found, taken
