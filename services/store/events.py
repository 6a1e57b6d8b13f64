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
from typing import Any, NamedTuple

import msgspec
import orjson
import psycopg
from psycopg import Connection, Cursor
from psycopg.rows import tuple_row

from services.domain.facts import Fact
from services.domain.fold import Subject, fold
from services.domain.phases import phases
from services.store import touched
from services.store.recent import Facts, Known, Recent
from services.store.rows import phases_text

TRIES = 8
DOORBELL = "lightship"  # NOTIFY without payload: something changed, look

#: Facts as JSON lists, in the order of their fields, and what they tell of their feeds: little work on this side, where
#: time is shortest.
_FACTS_IN = """
with added as (
    insert into event
        (uid, digest, subject, source, type, time, sent_at, rank, target, selects, person, person_merged, follows, flag,
         data, recorded_at)
    select (f->>0)::uuid, (f->>1)::uuid, f->>2, f->>3, f->>4, (f->>5)::timestamptz, (f->>6)::timestamptz,
           (f->>7)::smallint, (f->>8)::uuid, f->>9, f->>10, f->>11, f->>12, f->>13, f->14, (f->>15)::timestamptz
    from jsonb_array_elements(%s::jsonb) as f
    returning source, time, recorded_at
)
insert into feed (source, first_event_at, last_event_at, first_receipt_at, last_receipt_at, facts)
select source, min(time), max(time), min(recorded_at), max(recorded_at), count(*)
from added group by source order by source
on conflict (source) do update set
    first_event_at = least(feed.first_event_at, excluded.first_event_at),
    first_receipt_at = least(feed.first_receipt_at, excluded.first_receipt_at),
    last_event_at = greatest(feed.last_event_at, excluded.last_event_at),
    last_receipt_at = greatest(feed.last_receipt_at, excluded.last_receipt_at),
    facts = feed.facts + excluded.facts
"""
_EARLIER = """
with told as (
    update event set recorded_at = batch.recorded_at
    from jsonb_to_recordset(%s::jsonb) as batch (subject text, uid uuid, digest uuid, recorded_at timestamptz)
    where event.subject = batch.subject and event.uid = batch.uid and event.digest = batch.digest
    returning event.source, event.recorded_at
)
update feed set first_receipt_at = least(feed.first_receipt_at, first.receipt_at)
from (select source, min(recorded_at) as receipt_at from told group by source) as first
where feed.source = first.source
"""
FACTS = """
select encode(uuid_send(uid), 'hex'), encode(uuid_send(digest), 'hex'), subject, source, type, time, sent_at, rank,
       encode(uuid_send(target), 'hex'), selects, person, person_merged, follows, flag, data, recorded_at
from event
"""
_LOCK = """
select key, stamp from subject
where key = any(array(select jsonb_array_elements_text(%s::jsonb))) order by key for update
"""
_INSERT = """
insert into subject
select * from jsonb_populate_recordset(null::subject, %s::jsonb) order by key
on conflict (key) do nothing
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
_as_json = msgspec.json.Encoder().encode  # half the time of orjson, and named tuples are lists
_DESCRIBES = frozenset(["age_band", "sex", "neighbourhood", "segment", "high_intensity"])


@dataclass(frozen=True)
class Ingested:
    """accepted + duplicates = the facts handed in."""

    accepted: int
    duplicates: int


class Draft(NamedTuple):
    """What a batch makes of one subject, if its row still bears the stamp it was drafted on."""

    key: str
    received: Facts
    before: int | None  # the stamp that this goes on from; None: there should be no row
    after: Known
    new: Sequence[Fact]  # not held before
    earlier: Sequence[Fact]  # held, as recorded later
    row: bytes | None  # the row as JSON; None: nothing changes


@dataclass(frozen=True)
class Batch:
    """Facts made ready for the transaction."""

    facts: int  # handed in, repeats among them
    drafts: Sequence[Draft]  # by key


def drafted(facts: Sequence[Fact], recent: Recent) -> Batch:
    """Facts folded with what is known lately of their subjects; `recent` then knows them as if they were in."""
    by_subject: dict[str, dict[str, Fact]] = {}
    for fact in facts:
        received = by_subject.get(fact.subject)
        if received is None:
            by_subject[fact.subject] = {fact.digest: fact}
        elif (held := received.get(fact.digest)) is None or fact.recorded_at < held.recorded_at:
            received[fact.digest] = fact
    drafts = [_draft(key, by_subject[key], recent.known(key)) for key in sorted(by_subject)]
    recent.keep((draft.key, draft.after) for draft in drafts)
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
            return Draft(key, received, known.stamp, known, new, earlier, None)
        merged = {**held, **{fact.digest: fact for fact in (*new, *earlier)}}
    stamp = random.getrandbits(63)
    row = row_of(fold(merged.values()))
    row["stamp"] = stamp
    return Draft(key, received, known and known.stamp, Known(stamp, merged), new, earlier, _as_json(row))


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
    recent.keep(
        (now.key, now.after) for before, now in zip(batch.drafts, done, strict=True) if now is not before
    )  # fmt: skip
    accepted = sum(len(draft.new) for draft in done)
    return Ingested(accepted, batch.facts - accepted)


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
            if any(draft.before is not None for draft in absent):
                drafts |= {draft.key: draft for draft in fresh}
            if cursor.execute(_INSERT, (_rows(fresh),)).rowcount < len(fresh):
                # Somebody else's row was first; ours bear the stamps that we drew.
                found = cursor.execute(_LOCK, (_json([draft.key for draft in fresh]),)).fetchall()
                stamps |= {key: stamp for key, stamp in found if stamp != drafts[key].after.stamp}
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
        cursor.execute(_FACTS_IN, (_as_json(new).decode(),))
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
    return facts_by_subject(connection, f"{FACTS} where subject = any(%(keys)s)", {"keys": list(keys)})


def facts_by_subject(connection: Connection[Any], query: str, asked: Mapping[str, Any]) -> dict[str, list[Fact]]:
    """Facts by subject. query: `FACTS` with a condition."""
    found: dict[str, list[Fact]] = {}
    with connection.cursor(row_factory=tuple_row) as cursor:
        for row in cursor.execute(query, asked).fetchall():
            found.setdefault(row[2], []).append(Fact._make(row))
    return found


def row_of(subject: Subject | None) -> dict[str, Any]:
    """A folded subject as a row of the table `subject` without its stamp, ready for JSON; what is null is left out."""
    if subject is None:
        raise ValueError("a subject with no fact has no row")
    made = phases(subject)
    row: dict[str, Any] = {
        "key": subject.key,
        "kind": subject.kind,
        "source": subject.source,
        "moments": [milestone.time for milestone in subject.milestones],
        "phases": phases_text(made),
        "first_recorded_at": subject.first_recorded_at,
        "last_recorded_at": subject.last_recorded_at,
    }
    for name, value in (("person", subject.person), ("flag", subject.flag), ("follows", subject.follows)):
        if value is not None:
            row[name] = value
    for milestone in subject.milestones:
        data = milestone.data
        if not _DESCRIBES.isdisjoint(data):
            row |= {name: data[name] for name in _DESCRIBES if name in data}
            row["described_at"] = milestone.time
            break
    if made:
        ends = [phase.to_at for phase in made]
        # As known at some time it may have begun with a fact that was taken back since, or said again for later.
        row["started_at"] = min(made[0].from_at, subject.earliest_at)
        row["ended_at"] = "infinity" if None in ends else max(ends)  # type: ignore[type-var]
    return row


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
