"""What stands for ever - a unit, a bed, a gauge - is kept in its row for some days; the facts hold the rest.

Everything said of such a subject holds until it is said again. So as long as nothing of it was taken back, corrected or
said twice, facts of a time before some moment change nothing after it but by the last of them, and what a row has to
hold is what a window of now can reach. A fact that comes late, or takes something back, has the whole story read again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from psycopg import Connection, Cursor
from psycopg.rows import tuple_row

from services.domain.events import EVENT_TYPES, UNTIL_THE_NEXT, SubjectKind
from services.domain.facts import FACT, Fact
from services.domain.fold import Subject
from services.domain.phases import Phase
from services.store.rows import FACTS, facts_by_subject

KEPT = timedelta(days=8)  # more than any window, and a week of whoever was silent
TYPES = tuple(sorted(name for name, each in EVENT_TYPES.items() if each.kind in UNTIL_THE_NEXT))
#: As the indexes say it, so that they are used.
OF_THESE = f"type in ({', '.join(repr(name) for name in TYPES)})"
_TYPES = frozenset(TYPES)
#: What holds until the next of the same: a list of who is in does not end a bare count.
_SORTS: Mapping[SubjectKind, tuple[tuple[str, str | None], ...]] = {
    "bed": (("bed.status", None),),
    "gauge": (("gauge.reported", None),),
    "unit": (("unit.capacity", None), ("unit.census", "visits"), ("unit.census", "count")),
}
_SINCE = f"""
{FACTS} join jsonb_to_recordset(%(wanted)s::jsonb) as wanted (key text, since timestamptz) on subject = key
where {OF_THESE} and time >= since
"""
_SAID_BEFORE = "select encode(uuid_send(uid), 'hex') from standing_uid where uid = any(%s::uuid[])"
_CUT = """
select key, kind from subject
where kept_from is not null and started_at <= %(until)s
  and (kept_from > %(reach)s or last_recorded_at > %(base)s) and first_recorded_at <= %(known)s
order by key
"""
_REACHING = f"""
with newest as materialized (
    select distinct key as of_key, (
        select max(time) from event
        where {OF_THESE} and subject = key and event.type = wanted.type and time <= %(reach)s
          and recorded_at <= %(known)s and (part is null or data ->> part is not null)
    ) as at
    from jsonb_to_recordset(%(wanted)s::jsonb) as wanted (key text, type text, part text)
)
{FACTS} where {OF_THESE} and subject = any(%(keys)s) and time > %(reach)s and time <= %(until)s
union all
{FACTS} join newest on subject = of_key and time = at where {OF_THESE}
"""
_LATE = f"""
select distinct subject from event
where {OF_THESE} and recorded_at > %(base)s and recorded_at <= %(known)s and time <= %(reach)s
"""


class Cut(NamedTuple):
    """since: facts of a time before it are not needed to go on. kept_from: back to when the phases are whole."""

    kept_from: datetime
    since: datetime
    phases: tuple[Phase, ...]
    moments: list[datetime]


def cut(subject: Subject, made: Iterable[Phase], facts: Collection[Fact]) -> Cut | None:
    """What a row keeps of a subject, whose phases are `made` of these facts; None: all of it."""
    if subject.kind not in UNTIL_THE_NEXT or len(subject.milestones) < len(facts):
        return None  # some fact is a cancel, or was taken back, or said twice
    kept_from = subject.milestones[-1].time - KEPT
    if subject.milestones[0].time >= kept_from or not all(fact.type in _TYPES for fact in facts):
        return None
    reaching = tuple(phase for phase in made if phase.to_at is None or phase.to_at >= kept_from)
    moments = [milestone.time for milestone in subject.milestones]
    since = min([*(phase.from_at for phase in reaching), *(each for each in moments if each >= kept_from)])
    return Cut(kept_from, since, reaching, [each for each in moments if each >= since])


def goes_on(received: Iterable[Fact], since: datetime) -> bool:
    """Whether these can be folded with the facts since then alone."""
    return all(fact.rank == FACT and fact.type in _TYPES and fact.time >= since for fact in received)


def facts_since(connection: Connection[Any], since: Mapping[str, datetime]) -> dict[str, list[Fact]]:
    """By subject, its facts of a time from then on."""
    if not since:
        return {}
    wanted = [{"key": key, "since": each} for key, each in since.items()]
    return facts_by_subject(connection, _SINCE, {"wanted": orjson.dumps(wanted).decode()})


def said_before(cursor: Cursor[Any], uids: Collection[str]) -> set[str]:
    """Which of these names something of a unit, a bed or a gauge is held under."""
    return {row[0] for row in cursor.execute(_SAID_BEFORE, (list(uids),)).fetchall()} if uids else set()


def stories_cut(
    connection: Connection[Any], reach: datetime, until: datetime, base: datetime | None, known_at: datetime | None
) -> dict[str, SubjectKind]:
    """The subjects, known at known_at, whose rows do not hold what a window from reach to until can reach, or of which
    something was recorded after base. None: as known now.
    """
    asked = {"reach": reach, "until": until, "base": base or "infinity", "known": known_at or "infinity"}
    with connection.cursor(row_factory=tuple_row) as cursor:
        return dict(cursor.execute(_CUT, asked).fetchall())


def facts_reaching(
    connection: Connection[Any], keys: Mapping[str, SubjectKind], reach: datetime, until: datetime,
    known_at: datetime | None,
) -> dict[str, list[Fact]]:  # fmt: skip
    """By subject, what is of a time after reach and by until, and the newest of each sort before, known at known_at."""
    if not keys:
        return {}
    wanted = [{"key": key, "type": type_, "part": part} for key, kind in keys.items() for type_, part in _SORTS[kind]]
    asked = {
        "wanted": orjson.dumps(wanted).decode(), "keys": list(keys), "reach": reach, "until": until,
        "known": known_at or "infinity",
    }  # fmt: skip
    return facts_by_subject(connection, _REACHING, asked)


def told_late(connection: Connection[Any], base: datetime, known_at: datetime, reach: datetime) -> set[str]:
    """Of which subjects something of a time by reach was recorded after base and by known_at."""
    asked = {"base": base, "known": known_at, "reach": reach}
    with connection.cursor(row_factory=tuple_row) as cursor:
        return {row[0] for row in cursor.execute(_LATE, asked).fetchall()}


def kept_of(connection: Connection[Any], keys: Collection[str], after: datetime | None = None) -> set[str]:
    """Which of these subjects are cut, after a moment where one is given."""
    query = "select key from subject where kept_from is not null and key = any(%s) and kept_from > %s"
    with connection.cursor(row_factory=tuple_row) as cursor:
        return {row[0] for row in cursor.execute(query, (list(keys), after or "-infinity")).fetchall()}
