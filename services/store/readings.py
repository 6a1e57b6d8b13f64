"""Readings in the store: what a sweep needs is read here, and what it keeps is written and looked up here."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.copy import QueuedLibpqWriter
from psycopg.rows import tuple_row

from services.domain.fold import Milestone, Subject
from services.domain.levels import Scope
from services.domain.measures import LONGEST_WINDOW, Measure
from services.domain.phase_table import Ints
from services.domain.phases import Phase
from services.domain.series import Kept
from services.domain.versions import Grid, Version, moment, reaches_back_to, settled, versions
from services.errors import LeaseLost
from services.store import kept
from services.store.database import drop_emptied_chunks
from services.store.events import read_facts

KEPT_DAYS = 14  # of five-minute readings
_2000 = 946_684_800_000_000  # microseconds from 1970 to PostgreSQL's own zero
REST_SECONDS = 0.0001  # long enough for a thread that waits to have its turn
_ROWS = 200  # about a millisecond's work
_CHUNK = 5000

_TOUCHED = """
select key from subject
where last_recorded_at > %(base)s and first_recorded_at <= %(known)s and kept_from is null
  and (started_at is null or started_at <= %(last)s)
union
select subject from event where rank <> 0 and recorded_at > %(base)s and recorded_at <= %(known)s
"""
_PHASES = """
select key, kind, source, case when number = 1 then moments end, name, site, unit, label, value, from_at, to_at,
       outcome, visits
from subject, lateral (
    select *, row_number() over () as number
    from unnest(phases) as phase (name, site, unit, label, value, from_at, to_at, outcome, visits)
    where from_at <= %(last)s and (to_at is null or to_at >= %(reach)s)
) as reached
where ended_at >= %(reach)s and started_at <= %(last)s and last_recorded_at <= %(known)s
  and (kept_from is null or kept_from <= %(reach)s)
"""
_NAME = """
insert into series (measure, level, code, id) values (%s, %s, %s, %s)
on conflict (measure, level, code) do update set id = excluded.id
"""
_PART = (
    """
    insert into reading select %(series)s, mark, known_at, value, numerator, denominator, n, absent
    from reading where series = %(before)s
    """,
    """
    insert into reading_hour
    select %(series)s, hour, known_at, value, numerator, denominator, n, absent, marks, mean, least, greatest,
           mean_numerator, mean_denominator
    from reading_hour where series = %(before)s
    """,
)


@dataclass(frozen=True)
class Progress:
    """Marks from `from_at` on are kept, with everything recorded by `until`; None: nothing yet.

    begin_at: where they are to begin, once the past is written. facts: how many were recorded by `until`. rules: a
    digest of the configuration and the catalogue that they follow.
    """

    begin_at: datetime | None
    from_at: datetime | None
    until: datetime | None
    facts: int
    rules: str | None = None


def progress(connection: Connection[Any]) -> Progress:
    row = connection.execute("select begin_at, from_at, until, facts, rules from reading_progress").fetchone()
    assert row is not None
    return Progress(*row)


@contextlib.contextmanager
def writing(connection: Connection[Any], fence: int | None) -> Iterator[None]:
    """A transaction that sees one moment of the store. Raises LeaseLost where another holds the lease by now."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        held(connection, fence)
        yield


def held(connection: Connection[Any], fence: int | None) -> None:
    """Begin a write: wait for another one, and make sure that nobody has taken the lease since.

    fence: of the lease; None for a command that has the store to itself. Raises LeaseLost.
    """
    row = connection.execute(
        """
        update reading_progress set fence = greatest(reading_progress.fence, %(fence)s)
        from picture
        where %(fence)s::bigint is null
           or (picture.fence = %(fence)s and picture.expires_at > clock_timestamp()
               and reading_progress.fence <= %(fence)s)
        returning 1
        """,
        {"fence": fence},
    ).fetchone()
    if row is None:
        raise LeaseLost("Another process keeps the readings now; this one has stopped writing them.")


def note(connection: Connection[Any], kept: Progress) -> None:
    connection.execute(
        "update reading_progress set begin_at = %s, from_at = %s, until = %s, facts = %s, rules = %s",
        (kept.begin_at, kept.from_at, kept.until, kept.facts, kept.rules),
    )


def earliest(connection: Connection[Any]) -> datetime | None:
    """When the first thing that stands began."""
    row = connection.execute("select min(started_at) from subject").fetchone()
    return row[0] if row else None


def recorded(connection: Connection[Any], by: datetime) -> int:
    """How many facts were recorded by a moment, of those that are in."""
    row = connection.execute(
        """
        select coalesce((select sum(facts) from feed), 0)
             - (select count(*) from event where recorded_at > %s)
        """,
        (by,),
    ).fetchone()
    return int(row[0]) if row else 0


def told(connection: Connection[Any], after: datetime, by: datetime) -> tuple[int, datetime | None]:
    """How many facts were recorded between two moments, and the earliest time that they can change."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        fresh = cursor.execute(
            "select subject, time from event where recorded_at > %s and recorded_at <= %s", (after, by)
        ).fetchall()
    subjects = {row[0] for row in fresh}
    plain = kept.kept_of(connection, subjects)  # of these a fact changes nothing before its own time
    facts = read_facts(connection, sorted(subjects - plain))
    times = [time for subject, time in fresh if subject in plain]
    return len(fresh), min((*times, *(reaches_back_to(each, after) for each in facts.values())), default=None)


def stories(connection: Connection[Any], grid: Grid) -> Iterator[Version]:
    """Every version of every subject that the grid's windows can reach.

    What nothing was recorded of after the first known time is read as stored, the rest is folded from its facts.
    """
    first, last = moment(grid.marks[0]), moment(grid.marks[-1])
    known = {
        "base": moment(grid.known[0]), "known": moment(grid.known[-1]), "last": last, "reach": first - LONGEST_WINDOW,
    }  # fmt: skip
    with connection.cursor(row_factory=tuple_row) as cursor:
        touched = [row[0] for row in cursor.execute(_TOUCHED, known)]
    base, until, reach = known["base"], known["known"], known["reach"]
    cut = kept.stories_cut(connection, reach, known["last"], base, until)
    late = kept.told_late(connection, base, until, reach)
    touched += sorted(cut.keys() & late)
    for start in range(0, len(touched), _CHUNK):
        yield from versions(read_facts(connection, touched[start : start + _CHUNK]), grid)
    reaching = {key: kind for key, kind in cut.items() if key not in late}
    yield from versions(kept.facts_reaching(connection, reaching, reach, known["last"], until), grid)
    yield from settled(_settled(connection, known, frozenset([*touched, *cut])), grid)


def _rows(connection: Connection[Any], query: str, asked: dict[str, datetime]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, some at a time: made all at once they would hold every other thread up."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(query, asked)
        while rows := cursor.fetchmany(_ROWS):
            yield from rows
            time.sleep(REST_SECONDS)


def _settled(
    connection: Connection[Any], known: dict[str, datetime], touched: frozenset[str]
) -> Iterator[tuple[Subject, Sequence[Phase]]]:
    beginning = datetime.min.replace(tzinfo=UTC)
    subjects: dict[str, tuple[Subject, list[Phase]]] = {}
    for key, kind, source, moments, *phase in _rows(connection, _PHASES, known):
        if key in touched:
            continue
        found = subjects.get(key)
        if found is None:
            milestones = tuple(Milestone("", each, {}) for each in moments)
            subject = Subject(key, kind, source, milestones, None, None, None, *[beginning] * 3)
            found = subjects[key] = (subject, [])
        name, site, unit, label, value, from_at, to_at, outcome, visits = phase
        listed = None if visits is None else tuple(visits)
        found[1].append(Phase(name, site, unit, label, value, from_at, to_at, outcome, listed))
    yield from subjects.values()


def clear(connection: Connection[Any], first: datetime, last: datetime | None) -> None:
    """Drop the readings and hours of the marks from first up to, not including, last; None: all that follow."""
    end = last or "infinity"
    connection.execute("delete from reading where mark >= %s and mark < %s::timestamptz", (first, end))
    connection.execute("delete from reading_hour where hour >= %s and hour < %s::timestamptz", (first, end))


def purge(connection: Connection[Any], now: datetime) -> int:
    """Drop five-minute readings that are past their days, whole UTC days at a time; returns how many."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    oldest = day - timedelta(days=KEPT_DAYS)
    count = connection.execute("delete from reading where mark < %s", (oldest,)).rowcount
    drop_emptied_chunks(connection, "reading", oldest)
    return count


class Series:
    """The dictionary of series: what is stored once, so that a row holds four bytes of it.

    What goes by several names (a provider with one hospital, and that hospital) is one series.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        rows = connection.execute("select measure, level, code, id from series").fetchall()
        self._ids: dict[tuple[str, str, str], int] = {(row[0], row[1], row[2]): row[3] for row in rows}
        self._last = max(self._ids.values(), default=0)

    def ids(self, connection: Connection[Any], planned: Iterable[tuple[Measure, Scope]]) -> list[tuple[Ints, Ints]]:
        """For each scope its series, and the row of the scope that each is of; new names are noted.

        After a change of configuration, names that have come to mean the same keep a series each; those that no longer
        do are parted, with what was kept of them.
        """
        told: list[tuple[str, str, str, int]] = []
        parted: dict[int, int] = {}
        answers: list[tuple[Ints, Ints]] = []
        for measure, scope in planned:
            taken: dict[int, int] = {}  # the row that a series is of
            for row, names in enumerate(scope.names):
                held = [self._ids.get((measure.name, *name)) for name in names]
                own = [each for each in held if each is not None and taken.setdefault(each, row) == row]
                for name, before in zip(names, held, strict=True):
                    if before in own:
                        continue
                    if before is not None or not own:
                        self._last += 1
                        own.append(self._last)
                        taken[self._last] = row
                    if before is not None:
                        parted[self._last] = before
                    series = own[-1] if before is not None else own[0]
                    self._ids[(measure.name, *name)] = series
                    told.append((measure.name, *name, series))
            answers.append((np.array(list(taken), np.int64), np.array(list(taken.values()), np.int64)))
        if told:
            connection.cursor().executemany(_NAME, told)
        for series, before in parted.items():
            for statement in _PART:
                connection.execute(statement, {"series": series, "before": before})
        return answers


_READING = ("f8", "f8", "f8", "i4", "i2")
_HOUR = ("f8", "f8", "f8", "i4", "i2", "i2", "f8", "f8", "f8", "f8", "f8")


def write(
    connection: Connection[Any], series: Sequence[tuple[Ints, Ints]], rows: Iterable[tuple[Kept, Kept]], *,
    since: datetime,
) -> tuple[int, int]:  # fmt: skip
    """Write five-minute readings (of marks from `since` on) and hours, by COPY; returns how many of each.

    series: as from `Series.ids`, one for each pair of rows. The database takes readings in while more are computed.
    """
    hours: list[bytes] = []
    counts = [0, 0]
    least = int(since.timestamp() * 1e6)
    with _copying(connection, "reading") as send:
        for ids, (reading, hour) in zip(series, rows, strict=True):
            made = _binary(ids, reading, reading.at >= least, _READING)
            counts[0] += made[0]
            send(made[1])
            made = _binary(ids, hour, np.ones(len(hour.at), bool), _HOUR)
            counts[1] += made[0]
            hours.append(made[1])
    with _copying(connection, "reading_hour") as send:
        for part in hours:
            send(part)
    return counts[0], counts[1]


@contextlib.contextmanager
def _copying(connection: Connection[Any], table: str) -> Iterator[Callable[[bytes], None]]:
    cursor = connection.cursor()
    with cursor.copy(f"copy {table} from stdin (format binary)", writer=QueuedLibpqWriter(cursor)) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        yield copy.write
        copy.write(b"\xff\xff")


def _binary(
    series: tuple[Ints, Ints], kept: Kept, chosen: NDArray[np.bool_], kinds: Sequence[str]
) -> tuple[int, bytes]:
    """How many rows, and they in PostgreSQL's binary COPY format, those with the same columns empty together."""
    ids, rows = series
    own = np.zeros(int(rows.max(initial=-1)) + 1, np.int64)
    own[rows[::-1]] = ids[::-1]
    index = np.flatnonzero(chosen)
    of = own[kept.row[index]]
    for again in np.flatnonzero(own[rows] != ids).tolist():  # a row that is two series
        here = np.flatnonzero(chosen & (kept.row == rows[again]))
        index, of = np.concatenate([index, here]), np.concatenate([of, np.full(len(here), ids[again])])
    columns = [np.asarray(column, np.float64)[index] for column in kept.columns]
    empty = np.array([np.isnan(column) for column in columns])
    pattern = (1 << np.arange(len(columns))) @ empty
    fixed = [of, kept.at[index] - _2000, kept.known[index] - _2000]
    parts: list[bytes] = []
    for each in np.unique(pattern).tolist():
        mine = pattern == each
        fields: list[tuple[str, str]] = [("count", ">i2")]
        for number, kind in enumerate(("i4", "i8", "i8", *kinds)):
            fields.append((f"length{number}", ">i4"))
            if number < 3 or not each >> (number - 3) & 1:
                fields.append((f"field{number}", f">{kind}"))
        made = np.zeros(int(mine.sum()), np.dtype(fields))
        made["count"] = 3 + len(kinds)
        for number, column in enumerate((*fixed, *columns)):
            if f"field{number}" in (made.dtype.names or ()):
                made[f"length{number}"] = made.dtype[f"field{number}"].itemsize
                made[f"field{number}"] = column[mine]
            else:
                made[f"length{number}"] = -1
        parts.append(made.tobytes())
    return len(index), b"".join(parts)
