"""Mending what was refused: change fields of the sealed payload, seal it again, send it through the door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.errors import LightshipError, RefusedEvent
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.settings import Settings
from services.store import quarantine
from services.store.events import ingest

_NOT_JSON = "This payload is not one JSON object, so no field of it can be changed; ask the sender to send it again."


def door_of(settings: Settings) -> Door:
    keys = KeyRing.load(settings.keys, create=settings.database_url is None)
    return Door(load_system(settings.system), keys, GAUGES)


def change_of(text: str) -> tuple[str, Any]:
    """`field.path=JSON` -> the path and the value; a value that is not JSON is taken as text."""
    path, equals, value = text.partition("=")
    if not equals or not path:
        raise LightshipError("A change is written field=value, such as data.site=RVV01.")
    try:
        return path, orjson.loads(value)
    except orjson.JSONDecodeError:
        return path, value


def mend(connection: Connection[Any], door: Door, identity: UUID, changes: Mapping[str, Any], now: datetime) -> None:
    """Set fields by dotted path (None removes one) in the sealed payload and seal it again. Never shown, never in clear.

    Raises LightshipError where there is no such payload or it is not a JSON object.
    """
    event = _event(quarantine.open_bytes(connection, door.keys, identity))
    for path, value in changes.items():
        _set(event, path.split("."), value)
    quarantine.mend(connection, door.keys, identity, orjson.dumps(event), door.redact(event, now))


def replay(connection: Connection[Any], door: Door, identity: UUID, now: datetime) -> str | None:
    """Send a payload through the door again. Returns None when it was accepted, else why it was refused again."""
    raw = quarantine.open_bytes(connection, door.keys, identity)
    try:
        fact = door.admit(_event(raw), now, now)
    except RefusedEvent as refusal:
        quarantine.refused_again(connection, identity, refusal.reason, refusal.field)
        return refusal.reason
    with connection.transaction():
        ingest(connection, [fact])
        quarantine.mark_replayed(connection, identity, fact.uid, now)
    return None


def _event(raw: bytes) -> dict[str, Any]:
    try:
        event = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise LightshipError(_NOT_JSON) from None
    if not isinstance(event, dict):
        raise LightshipError(_NOT_JSON)
    return event


def _set(event: dict[str, Any], path: list[str], value: Any) -> None:
    *parents, last = path
    for key in parents:
        inner = event.setdefault(key, {})
        if not isinstance(inner, dict):
            raise LightshipError("That path goes through a value that is not an object; check the field's name.")
        event = inner
    if value is None:
        event.pop(last, None)
    else:
        event[last] = value
