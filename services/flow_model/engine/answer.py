"""What came out of many replications: a row a place and measure, with intervals and quantiles over replications."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from services.flow_model.engine.draws import Floats
from services.flow_model.engine.network import Network
from services.flow_model.engine.record import QUANTILES, RATIOS, SERIES, SHARES, Figures
from services.flow_model.engine.replications import margin, ratio

#: Quantiles over replications that are said of every measure and, at each mark, of every series.
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


_NOT_OF_GATES = ("census", "census_mean", "utilisation", "stay_mean")
_NONE = np.zeros(2)


def answer(network: Network, seed: int, done: Sequence[Figures], keep_draws: bool = False) -> dict[str, Any]:
    """All of it, ready for JSON; `docs/reference/network.md` says what each key means. What is no number is null."""
    made = {
        "name": network.name,
        "time_unit": network.unit,
        "seed": seed,
        "replications": len(done),
        "people": round(float(np.mean([each.people for each in done])), 1),
        "events": round(float(np.mean([each.events for each in done])), 1),
        "checks": {
            "conservation": "held in every replication",
            "little_relative": max(each.away for each in done),
            "locked": {
                place.name: share
                for number, place in enumerate(network.places)
                if (share := sum(number in each.locked for each in done) / len(done))
            },
        },
        "rows": [row for number in range(len(network.places)) for row in _rows(network, number, done, keep_draws)],
        "times": [float(mark) for mark in network.marks],
        "series": [row for number in range(len(network.places)) for row in _series(network, number, done, keep_draws)],
        "census_shares": {
            place.name: _spread([each.spread[number] for each in done])
            for number, place in enumerate(network.places)
            if not place.gate
        },
    }
    plain: dict[str, Any] = _plain(made)
    return plain


def _rows(network: Network, place: int, done: Sequence[Figures], keep: bool) -> list[dict[str, Any]]:
    spec = network.places[place]
    rows = []
    for number, measure in enumerate(RATIOS):
        if (measure == "blocked_mean" and not spec.holds) or (spec.gate and measure in _NOT_OF_GATES):
            continue
        rows.append(
            _share({"place": spec.name, "measure": measure}, [each.ratios[place, number] for each in done], keep)
        )
    for number, measure in enumerate(QUANTILES):
        if not (spec.gate and measure.startswith("stay")):
            values = np.array([each.quantiles[place, number] for each in done])
            rows.append(_mean({"place": spec.name, "measure": measure}, values, keep))
    for class_ in _classes(place, done):
        told = {"place": spec.name, "class": network.classes[class_].name}
        each_split = [each.split.get((place, class_)) for each in done]
        for number, measure in enumerate(("wait_mean", "share_delayed")):
            pairs = [_NONE if each is None else each.ratios[number] for each in each_split]
            rows.append(_share({**told, "measure": measure}, pairs, keep))
        for number, measure in enumerate(QUANTILES[: len(SHARES)]):
            values = np.array([math.nan if each is None else each.quantiles[number] for each in each_split])
            rows.append(_mean({**told, "measure": measure}, values, keep))
    return rows


def _classes(place: int, done: Sequence[Figures]) -> list[int]:
    """The classes that came to a place in any replication, where waits are wanted by class."""
    return sorted({class_ for each in done for at, class_ in each.split if at == place})


def _share(told: dict[str, Any], pairs: Sequence[Floats], keep: bool) -> dict[str, Any]:
    """A row of a share or a mean that has a numerator and a denominator in each replication."""
    mean, error = ratio([(float(top), float(bottom)) for top, bottom in pairs])
    values = np.array([top / bottom if bottom > 0 else math.nan for top, bottom in pairs])
    return _row(told, mean, error, values, keep)


def _mean(told: dict[str, Any], values: Floats, keep: bool) -> dict[str, Any]:
    """A row of the mean over replications, of those in which there is a figure."""
    there = values[~np.isnan(values)]
    mean = float(there.mean()) if len(there) else math.nan
    error = float(there.std(ddof=1) / math.sqrt(len(there))) if len(there) > 1 else math.nan
    return _row(told, mean, error, values, keep)


def _row(told: dict[str, Any], mean: float, error: float, values: Floats, keep: bool) -> dict[str, Any]:
    there = values[~np.isnan(values)]
    half = margin(error, len(there)) if not math.isnan(error) else math.nan
    levels = zip(LEVELS, np.quantile(there, LEVELS).tolist(), strict=True) if len(there) else None
    made: dict[str, Any] = {
        **told,
        "mean": mean,
        "standard_error": error,
        "low": mean - half,
        "high": mean + half,
        "quantiles": None if levels is None else {f"{level:g}": value for level, value in levels},
    }
    return {**made, "draws": values} if keep else made


def _series(network: Network, place: int, done: Sequence[Figures], keep: bool) -> list[dict[str, Any]]:
    name = network.places[place].name
    rows = [
        _over_time({"place": name, "measure": measure}, np.array([each.series[number, place] for each in done]), keep)
        for number, measure in enumerate(SERIES)
        if not (network.places[place].gate and measure in _NOT_OF_GATES)
        if measure not in ("blocked", "kept_mean") or network.places[place].holds
    ]
    nobody = np.full(len(network.marks), math.nan)
    for class_ in _classes(place, done):
        each_split = [each.split.get((place, class_)) for each in done]
        values = np.array([nobody if each is None else each.series for each in each_split])
        rows.append(
            _over_time({"place": name, "class": network.classes[class_].name, "measure": "wait_mean"}, values, keep)
        )
    return rows


def _over_time(told: dict[str, Any], values: Floats, keep: bool) -> dict[str, Any]:
    """values: (replications, marks); where there is none in any replication at a mark, it is null there."""
    some = np.isnan(values).any()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's of marks without any figure
        levels = (np.nanquantile if some else np.quantile)(values, LEVELS, axis=0)
        made = {
            **told,
            "mean": np.nanmean(values, axis=0),
            "variance": np.nanvar(values, axis=0, ddof=1) if len(values) > 1 else None,
            "quantiles": {f"{level:g}": row for level, row in zip(LEVELS, levels, strict=True)},
        }
    return {**made, "draws": values} if keep else made


def _spread(shares: list[Floats]) -> dict[str, Any]:
    most = max(len(each) for each in shares)
    table = np.zeros((len(shares), most))
    for number, each in enumerate(shares):
        table[number, : len(each)] = each
    error = table.std(axis=0, ddof=1) / math.sqrt(len(shares)) if len(shares) > 1 else np.full(most, math.nan)
    return {"mean": table.mean(axis=0), "standard_error": error}


def _plain(value: Any) -> Any:
    """Lists and floats for JSON, null for what is no number."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(each) for each in value]
    if isinstance(value, float | np.floating):
        return None if math.isnan(value) else float(value)
    return value
