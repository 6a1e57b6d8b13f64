"""Mending what was refused: change fields of the sealed payload, seal it again, send it through the door again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.errors import LightshipError, RefusedEvent
from services.ingest.body import BodyRefused, RawItem, read_body
from services.ingest.intake import Intake, Reason, Taken, judge, says_synthetic
from services.store import quarantine, synthetic
from services.store.events import ingest
from services.store.quarantine import Held

_JSON = "application/json"


class CannotMend(LightshipError):
    """A payload in quarantine that cannot be mended field by field."""


def change_of(text: str) -> tuple[str, Any]:
    """`field.path=value` -> the path and the value: JSON where it is JSON, else text. Raises CannotMend."""
    path, equals, value = text.partition("=")
    if not equals or not path:
        raise CannotMend("A change is written field=value, such as data.site=RVV01.")
    try:
        return path, orjson.loads(value)
    except orjson.JSONDecodeError:
        return path, value


def mend(intake: Intake, id_: UUID, changes: Mapping[str, Any], now: datetime) -> Held:
    """Set fields of a payload in quarantine, by dotted path; None takes one out. It still has to be replayed.

    Raises CannotMend where the payload is no event or a path leads nowhere, StoreError where it is gone or replayed.
    """
    with intake.database.connection() as connection:
        raw = quarantine.open_bytes(connection, intake.keys, id_)
        try:
            event = orjson.loads(raw)
        except orjson.JSONDecodeError:
            event = None
        if not isinstance(event, dict):
            raise CannotMend(
                "This payload is not one event, so no field of it can be set; ask for it to be sent again."
            )
        for path, value in changes.items():
            _set(event, path, value)
        try:
            mended = orjson.dumps(event)
        except orjson.JSONEncodeError:
            raise CannotMend("A number is beyond 64 bits, a text is no text, or a path is too long.") from None
        return quarantine.mend(connection, intake.keys, id_, mended, intake.door.redact(event, now))


def _set(event: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    holder: Any = event
    for name in parents:
        holder = holder.setdefault(name, {})
        if not isinstance(holder, dict):
            raise CannotMend("A path leads through something that is not an object; see the redacted view.")
    if value is None:
        holder.pop(last, None)
    else:
        holder[last] = value


def replay(intake: Intake, id_: UUID, now: datetime, only_source: str | None = None) -> Taken:
    """Send a payload in quarantine through the door again; it is known from now on, not from when it first came.

    Raises StoreError where it is gone or was replayed already, LightshipError where its seal does not open.
    """
    taken = Taken()
    with intake.database.connection() as connection:
        raw = quarantine.open_bytes(connection, intake.keys, id_)
        try:
            first, *others = read_body(raw, content_type=_JSON, content_encoding=None)
        except BodyRefused as refused:
            first, others = RawItem(0, raw, None, RefusedEvent(str(refused))), []
        _, judged = judge(intake.door, first, now, only_source)
        if others:
            judged = RefusedEvent("The payload is not one event; ask for it to be sent again, in parts.")
        if isinstance(judged, RefusedEvent):
            quarantine.refused_again(connection, id_, judged.reason, judged.field)
            return Taken(quarantined=1, reasons=[Reason(0, judged.field, judged.reason, id_)])
        with connection.transaction():
            done = ingest(connection, [judged])
            synthetic.note_origins(connection, [says_synthetic(first.read())], now)
            quarantine.mark_replayed(connection, id_, UUID(judged.uid), now)
    taken.accepted, taken.duplicate = done.accepted, done.duplicates
    return taken
