"""Series: a measure at one place through time, from a sweep, as the rows that are kept.

Of five-minute readings only changes are kept, in both times. Along the marks: where a reading differs from that of the
mark before, and at each UTC midnight so that old days can be dropped (but for a gauge that nobody reports). Along the
known times: where what is kept at a mark changes, which may be that it is now `SAME` as the mark before. An hour is
kept whole.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.domain.levels import Level, Scope, scopes
from services.domain.measures import Measure, quantile_of
from services.domain.phase_table import Ints
from services.domain.sweep import Members, Part, Sweep, Tally, gathered, running
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

    def take(self, index: Ints | tuple[Ints, Ints]) -> Numbers:
        return Numbers(
            self.value[index], self.numerator[index], self.denominator[index], self.n[index], self.absent[index]
        )

    def same(self, other: Numbers) -> NDArray[np.bool_]:
        alike: NDArray[np.bool_] = self.absent == other.absent
        for one, two in zip(self[:4], other[:4], strict=True):
            alike &= (one == two) | (np.isnan(one) & np.isnan(two))
        return alike


@dataclass(frozen=True, eq=False)
class Kept:
    """Rows of one measure at one level. code: a number into `codes`. at: a mark, or the start of an hour."""

    measure: str
    level: Level
    codes: tuple[str, ...]
    code: Ints
    at: Ints
    known: Ints
    columns: tuple[NDArray[np.float64] | Ints, ...]


class _Summed:
    """A tally that can be asked for any cell as known at any known time."""

    def __init__(self, tally: Tally, marks: int, known: int, scale: int) -> None:
        self.first = tally.first.astype(np.float64) / scale
        self._marks, self._known = marks, known
        later = tally.later
        self.key = (later.row * marks + later.mark) * known + later.known
        self._added = running(later) / scale

    def newest(self, row: Ints, mark: Ints, known: Ints) -> Ints:
        """For each cell the number of the last change to it, -1 where it is as first read."""
        if not len(self.key):
            return np.full(row.shape, -1, np.int64)
        key = (row * self._marks + mark) * self._known + known
        place = np.searchsorted(self.key, key, "right") - 1
        hit = (place >= 0) & (self.key[np.maximum(place, 0)] // self._known == key // self._known)
        return np.where(hit, place, -1)

    def at(self, row: Ints, mark: Ints, known: Ints) -> Floats:
        found: Floats = self.first[row, mark]
        if len(self.key):
            place = self.newest(row, mark, known)
            found = found + np.where(place >= 0, self._added[np.maximum(place, 0)], 0.0)
        return found


class Series:
    """A measure at every code of one level, at every mark as known at every known time of a sweep."""

    def __init__(self, measure: Measure, scope: Scope, swept: Sweep) -> None:
        self.measure, self.scope, self.grid = measure, scope, swept.grid
        self._marks, self._known = len(swept.grid.marks), len(swept.grid.known)
        rows, count = np.array(scope.rows, np.int64), len(scope.codes)
        minutes = measure.numerator[0].aggregate == "minutes_total"
        self._lists = self._count = None
        if measure.kind in ("quantile", "gauge"):
            held = [swept.members[atom] for atom in measure.numerator]
            members = Members(*[np.concatenate(column) for column in zip(*held, strict=True)])
            members = members._replace(place=rows[members.place])
            members = members.take(members.place >= 0)
            one = np.ones(len(members.a), np.int64)
            tally = swept.tally(members._replace(fixed=one, slope=one * 0), count, every=True)
            self._count = self._summed(gathered([(1, tally, np.arange(count))], count, self._marks, every=True), 1)
            if measure.kind == "quantile":
                self._lists = _Lists(members, count, self._count, swept, measure.quantile)
        self._top = self._summed(swept.total(measure.numerator, measure.minus, rows, count), _MINUTE if minutes else 1)
        self._bottom = None
        if measure.denominator:
            below = swept.total(measure.denominator, measure.denominator_minus, rows, count)
            self._bottom = self._summed(below, 1)
        self._heard = self._feeds(swept)

    def _summed(self, tally: Tally, scale: int) -> _Summed:
        return _Summed(tally, self._marks, self._known, scale)

    def _feeds(self, swept: Sweep) -> _Summed | None:
        """How often the feeds of each code were heard lately; where they were, it has readings."""
        if self.scope.feeds is None:
            return None
        parts: list[Part] = []
        for number, source in enumerate(swept.sources):
            for row in [row for row, feeds in enumerate(self.scope.feeds) if source in feeds]:
                rows = np.full(len(swept.sources), -1, np.int64)
                rows[number] = row
                parts.append((1, swept.heard_lately, rows))
        return self._summed(gathered(parts, len(self.scope.codes), self._marks), 1)

    def changes(self) -> Ints:
        """Keys (row, mark, known) of the cells in which anything became known later, sorted."""
        keys = [each.key for each in (self._top, self._bottom, self._count, self._heard) if each is not None]
        return np.unique(np.concatenate(keys))

    def at(self, row: Ints, mark: Ints, known: Ints) -> Numbers:
        """The readings of cells; three arrays of one shape."""
        top = self._top.at(row, mark, known)
        nothing = np.full(top.shape, np.nan)
        absent = np.zeros(top.shape, np.int64)
        measure = self.measure
        value, numerator, denominator, n = top, nothing, nothing, nothing
        if self._lists is not None and self._count is not None:
            n = self._count.at(row, mark, known)
            value = self._lists.at(row, mark, known)
            absent = np.where(n == 0, NOT_DUE, absent)
        elif measure.kind == "gauge" and self._count is not None:
            absent = np.where(self._count.at(row, mark, known) == 0, NOT_PROVIDED, absent)
        elif self._bottom is not None:
            numerator, denominator = top, self._bottom.at(row, mark, known)
            absent = np.where(denominator == 0, NOT_DUE, absent)
            value = np.divide(top, denominator, out=np.full(top.shape, np.nan), where=denominator != 0)
            n = denominator if measure.kind == "mean" else n
        elif measure.unit == "hours":
            value = top / 60
        if self._heard is not None:
            silent = self._heard.at(row, mark, known) == 0
            absent = np.where(silent, FEED_SILENT, absent)
            numerator, denominator, n = (np.where(silent, np.nan, each) for each in (numerator, denominator, n))
        return Numbers(np.where(absent == VALUE, value, np.nan), numerator, denominator, n, absent)


class _Lists:
    """Quantiles of the minutes of members, by marks first and by the cells that became known later."""

    def __init__(self, members: Members, count: int, counted: _Summed, swept: Sweep, quantile: float | None) -> None:
        self._members, self._counted = members, counted
        self._since, self._quantile = swept.since_first, quantile or 0.5
        grid, marks = swept.grid, len(swept.grid.marks)
        a = np.maximum(members.a, grid.opens[members.ka] * (members.ka > 0))
        b = np.where(members.kb < len(grid.known), np.minimum(members.b, grid.opens[members.kb]), members.b)
        self._first = np.full((count, marks), np.nan)
        for number in range(count):
            self._first[number] = self._running(np.flatnonzero((members.place == number) & (a < b)), a, b, marks)
        known = len(grid.known)
        self._later = np.full(len(counted.key), np.nan)
        for number in range(count):
            mine = np.flatnonzero(members.place == number)
            held = members.take(mine)
            low, high = np.searchsorted(counted.key, np.array([number, number + 1]) * marks * known)
            for index in range(low, high):
                mark, k = int(counted.key[index]) // known % marks, int(counted.key[index]) % known
                here = (held.a <= mark) & (mark < held.b) & (held.ka <= k) & (k < held.kb)
                self._later[index] = self._of(mine[here], mark)

    def _running(self, mine: Ints, a: Ints, b: Ints, marks: int) -> Floats:
        found = np.full(marks, np.nan)
        if (self._members.slope[mine] != 0).any():
            for mark in range(marks):
                found[mark] = self._of(mine[(a[mine] <= mark) & (mark < b[mine])], mark)
            return found
        lengths = self._members.fixed
        moves = sorted(
            [*((int(a[i]), 1, int(lengths[i])) for i in mine), *((int(b[i]), 0, int(lengths[i])) for i in mine)]
        )
        held: list[int] = []
        for index, (mark, comes, length) in enumerate(moves):
            if comes:
                insort(held, length)
            else:
                held.pop(bisect_left(held, length))
            following = moves[index + 1][0] if index + 1 < len(moves) else marks
            if following > mark and held:
                found[mark:following] = quantile_of(held, self._quantile) / _MINUTE
        return found

    def _of(self, chosen: Ints, mark: int) -> float:
        lengths = np.sort(self._members.fixed[chosen] + self._members.slope[chosen] * self._since[mark])
        return quantile_of(lengths.tolist(), self._quantile) / _MINUTE if len(lengths) else np.nan

    def at(self, row: Ints, mark: Ints, known: Ints) -> Floats:
        found: Floats = self._first[row, mark]
        if len(self._later):
            place = self._counted.newest(row, mark, known)
            found = np.where(place >= 0, self._later[np.maximum(place, 0)], found)
        return found


def kept(swept: Sweep, measures: Iterable[Measure], system: System) -> Iterator[tuple[Kept, Kept]]:
    """The rows to keep of every measure: five-minute readings, and hours.

    Nothing that was known at the first known time is among them: that is what is kept already.
    """
    for measure in measures:
        places = list(swept.places)
        if measure.kind == "gauge":
            said = {place for atom in measure.numerator for place in swept.members[atom].place.tolist()}
            places = [place if index in said else (None, None) for index, place in enumerate(places)]
        for scope in scopes(measure, system, places):
            series = Series(measure, scope, swept)
            changed = series.changes()
            yield _readings(series, changed), _hours(series, changed)


def _cells(series: Series, keys: Ints) -> tuple[Ints, Ints, Ints]:
    marks, known = len(series.grid.marks), len(series.grid.known)
    return keys // known // marks, keys // known % marks, keys % known


def _readings(series: Series, changed: Ints) -> Kept:
    grid = series.grid
    on_grid = np.flatnonzero(grid.marks % MARK_MICROSECONDS == 0)
    before = np.full(len(grid.marks), -1, np.int64)
    before[on_grid[1:]] = on_grid[:-1]
    after = np.full(len(grid.marks), -1, np.int64)
    after[on_grid[:-1]] = on_grid[1:]
    count = len(series.scope.codes)
    # As first read: against the mark before as known then.
    marks = on_grid[grid.first[on_grid] > 0]
    row, mark = np.repeat(np.arange(count), len(marks)), np.tile(marks, count)
    known = grid.first[mark]
    now, differs = _step(series, row, mark, known, before)
    parts = [(row[differs], mark[differs], known[differs], now.take(np.flatnonzero(differs)))]
    # Known later: what changed itself, and what followed something that changed.
    row, mark, known = _cells(series, changed)
    inside = before[mark] + after[mark] > -2
    row, mark, known = row[inside], mark[inside], known[inside]
    nexts = after[mark]
    row, mark, known = (
        np.concatenate([row, row[nexts >= 0]]), np.concatenate([mark, nexts[nexts >= 0]]),
        np.concatenate([known, known[nexts >= 0]]),
    )  # fmt: skip
    valid = known > grid.first[mark]
    keys = np.unique(((row * len(grid.marks) + mark) * len(grid.known) + known)[valid])
    row, mark, known = _cells(series, keys)
    now, differs = _step(series, row, mark, known, before)
    then, differed = _step(series, row, mark, known - 1, before)
    new = (differs != differed) | (differs & ~now.same(then))
    now = now.take(np.flatnonzero(new))
    same = ~differs[new]
    value, numerator, denominator, n = (np.where(same, np.nan, column) for column in now[:4])
    told = Numbers(value, numerator, denominator, n, np.where(same, SAME, now.absent))
    parts.append((row[new], mark[new], known[new], told))
    return _kept(series, parts, grid.marks)


def _step(series: Series, row: Ints, mark: Ints, known: Ints, before: Ints) -> tuple[Numbers, NDArray[np.bool_]]:
    """The readings of cells, and whether each is kept at its mark: not the same as at the mark before."""
    now = series.at(row, mark, known)
    previous = before[mark]
    first = (previous < 0) | (series.grid.marks[mark] % DAY_MICROSECONDS == 0)
    compared = series.at(row, np.where(previous < 0, mark, previous), known)
    # What nobody reports has no row: a gauge is not there before somebody reports it.
    return now, np.where(first, now.absent != NOT_PROVIDED, ~now.same(compared))


def _kept(series: Series, parts: list[tuple[Ints, Ints, Ints, Numbers]], times: Ints) -> Kept:
    row, mark, known = (np.concatenate([part[index] for part in parts]) for index in range(3))
    columns = [np.concatenate([part[3][index] for part in parts]) for index in range(5)]
    return Kept(series.measure.name, series.scope.level, tuple(series.scope.codes), row, times[mark],
                series.grid.known[known], tuple(columns))  # fmt: skip


def _hours(series: Series, changed: Ints) -> Kept:
    """Whole hours: what stood when the hour ended, and the mean, least and greatest of its twelve marks."""
    grid = series.grid
    closes = np.flatnonzero(grid.marks % MARK_MICROSECONDS != 0)
    starts = grid.marks[closes] + 1 - HOUR_MICROSECONDS
    first = np.searchsorted(grid.marks, starts, "left")
    complete = closes - first == 12
    closes, first, starts = closes[complete], first[complete], starts[complete]
    count = len(series.scope.codes)
    hour_of = np.full(len(grid.marks), -1, np.int64)
    for offset in range(13):
        hour_of[first + offset] = np.arange(len(first))
    row, mark, known = _cells(series, changed)
    inside = hour_of[mark] >= 0
    row, hour, known = row[inside], hour_of[mark[inside]], known[inside]
    late = known > grid.first[closes[hour]] if len(closes) else np.zeros(len(known), bool)
    fresh = np.flatnonzero(grid.first[closes] > 0)
    new_row, new_hour = np.repeat(np.arange(count), len(fresh)), np.tile(fresh, count)
    spread = max(1, len(closes))
    keys = np.unique((row[late] * spread + hour[late]) * len(grid.known) + known[late])
    row, hour, known = keys // len(grid.known) // spread, keys // len(grid.known) % spread, keys % len(grid.known)
    now = _hour(series, row, hour, known, first, closes)
    differs = ~_alike(now, _hour(series, row, hour, known - 1, first, closes))
    begun = _hour(series, new_row, new_hour, grid.first[closes[new_hour]], first, closes)
    said = np.ones(len(new_row), bool) if series.scope.feeds is not None else begun[5] > 0
    columns = tuple(
        np.concatenate([fresh_column[said], later[differs]]) for fresh_column, later in zip(begun, now, strict=True)
    )
    all_hours = np.concatenate([new_hour[said], hour[differs]])
    return Kept(
        series.measure.name, series.scope.level, tuple(series.scope.codes),
        np.concatenate([new_row[said], row[differs]]),
        starts[all_hours] if len(starts) else all_hours,
        grid.known[np.concatenate([grid.first[closes[new_hour]][said], known[differs]])], columns,
    )  # fmt: skip


def _hour(
    series: Series, row: Ints, hour: Ints, known: Ints, first: Ints, closes: Ints
) -> tuple[NDArray[np.float64] | Ints, ...]:
    """value, numerator, denominator, n and absent at the close; how many marks have a value; their mean, least and
    greatest; the means of numerator and denominator."""
    close = series.at(row, closes[hour], known)
    offsets = np.arange(12)
    wide = (np.repeat(row[:, None], 12, 1), first[hour][:, None] + offsets, np.repeat(known[:, None], 12, 1))
    twelve = series.at(*wide)
    has = twelve.absent == VALUE
    marks = has.sum(1)
    some = np.maximum(marks, 1)

    def mean(column: Floats) -> Floats:
        total = np.where(has, np.nan_to_num(column), 0.0).sum(1)
        return np.where((marks > 0) & ~np.isnan(np.where(has, column, 0.0)).any(1), total / some, np.nan)

    low = np.where(has, twelve.value, np.inf).min(1, initial=np.inf)
    high = np.where(has, twelve.value, -np.inf).max(1, initial=-np.inf)
    return (
        *close, marks, mean(twelve.value),
        np.where(marks > 0, low, np.nan), np.where(marks > 0, high, np.nan), mean(twelve.numerator),
        mean(twelve.denominator),
    )  # fmt: skip


def _alike(
    one: tuple[NDArray[np.float64] | Ints, ...], two: tuple[NDArray[np.float64] | Ints, ...]
) -> NDArray[np.bool_]:
    alike = np.ones(len(one[0]), bool)
    for a, b in zip(one, two, strict=True):
        alike &= (a == b) | ((a != a) & (b != b))
    return alike
