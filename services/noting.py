"""Writing and withdrawing notes as deeds: each stands with its audit entry, or neither does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from services import withdrawing
from services.domain.notes import Note
from services.store import audit
from services.store import notes as store
from services.store.audit import By


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
    note, taken = withdrawing.withdraw(
        connection, "note", id_, why, now, by, read=store.read, about=lambda note: {"scope": note.scope}
    )
    return replace(note, text=None, withdrawn=taken)
