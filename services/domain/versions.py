"""Two times on one grid, and a subject as it was known over a span of it.

A mark is a moment that is read. A known time is a moment up to which facts had been received: everything recorded
after the one before it and by it is known at it. A mark is first read at the first known time that is not before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.domain.events import EVENT_TYPES, UNTIL_THE_NEXT
from services.domain.facts import FACT, Fact
from services.domain.fold import Subject, fold
from services.domain.measures import LONGEST_WINDOW, window_start
from services.domain.phases import Phase, phases

Times = NDArray[np.int64]  # microseconds since 1970, UTC
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARK = timedelta(minutes=5)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def moment(since_1970: int) -> datetime:
    return EPOCH + timedelta(microseconds=int(since_1970))


def floor_to(moment_: datetime, step: timedelta) -> datetime:
    """The last moment of the grid of `step` at or before it."""
    return moment_ - (moment_ - EPOCH) % step


class Axis(Protocol):
    """Marks, each known by its place. `origin` and `last` are the first and the last, in microseconds since 1970;
    `end` is one place past the last.
    """

    @property
    def known(self) -> Times: ...
    @property
    def origin(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def end(self) -> int: ...
    def left(self, times: Times) -> NDArray[np.int64]:
        """The place of the first mark that is not before each moment; `end` where there is none."""

    def right(self, times: Times) -> NDArray[np.int64]:
        """The place of the first mark after each moment."""

    def a_day_on(self, times: Times) -> NDArray[np.int64]:
        """The place of the first mark at which the same time yesterday in London is after each moment."""


@dataclass(frozen=True, eq=False)
class Grid:
    """marks and known, both ascending, in microseconds; no mark lies after the last known time."""

    marks: Times
    known: Times

    @classmethod
    def at(cls, marks: Sequence[datetime], known: Sequence[datetime] | None = None) -> Grid:
        """These marks, at these known times; without any, all of them as known in the end."""
        times = np.array([microseconds(each) for each in marks], np.int64)
        return cls(times, np.array([microseconds(each) for each in known], np.int64) if known else times[-1:])

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """For each mark, the place in `known` at which it is first read."""
        return np.searchsorted(self.known, self.marks, "left")

    @cached_property
    def opens(self) -> NDArray[np.int64]:
        """For each place k in `known`, and one past the end, how many marks are first read before it."""
        return np.searchsorted(self.first, np.arange(len(self.known) + 1), "left")

    @property
    def origin(self) -> int:
        return int(self.marks[:1].sum())

    @property
    def last(self) -> int:
        return int(self.marks[-1:].sum())

    @property
    def end(self) -> int:
        return len(self.marks)

    def left(self, times: Times) -> NDArray[np.int64]:
        return np.searchsorted(self.marks, times, "left")

    def right(self, times: Times) -> NDArray[np.int64]:
        return np.searchsorted(self.marks, times, "right")

    def a_day_on(self, times: Times) -> NDArray[np.int64]:
        return np.searchsorted(_yesterdays(self.marks.tobytes()), times, "right")


def yesterday(moment_: datetime) -> int:
    """Where the window of 24 hours begins at a moment: the same time yesterday in London, and never earlier again."""
    start = window_start("last_24h", moment_)
    assert start is not None
    return microseconds(start)


@lru_cache(maxsize=4)
def _yesterdays(marks: bytes) -> Times:
    """Where the window of 24 hours begins at each mark; never earlier than at the mark before."""
    return np.array([yesterday(moment(mark)) for mark in np.frombuffer(marks, np.int64)], np.int64)


@dataclass(frozen=True, slots=True)
class Version:
    """A subject as it was known from place `since` of `Grid.known` up to, not including, `until`."""

    subject: Subject
    phases: Sequence[Phase]
    since: int
    until: int


def settled(pairs: Iterable[tuple[Subject, Sequence[Phase]]], grid: Grid) -> Iterator[Version]:
    """Subjects of which nothing was recorded after the first known time: one version each."""
    for subject, made in pairs:
        yield Version(subject, made, 0, len(grid.known))


def versions(by_subject: Mapping[str, Sequence[Fact]], grid: Grid) -> Iterator[Version]:
    """Every version of the subjects that differs at a mark.

    Facts that became known before any mark after them was read leave no version of their own: at every mark, what was
    known then and what is known now agree. Where a fact can reach back (a cancel, a replacement, a second version of
    a milestone), each known time at which something new was recorded makes a version.
    """
    known, end = grid.known, len(grid.known)
    last = grid.marks[grid.opens[:-1] - 1] if len(grid.marks) else known  # the newest mark read before each known time
    for told in by_subject.values():
        plain = _plain(told)
        facts = _reaching(told, grid) if plain else told
        stamps = np.array([microseconds(fact.recorded_at) for fact in facts], np.int64)
        from_places = np.searchsorted(known, stamps, "left")
        breaks = {int(from_places.min(initial=end))}
        for fact, place in zip(facts, from_places.tolist(), strict=True):
            late = 0 < place < end and grid.opens[place] > 0 and microseconds(fact.time) <= last[place]
            if place < end and (late or (not plain and place > 0)):
                breaks.add(place)
        places = sorted(breaks - {end})
        for index, since in enumerate(places):
            until = places[index + 1] if index + 1 < len(places) else end
            limit = until - 1
            heard = [fact for fact, place in zip(facts, from_places.tolist(), strict=True) if place <= limit]
            subject = fold(heard)
            if subject is not None:
                yield Version(subject, phases(subject), since, until)


def _reaching(facts: Sequence[Fact], grid: Grid) -> Sequence[Fact]:
    """Of the plain facts of what stands for ever, those that can matter at a mark: a year of a unit or a gauge, folded
    anew for each version, would cost more than all journeys.

    What such a fact begins holds until the next of its sort. So of those before every window, and known all along, the
    newest of each sort is enough; and what is of a time after the last mark is cut off anyway.
    """
    kind, sources = EVENT_TYPES[facts[0].type].kind, {fact.source for fact in facts}
    if kind not in UNTIL_THE_NEXT or len(sources) > 1:
        return facts
    first, last = moment(grid.origin) - LONGEST_WINDOW, moment(grid.last)
    since = moment(int(grid.known[0]))
    found: list[Fact] = []
    newest: dict[tuple[str, frozenset[str]], list[Fact]] = {}
    for fact in facts:
        if fact.time > last:
            continue
        if fact.time >= first or fact.recorded_at > since:
            found.append(fact)
            continue
        # Each sort of census goes by what it holds, and so does whatever else goes by some of its data.
        holds = frozenset(key for key, value in fact.data.items() if value is not None)
        held = newest.setdefault((fact.type, holds), [])
        if held and fact.time > held[0].time:
            held.clear()
        if not held or fact.time == held[0].time:
            held.append(fact)
    return [*chain.from_iterable(newest.values()), *found]


def reaches_back_to(facts: Sequence[Fact], after: datetime) -> datetime:
    """The earliest time that those of a subject's facts that were recorded after a moment can change."""
    fresh = facts if not _plain(facts) else [fact for fact in facts if fact.recorded_at > after]
    return min(fact.time for fact in fresh)


def _plain(facts: Sequence[Fact]) -> bool:
    """Whether no fact can change what another says about a time before its own."""
    types = [fact.type for fact in facts]
    single = [type_ for type_ in types if not EVENT_TYPES[type_].repeats]
    return (
        all(fact.rank == FACT for fact in facts)
        and len(set(single)) == len(single)
        and len({fact.uid for fact in facts}) == len(facts)
        and len({EVENT_TYPES[type_].kind for type_ in types}) == 1
    )
