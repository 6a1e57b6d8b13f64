"""Atoms at many moments at once: the numbers of `measures.evaluate` at every mark, as known at every known time.

A phase belongs to an atom over a span of marks, so every number is a running sum of what begins and what ends. What is
known later changes few cells; they are kept beside the numbers as first read. A property test holds this to `evaluate`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.domain.clock import local_midnight
from services.domain.measures import Atom, Atoms, Place, Selection, units_of
from services.domain.phase_table import NEVER, Ints, PhaseTable, Span, tabulate, without
from services.domain.phases import Phase
from services.domain.system import System
from services.domain.versions import MICROSECOND, Axis, Grid, Times, Version, microseconds, moment

Numbers = NDArray[Any]  # 64 bits: whole numbers of people or microseconds, floats for beds and gauges
NO_LIMITS: Mapping[str, timedelta] = {}
_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE


class Members(NamedTuple):
    """What belongs to an atom: over marks [a, b) as known at [ka, kb), weight `fixed + slope * t`.

    t counts microseconds from the first mark, so that sums of many stay exact in 64 bits.
    """

    place: Ints
    a: Ints
    b: Ints
    ka: Ints
    kb: Ints
    fixed: Numbers
    slope: Ints

    def take(self, chosen: NDArray[np.bool_] | Ints) -> Members:
        return Members(*[column[chosen] for column in self])


class Cells(NamedTuple):
    """Changes: at a mark, from a known time after its first reading on. Sorted by row, mark, known time."""

    row: Ints
    mark: Ints
    known: Ints
    change: Numbers


@dataclass(frozen=True, eq=False)
class Tally:
    """A number, a row a place and a column a mark, as first read; and what became known later.

    row_of: the row of each place, -1 where it has none.
    """

    row_of: Ints
    first: Numbers
    later: Cells


@dataclass(frozen=True, eq=False)
class Sweep:
    """Every atom over a grid. Members of `minutes` atoms weigh their minutes in microseconds."""

    grid: Grid
    places: Sequence[Place]
    members: dict[Atom, Members]
    sources: Sequence[str]
    heard: Members  # places are `sources`: the marks at which something of them was not too long ago

    @cached_property
    def since_first(self) -> Ints:
        """Microseconds from the first mark to each mark."""
        since: Ints = self.grid.marks - self.grid.origin
        return since

    @cached_property
    def _tallies(self) -> dict[Atom, Tally]:
        return {}

    def total(self, plus: Iterable[Atom], minus: Iterable[Atom], layers: Sequence[Ints], count: int) -> Tally:
        """Atoms added up into `count` rows; layers: in each the row of every place, -1 to leave it out."""
        parts: list[Part] = []
        for sign, atoms in ((1, plus), (-1, minus)):
            for atom in atoms:
                held = self._tallies.get(atom)
                if held is None:
                    held = self._tallies[atom] = self.tally(self.members[atom], len(self.places))
                parts += [(sign, held, rows) for rows in layers]
        return gathered(parts, count, len(self.grid.marks))

    def heard_of(self, feeds: Sequence[frozenset[str]]) -> Tally:
        """Row by row, how many of these feeds were heard lately."""
        found = self._heard_of.get(tuple(feeds))
        if found is None:
            parts: list[Part] = []
            for row, sources in enumerate(feeds):
                rows = np.array([row if source in sources else -1 for source in self.sources], np.int64)
                parts += [(1, self.heard_lately, rows)] if (rows >= 0).any() else []
            found = self._heard_of[tuple(feeds)] = gathered(parts, len(feeds), len(self.grid.marks))
        return found

    @cached_property
    def _heard_of(self) -> dict[tuple[frozenset[str], ...], Tally]:
        return {}

    @cached_property
    def heard_lately(self) -> Tally:
        """1 at the marks at which a source (a row of `sources`) was heard lately."""
        return whether(self.tally(self.heard, len(self.sources)))

    def tally(self, members: Members, count: int, *, every: bool = False) -> Tally:
        """Members summed by place, of which there are `count`; a place without any has no row.

        every: keep the cells whose changes come to nothing, for what is more than a sum.
        """
        held, row = np.unique(members.place, return_inverse=True)
        found = np.full(count, -1, np.int64)
        found[held] = np.arange(len(held))
        count = len(held)
        grid, marks = self.grid, len(self.grid.marks)
        opens, last = grid.opens, len(grid.known)
        a = np.maximum(members.a, opens[members.ka] * (members.ka > 0))
        b = np.where(members.kb < last, np.minimum(members.b, opens[members.kb]), members.b)
        first = np.zeros((count, marks + 1), members.fixed.dtype)
        slope = np.zeros((count, marks + 1), np.int64)
        told = a < b
        np.add.at(first, (row[told], a[told]), members.fixed[told])
        np.subtract.at(first, (row[told], b[told]), members.fixed[told])
        sloped = told & (members.slope != 0)
        np.add.at(slope, (row[sloped], a[sloped]), members.slope[sloped])
        np.subtract.at(slope, (row[sloped], b[sloped]), members.slope[sloped])
        total = np.cumsum(first, 1)[:, :marks]
        if sloped.any():
            total = total + np.cumsum(slope, 1)[:, :marks] * self.since_first
        return Tally(found, total, self._later(members, row, every))

    def _later(self, members: Members, row: Ints, every: bool) -> Cells:
        """Cells before a version's known time at which it says something else than the one before it."""
        opens, last = self.grid.opens, len(self.grid.known)
        comes, goes = members.ka > 0, members.kb < last
        pieces = [
            np.concatenate([column[comes], column[goes]])
            for column in (row, members.a, members.b, members.fixed, members.slope)
        ]
        known = np.concatenate([members.ka[comes], members.kb[goes]])
        sign = np.concatenate([np.ones(comes.sum(), np.int64), -np.ones(goes.sum(), np.int64)])
        where, a, b, fixed, slope = pieces
        b = np.minimum(b, opens[known])
        kept = np.flatnonzero(a < b)
        if not len(kept):
            return Cells(kept, kept, kept, kept.astype(members.fixed.dtype))
        where, a, b, known, fixed, slope, sign = (
            column[kept] for column in (where, a, b, known, fixed, slope, sign)
        )  # fmt: skip
        keys = (slope, fixed, b, a, known, where)
        order = np.lexsort(keys)
        new = np.ones(len(order), bool)
        new[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
        starts = np.flatnonzero(new)
        times = np.add.reduceat(sign[order], starts)
        changed = order[starts][times != 0]
        times = times[times != 0]
        length = (b - a)[changed]
        each = np.repeat(np.arange(len(changed)), length)
        mark = a[changed][each] + np.arange(len(each)) - np.repeat(np.cumsum(length) - length, length)
        change = (fixed[changed][each] + slope[changed][each] * self.since_first[mark]) * times[each]
        return summed(where[changed][each], mark, known[changed][each], change.astype(members.fixed.dtype), every)

    def at(self, mark: int, known: int | None = None) -> Atoms:
        """The atoms at a mark as known at a known time (None: the last), for comparison with `evaluate`.

        Numbers of nothing are left out, as they are there where nothing was chosen.
        """
        known = len(self.grid.known) - 1 if known is None else known
        found: Atoms = {}
        for atom, members in self.members.items():
            here = (members.a <= mark) & (mark < members.b) & (members.ka <= known) & (known < members.kb)
            if atom.aggregate == "minutes":
                lists: dict[Place, list[float]] = {}
                inside = members.take(here)
                lengths = inside.fixed + inside.slope * self.since_first[mark]
                for place, length in sorted(zip(inside.place.tolist(), lengths.tolist(), strict=True)):
                    lists.setdefault(self.places[place], []).append(length / _MINUTE)
                found[atom] = dict(lists)
                continue
            rows = np.arange(len(self.places))
            tally = self.total([atom], [], [rows], len(self.places))
            numbers = tally.first[:, mark].copy()
            late = (tally.later.mark == mark) & (tally.later.known <= known)
            np.add.at(numbers, tally.later.row[late], tally.later.change[late])
            scale = _MINUTE if atom.aggregate == "minutes_total" else 1
            held = np.unique(members.place[here])
            found[atom] = {self.places[place]: float(numbers[place]) / scale for place in held.tolist()}
        return found


Part = tuple[int, Tally, Ints]  # sign, what is added, the row of each of its places (-1: none)


def gathered(parts: Sequence[Part], count: int, marks: int, *, every: bool = False) -> Tally:
    """Tallies by place added up into `count` rows."""
    kinds = [tally.first.dtype for _, tally, _ in parts] or [np.dtype(np.int64)]
    first = np.zeros((count, marks), np.result_type(*kinds))
    cells: list[Cells] = []
    for sign, tally, rows in parts:
        places = np.flatnonzero((tally.row_of >= 0) & (rows >= 0))
        np.add.at(first, rows[places], sign * tally.first[tally.row_of[places]])
        to = np.full(len(tally.first), -1, np.int64)
        to[tally.row_of[places]] = rows[places]
        row, mark, known, change = tally.later
        kept = to[row] >= 0
        cells.append(Cells(to[row][kept], mark[kept], known[kept], sign * change[kept]))
    if not cells:
        none = np.zeros(0, np.int64)
        return Tally(np.arange(count), first, Cells(none, none, none, none))
    row, mark, known, change = (np.concatenate(column) for column in zip(*cells, strict=True))
    return Tally(np.arange(count), first, summed(row, mark, known, change, every))


def running(later: Cells) -> Numbers:
    """What has changed at a cell in all, up to each known time."""
    total = np.cumsum(later.change)
    new = np.ones(len(total), bool)
    new[1:] = (later.row[1:] != later.row[:-1]) | (later.mark[1:] != later.mark[:-1])
    begins = np.flatnonzero(new)
    before = (total - later.change)[begins]
    found: Numbers = total - np.repeat(before, np.diff([*begins, len(total)]))
    return found


def whether(tally: Tally) -> Tally:
    """1 where the tally has anything, else 0."""
    later = tally.later
    now = (tally.first[later.row, later.mark] + running(later) > 0).astype(np.int64)
    before = (tally.first[later.row, later.mark] + running(later) - later.change > 0).astype(np.int64)
    kept = now != before
    cells = Cells(later.row[kept], later.mark[kept], later.known[kept], (now - before)[kept])
    return Tally(tally.row_of, (tally.first > 0).astype(np.int64), cells)


def summed(row: Ints, mark: Ints, known: Ints, change: Numbers, every: bool = False) -> Cells:
    """Cells with the changes of the same one added, sorted; without those that come to nothing, unless `every`."""
    order = np.lexsort((known, mark, row))
    row, mark, known, change = row[order], mark[order], known[order], change[order]
    new = np.ones(len(order), bool)
    new[1:] = (row[1:] != row[:-1]) | (mark[1:] != mark[:-1]) | (known[1:] != known[:-1])
    starts = np.flatnonzero(new)
    added = np.add.reduceat(change, starts) if len(starts) else change
    kept = np.ones(len(starts), bool) if every else added != 0
    starts = starts[kept]
    return Cells(row[starts], mark[starts], known[starts], added[kept])


def sweep(
    versions: Iterable[Version], configured: Sequence[Phase], system: System, grid: Grid, atoms: Iterable[Atom], *,
    silent_after: Mapping[str, timedelta] = NO_LIMITS,
) -> Sweep:  # fmt: skip
    """Every atom over the grid, from every version of every subject that its windows can reach.

    silent_after: by the sender's code, how long after its last milestone a feed counts as silent; for ever without.
    """
    told = list(versions)
    table = tabulate(told, configured, system, grid)
    midnights = midnights_of(grid)
    members: dict[Atom, Members] = {}
    for atom in atoms:  # one at a time: who gives them may end it between two
        if atom not in members:
            members[atom] = members_of(atom, table, system, midnights)[0]
    return Sweep(grid, table.places, members, *_heard(told, table, silent_after))


def _heard(
    versions: Sequence[Version], table: PhaseTable, silent_after: Mapping[str, timedelta]
) -> tuple[list[str], Members]:
    """A feed is heard when a phase of its subjects begins, or ends otherwise than by its own date."""
    sources: dict[str, int] = {}
    codes = [sources.setdefault(version.subject.source.rpartition(":")[2], len(sources)) for version in versions]
    limits = [silent_after.get(source) for source in sources]
    longest = np.array([NEVER >> 1 if each is None else each // MICROSECOND for each in limits] or [0], np.int64)
    begun = np.flatnonzero(table.owner >= 0)
    dated = np.isin(table.outcome, table.texts_of(("until", "due")))
    ended = np.flatnonzero((table.owner >= 0) & (table.to_at < NEVER) & ~dated)
    row = np.concatenate([begun, ended])
    time = np.concatenate([table.from_at[begun], table.to_at[ended]])
    code = np.array(codes or [0], np.int64)[table.owner[row]]
    a, b = table.grid.left(time), table.grid.right(time + longest[code])
    one = np.ones(len(row), np.int64)
    found = Members(code, a, b, table.since[row], table.until[row], one, one * 0)
    return list(sources), found.take(a < b)


def midnights_of(grid: Axis) -> Times:
    """London's midnights from the day of the first mark to the one after the last."""
    found: list[datetime] = []
    day = local_midnight(moment(grid.origin))
    while not found or microseconds(found[-1]) <= grid.last:
        found.append(day)
        day = local_midnight(day + timedelta(hours=30))
    return np.array([microseconds(each) for each in [*found, day]], np.int64)


def members_of(atom: Atom, table: PhaseTable, system: System, midnights: Times) -> tuple[Members, Ints]:
    """What belongs to the atom, and the row of the table that each member comes from."""
    selection = atom.selection
    chosen = _chosen(selection, table, system)
    length = table.to_at - table.from_at
    parts: list[Members] = []
    behind: list[Ints] = []
    if selection.moment != "ended" and not selection.outcomes:
        spans = np.flatnonzero(chosen[table.open_row])
        opened = _open(atom, table, spans, midnights)
        parts += opened
        behind += [table.open_row[spans]] * len(opened)
    if selection.moment != "open":
        rows = np.flatnonzero(chosen & (table.to_at < NEVER))
        rows = rows[_within(selection, length[rows])]
        parts.append(_ended(atom, table, rows, midnights))
        behind.append(rows)
    if not parts:  # an open phase has no outcome
        nothing = np.zeros(0, np.int64)
        return Members(*[nothing] * 7), nothing
    found = Members(*(np.concatenate(each) for each in zip(*parts, strict=True)))
    kept = np.flatnonzero(found.a < found.b)
    found, rows = found.take(kept), np.concatenate(behind)[kept]
    return _newest(found, rows, table) if atom.aggregate == "value_latest" else (found, rows)


def _chosen(selection: Selection, table: PhaseTable, system: System) -> NDArray[np.bool_]:
    """Phases that can belong to the selection at some moment, by what does not change with time."""
    chosen: NDArray[np.bool_] = table.name == table.texts.get(selection.phase, -1)
    if selection.labels:
        chosen &= np.isin(table.label, table.texts_of(selection.labels))
    if selection.outcomes:
        chosen &= np.isin(table.outcome, table.texts_of(selection.outcomes))
    if selection.value is not None:
        chosen &= table.value == selection.value
    units = units_of(selection, system)
    if units is not None:
        chosen &= np.isin(table.unit, table.texts_of(units))
    return chosen


def _within(selection: Selection, length: Ints) -> NDArray[np.bool_]:
    kept = np.ones(len(length), bool)
    if selection.at_least_minutes is not None:
        kept &= length >= selection.at_least_minutes * _MINUTE
    if selection.within_minutes is not None:
        kept &= length <= selection.within_minutes * _MINUTE
    return kept


def _window_end(selection: Selection, since: Times, table: PhaseTable, midnights: Times) -> Ints:
    """The number of the first mark at which what happened at `since` is out of the window."""
    grid = table.grid
    if selection.window is None:
        return np.full(len(since), grid.end, np.int64)
    if selection.window == "today":
        following = np.searchsorted(midnights, since, "right")
        return grid.left(midnights[np.minimum(following, len(midnights) - 1)])
    if selection.window == "last_24h":
        return grid.a_day_on(since)
    return grid.right(since + _HOUR)


def _open(atom: Atom, table: PhaseTable, spans: Ints, midnights: Times) -> list[Members]:
    """The marks at which the phase is open, of a selection of the open or of those that started."""
    selection, grid = atom.selection, table.grid
    row = table.open_row[spans]
    start = table.from_at[row]
    a, b = table.open_a[spans], np.minimum(table.open_b[spans], _window_end(selection, start, table, midnights))
    if selection.at_least_minutes is not None:
        a = np.maximum(a, grid.left(start + selection.at_least_minutes * _MINUTE))
    if selection.within_minutes is not None:
        b = np.minimum(b, grid.right(start + selection.within_minutes * _MINUTE))
    place, ka, kb = table.place[row], table.open_ka[spans], table.open_kb[spans]
    none = np.zeros(len(row), np.int64)
    if atom.aggregate in ("value_total", "value_latest"):
        return [Members(place, a, b, ka, kb, np.nan_to_num(table.value[row]), none)]
    if atom.aggregate == "count":
        return [Members(place, a, b, ka, kb, none + 1, none)]
    beyond = start + atom.over_minutes * _MINUTE
    middle = np.maximum(a, grid.left(beyond))
    short = Members(place, a, np.minimum(b, middle), ka, kb, none, none)
    return [short, Members(place, middle, b, ka, kb, grid.origin - beyond, none + 1)]


def _ended(atom: Atom, table: PhaseTable, row: Ints, midnights: Times) -> Members:
    """The marks from a phase's end on, of a selection of those that ended, or that started and have ended since."""
    selection, grid = atom.selection, table.grid
    start, end = table.from_at[row], table.to_at[row]
    a = grid.left(end)
    b = _window_end(selection, end if selection.moment == "ended" else start, table, midnights)
    none = np.zeros(len(row), np.int64)
    fixed: Numbers = none + 1
    if atom.aggregate in ("value_total", "value_latest"):
        fixed = np.nan_to_num(table.value[row])
    elif atom.aggregate != "count":
        fixed = np.maximum(0, end - start - atom.over_minutes * _MINUTE)
    return Members(table.place[row], a, b, table.since[row], table.until[row], fixed, none)


def _newest(members: Members, behind: Ints, table: PhaseTable) -> tuple[Members, Ints]:
    """Each member only where none at its place began later, so that adding them up gives the latest."""
    from_at = table.from_at[behind]
    begins = table.grid.left(from_at).tolist()
    spans = list(zip(*(column.tolist() for column in members[1:5]), strict=True))
    places = members.place.tolist()
    taken: dict[int, list[tuple[int, Span]]] = defaultdict(list)  # newest first
    rows: list[tuple[int, ...]] = []
    for index in np.lexsort((np.arange(len(from_at)), -from_at)).tolist():
        span, before = spans[index], taken[places[index]]
        near: list[Span] = []
        for begin, held in reversed(before):
            if begin >= span[1]:
                break
            near.append(held)
        rows += [(index, *piece) for piece in without(span, near)]
        before.append((begins[index], span))
    found = np.array(rows, np.int64).reshape(-1, 5)
    newest = members.take(found[:, 0])._replace(a=found[:, 1], b=found[:, 2], ka=found[:, 3], kb=found[:, 4])
    return newest, behind[found[:, 0]]
