"""Writing and withdrawing notes as deeds: each stands with its audit entry, or neither does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.domain.notes import Note, Withdrawal
from services.store import audit
from services.store import notes as store
from services.store.audit import By


class Withdrawn(ValueError):
    """The note was withdrawn before."""


def write(connection: Connection[Any], note: Note, by: By) -> Note:
    """Keep a note. The audit says what it is about, and not its words: a withdrawn note's are read nowhere."""
    with connection.transaction():
        store.add(connection, note)
        about = {"scope": note.scope, "measure": note.measure, "at": note.at.isoformat(),
                 "until": note.until and note.until.isoformat()}  # fmt: skip
        audit.write(connection, by, "note.write", system_at=note.made_at, target=note.id, after=about)
    return note


def withdraw(connection: Connection[Any], id_: UUID, why: str, now: datetime, by: By) -> Note:
    """Withdraw a note. Raises KeyError for an unknown one, Withdrawn where it is withdrawn already."""
    with connection.transaction():
        note = store.read(connection, id_)
        if note is None:
            raise KeyError(id_)
        taken = Withdrawal(now, by.who, by.role, why)
        if not store.withdraw(connection, id_, taken):
            raise Withdrawn(id_)
        audit.write(connection, by, "note.withdraw", system_at=now, target=id_, before={"scope": note.scope})
    return replace(note, text=None, withdrawn=taken)
