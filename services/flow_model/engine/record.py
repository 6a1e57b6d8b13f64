"""The figures of one replication, made from its arrays of times: waits, queues, census, use, losses.

All are of the time from `warm_up` to `length`. A share or a mean is kept as numerator and denominator, so that figures
of several replications are joined as one share and never as a mean of means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.flow_model.engine.draws import Floats
from services.flow_model.engine.network import Network, PlaceSpec
from services.flow_model.engine.run import Played, Told

#: Measures of a place that are one number a replication: numerator over denominator.
RATIOS = (
    "wait_mean", "share_delayed", "share_lost", "queue_mean", "census_mean", "blocked_mean", "utilisation",
    "arrivals", "throughput", "stay_mean",
)  # fmt: skip
SHARES = (0.5, 0.9, 0.95)
QUANTILES = tuple(f"{what}_p{round(share * 100)}" for what in ("wait", "stay") for share in SHARES)
#: At each mark: people inside, people waiting, those inside whose service is over (they wait for the next place), and
#: since the mark before the mean wait of those taken, stay of those who left, and how long those who went on had kept
#: their server after its service.
SERIES = ("census", "queue", "blocked", "wait_mean", "stay_mean", "kept_mean")


@dataclass(frozen=True)
class Split:
    """Waits of one class at one place. ratios: wait_mean and share_delayed, (2, 2); quantiles: SHARES of the wait;
    series: the mean wait of those taken since the mark before, NaN where none was."""

    ratios: Floats
    quantiles: Floats
    series: Floats


@dataclass(frozen=True)
class Figures:
    """One replication. ratios: (places, RATIOS, 2); quantiles: (places, QUANTILES), NaN where nobody was taken;
    series: (SERIES, places, marks); spread: for each place the share of time with 0, 1, 2... people in it.
    split: for (place, class) the waits of that class, where it was asked for. locked: places that stand still for ever.
    """

    ratios: Floats
    quantiles: Floats
    series: Floats
    spread: tuple[Floats, ...]
    split: Mapping[tuple[int, int], Split]
    people: int
    events: int
    away: float
    locked: tuple[int, ...]


def figures(network: Network, played: Played) -> Figures:
    """The figures of a replication."""
    places = list(zip(network.places, played.places, strict=True))
    return Figures(
        ratios=np.array([_ratios(network, spec, told) for spec, told in places]),
        quantiles=np.array([_quantiles(network, told) for _, told in places]),
        series=np.array([[made(network, told) for _, told in places] for made in _MADE]),
        spread=tuple(_spread(network, told) for _, told in places),
        split=_split(network, played) if network.by_class else {},
        people=played.people,
        events=played.events,
        away=played.away,
        locked=played.locked,
    )


def _after(network: Network, times: Floats) -> int:
    return int(len(times) - np.searchsorted(times, network.warm_up, side="left"))


def _area(network: Network, inside: float, begin: Floats, end: Floats) -> float:
    """People times time from `warm_up` on, of those who began and ended at these times."""
    length = network.length
    span = length - network.warm_up

    def ahead(times: Floats) -> float:
        return float(np.sum(length - np.maximum(times, network.warm_up)))

    return inside * span + ahead(begin) - ahead(end)


def _ratios(network: Network, spec: PlaceSpec, told: Told) -> list[tuple[float, float]]:
    span = network.length - network.warm_up
    gone = _after(network, told.left)
    taken = _after(network, told.entered)
    asked, lost = _after(network, told.asked), _after(network, told.lost)
    waits = told.waits[len(told.waits) - taken :]
    inside = _area(network, told.inside, told.entered, told.left)
    outside = np.sort(np.concatenate((told.entered, told.lost)))
    waiting = _area(network, 0, told.asked, outside)
    room = sum(course.integral(network.warm_up, network.length) for course in spec.limits if course is not None)
    limited = not spec.gate and all(course is not None for course in spec.limits)
    blocked = _area(network, 0, told.finished, told.left) if spec.holds else 0.0
    return [
        (float(waits.sum()), float(taken)),
        (float(np.count_nonzero(waits > 0)), float(taken)),
        (float(lost), float(asked)),
        (waiting, span),
        (inside, span),
        (blocked, span),
        (inside, room) if limited and room > 0 else (0.0, 0.0),
        (float(asked), span),
        (float(gone), span),
        (float(told.stays[len(told.stays) - gone :].sum()), float(gone)),
    ]


def _quantiles(network: Network, told: Told) -> list[float]:
    waits = told.waits[len(told.waits) - _after(network, told.entered) :]
    stays = told.stays[len(told.stays) - _after(network, told.left) :]
    return [*_shares(waits), *_shares(stays)]


def _shares(values: Floats) -> list[float]:
    """The quantiles of SHARES, NaN of nobody: np.quantile's to the last bit, which costs ten times as much a call."""
    last = len(values) - 1
    if last < 0:
        return [np.nan] * len(SHARES)
    ordered = np.sort(values)
    made = []
    for share in SHARES:
        at = last * share
        below = int(at)
        part = at - below
        low, high = float(ordered[below]), float(ordered[min(below + 1, last)])
        made.append(low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part))
    return made


def _census(network: Network, told: Told) -> Floats:
    marks = network.marks
    come, gone = (np.searchsorted(each, marks, side="right") for each in (told.entered, told.left))
    return (told.inside + come - gone).astype(np.float64)


def _queue(network: Network, told: Told) -> Floats:
    marks = network.marks
    come, taken, lost = (np.searchsorted(each, marks, side="right") for each in (told.asked, told.entered, told.lost))
    return (come - taken - lost).astype(np.float64)


def _blocked(network: Network, told: Told) -> Floats:
    if not len(told.finished):
        return np.zeros(len(network.marks))
    over, gone = (np.searchsorted(each, network.marks, side="right") for each in (told.finished, told.left))
    return (over - gone).astype(np.float64)


def _waits(network: Network, told: Told) -> Floats:
    return _since(network, told.entered, told.waits)


def _stays(network: Network, told: Told) -> Floats:
    return _since(network, told.left, told.stays)


def _kept(network: Network, told: Told) -> Floats:
    return _since(network, told.gone_on, told.kept)


_MADE = (_census, _queue, _blocked, _waits, _stays, _kept)  # in the order of SERIES


def _since(network: Network, times: Floats, waits: Floats) -> Floats:
    """The mean of what is said at times after the mark before and up to each mark; NaN where nothing is."""
    marks = network.marks
    which = np.searchsorted(marks, times, side="left")
    inside = which < len(marks)
    number = np.bincount(which[inside], minlength=len(marks))
    total = np.bincount(which[inside], weights=waits[inside], minlength=len(marks))
    mean: Floats = np.divide(total, number, out=np.full(len(marks), np.nan), where=number > 0)
    return mean


def _split(network: Network, played: Played) -> dict[tuple[int, int], Split]:
    made: dict[tuple[int, int], Split] = {}
    for place, told in enumerate(played.places):
        first = len(told.entered) - _after(network, told.entered)
        order = np.argsort(told.who, kind="stable")  # by class, and in order of time in each
        edges = [0, *np.cumsum(np.bincount(told.who)).tolist()]
        for class_, (begin, end) in enumerate(pairwise(edges)):
            if begin == end:
                continue
            mine = order[begin:end]
            late = told.waits[mine[np.searchsorted(mine, first) :]]
            number = float(len(late))
            made[place, class_] = Split(
                ratios=np.array([(float(late.sum()), number), (float(np.count_nonzero(late > 0)), number)]),
                quantiles=np.array(_shares(late)),
                series=_since(network, told.entered[mine], told.waits[mine]),
            )
    return made


def _spread(network: Network, told: Told) -> Floats:
    """The share of time with each number of people inside."""
    times = np.concatenate((told.entered, told.left))
    steps = np.concatenate((np.ones(len(told.entered)), -np.ones(len(told.left))))
    order = np.argsort(times, kind="stable")
    edges = np.concatenate(([network.warm_up], np.maximum(times[order], network.warm_up), [network.length]))
    counts: NDArray[np.int64] = np.concatenate(([told.inside], told.inside + np.cumsum(steps[order]))).astype(np.int64)
    share: Floats = np.bincount(np.maximum(counts, 0), weights=np.diff(edges)) / (network.length - network.warm_up)
    return share
