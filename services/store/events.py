"""The ingest transaction: facts in, folded subjects out, all or nothing.

The subject's row is its lock. A new subject's row is inserted already folded (`on conflict do nothing`): whoever
inserts it first holds it, so no other door can have facts of it that we have not seen; everybody else locks the row.
Under the lock a subject's facts are what the row's stamp says they are: who folded them last and still has them need
not read them again. So a batch is drafted before the transaction, on what was known lately, and inside it only the
drafts whose stamp no longer holds are made again. Keys are sorted everywhere; what can still deadlock is tried again.
"""

from __future__ import annotations

import random
import time as wall
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import psycopg
from psycopg import Connection, Cursor
from psycopg.rows import tuple_row

from services.domain.facts import Fact
from services.domain.fold import Subject, fold, union
from services.domain.phases import phases
from services.store import touched
from services.store.recent import Facts, Known, Recent
from services.store.rows import phases_text, table_text

TRIES = 8
DOORBELL = "lightship"  # NOTIFY without payload: something changed, look

_COPY = "copy event from stdin (null '')"
_EARLIER = """
update event set recorded_at = batch.recorded_at
from jsonb_to_recordset(%s::jsonb) as batch (subject text, uid uuid, digest uuid, recorded_at timestamptz)
where event.subject = batch.subject and event.uid = batch.uid and event.digest = batch.digest
"""
_FACTS = """
select encode(uuid_send(uid), 'hex'), encode(uuid_send(digest), 'hex'), subject, source, type, time, sent_at, rank,
       encode(uuid_send(target), 'hex'), selects, person, person_merged, follows, flag, data, recorded_at
from event
where subject = any(%s)
"""
_LOCK = """
select key, stamp from subject
where key = any(array(select jsonb_array_elements_text(%s::jsonb))) order by key for update
"""
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
    ended_at = r.ended_at, first_recorded_at = r.first_recorded_at, last_recorded_at = r.last_recorded_at,
    stamp = r.stamp
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
_DESCRIBES = frozenset(_DESCRIPTION)


@dataclass(frozen=True)
class Ingested:
    """accepted + duplicates = the facts handed in. touched: the subjects whose state was folded again."""

    accepted: int
    duplicates: int
    touched: frozenset[str]


class Draft(NamedTuple):
    """What a batch makes of one subject, if its row still bears the stamp it was drafted on."""

    key: str
    received: Facts
    before: int | None  # the stamp that this goes on from; None: there should be no row
    after: Known
    new: Sequence[Fact]  # not held before
    earlier: Sequence[Fact]  # held, as recorded later
    row: bytes | None  # the row as JSON; None: nothing changes
    lines: str  # `new` as COPY takes it


@dataclass(frozen=True)
class Batch:
    """Facts made ready for the transaction."""

    facts: int  # handed in, repeats among them
    drafts: Sequence[Draft]  # by key


def drafted(facts: Sequence[Fact], recent: Recent) -> Batch:
    """Facts folded with what is known lately of their subjects; `recent` then knows them as if they were in."""
    by_subject: dict[str, dict[str, Fact]] = {}
    for fact in union(facts).values():
        by_subject.setdefault(fact.subject, {})[fact.digest] = fact
    drafts = []
    for key in sorted(by_subject):
        draft = _draft(key, by_subject[key], recent.known(key))
        recent.keep(key, draft.after)
        drafts.append(draft)
    return Batch(len(facts), drafts)


def _draft(key: str, received: Facts, known: Known | None) -> Draft:
    if known is None:
        new: Sequence[Fact] = list(received.values())
        earlier: Sequence[Fact] = ()
        merged = received
    else:
        held = known.facts
        new = [fact for digest, fact in received.items() if digest not in held]
        earlier = [
            fact for digest, fact in received.items()
            if digest in held and fact.recorded_at < held[digest].recorded_at
        ]  # fmt: skip
        if not new and not earlier:
            return Draft(key, received, known.stamp, known, new, earlier, None, "")
        merged = {**held, **{fact.digest: fact for fact in (*new, *earlier)}}
    stamp = random.getrandbits(63)
    row = row_of(fold(merged.values()))
    row["stamp"] = stamp
    lines = "".join(map(table_text, new))
    return Draft(key, received, known and known.stamp, Known(stamp, merged), new, earlier, orjson.dumps(row), lines)


def ingest(connection: Connection[Any], facts: Sequence[Fact], recent: Recent | None = None) -> Ingested:
    """Take facts in: one transaction, tried again on a deadlock. Returns after the database's commit.

    Raises psycopg.Error where the database cannot do it; nothing of the batch is then in.
    """
    recent = recent or Recent()
    return commit(connection, drafted(facts, recent), recent)


def commit(connection: Connection[Any], batch: Batch, recent: Recent) -> Ingested:
    """The transaction of `ingest`, for a batch drafted on `recent`."""
    try:
        for attempt in range(1, TRIES + 1):
            try:
                with connection.transaction():
                    done = _once(connection, batch)
                break
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                if attempt == TRIES:
                    raise
                wall.sleep(random.uniform(0.005, 0.05) * attempt)
    except BaseException:
        recent.forget(draft.key for draft in batch.drafts)
        raise
    for before, draft in zip(batch.drafts, done, strict=True):
        if draft is not before:
            recent.keep(draft.key, draft.after)
    accepted = sum(len(draft.new) for draft in done)
    return Ingested(accepted, batch.facts - accepted, frozenset(draft.key for draft in done if draft.row))


def _once(connection: Connection[Any], batch: Batch) -> Sequence[Draft]:
    """The drafts as they were carried out."""
    if not batch.drafts:
        return batch.drafts
    drafts = {draft.key: draft for draft in batch.drafts}
    with connection.cursor(row_factory=tuple_row) as cursor:
        stamps: dict[str, int | None] = dict(cursor.execute(_LOCK, (_json(list(drafts)),)).fetchall())
        absent = [draft for key, draft in drafts.items() if key not in stamps]
        if absent:
            fresh = [d if d.before is None else _draft(d.key, d.received, None) for d in absent]
            drafts |= {draft.key: draft for draft in fresh}
            inserted = {row[0] for row in cursor.execute(_INSERT, (_rows(fresh),)).fetchall()}
            lost = [draft.key for draft in fresh if draft.key not in inserted]
            stamps |= dict(cursor.execute(_LOCK, (_json(lost),)).fetchall()) if lost else {}
        stale = [key for key, stamp in stamps.items() if drafts[key].before != stamp]
        if stale:
            held = read_facts(connection, stale)
            for key in stale:
                facts = {fact.digest: fact for fact in held.get(key, ())}
                drafts[key] = _draft(key, drafts[key].received, Known(stamps[key] or 0, facts))
        done = list(drafts.values())
        _write(cursor, done, [draft for draft in done if draft.key in stamps and draft.row])
    return done


def _write(cursor: Cursor[Any], done: Sequence[Draft], held: Sequence[Draft]) -> None:
    if held:
        cursor.execute(_UPDATE, (_rows(held),))
    new = [fact for draft in done for fact in draft.new]
    if new:
        with cursor.copy(_COPY) as copy:
            copy.write("".join([draft.lines for draft in done]))
        cursor.execute(_FEED, (_json(_feed_rows(new)),))
    earlier = [fact for draft in done for fact in draft.earlier]
    if earlier:
        rows = [{"subject": f.subject, "uid": f.uid, "digest": f.digest, "recorded_at": f.recorded_at} for f in earlier]
        cursor.execute(_EARLIER, (_json(rows),))
    if new or earlier:
        touched.note(cursor, [draft.key for draft in done if draft.row])
        cursor.execute(f"notify {DOORBELL}")


def _rows(drafts: Iterable[Draft]) -> str:
    return (b"[" + b",".join([draft.row for draft in drafts if draft.row]) + b"]").decode()


def read_facts(connection: Connection[Any], keys: Sequence[str]) -> dict[str, list[Fact]]:
    """Every fact of the subjects, by subject."""
    found: dict[str, list[Fact]] = {}
    with connection.cursor(row_factory=tuple_row) as cursor:
        for row in cursor.execute(_FACTS, (list(keys),)).fetchall():
            found.setdefault(row[2], []).append(Fact._make(row))
    return found


def row_of(subject: Subject | None) -> dict[str, Any]:
    """A folded subject as a row of the table `subject` without its stamp, ready for JSON."""
    if subject is None:
        raise ValueError("a subject with no fact has no row")
    made = phases(subject)
    milestones = subject.milestones
    described_at: datetime | None = None
    description: Mapping[str, Any] = {}
    for milestone in milestones:
        if not _DESCRIBES.isdisjoint(milestone.data):
            described_at, description = milestone.time, milestone.data
            break
    ends = [phase.to_at for phase in made]
    ended_at = "infinity" if None in ends else max(ends, default=None)  # type: ignore[type-var]
    return {
        "key": subject.key,
        "kind": subject.kind,
        "source": subject.source,
        "person": subject.person,
        "flag": subject.flag,
        "follows": subject.follows,
        "age_band": description.get("age_band"),
        "sex": description.get("sex"),
        "neighbourhood": description.get("neighbourhood"),
        "segment": description.get("segment"),
        "high_intensity": description.get("high_intensity"),
        "described_at": described_at,
        "moments": [milestone.time for milestone in milestones],
        "phases": phases_text(made),
        "started_at": made[0].from_at if made else None,
        "ended_at": ended_at,
        "first_recorded_at": subject.first_recorded_at,
        "last_recorded_at": subject.last_recorded_at,
    }


def _feed_rows(facts: Iterable[Fact]) -> list[Mapping[str, Any]]:
    by_source: dict[str, list[Fact]] = {}
    for fact in facts:
        by_source.setdefault(fact.source, []).append(fact)
    return [
        {
            "source": source,
            "last_event_at": max([fact.time for fact in held]),
            "last_receipt_at": max([fact.recorded_at for fact in held]),
            "facts": len(held),
        }
        for source, held in by_source.items()
    ]


def _json(rows: Any) -> str:
    return orjson.dumps(rows).decode()


def rebuild(connection: Connection[Any], *, chunk: int = 2000) -> Iterable[int]:
    """Fold every subject again from its facts; yields how many are done, so that progress can be shown."""
    keys = [row[0] for row in connection.execute("select distinct subject from event order by 1")]
    for start in range(0, len(keys), chunk):
        part = keys[start : start + chunk]
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(_LOCK, (_json(part),))
            held = read_facts(connection, part).values()
            rows = [row_of(fold(known)) | {"stamp": random.getrandbits(63)} for known in held]
            cursor.execute(_INSERT, (_json(rows),))
            cursor.execute(_UPDATE, (_json(rows),))
            touched.note(cursor, part)
        yield start + len(part)
