"""What came out of many replications: a row a place and measure, with intervals and quantiles over replications."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from services.flow_model.engine.draws import Floats
from services.flow_model.engine.network import Network
from services.flow_model.engine.record import QUANTILES, RATIOS, SERIES, Figures
from services.flow_model.engine.replications import margin, ratio

#: Quantiles over replications that are said of every measure and, at each mark, of every series.
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


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
        if (measure == "blocked_mean" and not spec.holds) or (spec.gate and measure in ("census_mean", "utilisation")):
            continue
        pairs = [tuple(each.ratios[place, number]) for each in done]
        mean, error = ratio(pairs)
        values = np.array([top / bottom if bottom > 0 else math.nan for top, bottom in pairs])
        rows.append(_row(spec.name, measure, mean, error, values, keep))
    for number, measure in enumerate(QUANTILES):
        values = np.array([each.quantiles[place, number] for each in done])
        there = values[~np.isnan(values)]
        mean = float(there.mean()) if len(there) else math.nan
        error = float(there.std(ddof=1) / math.sqrt(len(there))) if len(there) > 1 else math.nan
        rows.append(_row(spec.name, measure, mean, error, values, keep))
    return rows


def _row(place: str, measure: str, mean: float, error: float, values: Floats, keep: bool) -> dict[str, Any]:
    there = values[~np.isnan(values)]
    half = margin(error, len(there)) if not math.isnan(error) else math.nan
    made: dict[str, Any] = {
        "place": place,
        "measure": measure,
        "mean": mean,
        "standard_error": error,
        "low": mean - half,
        "high": mean + half,
        "quantiles": _levels(there[:, None])[:, 0] if len(there) else None,
    }
    if made["quantiles"] is not None:
        made["quantiles"] = {f"{level:g}": float(value) for level, value in zip(LEVELS, made["quantiles"], strict=True)}
    return {**made, "draws": values} if keep else made


def _series(network: Network, place: int, done: Sequence[Figures], keep: bool) -> list[dict[str, Any]]:
    rows = []
    for number, measure in enumerate(SERIES):
        if measure == "census" and network.places[place].gate:
            continue
        values = np.array([each.series[number, place] for each in done])
        made: dict[str, Any] = {
            "place": network.places[place].name,
            "measure": measure,
            "mean": values.mean(axis=0),
            "variance": values.var(axis=0, ddof=1) if len(done) > 1 else None,
            "quantiles": {f"{level:g}": row for level, row in zip(LEVELS, _levels(values), strict=True)},
        }
        rows.append({**made, "draws": values} if keep else made)
    return rows


def _levels(values: Floats) -> Floats:
    """(LEVELS, ...) quantiles over the first axis."""
    found: Floats = np.quantile(values, LEVELS, axis=0)
    return found


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
