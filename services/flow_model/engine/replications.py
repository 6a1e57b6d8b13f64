"""Many replications of a network, on any `concurrent.futures.Executor`; the answer does not depend on which.

Each replication's draws are its own, and their figures are joined in the order of their numbers, so one process and
many, here or on a cluster, give the same answer byte for byte.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass

from scipy import special

from services.errors import LightshipError
from services.flow_model.engine.document import MOST_KEPT, MOST_REPLICATIONS
from services.flow_model.engine.network import Network
from services.flow_model.engine.record import RATIOS, Figures, figures
from services.flow_model.engine.run import play

BLOCK = 10  # replications after which precision is judged: always the same, so that the answer is
LITTLE = 1e-6  # relative disagreement of areas and sojourn times that rounding can explain


class Stopped(LightshipError):
    """Somebody asked for the end."""


@dataclass(frozen=True)
class Precision:
    """Stop when the 95 % interval of a place's measure is at most `relative` of its mean either side."""

    place: str
    measure: str
    relative: float


def replications(
    network: Network, number: int, seed: int, *, executor: Executor | None = None, workers: int = 1,
    precision: Precision | None = None, progress: Callable[[int], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> list[Figures]:  # fmt: skip
    """Figures of `number` replications, fewer where an asked precision is met before.

    executor: without it they run here, one after the other. progress is told how many are done; where `stop` says so,
    what has not begun is cancelled and Stopped is raised.
    """
    kept = number * len(network.places) * len(network.marks)
    if number > MOST_REPLICATIONS or kept > MOST_KEPT:
        raise LightshipError(
            f"{number:,} replications of {len(network.places):,} places at {len(network.marks):,} marks are too many "
            "to keep; take fewer replications or a longer `run.step`."
        )
    judged = _judge(network, precision) if precision is not None else None
    done: list[Figures] = []
    made = _here(network, number, seed) if executor is None else _there(network, number, seed, executor, workers, stop)
    for one in made:
        done.append(one)
        progress(len(done))
        if stop():
            made.close()
            raise Stopped("Stopped before the last replication; nothing was kept.")
        if judged is not None and len(done) % BLOCK == 0 and judged(done):
            made.close()
            break
    return done


def batch(network: Network, seed: int, first: int, count: int) -> list[Figures]:
    """The figures of some replications: what a worker is asked for. Raises LightshipError where Little's law fails."""
    return [_one(network, seed, number) for number in range(first, first + count)]


def _one(network: Network, seed: int, number: int) -> Figures:
    made = figures(network, play(network, seed, number))
    if made.away > LITTLE:
        raise LightshipError(f"Areas and sojourn times disagree by {made.away:.2g}: a fault of the engine.")
    return made


def _here(network: Network, number: int, seed: int) -> Generator[Figures]:
    for each in range(number):
        yield _one(network, seed, each)


def _there(
    network: Network, number: int, seed: int, executor: Executor, workers: int, stop: Callable[[], bool]
) -> Generator[Figures]:
    """In order, whatever order they end in; only a few batches ahead, so that a stop comes soon."""
    size = max(1, min(BLOCK, math.ceil(number / (4 * workers))))
    firsts = iter(range(0, number, size))
    running: dict[Future[list[Figures]], int] = {}
    ready: dict[int, list[Figures]] = {}
    next_ = 0
    try:
        while next_ < number:
            while len(running) < 2 * workers and (first := next(firsts, None)) is not None:
                running[executor.submit(batch, network, seed, first, min(size, number - first))] = first
            for future in wait(running, timeout=0.2, return_when=FIRST_COMPLETED).done:
                ready[running.pop(future)] = future.result()
            if stop():
                raise Stopped("Stopped before the last replication; nothing was kept.")
            while next_ in ready:
                made = ready.pop(next_)
                next_ += len(made)
                yield from made
    finally:
        for future in running:
            future.cancel()


def _judge(network: Network, precision: Precision) -> Callable[[list[Figures]], bool]:
    names = [place.name for place in network.places]
    if precision.place not in names:
        raise LightshipError(f"Precision is asked of {precision.place!r}, which is no place of the network.")
    if precision.measure not in RATIOS:
        raise LightshipError(f"Precision can be asked of {', '.join(RATIOS)}, not of {precision.measure!r}.")
    place, measure = names.index(precision.place), RATIOS.index(precision.measure)

    def met(done: list[Figures]) -> bool:
        mean, error = ratio([each.ratios[place, measure] for each in done])
        return error > 0 and margin(error, len(done)) <= precision.relative * abs(mean)

    return met


def ratio(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """All numerators over all denominators, and its standard error over replications (NaN of one alone).

    The error is of the residuals N - R D, as of any ratio estimator (Cochran, Sampling Techniques, 6.4).
    """
    top, bottom = math.fsum(each[0] for each in pairs), math.fsum(each[1] for each in pairs)
    if bottom <= 0:
        return math.nan, math.nan
    mean = top / bottom
    number = len(pairs)
    if number < 2:
        return mean, math.nan
    residuals = math.fsum((each[0] - mean * each[1]) ** 2 for each in pairs)
    return mean, math.sqrt(residuals / (number - 1) / number) / (bottom / number)


def margin(error: float, number: int) -> float:
    """Half of the 95 % interval by Student's t."""
    return float(special.stdtrit(number - 1, 0.975)) * error if number > 1 else math.nan
