"""The phases of many versions of subjects as columns, and the spans of marks and known times at which each stands.

A *span* is a half-open rectangle on an `Axis`: marks [a, b) as known at [ka, kb).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.domain.measures import PLACED, Place
from services.domain.phases import Phase
from services.domain.system import System
from services.domain.versions import Axis, Times, Version, microseconds

NEVER = 1 << 61  # later than any moment, and far from the end of 64 bits
Span = tuple[int, int, int, int]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PhaseTable:
    """One row a phase. Texts are numbers into `texts`, places into `places`; `value` is NaN where there is none.

    `open_*`: the spans at which a phase is open and its subject counts, `open_row` the phase of each; a phase whose
    subject is left out for a while (a ghost, a silent journey) has several.
    """

    grid: Axis
    places: list[Place]
    texts: dict[str | None, int]
    owner: Ints  # the number of the version it is of, -1: configured
    name: Ints
    place: Ints
    unit: Ints
    label: Ints
    outcome: Ints
    value: NDArray[np.float64]
    from_at: Times
    to_at: Times
    since: Ints
    until: Ints
    open_row: Ints
    open_a: Ints
    open_b: Ints
    open_ka: Ints
    open_kb: Ints

    def texts_of(self, wanted: Iterable[str | None]) -> list[int]:
        return [self.texts[each] for each in wanted if each in self.texts]


def tabulate(versions: Iterable[Version], configured: Sequence[Phase], system: System, grid: Axis) -> PhaseTable:
    """The phases of the versions, and the configured ones where no capacity was reported, as a table."""
    texts: dict[str | None, int] = {}
    place_of: dict[Place, int] = {}
    names: list[int] = []
    places: list[int] = []
    units: list[int] = []
    labels: list[int] = []
    outcomes: list[int] = []
    values: list[float | None] = []
    starts: list[datetime] = []
    ends: list[datetime | None] = []
    owners: list[int] = []
    known: list[Version] = []
    censuses: dict[str, list[tuple[int, Phase]]] = defaultdict(list)

    def add(phase: Phase, owner: int) -> None:
        names.append(texts.setdefault(phase.name, len(texts)))
        places.append(place_of.setdefault((phase.site, phase.unit), len(place_of)))
        units.append(texts.setdefault(phase.unit, len(texts)))
        labels.append(texts.setdefault(phase.label, len(texts)))
        outcomes.append(texts.setdefault(phase.outcome, len(texts)))
        values.append(phase.value)
        starts.append(phase.from_at)
        ends.append(phase.to_at)
        owners.append(owner)

    for index, version in enumerate(versions):
        known.append(version)
        for phase in version.phases:
            if phase.name == "census.list" and phase.unit is not None:
                censuses[phase.unit].append((len(names), phase))
            add(phase, index)
    reported = len(names)
    for phase in configured:
        add(phase, -1)

    from_at, to_at = _times(starts), _times(ends)
    owner = np.array(owners, np.int64)
    since = np.array([version.since for version in known] + [0], np.int64)[owner]
    until = np.array([version.until for version in known] + [len(grid.known)], np.int64)[owner]
    a = grid.left(from_at)
    b = grid.left(to_at)
    name, unit = np.array(names, np.int64), np.array(units, np.int64)
    holes = _left_out(known, system, grid)
    placed = np.isin(name, [texts[each] for each in PLACED if each in texts])
    for code, lists in censuses.items():
        rows = np.flatnonzero(placed & (unit == texts[code]))
        for index, census in lists:
            _ghosts(holes, rows, census, (since[index], until[index]), known, owner, from_at, to_at, grid)
    of_configured = _first_reports(name, unit, texts, a, b, since, until, reported, holes, owner, grid)
    cut = np.isin(owner, list(holes)) if holes else np.zeros(len(owner), bool)
    cut[reported:] = True
    whole = np.flatnonzero(~cut & (a < b))
    spans = [
        (row, *piece)
        for row in np.flatnonzero(cut).tolist()
        for piece in without(
            (int(a[row]), int(b[row]), int(since[row]), int(until[row])),
            holes[int(owner[row])] if row < reported else of_configured.get(int(unit[row]), []),
        )
    ]
    more = np.array(spans, np.int64).reshape(-1, 5)
    return PhaseTable(
        grid, list(place_of), texts, owner, name, np.array(places, np.int64), unit, np.array(labels, np.int64),
        np.array(outcomes, np.int64), np.array([np.nan if v is None else v for v in values], np.float64),
        from_at, to_at, since, until,
        np.concatenate([whole, more[:, 0]]), np.concatenate([a[whole], more[:, 1]]),
        np.concatenate([b[whole], more[:, 2]]), np.concatenate([since[whole], more[:, 3]]),
        np.concatenate([until[whole], more[:, 4]]),
    )  # fmt: skip


def without(span: Span, holes: Iterable[Span]) -> Iterator[Span]:
    """What is left of a span outside the holes, in pieces that do not overlap."""
    a, b, ka, kb = span
    if a >= b or ka >= kb:
        return
    near = sorted(hole for hole in holes if hole[0] < b and hole[1] > a and hole[2] < kb and hole[3] > ka)
    cuts = sorted({ka, kb, *(edge for hole in near for edge in hole[2:] if ka < edge < kb)})
    for low, high in pairwise(cuts):
        at = a
        for first, end, since, until in near:
            if since <= low and until >= high:
                if first > at:
                    yield at, first, low, high
                at = max(at, end)
        if at < b:
            yield at, b, low, high


def _times(moments: Sequence[datetime | None]) -> Times:
    """Exact: a float of seconds since 1970 is within a quarter of a microsecond until the year 2242."""
    seconds = np.array([np.inf if each is None else each.timestamp() for each in moments], np.float64)
    found = np.full(len(seconds), NEVER, np.int64)
    finite = np.isfinite(seconds)
    found[finite] = np.rint(seconds[finite] * 1e6).astype(np.int64)
    return found


def _left_out(known: Sequence[Version], system: System, grid: Axis) -> dict[int, list[Span]]:
    """Where a journey is silent past its kind's limit: the version's number -> spans (`measures.absent`)."""
    holes: dict[int, list[Span]] = defaultdict(list)
    for index, version in enumerate(known):
        hours = system.silent_hours.get(version.subject.kind or "")
        if hours is None or not version.subject.milestones:
            continue
        limit = timedelta(hours=hours)
        times = [milestone.time for milestone in version.subject.milestones]
        for last, following in zip(times, [*times[1:], None], strict=True):
            if following is not None and following - last <= limit:
                continue
            a = int(grid.right(np.array(microseconds(last + limit))))
            b = grid.end if following is None else int(grid.left(np.array(microseconds(following))))
            if a < b:
                holes[index].append((a, b, version.since, version.until))
    return holes


def _ghosts(
    holes: dict[int, list[Span]], rows: Ints, census: Phase, told: tuple[int, int], known: Sequence[Version],
    owner: Ints, from_at: Times, to_at: Times, grid: Axis,
) -> None:  # fmt: skip
    """Those placed in the unit whom its full list does not name, until their own next milestone."""
    start = microseconds(census.from_at)
    end = NEVER if census.to_at is None else microseconds(census.to_at)
    visits = frozenset(census.visits or ())
    for row in rows[(from_at[rows] < start) & (to_at[rows] > start)].tolist():
        index = int(owner[row])
        version = known[index]
        if version.subject.key in visits:
            continue
        heard = min((m.time for m in version.subject.milestones if m.time >= census.from_at), default=None)
        stop = min(end, int(to_at[row]), NEVER if heard is None else microseconds(heard))
        a, b = grid.left(np.array([start, stop], np.int64)).tolist()
        ka, kb = max(int(told[0]), version.since), min(int(told[1]), version.until)
        if a < b and ka < kb:
            holes[index].append((a, b, ka, kb))


def _first_reports(
    name: Ints, unit: Ints, texts: dict[str | None, int], a: Ints, b: Ints, since: Ints, until: Ints,
    reported: int, holes: dict[int, list[Span]], owner: Ints, grid: Axis,
) -> dict[int, list[Span]]:  # fmt: skip
    """Where a unit's capacity has been reported, so that the configured one does not stand."""
    found: dict[int, list[Span]] = defaultdict(list)
    core = texts.get("capacity.core")
    if core is None:
        return found
    for row in np.flatnonzero(name[:reported] == core).tolist():
        left_out = holes.get(int(owner[row]), [])
        known = int(since[row]), int(until[row])
        found[int(unit[row])] += without((int(a[row]), int(b[row]), *known), left_out)
        if b[row] < grid.end:
            found[int(unit[row])].append((int(b[row]), grid.end, *known))
    return found
