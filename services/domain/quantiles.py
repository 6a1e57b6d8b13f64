"""Quantiles of the minutes of members, at every mark as first read and at every cell that became known later."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.domain.measures import quantile_of
from services.domain.phase_table import Ints
from services.domain.sweep import Members, Sweep

Floats = NDArray[np.float64]
_MINUTE = 60_000_000
Move = tuple[int, int, int, int]  # mark, 1 comes or 0 goes, whether it grows with time, microseconds


class Quantiles:
    """first: a row a place, a column a mark, NaN where there is nobody. key, later: the cells known later, sorted.

    The members are walked along the marks with those present kept in order, so that a mark costs what changed at it.
    """

    def __init__(self, members: Members, count: int, swept: Sweep, quantile: float) -> None:
        self._quantile, self._since = quantile, swept.since_first
        self._marks, self._known = len(swept.grid.marks), len(swept.grid.known)
        cells = swept.tally(members, count, every=True)
        held = np.flatnonzero(cells.row_of >= 0)
        self.key: Ints = (held[cells.later.row] * self._marks + cells.later.mark) * self._known + cells.later.known
        self.first = np.full((count, self._marks), np.nan)
        self.later = np.full(len(self.key), np.nan)
        opens, last = swept.grid.opens, self._known
        a = np.maximum(members.a, opens[members.ka] * (members.ka > 0))
        b = np.where(members.kb < last, np.minimum(members.b, opens[members.kb]), members.b)
        changes = self._changes(members, opens)
        for number in np.unique(members.place).tolist():
            here = np.flatnonzero((members.place == number) & (a < b))
            grows, length = (members.slope[here] != 0).tolist(), members.fixed[here].tolist()
            moves: list[Move] = [
                *zip(a[here].tolist(), [1] * len(here), grows, length, strict=True),
                *zip(b[here].tolist(), [0] * len(here), grows, length, strict=True),
            ]
            low, high = np.searchsorted(self.key, np.array([number, number + 1]) * self._marks * last)
            of_row = changes[:, np.searchsorted(changes[0], low) : np.searchsorted(changes[0], high)]
            self._walk(number, sorted(moves), [tuple(each) for each in of_row.T.tolist()])

    def _changes(self, members: Members, opens: Ints) -> Ints:
        """Who comes (1) or goes (0) in a cell, sorted by cell: the cell's number, which, whether growing, length."""
        comes, goes = np.flatnonzero(members.ka > 0), np.flatnonzero(members.kb < self._known)
        who = np.concatenate([comes, goes])
        known = np.concatenate([members.ka[comes], members.kb[goes]])
        length = np.maximum(0, np.minimum(members.b[who], opens[known]) - members.a[who])
        each = np.repeat(np.arange(len(who)), length)
        mark = members.a[who][each] + np.arange(len(each)) - np.repeat(np.cumsum(length) - length, length)
        key = (members.place[who][each] * self._marks + mark) * self._known + known[each]
        cell = np.searchsorted(self.key, key)
        kept = np.flatnonzero(np.append(self.key, -1)[cell] == key)  # what comes as it goes is no change
        coming = (each[kept] < len(comes)).astype(np.int64)
        order = kept[np.lexsort((-coming, cell[kept]))]
        who_of = who[each[order]]
        return np.array(
            [cell[order], each[order] < len(comes), members.slope[who_of] != 0, members.fixed[who_of]], np.int64
        )

    def _walk(self, number: int, moves: Sequence[Move], changes: Sequence[tuple[int, ...]]) -> None:
        held: tuple[list[int], list[int]] = [], []  # in order: lengths that stand, lengths that grow
        turn = 0
        for index, (mark, comes, grows, length) in enumerate([(0, 2, 0, 0), *moves]):
            if comes < 2:
                _move(held[grows], comes == 1, length)
            following = moves[index][0] if index < len(moves) else self._marks
            if following <= mark:
                continue
            self._stand(number, held, mark, following)
            while turn < len(changes) and self._mark_of(changes[turn][0]) < following:
                turn = self._told_later(held, changes, turn)

    def _stand(self, number: int, held: tuple[list[int], list[int]], mark: int, following: int) -> None:
        standing, growing = held
        if growing and not standing:
            low, high, part = self._between(growing)
            since = self._since[mark:following]
            self.first[number, mark:following] = ((low + since) + (high - low) * part) / _MINUTE
        elif growing:
            self.first[number, mark:following] = [self._of(held, each) for each in range(mark, following)]
        elif standing:
            self.first[number, mark:following] = self._of(held, mark)

    def _told_later(self, held: tuple[list[int], list[int]], changes: Sequence[tuple[int, ...]], turn: int) -> int:
        """The cells of one mark, in the order of their known times; afterwards those held are as first read again."""
        mark = self._mark_of(changes[turn][0])
        done = turn
        while done < len(changes) and self._mark_of(changes[done][0]) == mark:
            cell = changes[done][0]
            while done < len(changes) and changes[done][0] == cell:
                _, comes, grows, length = changes[done]
                _move(held[grows], comes == 1, length)
                done += 1
            self.later[cell] = self._of(held, mark)
        for _, comes, grows, length in reversed(changes[turn:done]):
            _move(held[grows], comes == 0, length)
        return done

    def _mark_of(self, cell: int) -> int:
        return int(self.key[cell]) // self._known % self._marks

    def _between(self, ordered: Sequence[int]) -> tuple[int, int, float]:
        """As `quantile_of`: the two order statistics around the quantile, and how far from the first to the second."""
        position = self._quantile * (len(ordered) - 1)
        low = int(position)
        return ordered[low], ordered[min(low + 1, len(ordered) - 1)], position - low

    def _of(self, held: tuple[list[int], list[int]], mark: int) -> float:
        standing, growing = held
        since = int(self._since[mark])
        if growing and standing:
            return quantile_of(sorted([*standing, *(each + since for each in growing)]), self._quantile) / _MINUTE
        if not growing and not standing:
            return float("nan")
        low, high, part = self._between(growing or standing)
        return ((low + (since if growing else 0)) + (high - low) * part) / _MINUTE


def _move(ordered: list[int], comes: bool, length: int) -> None:
    if comes:
        insort(ordered, length)
    else:
        ordered.pop(bisect_left(ordered, length))
