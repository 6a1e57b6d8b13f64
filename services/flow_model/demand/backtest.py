"""Forecasts of the past, issued as they would have been, scored beside naive rules on the same points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from services.flow_model.demand.calendar import Floats
from services.flow_model.demand.hourly import LEAST_HOURS, Fitted, Series, fitted, forecast
from services.flow_model.demand.naive import RULES
from services.flow_model.demand.score import LEVELS, pinball

REFIT_HOURS = 7 * 24
JUDGED_EVERY = 8  # refits
RECORD_HOURS = 56 * 24  # of its own record that a forecast is judged by against the naive rules
LEAST_RECORD = 14 * 24  # hours of forecasts before that says anything


@dataclass
class Record:
    """Losses of one method, issue by issue: when each issue's last hour was over, and its loss a point."""

    over: list[int] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)
    points: list[int] = field(default_factory=list)

    def add(self, over: int, lost: Floats) -> None:
        self.over.append(over)
        self.lost.append(float(np.nansum(lost)))
        self.points.append(int(np.count_nonzero(~np.isnan(lost))))

    def mean(self, since: int | None = None, until: int | None = None) -> float:
        """The mean loss of the issues that were over by `until` and not before `since`; NaN without points."""
        chosen = [
            (lost, points)
            for over, lost, points in zip(self.over, self.lost, self.points, strict=True)
            if (since is None or over >= since) and (until is None or over <= until)
        ]
        number = sum(points for _, points in chosen)
        return sum(lost for lost, _ in chosen) / number if number else float("nan")

    def points_over(self, since: int, until: int) -> int:
        return sum(points for over, points in zip(self.over, self.points, strict=True) if since <= over <= until)


def hourly(
    series: Series, issues: Sequence[int], horizon: int, progress: Callable[[int, int], None] = lambda *_: None
) -> dict[str, Any]:
    """Scores of forecasts issued at those hour numbers, for `horizon` hours each. An hour not reported is not scored.

    A forecast whose own record of the last eight weeks is worse than the best naive rule's steps down to that rule; so
    that the first has a record, forecasts are issued for eight weeks before it too, and not scored.
    progress: told how many are done, and of how many.
    """
    model: Fitted | None = None
    refits = 0
    records = {name: Record() for name in ("own", "given", *RULES)}
    inside = {0.9: 0, 0.5: 0}
    off, points = 0.0, 0
    by_lead = np.zeros((2, horizon))
    stepped: list[dict[str, Any]] = []
    every = [*_before(issues, horizon), *issues]
    for number, issue in enumerate(every):
        if model is None or issue - model.last >= REFIT_HOURS:
            model = fitted(series, issue, model, judge=model is None or refits % JUDGED_EVERY == 0)
            refits += 1
        end = min(issue + horizon, len(series.counts))
        observed = series.counts[issue:end]
        made = forecast(series, model, issue, end - issue)
        own = made.quantiles(LEVELS)
        rules = {name: rule(series.counts[:issue], end - issue, LEVELS) for name, rule in RULES.items()}
        best = _better_rule(records, issue, [name for name, said in rules.items() if not np.isnan(said).any()])
        for name, quantiles in (("own", own), *rules.items()):
            records[name].add(end, pinball(quantiles, observed).mean(axis=0))
        progress(number + 1, len(every))
        if number < len(every) - len(issues):
            continue
        given, mean = (own, made.mean) if best is None else (rules[best], rules[best].mean(axis=0))
        if best is not None:
            stepped.append({"issue": str(series.hours[issue]), "rule": best})
        there = ~np.isnan(observed)
        lost = pinball(given, observed).mean(axis=0)
        records["given"].add(end, lost)
        by_lead[0, : end - issue] += np.where(there, lost, 0.0)
        by_lead[1, : end - issue] += there
        for share in inside:
            low, high = (round(each * 20) - 1 for each in ((1 - share) / 2, (1 + share) / 2))
            within = (observed >= given[low]) & (observed <= given[high]) & there
            inside[share] += int(within.sum())
        off += float(np.where(there, mean - np.nan_to_num(observed), 0.0).sum())
        points += int(there.sum())
    scored = {name: record.mean(since=issues[0] + 1) for name, record in records.items()}
    return {
        "mean_pinball": scored["given"],
        "n_points": points,
        "coverage": inside[0.9] / points if points else float("nan"),
        "coverages": {f"{share:g}": number / points if points else float("nan") for share, number in inside.items()},
        "bias": off / points if points else float("nan"),
        "naive": {name: scored[name] for name in RULES},
        "own_mean_pinball": scored["own"],
        "by_lead": [lost / number if number else float("nan") for lost, number in zip(*by_lead.tolist(), strict=True)],
        "issues": len(issues),
        "stepped_down": stepped,
    }


def _before(issues: Sequence[int], horizon: int) -> list[int]:
    """Issues of the eight weeks before the first whose hours are all over by it, at the hours of its day."""
    day = [each for each in issues if each < issues[0] + 24]
    earlier = sorted(each - 24 * back for each in day for back in range(1, RECORD_HOURS // 24 + 1))
    return [each for each in earlier if each >= LEAST_HOURS and each + horizon <= issues[0]]


def _better_rule(records: dict[str, Record], issue: int, said: Iterable[str]) -> str | None:
    """The naive rule that has done better than the model in what was known to be over by the issue, if any.

    said: the rules that have something to say of every hour of this issue.
    """
    since = issue - RECORD_HOURS
    if records["own"].points_over(since, issue) < LEAST_RECORD:
        return None
    lost = {name: records[name].mean(since, issue) for name in said}
    there = {name: each for name, each in lost.items() if not math.isnan(each)}
    best = min(there, key=lambda name: there[name], default=None)
    return best if best is not None and there[best] < records["own"].mean(since, issue) else None
