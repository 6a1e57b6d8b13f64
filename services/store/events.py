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

import msgspec
import orjson
import psycopg
from psycopg import Connection, Cursor
from psycopg.rows import tuple_row

from services.domain.events import UNTIL_THE_NEXT
from services.domain.facts import Fact
from services.domain.fold import Subject, fold
from services.domain.phases import phases
from services.store import kept, touched
from services.store.recent import Facts, Known, Recent
from services.store.rows import FACTS, facts_by_subject, phases_text

TRIES = 8
DOORBELL = "lightship"  # NOTIFY without payload: something changed, look

#: Facts as JSON lists, in the order of their fields, and what they tell of their feeds: little work on this side, where
#: time is shortest.
_FACTS_IN = f"""
with added as (
    insert into event
        (uid, digest, subject, source, type, time, sent_at, rank, target, selects, person, person_merged, follows, flag,
         data, recorded_at)
    select (f->>0)::uuid, (f->>1)::uuid, f->>2, f->>3, f->>4, (f->>5)::timestamptz, (f->>6)::timestamptz,
           (f->>7)::smallint, (f->>8)::uuid, f->>9, f->>10, f->>11, f->>12, f->>13, f->14, (f->>15)::timestamptz
    from jsonb_array_elements(%s::jsonb) as f
    returning uid, type, source, time, recorded_at
), named as (
    insert into standing_uid select uid from added where {kept.OF_THESE} order by uid on conflict do nothing
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
#: One subject at a time: of packed chunks TimescaleDB finds one subject by an index, and reads all of them for a list.
OF_SUBJECTS = f"""
select facts.* from unnest(%(keys)s::text[]) as key, lateral ({FACTS} where subject = key offset 0) as facts
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
_LOCK = """
select key, stamp, case when kept_from is not null then moments[1] end from subject
where key = any(array(select jsonb_array_elements_text(%s::jsonb))) order by key for update
"""
_INSERT = """
insert into subject
select * from jsonb_populate_recordset(null::subject, %s::jsonb) order by key
on conflict (key) do nothing
"""
_UPDATE = """
update subject set
    kind = r.kind, person = r.person, flag = r.flag, follows = r.follows, age_band = r.age_band,
    sex = r.sex, neighbourhood = r.neighbourhood, segment = r.segment, high_intensity = r.high_intensity,
    described_at = r.described_at, moments = r.moments, phases = r.phases,
    ended_at = r.ended_at, stamp = r.stamp, kept_from = r.kept_from,
    last_recorded_at = case when r.kept_from is null then r.last_recorded_at
        else greatest(subject.last_recorded_at, r.last_recorded_at) end,
    started_at = case when r.kept_from is null then r.started_at else least(subject.started_at, r.started_at) end,
    source = case when r.kept_from is null then r.source
        else least(subject.source collate "C", r.source collate "C") end,
    first_recorded_at = least(subject.first_recorded_at, r.first_recorded_at)
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
    is_partial: bool = False  # drafted on the latest facts alone


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
    if known is not None and known.since is not None and not kept.goes_on(received.values(), known.since):
        known = None  # not enough to go on from: it will be found stale, and read
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
    row, since = _row(merged)
    row["stamp"] = stamp
    partial = known is not None and known.since is not None
    if partial and since is None:
        return _draft(key, received, None)  # said twice among these: the whole story is needed, and will be read
    if since is not None:
        merged = {digest: fact for digest, fact in merged.items() if fact.time >= since}
    after = Known(stamp, merged, since)
    return Draft(key, received, known and known.stamp, after, new, earlier, _as_json(row), partial)


def _row(facts: Facts) -> tuple[dict[str, Any], datetime | None]:
    """The row that facts are folded into, and since when they are needed to go on from it; None: all of them."""
    subject = fold(facts.values())
    row = row_of(subject)
    if subject is None or subject.kind not in UNTIL_THE_NEXT:
        return row, None
    cut = kept.cut(subject, phases(subject), facts.values())
    if cut is None:
        return row, None
    row |= {"phases": phases_text(cut.phases), "moments": cut.moments, "kept_from": cut.kept_from}
    return row, cut.since


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
        stamps, since = _locked(cursor, list(drafts))
        absent = [draft for key, draft in drafts.items() if key not in stamps]
        if absent:
            fresh = [d if d.before is None else _draft(d.key, d.received, None) for d in absent]
            if any(draft.before is not None for draft in absent):
                drafts |= {draft.key: draft for draft in fresh}
            if cursor.execute(_INSERT, (_rows(fresh),)).rowcount < len(fresh):
                # Somebody else's row was first; ours bear the stamps that we drew.
                found, more = _locked(cursor, [draft.key for draft in fresh])
                stamps |= {key: stamp for key, stamp in found.items() if stamp != drafts[key].after.stamp}
                since |= more
        stale = [key for key, stamp in stamps.items() if drafts[key].before != stamp]
        drafts |= _again(connection, [drafts[key] for key in stale], stamps, since)
        said = {fact.uid for draft in drafts.values() if draft.is_partial for fact in draft.new}
        known = kept.said_before(cursor, said)
        again = [k for k, draft in drafts.items() if draft.is_partial and any(f.uid in known for f in draft.new)]
        drafts |= _again(connection, [drafts[key] for key in again], stamps, {})
        done = list(drafts.values())
        _write(cursor, done, [draft for draft in done if draft.key in stamps and draft.row])
    return done


def _locked(cursor: Cursor[Any], keys: Sequence[str]) -> tuple[dict[str, int | None], dict[str, datetime]]:
    """Lock the rows there are: by key their stamps, and since when the facts are needed of those that are cut."""
    rows = cursor.execute(_LOCK, (_json(keys),)).fetchall()
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows if row[2] is not None}


def _again(
    connection: Connection[Any], drafts: Sequence[Draft], stamps: Mapping[str, int | None],
    since: Mapping[str, datetime],
) -> dict[str, Draft]:  # fmt: skip
    """Draft on the facts as they are held: where that is enough, on those since the row's own beginning."""
    partly = {d.key: since[d.key] for d in drafts if d.key in since and kept.goes_on(d.received.values(), since[d.key])}
    held = kept.facts_since(connection, partly)
    if whole := [draft.key for draft in drafts if draft.key not in partly]:
        held |= read_facts(connection, whole)
    made = {draft.key: _on(draft, stamps, held, partly.get(draft.key)) for draft in drafts}
    lacking = [draft for draft in drafts if draft.key in partly and made[draft.key].before is None]
    if lacking:
        held = read_facts(connection, [draft.key for draft in lacking])
        made |= {draft.key: _on(draft, stamps, held, None) for draft in lacking}
    return made


def _on(
    draft: Draft, stamps: Mapping[str, int | None], held: Mapping[str, Sequence[Fact]], since: datetime | None
) -> Draft:  # fmt: skip
    """The draft made again on facts that are held: all of them, or those since a moment."""
    facts = {fact.digest: fact for fact in held.get(draft.key, ())}
    return _draft(draft.key, draft.received, Known(stamps[draft.key] or 0, facts, since))


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
    return facts_by_subject(connection, OF_SUBJECTS, {"keys": list(keys)})


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
    # What is said of a bed describes nobody, and of what stands for ever the first milestones are not always at hand.
    for milestone in () if subject.kind in UNTIL_THE_NEXT else subject.milestones:
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
            rows = [
                _row({fact.digest: fact for fact in known})[0] | {"stamp": random.getrandbits(63)} for known in held
            ]
            cursor.execute(_INSERT, (_json(rows),))
            cursor.execute(_UPDATE, (_json(rows),))
            touched.note(cursor, part)
        yield start + len(part)
