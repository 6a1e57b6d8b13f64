"""A forecast of the whole system: each measure of each site over the hours to come, as quantiles over replications."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from services.domain.state import SystemState
from services.flow_model.engine.draws import Floats
from services.flow_model.engine.network import Network
from services.flow_model.engine.record import SERIES, Figures
from services.flow_model.system.demand import StreamForecast
from services.flow_model.system.whole import Whole

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
#: What a forecast gives, with its unit.
MEASURES = {
    "ed.in_department": "people",
    "ed.waiting_for_bed": "people",
    "ed.decision_to_admit_wait": "minutes",
    "ambulance.waiting_to_hand_over": "people",
    "ambulance.handover_mean": "minutes",
    "sdec.in_unit": "people",
    "beds.occupied": "people",
    "beds.net": "beds",
}


@dataclass(frozen=True)
class Row:
    """One measure of one site. quantiles: (LEVELS, times); mean: (times); draws: (replications, times). NaN where no
    replication has a figure."""

    site: str
    measure: str
    unit: str
    mean: Floats
    quantiles: Floats
    draws: Floats


@dataclass(frozen=True)
class Forecast:
    """Made once and never edited: from what was known at `known_at` of `as_at`, for `times` after it."""

    as_at: datetime
    known_at: datetime
    seed: int
    replications: int
    people: float
    events: float
    times: tuple[datetime, ...]
    rows: tuple[Row, ...]
    demand: tuple[StreamForecast, ...]


def forecast(
    whole: Whole, network: Network, done: Sequence[Figures], seed: int, state: SystemState,
    demand: Sequence[StreamForecast],
) -> Forecast:  # fmt: skip
    """The rows of every site from the replications of its network, whose unit is hours."""
    as_at = state.as_at
    names = {place.name: number for number, place in enumerate(network.places)}
    drawn = {name: np.array([each.series[:, number] for each in done]) for name, number in names.items()}
    rows = tuple(
        Row(site, measure, MEASURES[measure], *_over_replications(values), values)
        for site in whole.sites
        for measure, values in _measures(whole, site, drawn)
    )
    return Forecast(
        as_at=as_at,
        known_at=state.known_at,
        seed=seed,
        replications=len(done),
        people=float(np.mean([each.people for each in done])),
        events=float(np.mean([each.events for each in done])),
        times=tuple(as_at + timedelta(hours=float(mark)) for mark in network.marks),
        rows=rows,
        demand=tuple(demand),
    )


def _measures(whole: Whole, site: str, drawn: dict[str, Floats]) -> Iterator[tuple[str, Floats]]:
    """Each measure of a site as (replications, times)."""
    department, beds, handover, same_day = (f"{site}:{part}" for part in ("department", "beds", "handover", "sdec"))
    number = {name: index for index, name in enumerate(SERIES)}
    if department in drawn:
        held = drawn[handover][:, number["blocked"]] if handover in drawn else 0.0
        of = drawn[department]
        # Ambulances that wait for a cubicle stand in the department's queue and are not in it yet.
        yield "ed.in_department", of[:, number["census"]] + of[:, number["queue"]] - held
        if beds in drawn:
            yield "ed.waiting_for_bed", of[:, number["blocked"]]
            yield "ed.decision_to_admit_wait", of[:, number["kept_mean"]] * 60
    if same_day in drawn:
        yield "sdec.in_unit", drawn[same_day][:, number["census"]]
    if beds in drawn:
        of = drawn[beds]
        yield "beds.occupied", of[:, number["census"]]
        yield "beds.net", whole.beds[site] - of[:, number["census"]] - of[:, number["queue"]]
    if handover in drawn:
        yield "ambulance.waiting_to_hand_over", drawn[handover][:, number["census"]]
        yield "ambulance.handover_mean", drawn[handover][:, number["stay_mean"]] * 60


def _over_replications(values: Floats) -> tuple[Floats, Floats]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's of hours without a figure
        levels = (np.nanquantile if np.isnan(values).any() else np.quantile)(values, LEVELS, axis=0)
        return np.nanmean(values, axis=0), levels
