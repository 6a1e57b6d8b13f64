"""Rebasing a chart and taking that back, as deeds: each stands with its audit entry, or neither does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.domain.notes import Withdrawal
from services.domain.rebases import Rebase
from services.store import audit
from services.store import rebases as store
from services.store.audit import By


class Withdrawn(ValueError):
    """The rebase was withdrawn before."""


def declare(connection: Connection[Any], rebase: Rebase, by: By) -> Rebase:
    """Keep a rebase. The audit says which chart and from when, not why: a withdrawn reason is read nowhere."""
    with connection.transaction():
        store.add(connection, rebase)
        audit.write(connection, by, "rebase.declare", system_at=rebase.made_at, target=rebase.id, after=_about(rebase))
    return rebase


def withdraw(connection: Connection[Any], id_: UUID, why: str, now: datetime, by: By) -> Rebase:
    """Withdraw a rebase. Raises KeyError for an unknown one, Withdrawn where it is withdrawn already."""
    with connection.transaction():
        rebase = store.read(connection, id_)
        if rebase is None:
            raise KeyError(id_)
        taken = Withdrawal(now, by.who, by.role, why)
        if not store.withdraw(connection, id_, taken):
            raise Withdrawn(id_)
        audit.write(connection, by, "rebase.withdraw", system_at=now, target=id_, before=_about(rebase))
    return replace(rebase, reason=None, withdrawn=taken)


def _about(rebase: Rebase) -> dict[str, str]:
    return {"measure": rebase.measure, "code": rebase.code, "day": rebase.day.isoformat()}
