"""From the bytes of a body to facts in the store and refusals in quarantine. Knows nothing of HTTP.

Whoever is told a count is told it after the database's commit, or where there is a publisher after Kafka's
acknowledgement: a failure on the way rises, and the sender sends again (what is in already is then a duplicate).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import structlog
from prometheus_client import Counter
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
_EVENTS = Counter("lightship_door_events_total", "Events that doors of this process took, by outcome.", ["outcome"])


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


class Publisher(Protocol):
    """Where facts go that workers take into the store (`services.ingest.kafka.publisher`)."""

    def facts(self, facts: Sequence[Fact], synthetic: Iterable[bool]) -> None: ...

    def refused(self, keys: KeyRing, held: Sequence[Refused]) -> None: ...

    def close(self) -> None:
        """Give up what is not sent yet: whoever waits for it is told so."""


@dataclass
class Taken:
    """What became of the events of a body. accepted: where they are published, duplicates are among them; workers know
    which. reasons: of the first 100 refused. readable: anything was an event.
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
    """What a door works with. origins: what the store is known to have noted of its events' origins. publisher: where
    the facts go; None: into the store.
    """

    database: Database
    door: Door
    recent: Recent = field(default_factory=Recent)
    origins: set[bool] = field(default_factory=set)
    publisher: Publisher | None = None

    @property
    def keys(self) -> KeyRing:
        return self.door.keys


class _Judged(NamedTuple):
    """Items judged. made_up: of each fact, whether its event said that it is synthetic. last: the last one's number."""

    facts: list[Fact]
    made_up: list[bool]
    refusals: Refusals
    last: int


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
        judged = _Judged([], [], [(whole, RefusedEvent(str(refused)))], 0)
        _flush(intake, taken, judged, None, now, _BYTES, only_source, None)
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
        for judged in _batches(intake.door, items, taken, now, only_source):
            is_stored = intake.publisher is None and judged.facts
            ready = drafted(judged.facts, intake.recent) if is_stored else None
            last = pool.submit(_flush_after, last, intake, taken, judged, ready, now, content_type, only_source, note)
            waiting.append(last)
            if len(waiting) > AHEAD:
                waiting.popleft().result()
                yield taken
        while waiting:
            waiting.popleft().result()
            yield taken


def _batches(
    door: Door, items: Iterable[RawItem], taken: Taken, now: datetime, only_source: str | None
) -> Iterator[_Judged]:
    """Items judged, a batch at a time; where the source breaks off, what came before is given, and then the error.

    Each is judged as soon as it is read: what was just made is at hand, and a batch read first is not.
    """
    facts: list[Fact] = []
    made_up: list[bool] = []
    refusals: Refusals = []
    plain, number = door.plain, -1
    size = room = min(FIRST_BATCH, BATCH)
    try:
        for item in items:
            number, raw, event, refusal, _ = item
            fact = plain(raw, now, now) if event is None and refusal is None else None
            if fact is not None and (only_source is None or only_source == fact.source):
                facts.append(fact)
                made_up.append(is_synthetic(raw))
            else:
                item, judged = judge(door, item, now, only_source)
                if isinstance(judged, Fact):
                    facts.append(judged)
                    made_up.append(says_synthetic(item))
                else:
                    taken.readable = taken.readable or item.event is not None
                    refusals.append((item, judged))
            room -= 1
            if not room:
                taken.readable = taken.readable or bool(facts)
                yield _Judged(facts, made_up, refusals, number)
                facts, made_up, refusals = [], [], []
                size = room = min(2 * size, BATCH)
    except LightshipError:
        if facts or refusals:
            yield _Judged(facts, made_up, refusals, number)
        raise
    taken.readable = taken.readable or bool(facts)
    if facts or refusals:
        yield _Judged(facts, made_up, refusals, number)


def says_synthetic(item: RawItem) -> bool:
    """Of an item that states a fact."""
    return item.event is not None and item.event.get("synthetic") is not None


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
    intake: Intake, taken: Taken, judged: _Judged, ready: Batch | None, now: datetime, content_type: str,
    only_source: str | None, note: Note | None,
) -> None:  # fmt: skip
    """Make a batch durable and count it."""
    origins = set(judged.made_up)
    held = [refused(intake.door, item, refusal, now, content_type, only_source) for item, refusal in judged.refusals]
    if intake.publisher is None:
        done, ids = _store(intake, ready, held, origins - intake.origins, now, note and (note, judged.last))
        intake.origins.update(origins)
    else:
        done, ids = _publish(intake, intake.publisher, judged, held, note)
    for outcome, count in (("accepted", done.accepted), ("duplicate", done.duplicates), ("refused", len(held))):
        _EVENTS.labels(outcome).inc(count)
    taken.origins.update(origins)
    taken.accepted += done.accepted
    taken.duplicate += done.duplicates
    room = REASONS_SHOWN - len(taken.reasons)
    for (item, refusal), id_ in list(zip(judged.refusals, ids, strict=True))[:room]:
        taken.reasons.append(Reason(item.number, refusal.field, refusal.reason, id_))
    taken.quarantined += len(held)


def _store(
    intake: Intake, ready: Batch | None, held: Sequence[Refused], unsaid: set[bool], now: datetime,
    noted: tuple[Note, int] | None,
) -> tuple[Ingested, list[UUID]]:  # fmt: skip
    with intake.database.connection() as connection:
        if noted is None and not unsaid:
            return _put(connection, intake, ready, held)
        with connection.transaction():
            put = _put(connection, intake, ready, held)
            if unsaid:
                synthetic.note_origins(connection, unsaid, now)
            if noted is not None:
                noted[0](connection, noted[1])
            return put


def _put(
    connection: Connection[Any], intake: Intake, ready: Batch | None, held: Sequence[Refused]
) -> tuple[Ingested, list[UUID]]:  # fmt: skip
    done = commit(connection, ready, intake.recent) if ready is not None else Ingested(0, 0)
    return done, quarantine.put(connection, intake.keys, held) if held else []


def _publish(
    intake: Intake, publisher: Publisher, judged: _Judged, held: Sequence[Refused], note: Note | None
) -> tuple[Ingested, list[UUID]]:  # fmt: skip
    """The facts to Kafka, and what is refused, sealed: workers take both into the store."""
    publisher.facts(judged.facts, judged.made_up)
    if held:
        publisher.refused(intake.keys, held)
    if note is not None:
        with intake.database.connection() as connection:
            note(connection, judged.last)
    ids = [quarantine.id_of(quarantine.digest_of(intake.keys, each)) for each in held]
    return Ingested(len(judged.facts), 0), ids


def refused(
    door: Door, item: RawItem, refusal: RefusedEvent, now: datetime, content_type: str = _JSON,
    sender: str | None = None,
) -> Refused:  # fmt: skip
    """What the quarantine keeps of an item that the door refused. sender: the source that sent it, where that is known
    of whatever it says itself.
    """
    sent = item.raw if item.event is None else item.event
    source, type_ = door.known(sent)
    source = sender or source
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
