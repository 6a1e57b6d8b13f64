"""When people come: candidates of a Poisson process at a fixed dominating rate, thinned at their own time.

A candidate's time and its thinning draw are hashes of the stream and its number, so a change of demand adds or removes
people and moves no other. The dominating rate is `headroom` times the greatest rate before `scale`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from services.flow_model.engine import draws
from services.flow_model.engine.amounts import Course
from services.flow_model.engine.draws import Floats
from services.flow_model.engine.durations import Distribution

_GAP, _THIN, _LEVEL, _RUN, _CLASS = (draws.key("arrivals", each) for each in ("gap", "thin", "level", "run", "class"))
_TOP = 0.99999  # of the random level's distribution: what goes beyond is cut, less than 1 in 100,000 hours


@dataclass(frozen=True)
class Stream:
    """One stream of people, compiled. classes: (class index, share at or below) in order; to: the first place's index.

    dispersion: variance of the random level of each hour, whose mean is 1, so that the count of an hour is negative
    binomial; 0 is Poisson. run_dispersion: of a level of the whole run, by which all its hours are off together.
    """

    name: str
    to: int
    classes: tuple[tuple[int, float], ...]
    rate: Course | None
    scale: Course
    headroom: float
    dispersion: float
    run_dispersion: float
    hour_length: float
    interval: Distribution | None

    @property
    def dominating_rate(self) -> float:
        assert self.rate is not None
        top = max(_level(self.dispersion, _TOP), 1.0) * max(_level(self.run_dispersion, _TOP), 1.0)
        return self.rate.greatest * self.headroom * top


@dataclass(frozen=True)
class Came:
    """Those of one stream who came, in order of time. ids, times and classes are arrays of the same length."""

    ids: draws.Ids
    times: Floats
    classes: NDArray[np.int64]


def arrivals(stream: Stream, root: np.uint64, length: float) -> Came:
    """Who comes within a run of that length."""
    people = draws.key("stream", stream.name)
    if stream.interval is not None:
        ids, times = _candidates(people, root, length, stream.interval)
    else:
        assert stream.rate is not None
        dominating = stream.dominating_rate
        if dominating == 0:
            return Came(np.empty(0, np.uint64), np.empty(0), np.empty(0, np.int64))
        ids, times = _candidates(people, root, length, dominating)
        wanted = stream.rate.at(times) * stream.scale.at(times)
        if stream.run_dispersion:
            drawn = draws.uniforms(root, draws.persons(people ^ _RUN, 0, 1), _RUN)
            wanted = wanted * _level(stream.run_dispersion, float(drawn[0]))
        if stream.dispersion:
            wanted = wanted * _levels(stream, people, root, times)
        comes = draws.uniforms(root, ids, _THIN) * dominating < wanted
        ids, times = ids[comes], times[comes]
    if len(stream.classes) == 1:
        return Came(ids, times, np.full(len(ids), stream.classes[0][0]))
    return Came(ids, times, classes_of(stream.classes, root, ids))


def classes_of(classes: Sequence[tuple[int, float]], root: np.uint64, ids: draws.Ids) -> NDArray[np.int64]:
    """The class of each person, drawn. classes: each with the share of those at or below it."""
    upto = np.array([share for _, share in classes])
    chosen = np.searchsorted(upto, draws.uniforms(root, ids, _CLASS) * upto[-1], side="right")
    found: NDArray[np.int64] = np.array([each for each, _ in classes])[chosen]
    return found


def _candidates(
    people: np.uint64, root: np.uint64, length: float, gap: float | Distribution
) -> tuple[draws.Ids, Floats]:
    """Ids and times of candidates until `length`. gap: a rate, or the distribution of the time between two."""
    ids: list[draws.Ids] = []
    times: list[Floats] = []
    last, number = 0.0, 0
    block = 64 if not isinstance(gap, float) else int(length * gap + 4 * np.sqrt(length * gap)) + 16
    while last < length:
        more = draws.persons(people, number, block)
        drawn = draws.uniforms(root, more, _GAP)
        gaps = gap.draw(drawn) if isinstance(gap, Distribution) else -np.log(drawn) / gap
        at = last + np.cumsum(gaps)
        ids.append(more)
        times.append(at)
        last, number = float(at[-1]), number + block
        if isinstance(gap, Distribution):
            block = min(2 * block, 65_536)
    every, when = np.concatenate(ids), np.concatenate(times)
    inside = int(np.searchsorted(when, length, side="left"))
    return every[:inside], when[:inside]


def _level(dispersion: float, u: float) -> float:
    """The level whose mean is 1 and whose variance that is, at a uniform: of a gamma distribution."""
    return float(special.gammaincinv(1 / dispersion, u)) * dispersion if dispersion else 1.0


def _levels(stream: Stream, people: np.uint64, root: np.uint64, times: Floats) -> Floats:
    """The random level of the hour of each time."""
    hours = (times / stream.hour_length).astype(np.int64)
    ids = draws.persons(people ^ _LEVEL, 0, int(hours[-1]) + 1 if len(hours) else 0)
    shape = 1 / stream.dispersion
    level = special.gammaincinv(shape, draws.uniforms(root, ids, _LEVEL)) / shape
    found: Floats = level[hours]
    return found
