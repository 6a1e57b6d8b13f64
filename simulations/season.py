"""A simulated winter beside what winters are known to reach at most: flu, norovirus, handover delays."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from simulations.lines import ALL, Line
from simulations.published import Published
from simulations.recorder import Counts

#: Beds with flu in England, weekly from 14 November 2022 (domain.md 6.1): grew by 1.33 to 1.69 a week for seven weeks,
#: then fell to .60 to .71 of the week before for three.
FLU_2022 = (300, 445, 628, 974, 1595, 2701, 4344, 5788, 4103, 2469, 1484, 1023, 802, 662, 551, 438, 385)
FLU_PEAK = 7
#: Share of occupied G&A beds at the peak: Kent and Medway 3.3 % (97 of 2,944), England 6.0 %, worst trust (RVV) 7.4 %.
FLU_SHARE, FLU_SHARE_MOST, FLU_SHARE_WORST = 0.033, 0.060, 0.074
#: Beds closed for norovirus: England's mean 0.7 % and most 1.6 % of beds; a trust's day in a hundred 8 to 13 %.
CLOSED_MEAN, CLOSED_MEAN_MOST = 0.007, 0.016
CLOSED_P99, CLOSED_P99_MOST = 0.10, 0.13
WEEK = 7
SMALLEST = 3  # beds, below which a week's growth says nothing


def winter(real: Published, counts: Counts) -> list[Line]:
    """Every trust's handover delays and closures, and the flu curve where the generator can have one."""
    trusts = sorted({row.organisation for row in real.winter} | {p for p, m in real.monthly if m == "ga_open"})
    lines = []
    for row in real.winter:
        most = max(counts.daily(row.organisation, row.measure), default=0)
        lines.append(Line("winter", row.organisation, row.measure, "most in a day", most, row.most, 0, row.most))
    opened = [counts.daily(trust, "ga_open") for trust in trusts]
    closed = [counts.daily(trust, "beds_closed") for trust in trusts]
    for trust, shut, beds in zip(trusts, closed, opened, strict=True):
        shares = sorted(a / (a + b) for a, b in zip(shut, beds, strict=True) if a + b)
        if shares:
            p99 = shares[min(len(shares) - 1, int(0.99 * len(shares)))]
            lines.append(
                Line("winter", trust, "beds_closed", "one day in a hundred", p99, CLOSED_P99, 0, CLOSED_P99_MOST)
            )
    total = sum(map(sum, opened)) + sum(map(sum, closed))
    if total:
        share = sum(map(sum, closed)) / total
        lines.append(Line("winter", ALL, "beds_closed", "mean", share, CLOSED_MEAN, 0, CLOSED_MEAN_MOST))
    return lines + _flu(trusts, counts)


def _flu(trusts: Sequence[str], counts: Counts) -> list[Line]:
    beds = {trust: counts.daily(trust, "flu_beds") for trust in trusts}
    occupied = {trust: counts.daily(trust, "ga_occupied") for trust in trusts}
    total = [sum(day) for day in zip(*beds.values(), strict=True)]
    if not any(total):
        return []
    everybody = [sum(day) for day in zip(*occupied.values(), strict=True)]
    peak = max(range(len(total)), key=total.__getitem__)
    lines = [
        Line("winter", ALL, "flu", "peak share of occupied beds", total[peak] / everybody[peak], FLU_SHARE,
             FLU_SHARE / 2, FLU_SHARE_MOST)
    ]  # fmt: skip
    growth = [b / a for a, b in pairwise(FLU_2022[: FLU_PEAK + 1])]
    decay = [b / a for a, b in pairwise(FLU_2022[FLU_PEAK : FLU_PEAK + 4])]
    for detail, real, step, weeks in (("growth a week", growth, -WEEK, 4), ("decay a week", decay, WEEK, 3)):
        far = peak + weeks * step
        if not 0 <= far < len(total) or total[far] < SMALLEST:
            continue
        change = (total[far] / total[peak]) ** (1 / weeks)
        found = 1 / change if step < 0 else change
        lines.append(Line("winter", ALL, "flu", detail, found, _mean(real), min(real), max(real)))
    for trust in trusts:
        shares = [a / b for a, b in zip(beds[trust], occupied[trust], strict=True) if b]
        if any(shares):
            lines.append(
                Line("winter", trust, "flu", "peak share of occupied beds", max(shares), FLU_SHARE_WORST, 0,
                     FLU_SHARE_WORST)
            )  # fmt: skip
    return lines


def _mean(changes: Sequence[float]) -> float:
    """Geometric."""
    product = 1.0
    for change in changes:
        product *= change
    return float(product ** (1 / len(changes)))
