"""From the bytes of a body to facts in the store and refusals in quarantine. Knows nothing of HTTP.

Whoever is told a count is told it after the database's commit: a failure on the way rises, and the sender sends again
(what is in already is then a duplicate).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from psycopg import Connection

from services.domain.facts import Fact
from services.errors import LightshipError, RefusedEvent
from services.ingest.body import BodyRefused, RawItem, read_body
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.ingest.plain import is_synthetic
from services.store import quarantine, synthetic
from services.store.database import Database
from services.store.events import Batch, Ingested, commit, drafted
from services.store.quarantine import Refused
from services.store.recent import Recent

BATCH = 7_000  # events a transaction: more fold a journey less often, and are longer out of the processor's caches
FIRST_BATCH = 1_750  # the first is smaller and each is twice the one before it: the database begins sooner
AHEAD = 2  # batches that may wait for the database: it now takes longer than the door, now shorter
REASONS_SHOWN = 100
_JSON = "application/json"
_BYTES = "application/octet-stream"
_GZIP_MAGIC = b"\x1f\x8b"
Refusals = list[tuple[RawItem, RefusedEvent]]
Note = Callable[[Connection[Any], int], None]
_log = structlog.get_logger(__name__)


class Unreadable(LightshipError):
    """A body of which nothing could be read as an event. It is in quarantine; `taken` says where."""

    def __init__(self, reason: str, taken: Taken) -> None:
        super().__init__(reason)
        self.taken = taken


@dataclass(frozen=True, slots=True)
class Reason:
    index: int
    field: str | None
    reason: str
    quarantine_id: UUID


@dataclass
class Taken:
    """What became of the events of a body. reasons: of the first 100 refused. readable: anything was an event.
    resumed: items that an interrupted import of the same file had taken in before. origins: whether any accepted event
    said that it is synthetic (True is in it), and whether any did not (False is).
    """

    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    reasons: list[Reason] = field(default_factory=list)
    readable: bool = False
    resumed: int = 0
    origins: set[bool] = field(default_factory=set)

    @property
    def reasons_left_off(self) -> int:
        return self.quarantined - len(self.reasons)


@dataclass(frozen=True)
class Intake:
    """What a door works with. origins: what the store is known to have noted of its events' origins."""

    database: Database
    door: Door
    recent: Recent = field(default_factory=Recent)
    origins: set[bool] = field(default_factory=set)

    @property
    def keys(self) -> KeyRing:
        return self.door.keys


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
        _flush(intake, taken, None, [(whole, RefusedEvent(str(refused)))], now, _BYTES)
        raise Unreadable(str(refused), taken) from None
    for _ in take_stream(intake, items, taken, now=now, only_source=only_source):
        pass
    if not taken.readable:
        raise Unreadable(taken.reasons[0].reason, taken)
    return taken


def take_stream(
    intake: Intake, items: Iterable[RawItem], taken: Taken, *, now: datetime, only_source: str | None = None,
    content_type: str = _JSON, note: Note | None = None,
) -> Iterator[Taken]:  # fmt: skip
    """Take items in, a batch at a time, counting into `taken`; yields it whenever a batch is durable.

    note: called in the transaction of each batch with its connection and the number of its last item.

    While the database takes one batch, the next are judged and drafted. Where it fails at one, those that wait behind
    it are not begun; where the source breaks off, what came before is taken in.
    """
    waiting: deque[Future[None]] = deque()
    last: Future[None] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="intake") as pool:
        for facts, refusals, number, origins in _batches(intake.door, items, taken, now, only_source):
            ready = drafted(facts, intake.recent) if facts else None
            noted = note and (note, number)
            last = pool.submit(_flush_after, last, intake, taken, ready, refusals, now, content_type, noted, origins)
            waiting.append(last)
            if len(waiting) > AHEAD:
                waiting.popleft().result()
                yield taken
        while waiting:
            waiting.popleft().result()
            yield taken


def _batches(
    door: Door, items: Iterable[RawItem], taken: Taken, now: datetime, only_source: str | None
) -> Iterator[tuple[list[Fact], Refusals, int, frozenset[bool]]]:
    """Items judged, a batch at a time, the number of the last of them, and whether the facts are of synthetic people
    (True), of others (False) or both; where the source breaks off, what came before is given, and then the error.

    Each is judged as soon as it is read: what was just made is at hand, and a batch read first is not.
    """
    facts: list[Fact] = []
    refusals: Refusals = []
    marked = 0  # of the facts
    plain, number = door.plain, -1
    size = room = min(FIRST_BATCH, BATCH)
    try:
        for item in items:
            number, raw, event, refusal, _ = item
            fact = plain(raw, now, now) if event is None and refusal is None else None
            if fact is not None and (only_source is None or only_source == fact.source):
                facts.append(fact)
                marked += is_synthetic(raw)
            else:
                item, judged = judge(door, item, now, only_source)
                if isinstance(judged, Fact):
                    facts.append(judged)
                    marked += says_synthetic(item)
                else:
                    taken.readable = taken.readable or item.event is not None
                    refusals.append((item, judged))
            room -= 1
            if not room:
                taken.readable = taken.readable or bool(facts)
                yield facts, refusals, number, _origins(facts, marked)
                facts, refusals, marked = [], [], 0
                size = room = min(2 * size, BATCH)
    except LightshipError:
        if facts or refusals:
            yield facts, refusals, number, _origins(facts, marked)
        raise
    taken.readable = taken.readable or bool(facts)
    if facts or refusals:
        yield facts, refusals, number, _origins(facts, marked)


def says_synthetic(item: RawItem) -> bool:
    """Of an item that states a fact."""
    return item.event is not None and item.event.get("synthetic") is not None


def _origins(facts: Sequence[Fact], marked: int) -> frozenset[bool]:
    return frozenset(is_so for is_so, count in ((True, marked), (False, len(facts) - marked)) if count)


def judge(
    door: Door, sent: RawItem, now: datetime, only_source: str | None
) -> tuple[RawItem, Fact | RefusedEvent]:  # fmt: skip
    """An item read, and the fact that it states or why it is refused."""
    item = sent.read()
    if item.refusal is not None or item.event is None:
        return item, item.refusal or RefusedEvent("The event cannot be read; send it again.")
    try:
        fact = door.admit(item.event, now, now)
    except RefusedEvent as refusal:
        return item, refusal
    except Exception as error:  # a fault of ours in one event must not stop the rest of its batch
        _log.error("door.failed", error=type(error).__name__)
        words = "The event met a fault of Lightship's own; it is kept, and can be replayed once mended."
        return item, RefusedEvent(words)
    if only_source is not None and fact.source != only_source:
        return item, RefusedEvent("source is not the one that this API key may write for; use its own key", "source")
    return item, fact


def _flush_after(before: Future[None] | None, *batch: Any) -> None:
    if before is not None:
        before.result()  # has ended; where it failed so does this
    _flush(*batch)


def _flush(
    intake: Intake, taken: Taken, ready: Batch | None, refusals: Refusals, now: datetime,
    content_type: str = _JSON, noted: tuple[Note, int] | None = None, origins: frozenset[bool] = frozenset(),
) -> None:  # fmt: skip
    """Commit a batch and count it."""
    unsaid = origins - intake.origins
    with intake.database.connection() as connection:
        if noted is None and not unsaid:
            done, ids = _put(connection, intake, ready, refusals, now, content_type)
        else:
            with connection.transaction():
                done, ids = _put(connection, intake, ready, refusals, now, content_type)
                if unsaid:
                    synthetic.note_origins(connection, unsaid, now)
                if noted is not None:
                    noted[0](connection, noted[1])
    intake.origins.update(unsaid)
    taken.origins.update(origins)
    taken.accepted += done.accepted
    taken.duplicate += done.duplicates
    room = REASONS_SHOWN - len(taken.reasons)
    for (item, refusal), id_ in list(zip(refusals, ids, strict=True))[:room]:
        taken.reasons.append(Reason(item.number, refusal.field, refusal.reason, id_))
    taken.quarantined += len(refusals)


def _put(
    connection: Connection[Any], intake: Intake, ready: Batch | None, refusals: Refusals, now: datetime,
    content_type: str,
) -> tuple[Ingested, list[UUID]]:  # fmt: skip
    done = commit(connection, ready, intake.recent) if ready is not None else Ingested(0, 0)
    if not refusals:
        return done, []
    held = [refused(intake.door, item, refusal, now, content_type) for item, refusal in refusals]
    return done, quarantine.put(connection, intake.keys, held)


def refused(
    door: Door, item: RawItem, refusal: RefusedEvent, now: datetime, content_type: str = _JSON
) -> Refused:  # fmt: skip
    """What the quarantine keeps of an item that the door refused."""
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
