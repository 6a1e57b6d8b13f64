"""What people do to what the system holds, as deeds: each stands with its audit entry, or neither does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.ingest import mending
from services.ingest.intake import Intake, Taken
from services.store import audit, keys, quarantine
from services.store.audit import By
from services.store.database import Transaction
from services.store.keys import ApiKey
from services.store.quarantine import Held


def mend(intake: Intake, id_: UUID, changes: Mapping[str, Any], now: datetime, by: By) -> Held:
    """As `mending.mend`. The audit holds how many fields were set, not which: a path may hold anything."""
    with whole(intake) as (within, connection):
        before = quarantine.get(connection, id_)
        held = mending.mend(within, id_, changes, now)
        audit.write(connection, by, "quarantine.mend", system_at=now, target=id_, before=_shown(before),
                    after=_shown(held) | {"fields_set": len(changes)})  # fmt: skip
    return held


def replay(intake: Intake, id_: UUID, now: datetime, by: By, only_source: str | None = None) -> Taken:
    """As `mending.replay`."""
    with whole(intake) as (within, connection):
        before = quarantine.get(connection, id_)
        taken = mending.replay(within, id_, now, only_source)
        told = {"accepted": taken.accepted, "duplicate": taken.duplicate, "quarantined": taken.quarantined}
        audit.write(connection, by, "quarantine.replay", system_at=now, target=id_, before=_shown(before),
                    after=_shown(quarantine.get(connection, id_)) | told)  # fmt: skip
    return taken


def create_key(
    connection: Connection[Any], by: By, *, name: str, scopes: Iterable[str], source: str | None, now: datetime,
    expires_at: datetime, system_at: datetime,
) -> tuple[ApiKey, str]:  # fmt: skip
    """As `keys.create`; the audit never holds the token."""
    with connection.transaction():
        key, token = keys.create(connection, name=name, scopes=scopes, source=source, now=now, expires_at=expires_at)
        after = {"scopes": list(key.scopes), "source": key.source, "expires_at": key.expires_at.isoformat()}
        audit.write(connection, by, "key.create", system_at=system_at, target=key.id, after=after)
    return key, token


def revoke_key(connection: Connection[Any], by: By, id_: UUID, *, now: datetime, system_at: datetime) -> None:
    """As `keys.revoke`."""
    with connection.transaction():
        keys.revoke(connection, id_, now)
        audit.write(connection, by, "key.revoke", system_at=system_at, target=id_)


@contextmanager
def whole(intake: Intake) -> Iterator[tuple[Intake, Connection[Any]]]:
    """An intake within one transaction, and its connection: what it takes in stands or falls with the audit."""
    with intake.database.connection() as connection, connection.transaction():
        yield replace(intake, database=Transaction(connection), origins=set()), connection


def _shown(held: Held | None) -> dict[str, Any]:
    return {"state": held.state, "reason": held.reason, "field": held.field} if held else {}
