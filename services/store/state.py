"""The state of the system from the store: the same as `domain.state.build_state` over every fact, in little time.

Only subjects that can matter are folded. As known at k: a stored row not touched since k says by itself whether its
phases reach the moment; one whose story has gone on since k is folded again from the facts known at k.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson
from psycopg import Connection
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from services.domain.events import JOURNEY_KINDS
from services.domain.fold import Subject, canonical_people, fold
from services.domain.levels import within
from services.domain.links import Windows, earliest_end, sent_link
from services.domain.state import FeedHealth, SystemState, build_state
from services.domain.system import System
from services.store import agreed as agreed_store
from services.store import feeds as feed_store
from services.store.events import read_facts

CHUNK = 2000  # subjects whose facts are held at a time

_REACHING = """
select key from subject
where last_recorded_at <= %(known_at)s and kind = any(%(kinds)s)
  and started_at <= %(as_at)s and ended_at > %(as_at)s
union all
select key from subject
where last_recorded_at > %(known_at)s and first_recorded_at <= %(known_at)s
  and coalesce(kind, '') not in ('gauge', 'bed', 'organisation')
order by key
"""
#: As above, but of those stored only what is at the site or on its way to it.
_AT_SITE = """
select key from subject
where last_recorded_at <= %(known_at)s and kind = any(%(kinds)s)
  and started_at <= %(as_at)s and ended_at > %(as_at)s
  and exists (
      select from unnest(phases) as phase
      where phase.site = %(site)s and phase.from_at <= %(as_at)s and (phase.to_at is null or phase.to_at > %(as_at)s)
  )
union all
select key from subject
where last_recorded_at > %(known_at)s and first_recorded_at <= %(known_at)s
  and coalesce(kind, '') not in ('gauge', 'bed', 'organisation')
order by key
"""
_MERGED = "select distinct subject from event where type = 'person.merged' and recorded_at <= %(known_at)s"
#: Journeys of the same people that ended late enough to be followed, and followed ones that point back.
_BEFORE = """
select subject.key
from subject join jsonb_to_recordset(%(wanted)s::jsonb) as wanted (person text, since timestamptz) using (person)
where subject.last_recorded_at <= %(known_at)s and subject.kind = any(%(kinds)s)
  and subject.moments[cardinality(subject.moments)] >= wanted.since
union
select key from subject
where last_recorded_at <= %(known_at)s and key = any(%(followed)s) and follows = any(%(keys)s)
order by key
"""


def read(
    connection: Connection[Any], system: System, as_at: datetime, known_at: datetime | None = None, *,
    windows: Windows | None = None,
) -> SystemState:  # fmt: skip
    """The state at as_at as known at known_at.

    known_at None: everything received so far; the state then carries the newest receipt (or as_at where later), so
    that asking again with it gives the same. Reads one snapshot where the connection is not in a transaction yet.
    """
    idle = connection.info.transaction_status == TransactionStatus.IDLE
    with connection.transaction():
        if idle:
            connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("set local time zone 'UTC'")
        rows = feed_store.read(connection)
        known = known_at or max([as_at, *(row.last_receipt_at for row in rows)])
        subjects = _subjects(connection, as_at, known, windows) + _organisations(connection, system, as_at, known)
        newest = feed_store.newest(connection, rows, as_at, known)
        feeds = [FeedHealth(source, event_at) for source, (event_at, _) in sorted(newest.items())]
    return build_state(subjects, system, as_at, known, feeds=feeds, windows=windows)


def read_site(
    connection: Connection[Any], system: System, site: str, as_at: datetime, known_at: datetime | None = None
) -> SystemState:
    """The part of `read` that concerns one site: all of its journeys, and perhaps others, without links and feeds."""
    idle = connection.info.transaction_status == TransactionStatus.IDLE
    with connection.transaction():
        if idle:
            connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("set local time zone 'UTC'")
        known = known_at or max([as_at, *(row.last_receipt_at for row in feed_store.read(connection))])
        kinds = [*JOURNEY_KINDS, "unit"]
        limits = {"as_at": as_at, "known_at": known, "kinds": kinds, "site": site}
        subjects = list(_folded(connection, _keys(connection, _AT_SITE, limits), as_at, known))
    return build_state(subjects, system, as_at, known)


def _subjects(
    connection: Connection[Any], as_at: datetime, known_at: datetime, windows: Windows | None
) -> list[Subject]:
    """Every subject that can matter at as_at, folded; more of them changes nothing."""
    limits: dict[str, Any] = {"as_at": as_at, "known_at": known_at, "kinds": list(JOURNEY_KINDS)}
    merged = _keys(connection, _MERGED, limits)
    reaching = _keys(connection, _REACHING, limits | {"kinds": [*JOURNEY_KINDS, "unit"]})
    held = {subject.key: subject for subject in _folded(connection, merged | reaching, as_at, known_at)}
    before = _keys(connection, _BEFORE, limits | _wanted(held.values(), windows))
    return [*held.values(), *_folded(connection, before - held.keys(), as_at, known_at)]


def _organisations(connection: Connection[Any], system: System, as_at: datetime, known_at: datetime) -> list[Subject]:
    """What organisations have agreed with one another and declared, without all else that they tell."""
    steps = agreed_store.steps(connection, within(system, system.code), known_at)
    folded = [fold(facts, as_at=as_at, known_at=known_at) for _, facts in sorted(steps.items())]
    return [subject for subject in folded if subject is not None]


def _wanted(subjects: Iterable[Subject], windows: Windows | None) -> dict[str, Any]:
    """Whose earlier journeys to read, since when; which journeys are followed, and by whom."""
    told = list(subjects)
    canonical = canonical_people(
        (subject.key, milestone.other_person)
        for subject in told
        for milestone in subject.milestones
        if milestone.other_person is not None
    )
    members: dict[str, list[str]] = {}
    for person, least in canonical.items():
        members.setdefault(least, []).append(person)
    since: dict[str, datetime] = {}
    followed: list[str] = []
    for subject in told:
        sent = sent_link(subject)
        if sent is not None:
            followed.append(sent)
        earliest = earliest_end(subject, windows)
        if earliest is not None and subject.person is not None:
            least = canonical.get(subject.person, subject.person)
            for person in members.get(least, [least]):
                since[person] = min(earliest, since.get(person, earliest))
    wanted = [{"person": person, "since": moment} for person, moment in sorted(since.items())]
    return {
        "wanted": orjson.dumps(wanted).decode(),
        "followed": followed,
        "keys": [subject.key for subject in told],
    }


def _keys(connection: Connection[Any], query: str, parameters: dict[str, Any]) -> set[str]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return {row[0] for row in cursor.execute(query, parameters)}


def _folded(connection: Connection[Any], keys: Iterable[str], as_at: datetime, known_at: datetime) -> Iterator[Subject]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), CHUNK):
        for facts in read_facts(connection, ordered[start : start + CHUNK]).values():
            subject = fold(facts, as_at=as_at, known_at=known_at)
            if subject is not None:
                yield subject
