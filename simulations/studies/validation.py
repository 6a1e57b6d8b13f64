"""The studies of `lightship validate`: networks whose answers are known, played by the engine and laid beside them.

Each is a document in this folder; a case is that document with some of its numbers changed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from copy import deepcopy
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from services.flow_model.engine.draws import Floats
from services.flow_model.engine.network import Network
from services.flow_model.engine.record import RATIOS, SERIES, Figures
from services.flow_model.engine.replications import ratio, replications
from services.network_file import network_of
from simulations.studies.closed_forms import erlang_b, erlang_c, mean_wait, pool_moments
from simulations.studies.rows import Row, beside

PUBLISHED_WITHIN = 0.015  # of figures that are published to two places
ACUTE_STROKE = {9: 0.19, 10: 0.14, 11: 0.09, 12: 0.06, 13: 0.04, 14: 0.02}  # beds: P(delay), Table 2
POOL = (90, 20, 5.0)  # there at the start, arrivals a day, mean stay in days
POOL_HOURS = (6, 24, 48, 168)

Rows = Callable[[Network, Sequence[Figures]], list[Row]]


@dataclass(frozen=True)
class Case:
    """One network. changes: values by the keys that lead to them, with dots."""

    replications: int
    rows: Rows
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """name: of the document `NAME.yaml`, and what `--only` takes. explains: the cases, for a reader."""

    name: str
    title: str
    explains: str
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Result:
    study: Study
    source: str
    rows: tuple[Row, ...]

    @property
    def passed(self) -> bool:
        return all(row.passed for row in self.rows)


def document(name: str) -> dict[str, Any]:
    """The document of a study as it stands in its file."""
    data: dict[str, Any] = yaml.safe_load((files("simulations.studies") / f"{name}.yaml").read_bytes())
    return data


def network(name: str, changes: Mapping[str, Any]) -> Network:
    """The study's network with some numbers changed. Raises ConfigurationError as for any document."""
    data = deepcopy(document(name))
    for keys, value in changes.items():
        *path, last = keys.split(".")
        part = data
        for key in path:
            part = part[key]
        part[last] = value
    return network_of(json.dumps(data).encode(), f"{name}.yaml")


def validate(
    studies: Sequence[Study], seed: int, *, executor: Executor | None, workers: int, progress: Callable[[float], None],
    stop: Callable[[], bool] = lambda: False,
) -> list[Result]:  # fmt: skip
    """Play every case of the studies. progress: is told the share that is done, by the people expected.

    stop: asked while they run, see `replications`.
    """
    networks = {(study.name, number): network(study.name, case.changes)
                for study in studies for number, case in enumerate(study.cases)}  # fmt: skip
    work = {(study.name, number): networks[study.name, number].expected_people * case.replications
            for study in studies for number, case in enumerate(study.cases)}  # fmt: skip
    whole, before = sum(work.values()), 0.0
    found = []
    for study in studies:
        rows: list[Row] = []
        for number, case in enumerate(study.cases):
            own = work[study.name, number]

            def told(done: int, before: float = before, each: float = own / case.replications) -> None:
                progress((before + done * each) / whole)

            made = networks[study.name, number]
            done = replications(
                made, case.replications, seed, executor=executor, workers=workers, progress=told, stop=stop
            )
            rows += case.rows(made, done)
            before += own
        found.append(Result(study, str(document(study.name)["source"]), tuple(rows)))
    return found


def as_json(found: Sequence[Result], seed: int, seconds: float) -> dict[str, Any]:
    """For machines. What is no number is null."""
    return {
        "studies": [
            {"name": result.study.name, "source": result.source, "rows": [_row(row) for row in result.rows]}
            for result in found
        ],
        "seed": seed,
        "seconds": round(seconds, 1),
        "passed": all(result.passed for result in found),
    }


def _row(row: Row) -> dict[str, Any]:
    keys = ("measure", "ours", "standard_error", "low", "high", "theirs", "tolerance", "passed")
    made = {key: getattr(row, key) for key in keys}
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in made.items()}


# Measures -------------------------------------------------------------------------------------------------------------


def _mean(done: Sequence[Figures], measure: str) -> tuple[float, float]:
    """Over all replications, of the network's only place."""
    return ratio([tuple(each.ratios[0, RATIOS.index(measure)]) for each in done])


def waits(rate: float, mean_service: float, servers: int) -> Rows:
    def rows(_: Network, done: Sequence[Figures]) -> list[Row]:
        share = erlang_c(rate * mean_service, servers)
        wait = mean_wait(rate, mean_service, servers)
        return [
            beside(f"{servers} servers, share who wait", _mean(done, "share_delayed"), len(done), share),
            beside(f"{servers} servers, mean wait", _mean(done, "wait_mean"), len(done), wait),
        ]

    return rows


def losses(offered: float, servers: int) -> Rows:
    def rows(_: Network, done: Sequence[Figures]) -> list[Row]:
        measure = f"{servers} beds, {offered:g} offered: share lost"
        return [beside(measure, _mean(done, "share_lost"), len(done), erlang_b(offered, servers))]

    return rows


def transient(network: Network, done: Sequence[Figures]) -> list[Row]:
    """Mean and variance over replications of the number in beds at some hours."""
    rows = []
    for hours in POOL_HOURS:
        mark = int(np.flatnonzero(network.marks == hours)[0])
        census = np.array([each.series[SERIES.index("census"), 0, mark] for each in done])
        there, rate, stay = POOL
        mean, variance = pool_moments(there, rate, stay, hours / 24)
        rows.append(beside(f"{hours} h, mean", _sample_mean(census), len(done), mean))
        rows.append(beside(f"{hours} h, variance", _sample_variance(census), len(done), variance))
    return rows


def _sample_mean(values: Floats) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))


def _sample_variance(values: Floats) -> tuple[float, float]:
    """And its standard error by the fourth moment, of any distribution (Cramér, Methods of Statistics, chapter 27)."""
    variance = float(values.var(ddof=1))
    fourth = float(((values - values.mean()) ** 4).mean())
    number = len(values)
    return variance, math.sqrt((fourth - variance**2 * (number - 3) / (number - 1)) / number)


def delays(_: Network, done: Sequence[Figures]) -> list[Row]:
    """With n beds a person is delayed as often as n are in a pool without limit, of the time that n or fewer are."""
    rows = []
    for beds, published in ACUTE_STROKE.items():
        pairs = [(float(each.spread[0][beds : beds + 1].sum()), float(each.spread[0][: beds + 1].sum()))
                 for each in done]  # fmt: skip
        rows.append(beside(f"{beds} beds, share delayed", ratio(pairs), len(done), published, PUBLISHED_WITHIN))
    return rows


# The studies ----------------------------------------------------------------------------------------------------------
# Runs are as long as makes the standard error about 0.85 % of what is known, or less where that is cheap.


def _queue(rate: float, mean_service: float, servers: int, number: int, length: float, warm_up: float) -> Case:
    return Case(
        number,
        waits(rate, mean_service, servers),
        {
            "arrivals.people.rate": rate,
            "stations.desk.service.mean": mean_service,
            "stations.desk.servers": servers,
            "run.length": length,
            "run.warm_up": warm_up,
        },
    )


def _loss(offered: float, servers: int, number: int, length: float) -> Case:
    changes = {"arrivals.people.rate": offered, "stations.ward.servers": servers, "run.length": length}
    return Case(number, losses(offered, servers), changes)


STUDIES = (
    Study(
        "mmc",
        "Queue with several servers (M/M/c)",
        "0.25 people a minute and 10 minutes of service; with 100 servers, 90 people a minute and 1 minute.",
        (
            _queue(0.25, 10.0, 3, 200, 82_000, 2_000),
            _queue(0.25, 10.0, 4, 200, 41_000, 1_000),
            _queue(0.25, 10.0, 5, 200, 51_000, 1_000),
            _queue(90.0, 1.0, 100, 300, 2_030, 30),
        ),
    ),
    Study(
        "loss",
        "Beds without a waiting room (M/M/c/c)",
        "Offered: arrivals a day, times a mean stay of one day.",
        (
            _loss(10.0, 12, 200, 510),
            _loss(20.0, 24, 200, 510),
            _loss(90.0, 100, 200, 380),
            _loss(475.0, 500, 300, 250),
        ),
    ),
    Study(
        "pool",
        "Pool of beds that begins with 90 people",
        "90 in place, 20 arrivals a day, exponential stays of 5 days on average, no limit.",
        (Case(28_000, transient),),
    ),
    Study(
        "stroke",
        "Acute stroke unit of Monks et al. 2016",
        "Published to two figures; ours may be 0.015 away. With n beds a person is delayed as often as n are in a pool "
        "without limit, of the time that n or fewer are. Whoever goes elsewhere than rehabilitation or early supported "
        "discharge stays as printed for those without the latter; the replication takes the stay of those who died, "
        "which makes every figure smaller, by 0.011 at most.",
        (Case(300, delays),),
    ),
)
