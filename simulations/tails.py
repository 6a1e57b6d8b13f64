"""What an analyst asks after the levels: how many waited long for a bed, and who has been in for weeks.

The levels of an ordinary season say nothing of tails. Of waits the same months are published; of long stays only a
winter's mean is known, so an ordinary season lies between a part of it and all of it (calibration.yaml says which).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, stdev

from simulations.lines import Line
from simulations.published import Published
from simulations.recorder import Counts

WAITS = "waits_over_4_hours"
WAITS_LIMIT = 0.15


def tails(real: Published, seeds: Sequence[Counts]) -> list[Line]:
    """By trust: the mean of a day over seeds beside what is published or known."""
    wanted = []
    for provider in real.providers():
        published = real.a_day(provider, WAITS, seeds[0].dates())
        if published is not None:
            limits = published * (1 - WAITS_LIMIT), published * (1 + WAITS_LIMIT)
            wanted.append((provider, WAITS, "", published, *limits))
    wanted += [
        (row.organisation, row.measure, row.known_of, row.mean, row.mean * row.least, row.mean * row.most)
        for row in real.known
    ]
    lines = []
    for provider, measure, detail, mean, low, high in wanted:
        found = [sum(counts.daily(provider, measure)) / counts.days for counts in seeds]
        spread = stdev(found) if len(found) > 1 else None
        lines.append(Line("tails", provider, measure, detail, fmean(found), mean, low, high, spread))
    return lines
