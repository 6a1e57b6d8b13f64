"""What is true of the synthetic world, kept apart from its messages: where people are, and what was done to the feed.

The books are kept by the generator where people enter and leave, and are not derived from what it says: with
misbehaviour on they are what a folded state has to come back to. Services of the books, each by site or by unit:
`ed` (in the department), `bed_wait` (decision to admit to departure), `corridor`, `sdec`, `handover` (ambulances that
wait), `no_criteria` (to reside), `out_of_area` (by the site in charge) and `s136_ed` (held in a department) by site;
`bed` (occupied), `virtual_ward` (places taken), `ucr` (referred and not yet seen), `mental_health` (in a bed) and
`s136` (in a suite) by unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from heapq import heappop, heappush
from typing import IO, Any

import orjson

from simulations.messages import iso
from simulations.shape import HOUR

Place = tuple[str, str]  # service, unit or site


class Books:
    """How many are where. Moments are epoch seconds; what is written ahead counts when its moment has come."""

    def __init__(self) -> None:
        self._changes: list[tuple[int, int, Place, int]] = []
        self._written = 0
        self._counts: Counter[Place] = Counter()
        self._mark: int | None = None  # the last full hour that was told

    def enter(self, service: str, code: str, at: float) -> None:
        self._change(service, code, at, 1)

    def leave(self, service: str, code: str, at: float) -> None:
        self._change(service, code, at, -1)

    def at(self, moment: int) -> Counter[Place]:
        """Who is where at a moment, those who come at it included. The world must have reached it, and moments must not
        go back. A place where nobody ever was is not in it.
        """
        changes, counts = self._changes, self._counts
        while changes and changes[0][0] <= moment:
            _, _, place, change = heappop(changes)
            counts[place] += change
        return counts

    def hours(self, begins: int, until: int) -> Iterator[tuple[int, Place, int]]:
        """The counts at each full hour from `begins` on, after the last one told and by `until`."""
        mark = (-(-begins // HOUR) if self._mark is None else self._mark // HOUR + 1) * HOUR
        while mark <= until:
            for place, count in sorted(self.at(mark).items()):
                yield mark, place, count
            self._mark = mark
            mark += HOUR

    def _change(self, service: str, code: str, at: float, change: int) -> None:
        self._written += 1
        heappush(self._changes, (int(at), self._written, (service, code), change))


class Truth:
    """A file of truths: one JSON object a line, `kind` and `at` first.

    `count`: service, organisation (site or unit) and how many people are there at the full hour. Acts of misbehaviour
    have their own kinds (simulations.misbehaviour), incidents theirs.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def record(self, kind: str, at: int | datetime, **facts: Any) -> None:
        """at: epoch seconds, or an aware datetime; facts: anything JSON takes."""
        moment = int(at.timestamp()) if isinstance(at, datetime) else int(at)
        self._out.write(orjson.dumps({"kind": kind, "at": iso(moment), **facts}, option=orjson.OPT_APPEND_NEWLINE))

    def counts(self, books: Books, begins: datetime, until: datetime) -> None:
        """The hourly counts of the books that have not been written yet."""
        for moment, (service, code), count in books.hours(_seconds(begins), _seconds(until)):
            self.record("count", moment, service=service, organisation=code, count=count)


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())
