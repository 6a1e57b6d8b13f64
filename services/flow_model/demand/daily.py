"""Daily series: the weekday's usual, the level of the last days and what yesterday says, weighed by how they have done.

Each candidate is a plain rule. Their weights are fitted lead by lead on the last half year's forecasts (never below 0),
and quantiles are those of the errors that the weighed forecast made then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from scipy import optimize

from services.flow_model.demand.calendar import Floats, Region, special
from services.flow_model.demand.score import LEVELS, pinball

JUDGED_DAYS = 182
WEEKS = 52
CALM = 0.01
USUAL_WEEKS = (4, 8, 13, 26, 39)
RECORD_DAYS = 56  # of its own record that a forecast is judged by against the naive rules
HALF_LIVES_DAYS = (3.0, 10.0, 30.0, 90.0)
NAIVE = ("persistence", "seasonal_naive", "day_of_week_8")


@dataclass(frozen=True)
class Days:
    """Values of days one after the other without a gap; NaN where nothing was reported."""

    region: Region
    first: date
    values: Floats

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)


def naive(values: Floats, issue: int, lead: int) -> dict[str, float]:
    """The naive rules' word for day issue + lead, of the days before `issue`."""
    known = values[:issue]
    target = issue + lead
    same = [target - 7 * week for week in range(1 + lead // 7, 9 + lead // 7)]
    usual = [known[each] for each in same if 0 <= each < issue and not np.isnan(known[each])]
    last = known[~np.isnan(known)]
    week_ago = known[same[0]] if 0 <= same[0] < issue else np.nan
    return {
        "persistence": float(last[-1]) if len(last) else np.nan,
        "seasonal_naive": float(week_ago),
        "day_of_week_8": float(np.mean(usual)) if usual else np.nan,
    }


def candidates(days: Days, issue: int, horizon: int) -> Floats:
    """(candidates, horizon): what each plain rule says of the days from `issue` on."""
    begin = max(0, issue - 7 * WEEKS)
    known = days.values[begin:issue]
    every = [days.day(number) for number in range(begin, issue + horizon)]
    weekday = np.array([each.weekday() for each in every])
    kind = np.array([special(days.region, each) for each in every])
    there = ~np.isnan(known)
    ordinary = there & (kind[: len(known)] < 0)
    factor = _weekday_factors(known, weekday[: len(known)], ordinary)
    usual = factor[weekday]
    effect = _special_effects(days, issue, factor)
    usual = usual * np.array([effect.get(each, 1.0) for each in kind.tolist()])
    level = np.where(there, known, 0.0) / np.where(usual[: len(known)] > 0, usual[: len(known)], 1.0)
    age = (len(known) - 1 - np.arange(len(known))).astype(np.float64)
    made = []
    for half_life in HALF_LIVES_DAYS:
        weight = 0.5 ** (age / half_life) * there
        made.append(np.full(horizon, (weight @ level) / max(weight.sum(), 1e-9)) * usual[len(known) :])
    ordinary_days = np.where(ordinary, known, np.nan)
    ahead = [effect.get(each, 1.0) for each in kind[len(known) :].tolist()]
    for weeks in USUAL_WEEKS:
        made.append(np.array([_usual(ordinary_days, lead, weeks) * ahead[lead] for lead in range(horizon)]))
    for rule in ("seasonal_naive", "day_of_week_8"):
        made.append(np.array([naive(days.values, issue, lead)[rule] for lead in range(horizon)]))
    table: Floats = np.array(made)
    return np.where(np.isnan(table), np.nanmean(known) if there.any() else 0.0, table)


def _usual(known: Floats, lead: int, weeks: int) -> float:
    """The mean of the same weekday's ordinary days in so many weeks before the issue, NaN where there is none."""
    same = len(known) + lead - 7 * np.arange(1 + lead // 7, 1 + lead // 7 + weeks)
    values = known[same[same >= 0]]
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else np.nan


def _weekday_factors(known: Floats, weekday: np.ndarray, ordinary: np.ndarray) -> Floats:
    """Each weekday against the mean of its week about it, of the last year's ordinary days, the later the more.

    Only whole weeks are means that say nothing of their own weekdays: the first and last three days have none. Each is
    drawn towards no difference by one week.
    """
    kernel = np.ones(7)
    there = ~np.isnan(known)
    summed = np.convolve(np.where(there, known, 0.0), kernel)[3 : 3 + len(known)]
    whole = np.convolve(there.astype(np.float64), kernel)[3 : 3 + len(known)] > 6.5
    local = summed / 7
    weight = 0.5 ** ((len(known) - 1 - np.arange(len(known))) / 120.0) * (ordinary & whole & (local > 0))
    top = np.bincount(weekday, weights=weight * np.where(ordinary, known, 0.0), minlength=7)
    bottom = np.bincount(weekday, weights=weight * local, minlength=7)
    if not bottom.any():
        return np.ones(7)
    week = bottom.sum() / weight.sum()
    factor: Floats = (top + week) / (bottom + week)
    return factor


def _special_effects(days: Days, issue: int, factor: Floats) -> dict[int, float]:
    """What each kind of holiday was against its weekday, of all the past, drawn towards no difference."""
    found: dict[int, tuple[float, float]] = {}
    for number in range(7, issue):
        kind = special(days.region, days.day(number))
        value = days.values[number]
        if kind < 0 or np.isnan(value):
            continue
        about = days.values[max(0, number - 21) : number]
        about = about[~np.isnan(about)]
        if len(about) and about.mean() > 0:
            due = about.mean() * factor[days.day(number).weekday()]
            top, bottom = found.get(kind, (0.0, 0.0))
            found[kind] = (top + value / max(due, 1e-9), bottom + 1.0)
    return {kind: (top + 1.0) / (bottom + 1.0) for kind, (top, bottom) in found.items()}


def backtest(
    days: Days, issues: Sequence[int], horizon: int, progress: Callable[[int], None] = lambda _: None
) -> dict[str, Any]:
    """MAE and pinball by lead of forecasts issued before those days (lead 1 is the day itself), beside naive rules."""
    made: dict[int, Floats] = {}

    def told(issue: int) -> Floats:
        if issue not in made:
            made[issue] = candidates(days, issue, horizon)
        return made[issue]

    lost: dict[str, list[list[float]]] = {name: [[] for _ in range(horizon)] for name in ("model", *NAIVE)}
    pinned: list[list[float]] = [[] for _ in range(horizon)]
    stepped: list[dict[str, Any]] = []
    for number, issue in enumerate(issues):
        for lead in range(min(horizon, len(days.values) - issue)):
            observed = days.values[issue + lead]
            if np.isnan(observed):
                continue
            rules = naive(days.values, issue, lead)
            said, errors, down = _weighed(days, issue, lead, told)
            if down is not None:
                stepped.append({"issue": days.day(issue).isoformat(), "lead": lead + 1, "rule": down})
            lost["model"][lead].append(abs(said - observed))
            for name, value in rules.items():
                lost[name][lead].append(abs(value - observed))
            quantiles = np.maximum(said + np.quantile(errors, LEVELS), 0.0) if len(errors) else np.full(19, said)
            pinned[lead].append(float(pinball(quantiles[:, None], np.array([observed])).mean()))
        progress(number + 1)
    return {
        "n_points": sum(len(each) for each in lost["model"]),
        "mae_by_lead": [_mean(each) for each in lost["model"]],
        "pinball_by_lead": [_mean(each) for each in pinned],
        "naive": {name: {"mae_by_lead": [_mean(each) for each in lost[name]]} for name in NAIVE},
        "stepped_down": stepped,
    }


def _weighed(days: Days, issue: int, lead: int, told: Callable[[int], Floats]) -> tuple[float, Floats, str | None]:
    """The forecast of one lead, the errors it made on the last half year, and the rule that it stepped down to."""
    past = [
        each for each in range(max(60, issue - JUDGED_DAYS), issue - lead) if not np.isnan(days.values[each + lead])
    ]
    now = told(issue)[:, lead]
    rules = naive(days.values, issue, lead)
    if len(past) < 28:
        return float(now[-1]), np.zeros(0), "day_of_week_8"
    table = np.array([told(each)[:, lead] for each in past])
    observed = np.array([days.values[each + lead] for each in past])
    scale = max(float(np.abs(observed).mean()), 1e-9)
    weights = _weights(table / scale, observed / scale)
    errors = observed - table @ weights
    said = np.array([list(naive(days.values, each, lead).values()) for each in past])
    missed = observed[:, None] - said
    recent = np.abs(missed[-RECORD_DAYS:])
    some = ~np.isnan(recent).all(axis=0)
    lost = np.where(some, np.nanmean(np.where(some, recent, 0.0), axis=0), np.inf)
    best = int(np.argmin(lost))
    rule = NAIVE[best]
    if lost[best] < np.mean(np.abs(errors[-RECORD_DAYS:])) and not np.isnan(rules[rule]):
        return rules[rule], missed[~np.isnan(missed[:, best]), best], rule
    return float(now @ weights), errors, None


def _weights(table: Floats, observed: Floats) -> Floats:
    """Weights of at least 0 that add up to 1 and make the absolute errors small, by a few rounds of reweighed squares.

    A little of equal shares for all keeps them calm where candidates say much the same.
    """
    number = table.shape[1]
    calm = CALM * np.sqrt(len(table))
    each = np.ones(len(table))
    weights = np.full(number, 1 / number)
    for _ in range(4):
        rows = np.concatenate([table * each[:, None], calm * np.eye(number)])
        weights, _ = optimize.nnls(rows, np.concatenate([observed * each, np.full(number, calm / number)]))
        weights = weights / weights.sum() if weights.sum() > 0 else np.full(number, 1 / number)
        off = np.abs(observed - table @ weights)
        each = 1 / np.sqrt(np.maximum(off, 0.25 * max(float(np.median(off)), 1e-9)))
        each = each / each.mean()
    return weights


def _mean(values: list[float]) -> float:
    there = [each for each in values if not np.isnan(each)]
    return float(np.mean(there)) if there else float("nan")
