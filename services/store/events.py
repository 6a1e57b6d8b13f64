"""The ingest transaction: facts in, folded subjects out, all or nothing.

The subject's row is its lock. A new subject's row is inserted already folded (`on conflict do nothing`): whoever
inserts it first holds it, so no other door can have facts of it that we have not seen; everybody else locks the row
and reads the facts again. Keys are sorted everywhere; what can still deadlock across steps is tried again.
"""

from __future__ import annotations

import random
import time as wall
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import psycopg
from psycopg import Connection
from psycopg.rows import tuple_row

from services.domain.facts import Fact
from services.domain.fold import Subject, fold, union
from services.domain.phases import phases

TRIES = 8
DOORBELL = "lightship"  # NOTIFY without payload: something changed, look

_EVENT_COLUMNS = """
    uid uuid, digest uuid, subject text, source text, type text, time timestamptz, sent_at timestamptz,
    recorded_at timestamptz, rank smallint, target uuid, selects text, person text, person_merged text,
    follows text, flag text, data jsonb
"""
_ADMIT = f"""
with batch as materialized (
    select * from jsonb_to_recordset(%s::jsonb) as ({_EVENT_COLUMNS})
), admitted as (
    insert into event_key (uid, digest)
    select uid, digest from batch order by uid, digest
    on conflict do nothing
    returning uid, digest
)
insert into event
select batch.* from batch join admitted using (uid, digest)
returning uid::text, digest::text
"""
_EARLIER = f"""
update event set recorded_at = batch.recorded_at
from jsonb_to_recordset(%s::jsonb) as batch ({_EVENT_COLUMNS})
where event.subject = batch.subject and event.uid = batch.uid and event.digest = batch.digest
  and batch.recorded_at < event.recorded_at
returning event.subject
"""
_FACTS = """
select uid::text, digest::text, subject, source, type, time, sent_at, rank, target::text, selects, person,
       person_merged, follows, flag, data, recorded_at
from event
where subject = any(%s)
"""
_LOCK = "select key from subject where key = any(%s) order by key for update"
_INSERT = """
insert into subject
select * from jsonb_populate_recordset(null::subject, %s::jsonb) order by key
on conflict (key) do nothing
returning key
"""
_UPDATE = """
update subject set
    kind = r.kind, source = r.source, person = r.person, flag = r.flag, follows = r.follows, age_band = r.age_band,
    sex = r.sex, neighbourhood = r.neighbourhood, segment = r.segment, high_intensity = r.high_intensity,
    described_at = r.described_at, moments = r.moments, phases = r.phases, started_at = r.started_at,
    ended_at = r.ended_at, first_recorded_at = r.first_recorded_at, last_recorded_at = r.last_recorded_at
from jsonb_populate_recordset(null::subject, %s::jsonb) as r
where subject.key = r.key
"""
_FEED = """
insert into feed (source, last_event_at, last_receipt_at, facts)
select * from jsonb_to_recordset(%s::jsonb)
    as (source text, last_event_at timestamptz, last_receipt_at timestamptz, facts bigint)
order by source
on conflict (source) do update set
    last_event_at = greatest(feed.last_event_at, excluded.last_event_at),
    last_receipt_at = greatest(feed.last_receipt_at, excluded.last_receipt_at),
    facts = feed.facts + excluded.facts
"""

_DESCRIPTION = ("age_band", "sex", "neighbourhood", "segment", "high_intensity")


@dataclass(frozen=True)
class Ingested:
    """accepted + duplicates = the facts handed in. touched: the subjects whose state was folded again."""

    accepted: int
    duplicates: int
    touched: frozenset[str]


def ingest(connection: Connection[Any], facts: Sequence[Fact]) -> Ingested:
    """Take facts in: one transaction, tried again on a deadlock. Returns after the database's commit.

    Raises psycopg.Error where the database cannot do it; nothing of the batch is then in.
    """
    for attempt in range(1, TRIES + 1):
        try:
            with connection.transaction():
                return _once(connection, facts)
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
            if attempt == TRIES:
                raise
            wall.sleep(random.uniform(0.005, 0.05) * attempt)
    raise AssertionError("unreachable")


def _once(connection: Connection[Any], facts: Sequence[Fact]) -> Ingested:
    batch = union(facts)
    if not batch:
        return Ingested(0, 0, frozenset())
    by_subject: dict[str, list[Fact]] = {}
    for fact in batch.values():
        by_subject.setdefault(fact.subject, []).append(fact)
    keys = sorted(by_subject)
    with connection.cursor(row_factory=tuple_row) as cursor:
        held = {row[0] for row in cursor.execute(_LOCK, (keys,))}
        new = [key for key in keys if key not in held]
        fresh: set[str] = set()
        if new:
            rows = [row_of(fold(by_subject[key])) for key in new]
            fresh = {row[0] for row in cursor.execute(_INSERT, (_json(rows),))}
            lost = [key for key in new if key not in fresh]
            if lost:
                cursor.execute(_LOCK, (lost,))
        body = _json([_event_row(fact) for fact in batch.values()])
        admitted = set(cursor.execute(_ADMIT, (body,)).fetchall())
        touched = {batch[key].subject for key in admitted}
        if len(admitted) < len(batch):
            repeats = [_event_row(fact) for key, fact in batch.items() if key not in admitted]
            touched |= {row[0] for row in cursor.execute(_EARLIER, (_json(repeats),))}
        again = sorted(touched - fresh)
        if again:
            refolded = [row_of(fold(known)) for known in read_facts(connection, again).values()]
            cursor.execute(_UPDATE, (_json(refolded),))
        if admitted:
            cursor.execute(_FEED, (_json(_feed_rows(batch[key] for key in admitted)),))
        if touched:
            cursor.execute(f"notify {DOORBELL}")
    return Ingested(len(admitted), len(facts) - len(admitted), frozenset(touched))


def read_facts(connection: Connection[Any], keys: Sequence[str]) -> dict[str, list[Fact]]:
    """Every fact of the subjects, by subject."""
    found: dict[str, list[Fact]] = {}
    with connection.cursor(row_factory=tuple_row) as cursor:
        for row in cursor.execute(_FACTS, (list(keys),)).fetchall():
            found.setdefault(row[2], []).append(Fact._make(row))
    return found


def row_of(subject: Subject | None) -> dict[str, Any]:
    """A folded subject as a row of the table `subject`, ready for JSON."""
    if subject is None:
        raise ValueError("a subject with no fact has no row")
    made = phases(subject)
    described = next((m for m in subject.milestones if any(key in m.data for key in _DESCRIPTION)), None)
    ends = [phase.to_at for phase in made]
    ended_at: datetime | str | None = None
    if made:
        ended_at = "infinity" if None in ends else max(end for end in ends if end is not None)
    row: dict[str, Any] = {
        "key": subject.key,
        "kind": subject.kind,
        "source": subject.source,
        "person": subject.person,
        "flag": subject.flag,
        "follows": subject.follows,
        "described_at": described.time if described else None,
        "moments": [milestone.time for milestone in subject.milestones],
        "phases": made,
        "started_at": made[0].from_at if made else None,
        "ended_at": ended_at,
        "first_recorded_at": subject.first_recorded_at,
        "last_recorded_at": subject.last_recorded_at,
    }
    for key in _DESCRIPTION:
        row[key] = described.data.get(key) if described else None
    return row


def _event_row(fact: Fact) -> dict[str, Any]:
    return fact._asdict()


def _feed_rows(facts: Iterable[Fact]) -> list[Mapping[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for fact in facts:
        row = rows.get(fact.source)
        if row is None:
            rows[fact.source] = {
                "source": fact.source,
                "last_event_at": fact.time,
                "last_receipt_at": fact.recorded_at,
                "facts": 1,
            }
            continue
        row["last_event_at"] = max(row["last_event_at"], fact.time)
        row["last_receipt_at"] = max(row["last_receipt_at"], fact.recorded_at)
        row["facts"] += 1
    return list(rows.values())


def _json(rows: Any) -> str:
    return orjson.dumps(rows).decode()


def rebuild(connection: Connection[Any], *, chunk: int = 2000) -> Iterable[int]:
    """Fold every subject again from its facts; yields how many are done, so that progress can be shown."""
    keys = [row[0] for row in connection.execute("select distinct subject from event order by 1")]
    for start in range(0, len(keys), chunk):
        part = keys[start : start + chunk]
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(_LOCK, (part,))
            rows = [row_of(fold(known)) for known in read_facts(connection, part).values()]
            cursor.execute(_INSERT, (_json(rows),))
            cursor.execute(_UPDATE, (_json(rows),))
        yield start + len(part)
