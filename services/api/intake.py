"""From the bytes of a body to facts in the store and refusals in quarantine. Knows nothing of HTTP.

Whoever is told a count is told it after the database's commit: a failure on the way rises, and the sender sends again
(what is in already is then a duplicate).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog

from services.domain.facts import Fact
from services.errors import LightshipError, RefusedEvent
from services.ingest.body import BodyRefused, RawItem, read_body
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.store import quarantine
from services.store.database import Database
from services.store.events import ingest
from services.store.quarantine import Held, Refused

BATCH = 2000  # events a transaction
REASONS_SHOWN = 100
_JSON = "application/json"
_BYTES = "application/octet-stream"
_GZIP_MAGIC = b"\x1f\x8b"
_log = structlog.get_logger(__name__)


class Unreadable(LightshipError):
    """A body of which nothing could be read as an event. It is in quarantine; `taken` says where."""

    def __init__(self, reason: str, taken: Taken) -> None:
        super().__init__(reason)
        self.taken = taken


class CannotMend(LightshipError):
    """A payload in quarantine that cannot be mended field by field."""


@dataclass(frozen=True, slots=True)
class Reason:
    index: int
    field: str | None
    reason: str
    quarantine_id: UUID


@dataclass
class Taken:
    """What became of the events of a body. reasons: of the first 100 refused."""

    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    reasons: list[Reason] = field(default_factory=list)

    @property
    def reasons_left_off(self) -> int:
        return self.quarantined - len(self.reasons)


@dataclass(frozen=True)
class Intake:
    """ring: told the touched subjects after each commit."""

    database: Database
    door: Door
    keys: KeyRing
    ring: Callable[[frozenset[str]], None]


def take_in(
    intake: Intake, body: bytes, *, content_type: str | None, content_encoding: str | None, now: datetime,
    only_source: str | None = None,
) -> Taken:  # fmt: skip
    """Take in what a body holds: good events into the store, bad ones into quarantine, both before this returns.

    only_source: the one source the sender may write for. Raises BodyRefused where nothing was kept, Unreadable where
    the whole went to quarantine, psycopg.Error where the database failed.
    """
    taken = Taken()
    try:
        items = read_body(body, content_type=content_type, content_encoding=content_encoding)
    except BodyRefused as refused:
        # Only a gzip that does not open holds something that is worth keeping and small enough to keep.
        gzipped = body.startswith(_GZIP_MAGIC) or "gzip" in (content_encoding or "").lower()
        if refused.status != 400 or not body or not gzipped:
            raise
        whole = RawItem(0, body, None, RefusedEvent(str(refused)))
        _flush(intake, taken, [], [(whole, RefusedEvent(str(refused)))], now, _BYTES)
        raise Unreadable(str(refused), taken) from None
    facts: list[Fact] = []
    refusals: list[tuple[RawItem, RefusedEvent]] = []
    readable = False
    for item in items:
        readable = readable or item.event is not None
        judged = _judge(intake.door, item, now, only_source)
        if isinstance(judged, Fact):
            facts.append(judged)
        else:
            refusals.append((item, judged))
        if len(facts) + len(refusals) >= BATCH:
            _flush(intake, taken, facts, refusals, now)
            facts, refusals = [], []
    _flush(intake, taken, facts, refusals, now)
    if not readable:
        raise Unreadable(taken.reasons[0].reason, taken)
    return taken


def _judge(door: Door, item: RawItem, now: datetime, only_source: str | None) -> Fact | RefusedEvent:
    if item.refusal is not None or item.event is None:
        return item.refusal or RefusedEvent("The event cannot be read; send it again.")
    try:
        fact = door.admit(item.event, now, now)
    except RefusedEvent as refusal:
        return refusal
    except Exception as error:  # a fault of ours in one event must not stop the rest of its batch
        _log.error("door.failed", error=type(error).__name__)
        return RefusedEvent("The event met a fault of Lightship's own; it is kept, and can be replayed once mended.")
    if only_source is not None and fact.source != only_source:
        return RefusedEvent("source is not the one that this API key may write for; use its own key", "source")
    return fact


def _flush(
    intake: Intake, taken: Taken, facts: list[Fact], refusals: list[tuple[RawItem, RefusedEvent]], now: datetime,
    content_type: str = _JSON,
) -> None:  # fmt: skip
    """Commit a batch and count it."""
    with intake.database.connection() as connection:
        if facts:
            done = ingest(connection, facts)
            taken.accepted += done.accepted
            taken.duplicate += done.duplicates
            if done.touched:
                intake.ring(done.touched)
        if not refusals:
            return
        held = [_refused(intake.door, item, refusal, now, content_type) for item, refusal in refusals]
        ids = quarantine.put(connection, intake.keys, held)
    room = REASONS_SHOWN - len(taken.reasons)
    for (item, refusal), id_ in list(zip(refusals, ids, strict=True))[:room]:
        taken.reasons.append(Reason(item.index, refusal.field, refusal.reason, id_))
    taken.quarantined += len(refusals)


def _refused(door: Door, item: RawItem, refusal: RefusedEvent, now: datetime, content_type: str) -> Refused:
    sent = item.raw if item.event is None else item.event
    source, type_ = door.known(sent)
    return Refused(
        raw=item.raw,
        reason=refusal.reason,
        field=refusal.field,
        source=source,
        type=type_,
        redacted=door.redact(sent, now),
        content_type=content_type,
        received_at=now,
    )


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
        return quarantine.mend(connection, intake.keys, id_, orjson.dumps(event), intake.door.redact(event, now))


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
        judged = _judge(intake.door, first, now, only_source)
        if others:
            judged = RefusedEvent("The payload is not one event; ask for it to be sent again, in parts.")
        if isinstance(judged, RefusedEvent):
            quarantine.refused_again(connection, id_, judged.reason, judged.field)
            return Taken(quarantined=1, reasons=[Reason(0, judged.field, judged.reason, id_)])
        with connection.transaction():
            done = ingest(connection, [judged])
            quarantine.mark_replayed(connection, id_, judged.uid, now)
    taken.accepted, taken.duplicate = done.accepted, done.duplicates
    if done.touched:
        intake.ring(done.touched)
    return taken
