"""The whole ingest path, bytes to committed journeys, beside bare inserts of the same batches, in one run.

Whole: read the body, admit each event at the door (pseudonyms, validation), ingest (keys, events, fold, subjects).
Bare: the same facts' event rows alone into a copy of `event`, as large and with its indexes, one statement a batch, by
COPY and by one JSON parameter; the faster is the base. A batch is what the intake takes into one transaction. Grouped:
each journey's events lie together; scattered: they lie in different bodies and batches. Only the ratios count: the
machine's own speed is in both sides.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
from psycopg import Connection

from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.domain.events import EVENT_TYPES, JOURNEY_KINDS
from services.domain.facts import Fact
from services.ingest.body import read_body
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.ingest.intake import BATCH, Intake, Taken, judge, take_stream
from services.store.database import Database, migrate
from services.store.embedded import embedded
from simulations.feed import SyntheticSystem

BODY = 2000  # events
GROWTH = (10_000, 100_000, 1_000_000)
MEASURED = 200_000  # events timed for each figure: of few, filling and draining the intake would be much
SCATTERED_OVER = 20_000  # events among which a journey's are dealt out


def run(most: int = 1_000_000, progress: Callable[[float], None] = lambda _: None) -> dict[str, Any]:
    """Rates in events a second, and whole / bare, at growing sizes of the store up to `most` events."""
    system = load_system()
    sizes = [size for size in GROWTH if size <= most] or [most]
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="lightship-bench-") as folder:
        keys = KeyRing.load(Path(folder) / "keys", create=True)
        door, other = (Door(system, keys, GAUGES, max_age_days=4000) for _ in range(2))
        with embedded(Path(folder) / "postgres") as url:
            migrate(url)
            with Database(url) as database, database.connection() as connection:
                intake = Intake(database, door)
                connection.execute("create table bare (like event including indexes)")
                bodies = _Bodies(system)
                held = 0
                for size in sizes:
                    while held < size:
                        batch = bodies.grouped(min(BODY * 4, size - held))
                        held += sum(_whole(intake, [body]) for body in batch)
                        progress(held / sizes[-1])
                    found.append({"store_events": held} | _measure(connection, intake, other, bodies))
                    held += 2 * MEASURED
    return {"body_events": BODY, "batch_events": BATCH, "budget": {"grouped": 0.35, "scattered": 0.2}, "sizes": found}


def _measure(connection: Connection[Any], intake: Intake, other: Door, bodies: _Bodies) -> dict[str, Any]:
    """other: a door that makes the facts for the bare inserts, so that the one that is timed has not seen them yet."""
    result: dict[str, Any] = {}
    connection.execute("truncate bare")
    connection.execute("insert into bare select * from event")  # as large as the table it stands for
    connection.execute("vacuum analyze event, subject, bare")  # what the database would do meanwhile, beside either
    connection.execute("checkpoint")
    for name, made in (("grouped", bodies.grouped(MEASURED)), ("scattered", bodies.scattered(MEASURED))):
        facts = [fact for body in made for fact in _admit(other, body)]
        began = time.perf_counter()
        count = _whole(intake, made)
        whole = count / (time.perf_counter() - began)
        bare = {"copy": 0.0, "json": 0.0}
        for way, insert in (("copy", _copy), ("json", _as_json)):
            prepared = [facts[start : start + BATCH] for start in range(0, len(facts), BATCH)]
            began = time.perf_counter()
            for batch in prepared:
                insert(connection, batch)
            bare[way] = count / (time.perf_counter() - began)
        base = max(bare.values())
        result[name] = {
            "whole_per_second": round(whole), "bare_copy_per_second": round(bare["copy"]),
            "bare_json_per_second": round(bare["json"]), "ratio": round(whole / base, 3),
        }  # fmt: skip
    return result


def _whole(intake: Intake, bodies: Sequence[bytes]) -> int:
    taken = Taken()
    now = datetime.now(UTC) + timedelta(days=400)
    items = chain.from_iterable(
        read_body(body, content_type="application/x-ndjson", content_encoding=None) for body in bodies
    )
    for _ in take_stream(intake, items, taken, now=now):
        pass
    if taken.quarantined:
        raise SystemExit(f"the benchmark's own events were refused: {taken.reasons[0].reason}")
    return taken.accepted


def _admit(door: Door, body: bytes) -> list[Fact]:
    now = datetime.now(UTC) + timedelta(days=400)
    items = read_body(body, content_type="application/x-ndjson", content_encoding=None)
    judged = [judge(door, item, now, None)[1] for item in items]
    return [fact for fact in judged if isinstance(fact, Fact)]


_COLUMNS = (
    "uid", "digest", "subject", "source", "type", "time", "sent_at", "recorded_at", "rank", "target", "selects",
    "person", "person_merged", "follows", "flag",
)  # fmt: skip


def _copy(connection: Connection[Any], facts: Sequence[Fact]) -> None:
    with connection.cursor().copy("copy bare from stdin") as copy:
        for fact in facts:
            copy.write_row((*(getattr(fact, name) for name in _COLUMNS), orjson.dumps(fact.data).decode()))


def _as_json(connection: Connection[Any], facts: Sequence[Fact]) -> None:
    rows = orjson.dumps([fact._asdict() for fact in facts]).decode()
    connection.execute("insert into bare select * from jsonb_populate_recordset(null::bare, %s::jsonb)", (rows,))


class _Bodies:
    """Bodies of events never sent before, from the synthetic system: whole journeys, or theirs dealt out."""

    def __init__(self, system: Any) -> None:
        self._system, self._seed = system, 100
        self._spare: list[list[dict[str, Any]]] = []

    def _journeys(self, events: int) -> list[list[dict[str, Any]]]:
        taken: list[list[dict[str, Any]]] = []
        count = 0
        while count < events:
            if not self._spare:
                self._seed += 1
                start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=self._seed % 300)
                world = SyntheticSystem(self._system, start, seed=self._seed)
                by_subject: dict[str, list[dict[str, Any]]] = {}
                for event in world.advance(start + timedelta(days=3)):
                    by_subject.setdefault(event["subject"], []).append(event)
                self._spare = [group for group in by_subject.values() if len(group) > 1 and _is_journey(group)]
                for event in chain.from_iterable(self._spare):
                    event["subject"] += f"s{self._seed}"  # journeys never sent before
            taken.append(self._spare.pop())
            count += len(taken[-1])
        return taken

    def grouped(self, events: int) -> list[bytes]:
        flat = [event for group in self._journeys(events) for event in group][:events]
        return _bodies(flat)

    def scattered(self, events: int) -> list[bytes]:
        flat = [event for group in self._journeys(events) for event in group][:events]
        dealt: list[dict[str, Any]] = []
        for start in range(0, len(flat), SCATTERED_OVER):
            part = flat[start : start + SCATTERED_OVER]
            random.Random(1).shuffle(part)
            dealt += part
        return _bodies(dealt)


def _is_journey(group: list[dict[str, Any]]) -> bool:
    return EVENT_TYPES[group[0]["type"]].kind in JOURNEY_KINDS


def _bodies(events: list[dict[str, Any]]) -> list[bytes]:
    return [
        b"\n".join(orjson.dumps(event) for event in events[start : start + BODY])
        for start in range(0, len(events), BODY)
    ]
