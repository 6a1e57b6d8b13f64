"""Series: a measure at one place through time, from a sweep, as the rows that are kept.

Of readings and of hours only changes are kept, in both times. Along the marks: where a reading differs from that of the
mark before, an hour from the hour before, and at each UTC midnight so that nobody has to look further back and old days
can be dropped; what nobody provides has no row there. Along the known times: where what is kept at a mark or hour
changes, which may be that it is now `SAME` as the one before. An hour whose twelve marks are all as it closed leaves
its mean, least and greatest out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.domain.levels import Scope, scope_of
from services.domain.measures import Atom, Measure
from services.domain.phase_table import Ints
from services.domain.quantiles import Quantiles
from services.domain.sweep import Members, Sweep, Tally, gathered, running
from services.domain.system import System

Floats = NDArray[np.float64]
#: Why there is no value, as a number; SAME: kept under the mark before.
VALUE, NOT_DUE, FEED_SILENT, NOT_PROVIDED, SAME = 0, 1, 2, 3, 9
ABSENT: Mapping[int, str] = {NOT_DUE: "not_due", FEED_SILENT: "feed_silent", NOT_PROVIDED: "not_provided"}
MARK_MICROSECONDS = 300_000_000
HOUR_MICROSECONDS = 12 * MARK_MICROSECONDS
DAY_MICROSECONDS = 24 * HOUR_MICROSECONDS
_MINUTE = 60_000_000


class Numbers(NamedTuple):
    """Readings side by side, all of one shape; NaN where a number does not apply or there is none."""

    value: Floats
    numerator: Floats
    denominator: Floats
    n: Floats
    absent: Ints


Columns = tuple[NDArray[np.float64] | Ints, ...]
_ABSENT = 4  # which of the columns says why there is no value


@dataclass(frozen=True, eq=False)
class Kept:
    """Rows to keep of one measure. row: a number into the names of its scope. at: a mark, or the start of an hour."""

    row: Ints
    at: Ints
    known: Ints
    columns: Columns


class _Summed:
    """A tally that can be asked for any cell as known at any known time."""

    def __init__(self, tally: Tally, marks: int, known: int, scale: int) -> None:
        self.first = tally.first.astype(np.float64) / scale
        self._marks, self._known = marks, known
        later = tally.later
        self.key = (later.row * marks + later.mark) * known + later.known
        self._added = running(later) / scale

    def at(self, row: Ints, mark: Ints, known: Ints) -> Floats:
        found: Floats = self.first[row, mark]
        if len(self.key):
            place = newest(self.key, self._marks, self._known, row, mark, known)
            found = found + np.where(place >= 0, self._added[np.maximum(place, 0)], 0.0)
        return found


def newest(keys: Ints, marks: int, known_times: int, row: Ints, mark: Ints, known: Ints) -> Ints:
    """For each cell the number of the last change to it, -1 where it is as first read. keys: of the changes, sorted."""
    key = (row * marks + mark) * known_times + known
    place = np.searchsorted(keys, key, "right") - 1
    hit = (place >= 0) & (keys[np.maximum(place, 0)] // known_times == key // known_times)
    return np.where(hit, place, -1)


class Series:
    """A measure at every place where it has readings, at every mark as known at every known time of a sweep."""

    def __init__(self, measure: Measure, scope: Scope, swept: Sweep) -> None:
        self.measure, self.grid, self.count = measure, swept.grid, len(scope.names)
        self._marks, self._known = len(swept.grid.marks), len(swept.grid.known)
        self._layers = [np.array(rows, np.int64) for rows in scope.layers]
        minutes = measure.numerator[0].aggregate == "minutes_total"
        self._lists = self._people = self._bottom = self._sent = self._heard = None
        if measure.kind in ("quantile", "gauge"):
            members = self._members(measure.numerator, swept)
            self._people = self._present(members, swept)
            if measure.kind == "quantile":
                self._lists = Quantiles(members, self.count, swept, measure.quantile or 0.5)
        top = swept.total(measure.numerator, measure.minus, self._layers, self.count)
        self._top = self._summed(top, _MINUTE if minutes else 1)
        if measure.denominator:
            below = swept.total(measure.denominator, measure.denominator_minus, self._layers, self.count)
            self._bottom = self._summed(below, 1)
        if measure.provided_by:
            self._sent = self._present(self._members(measure.provided_by, swept), swept)
        if scope.feeds is not None:
            self._heard = self._summed(swept.heard_of(scope.feeds), 1)

    def _summed(self, tally: Tally, scale: int) -> _Summed:
        return _Summed(tally, self._marks, self._known, scale)

    def _members(self, atoms: Sequence[Atom], swept: Sweep) -> Members:
        """The members of atoms with their rows for places."""
        parts: list[Members] = []
        for held in (swept.members[atom] for atom in atoms):
            for rows in self._layers:
                placed = held._replace(place=rows[held.place])
                parts.append(placed.take(placed.place >= 0))
        if not parts:
            return swept.members[atoms[0]].take(np.zeros(0, np.int64))
        return Members(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _present(self, members: Members, swept: Sweep) -> _Summed:
        """How many members there are."""
        one = np.ones(len(members.a), np.int64)
        tally = swept.tally(members._replace(fixed=one, slope=one * 0), self.count)
        return self._summed(gathered([(1, tally, np.arange(self.count))], self.count, self._marks), 1)

    def changes(self) -> tuple[Ints, Ints, Ints]:
        """The cells in which anything became known later: row, mark and known time."""
        held = (self._top, self._bottom, self._people, self._lists, self._sent, self._heard)
        return self.cells(np.unique(np.concatenate([each.key for each in held if each is not None])))

    def cells(self, keys: Ints) -> tuple[Ints, Ints, Ints]:
        return keys // self._known // self._marks, keys // self._known % self._marks, keys % self._known

    def at(self, row: Ints, mark: Ints, known: Ints) -> Numbers:
        """The readings of cells; three arrays of one shape."""
        top = self._top.at(row, mark, known)
        nothing = np.full(top.shape, np.nan)
        absent = np.zeros(top.shape, np.int64)
        measure = self.measure
        value, numerator, denominator, n = top, nothing, nothing, nothing
        if self._lists is not None and self._people is not None:
            n = self._people.at(row, mark, known)
            value = self._minutes(self._lists, row, mark, known)
            absent = np.where(n == 0, NOT_DUE, absent)
        elif measure.kind == "gauge" and self._people is not None:
            absent = np.where(self._people.at(row, mark, known) == 0, NOT_PROVIDED, absent)
        elif self._bottom is not None:
            numerator, denominator = top, self._bottom.at(row, mark, known)
            absent = np.where(denominator == 0, NOT_DUE, absent)
            value = np.divide(top, denominator, out=np.full(top.shape, np.nan), where=denominator != 0)
            n = denominator if measure.kind == "mean" else n
        elif measure.unit == "hours":
            value = top / 60
        for needed, why in ((self._sent, NOT_PROVIDED), (self._heard, FEED_SILENT)):
            if needed is not None:
                nobody = needed.at(row, mark, known) == 0
                absent = np.where(nobody, why, absent)
                numerator, denominator, n = (np.where(nobody, np.nan, each) for each in (numerator, denominator, n))
        return Numbers(np.where(absent == VALUE, value, np.nan), numerator, denominator, n, absent)

    def _minutes(self, lists: Quantiles, row: Ints, mark: Ints, known: Ints) -> Floats:
        found: Floats = lists.first[row, mark]
        if len(lists.key):
            place = newest(lists.key, self._marks, self._known, row, mark, known)
            found = np.where(place >= 0, lists.later[np.maximum(place, 0)], found)
        return found


def plan(swept: Sweep, measures: Iterable[Measure], system: System) -> list[tuple[Measure, Scope]]:
    """Which measures have readings and where; of reported figures only those that anybody reports."""
    found: list[tuple[Measure, Scope]] = []
    for measure in measures:
        places = list(swept.places)
        if measure.kind == "gauge":
            said = {place for atom in measure.numerator for place in swept.members[atom].place.tolist()}
            places = [place if index in said else (None, None) for index, place in enumerate(places)]
        scope = scope_of(measure, system, places)
        if scope.names:
            found.append((measure, scope))
    return found


def kept(swept: Sweep, planned: Iterable[tuple[Measure, Scope]]) -> Iterator[tuple[Kept, Kept]]:
    """The rows to keep of each measure: five-minute readings, and hours.

    Nothing that was known at the first known time is among them: that is what is kept already.
    """
    for measure, scope in planned:
        series = Series(measure, scope, swept)
        changed = series.changes()
        yield _readings(series, changed), _hours(series, changed)


@dataclass(frozen=True, eq=False)
class _Line:
    """What is kept at places in time, one after the other: marks, or hours.

    times: of each place; first: the known time at which it is first read. at: the columns of (rows, places, known
    times). nothing: for columns, which are of a series that is not there.
    """

    times: Ints
    first: Ints
    at: Callable[[Ints, Ints, Ints], Columns]
    nothing: Callable[[Columns], NDArray[np.bool_]]


def _thinned(series: Series, line: _Line, changed: tuple[Ints, Ints, Ints]) -> Kept:
    """What differs from the place before; at the first of a UTC day what is there at all. changed: rows, places and
    known times at which anything became known later."""
    count, places, known_times = series.count, len(line.times), len(series.grid.known)
    # As first read: against the place before as known then.
    fresh = np.flatnonzero(line.first > 0)
    row, place = np.repeat(np.arange(count), len(fresh)), np.tile(fresh, count)
    known = line.first[place]
    now, differs = _step(line, row, place, known)
    parts = [(row[differs], place[differs], known[differs], tuple(column[differs] for column in now))]
    # Known later: what changed itself, and what follows something that changed.
    row, place, known = (np.concatenate([each, each]) for each in changed)
    place[len(place) // 2 :] += 1
    valid = (place < places) & (known > line.first[np.minimum(place, places - 1)]) if places else place < 0
    keys = np.unique(((row * places + place) * known_times + known)[valid])
    row, place, known = keys // known_times // max(places, 1), keys // known_times % max(places, 1), keys % known_times
    now, differs = _step(line, row, place, known)
    then, differed = _step(line, row, place, known - 1)
    new = np.flatnonzero((differs != differed) | (differs & ~_alike(now, then)))
    same = ~differs[new]
    told = [np.where(same, 0 if column.dtype.kind == "i" else np.nan, column[new]) for column in now]
    told[_ABSENT] = np.where(same, SAME, told[_ABSENT])
    parts.append((row[new], place[new], known[new], tuple(told)))
    row, place, known = (np.concatenate([part[index] for part in parts]) for index in range(3))
    columns = tuple(np.concatenate([part[3][index] for part in parts]) for index in range(len(now)))
    return Kept(row, line.times[place], series.grid.known[known], columns)


def _step(line: _Line, row: Ints, place: Ints, known: Ints) -> tuple[Columns, NDArray[np.bool_]]:
    """The columns of cells, and whether each is kept at its place: not the same as at the place before."""
    now = line.at(row, place, known)
    first = (place == 0) | (line.times[place] % DAY_MICROSECONDS == 0)
    differs = ~_alike(now, line.at(row, np.maximum(place - 1, 0), known))
    return now, np.where(first, ~line.nothing(now), differs)


def _alike(one: Columns, two: Columns) -> NDArray[np.bool_]:
    alike = np.ones(len(one[0]), bool)
    for a, b in zip(one, two, strict=True):
        alike &= (a == b) | ((a != a) & (b != b))
    return alike


def _readings(series: Series, changed: tuple[Ints, Ints, Ints]) -> Kept:
    grid = series.grid
    on_grid = np.flatnonzero(grid.marks % MARK_MICROSECONDS == 0)
    number = np.full(len(grid.marks), -1, np.int64)
    number[on_grid] = np.arange(len(on_grid))
    row, mark, known = changed
    inside = number[mark] >= 0
    line = _Line(
        grid.marks[on_grid], grid.first[on_grid], lambda row, place, known: series.at(row, on_grid[place], known),
        lambda now: now[_ABSENT] == NOT_PROVIDED,
    )  # fmt: skip
    return _thinned(series, line, (row[inside], number[mark[inside]], known[inside]))


def _hours(series: Series, changed: tuple[Ints, Ints, Ints]) -> Kept:
    """Whole hours: what stood when the hour ended, and the mean, least and greatest of its twelve marks."""
    grid = series.grid
    closes = np.flatnonzero(grid.marks % MARK_MICROSECONDS != 0)
    starts = grid.marks[closes] + 1 - HOUR_MICROSECONDS
    opens = np.searchsorted(grid.marks, starts, "left")
    whole = closes - opens == 12
    closes, opens, starts = closes[whole], opens[whole], starts[whole]
    hour_of = np.full(len(grid.marks), -1, np.int64)
    for offset in range(13):
        hour_of[opens + offset] = np.arange(len(opens))
    row, mark, known = changed
    inside = hour_of[mark] >= 0
    line = _Line(
        starts, grid.first[closes], lambda row, hour, known: _hour(series, row, opens[hour], closes[hour], known),
        lambda now: (now[_ABSENT] == NOT_PROVIDED) & (now[_MARKS] == 0),
    )  # fmt: skip
    made = _thinned(series, line, (row[inside], hour_of[mark[inside]], known[inside]))
    value, numerator, denominator, _, _, marks, *spread = made.columns
    flat = marks > 0
    for spread_column, column in zip(spread, (value, value, value, numerator, denominator), strict=True):
        flat &= (spread_column == column) | (np.isnan(spread_column) & np.isnan(column))
    return replace(made, columns=(*made.columns[:6], *(np.where(flat, np.nan, column) for column in spread)))


_MARKS = 5  # which of an hour's columns says how many marks have a value


def _hour(series: Series, row: Ints, opens: Ints, closes: Ints, known: Ints) -> Columns:
    """value, numerator, denominator, n and absent at the close; how many marks have a value; their mean, least and
    greatest; the means of numerator and denominator."""
    close = series.at(row, closes, known)
    wide = (np.repeat(row[:, None], 12, 1), opens[:, None] + np.arange(12), np.repeat(known[:, None], 12, 1))
    twelve = series.at(*wide)
    has = twelve.absent == VALUE
    marks = has.sum(1)

    def mean(column: Floats) -> Floats:
        total = np.where(has, np.nan_to_num(column), 0.0).sum(1)
        some = (marks > 0) & ~np.isnan(np.where(has, column, 0.0)).any(1)
        return np.where(some, total / np.maximum(marks, 1), np.nan)

    low = np.where(has, twelve.value, np.inf).min(1, initial=np.inf)
    high = np.where(has, twelve.value, -np.inf).max(1, initial=-np.inf)
    some = marks > 0
    return (
        *close, marks, np.where(low == high, low, mean(twelve.value)), np.where(some, low, np.nan),
        np.where(some, high, np.nan), mean(twelve.numerator), mean(twelve.denominator),
    )  # fmt: skip
