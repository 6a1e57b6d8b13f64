"""Rebasing a chart and taking that back, as deeds: each stands with its audit entry, or neither does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from services import withdrawing
from services.domain.rebases import Rebase
from services.store import audit
from services.store import rebases as store
from services.store.audit import By


def declare(connection: Connection[Any], rebase: Rebase, by: By) -> Rebase:
    """Keep a rebase. The audit says which chart and from when, not why: a withdrawn reason is read nowhere."""
    with connection.transaction():
        store.add(connection, rebase)
        audit.write(connection, by, "rebase.declare", system_at=rebase.made_at, target=rebase.id, after=_about(rebase))
    return rebase


def withdraw(connection: Connection[Any], id_: UUID, why: str, now: datetime, by: By) -> Rebase:
    """Withdraw a rebase. Raises KeyError for an unknown one, Withdrawn where it is withdrawn already."""
    rebase, taken = withdrawing.withdraw(connection, "rebase", id_, why, now, by, read=store.read, about=_about)
    return replace(rebase, reason=None, withdrawn=taken)


def _about(rebase: Rebase) -> dict[str, str]:
    return {"measure": rebase.measure, "code": rebase.code, "day": rebase.day.isoformat()}
