"""The calibration report as a page of the documentation, with its pictures beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from services.errors import LightshipError
from simulations import pictures
from simulations.lines import ALL, NAMES, Line, shown
from simulations.report import SERIES, Report
from simulations.series import Series

EXCERPT_DAYS = 84
INTRODUCTION = """\
# The synthetic system beside the published figures

Written by `lightship feed report --write docs/reference/calibration`; do not edit. What is published stands in
`config/{system}/data`: the last 24 months of each file, cells that say nothing and the zeros of a closed feed
left out. What is simulated is counted from the events as sent, by a recorder that the generator does not use
(`simulations/recorder.py` says what each figure counts).

{verdict} Ran {ran}.
"""
LEVELS = """
## Levels of an ordinary season

{days} simulated days from {start}, each day with the same months of the published series. A line passes when the mean
over seeds is within 5% of the published mean. The spread is the standard deviation over seeds.

![Levels by measure and trust]({folder}/levels.svg)
"""
TAILS = """
## Long waits and long stays

Of the same days. Waits pass within 15% of the published mean of the same months. Of long stays a winter's mean is known
(winter SitReps 2022/23); an ordinary season passes between 75% and 105% of it.
"""
DAILY = """
## The shape of two daily series

One simulated year ({year}) beside the published ones, both divided by the mean of the 29 days around each day. A
weekday passes within 0.08 of the published factor, the standard deviation from 0.7 to 1.4 of it, the lag-one
autocorrelation within 0.2, each and two standard errors; bank holidays within the range of the published ones, and two
standard errors.

![Weekday factors by trust]({folder}/weekdays.svg)

Twelve weeks of each, from the same weekday of the same season:

![Discharges, twelve weeks]({folder}/discharges.svg)

![No criteria to reside, twelve weeks]({folder}/no_criteria_to_reside.svg)

A whole year of discharges:

![Discharges, a year]({folder}/year.svg)
"""
WINTER = """
## A winter

November to March with a flu winter, beside what winters reached at most: handovers as in the winter SitReps of 2022/23,
flu as in 2022/23 (peak 3.3% of Kent and Medway's occupied beds, 6.0% of England's, 7.4% of the worst trust's), closures
by infection as in England's winters (mean 0.7% of beds, at most 1.6%; a trust's day in a hundred 8 to 13%).

![Handovers of 30 to 60 minutes]({folder}/handovers.svg)
"""
FLU = """
![Beds with flu]({folder}/flu.svg)
"""


CONSERVATION = """
## People are conserved

Arrivals and who was in place make departures and who is in place, every day in every department, same-day unit, ward,
virtual ward and ambulance queue; nobody leaves who never came, nobody is in two places, every census names exactly
those whom the events put there (`simulations/conservation.py`).
"""


def write(found: Report, folder: Path) -> Path:
    """`folder`.md, and the pictures in `folder`; returns the page. Raises LightshipError where it cannot be written."""
    page = folder.with_name(f"{folder.name}.md")
    made = drawn(found)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, svg in made.items():
            (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        page.write_text(markdown(found, folder.name, made.keys()), encoding="utf-8")
    except OSError as error:
        raise LightshipError(f"{error.filename}: cannot be written ({error.strerror})") from None
    return page


def drawn(found: Report) -> dict[str, str]:
    """Every picture's SVG by name, for the parts that were run."""
    made: dict[str, str] = {}
    if seasons := _of(found, "levels"):
        made["levels"] = pictures.levels(seasons)
    if daily := _of(found, "daily"):
        made["weekdays"] = pictures.weekdays(daily)
        year = found.counts("daily")[0]
        for measure in SERIES:
            real = {who: series for (who, name), series in found.real.daily.items() if name == measure}
            twin: dict[str, Series] = {
                who: dict(zip(year.dates(), map(float, year.daily(who, measure)), strict=True)) for who in real
            }
            # Of the season that the levels are of.
            begins = min((day for day in year.dates() if day >= found.asked.start), default=year.first)
            short = {who: {day: v for day, v in series.items() if day >= begins} for who, series in twin.items()}
            title = f"{NAMES[measure]}, {EXCERPT_DAYS // 7} weeks"
            made[measure] = pictures.days(title, real, short, min(EXCERPT_DAYS, len(next(iter(short.values())))))
            if measure == "discharges":
                made["year"] = pictures.days(f"{NAMES[measure]}, a year", real, twin, year.days)
    if _of(found, "winter"):
        winter = found.counts("winter")[0]
        most = {row.organisation: row.most for row in found.real.winter if row.measure == "handovers_30_60"}
        by_measure = {
            name: {who: dict(zip(winter.dates(), map(float, winter.daily(who, measure)), strict=True)) for who in most}
            for name, measure in (("handovers", "handovers_30_60"), ("flu", "flu_beds"))
        }
        made["handovers"] = pictures.season("Handovers of 30 to 60 minutes a day", by_measure["handovers"], most)
        if any(any(series.values()) for series in by_measure["flu"].values()):
            made["flu"] = pictures.season("Beds with flu", by_measure["flu"], {})
    return made


def _of(found: Report, part: str) -> list[Line]:
    return [line for line in found.lines if line.part == part]


def markdown(found: Report, folder: str, drawn_: Iterable[str]) -> str:
    asked, failed = found.asked, found.failed
    excused = [line for line in found.lines if not line.passes and line.excuse]
    verdict = (
        f"**{len(found.lines)} lines, {len(failed)} fail**, {len(excused)} more may fail for a reason given below."
    )
    ran = (
        f"seeds {asked.first_seed} to {asked.first_seed + asked.seeds - 1} for the levels, {asked.first_seed} otherwise"
    )
    page = [INTRODUCTION.format(system=Path(str(asked.system)).name, verdict=verdict, ran=ran)]
    start = f"{asked.start:%-d %B %Y}"
    if lines := _of(found, "levels"):
        page.append(LEVELS.format(days=asked.days, start=start, folder=folder))
        page.append(_table(("Trust", "Figure", "Simulated", "Spread", "Published", "Ratio", ""), map(_level, lines)))
    if lines := _of(found, "tails"):
        page.append(TAILS)
        page.append(_table(("Trust", "Figure", "What", "Simulated", "Known", "Passes", ""), map(_shape, lines)))
    if lines := _of(found, "daily"):
        page.append(DAILY.format(year=asked.start.year, folder=folder))
        page.append(_week(lines))
        rest = [line for line in lines if not line.detail.endswith("day") or line.organisation == ALL]
        page.append(_table(("Trust", "Series", "What", "Simulated", "Published", "Passes", ""), map(_shape, rest)))
    if lines := _of(found, "winter"):
        page.append(WINTER.format(folder=folder) + (FLU.format(folder=folder) if "flu" in drawn_ else ""))
        page.append(_table(("Trust", "Figure", "What", "Simulated", "Known", "Passes", ""), map(_shape, lines)))
    if lines := _of(found, "conservation"):
        page.append(CONSERVATION)
        page.append(
            _table(
                ("", "What", "Over", "Found"), ((ALL, NAMES[x.measure], x.detail, f"{x.simulated:.0f}") for x in lines)
            )
        )
    page.append(_notes(found, excused))
    return "\n".join(page)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    made = [f"| {' | '.join(head)} |", f"|{'|'.join('---' for _ in head)}|"]
    return "\n".join(made + [f"| {' | '.join(row)} |" for row in rows]) + "\n"


def _verdict(line: Line) -> str:
    return "" if line.passes else "may fail" if line.excuse else "**fails**"


def _level(line: Line) -> tuple[str, ...]:
    ratio = "–" if line.ratio is None else f"{line.ratio:.2f}"
    spread = "" if line.spread is None else f"± {shown(line, line.spread)}"
    of = shown(line, line.published)
    return line.organisation, NAMES[line.measure], shown(line, line.simulated), spread, of, ratio, (
        _verdict(line)
    )  # fmt: skip


def _shape(line: Line) -> tuple[str, ...]:
    limits = f"{shown(line, line.low)} to {shown(line, line.high)}"
    detail = NAMES.get(line.detail, line.detail)
    where = "all" if line.organisation == ALL else line.organisation
    return (
        where, NAMES[line.measure], detail, shown(line, line.simulated), shown(line, line.published), limits,
        _verdict(line),
    )  # fmt: skip


def _week(lines: Sequence[Line]) -> str:
    """One row a trust and series; each cell the simulated factor and the published one."""
    week: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        if line.detail.endswith("day") and line.organisation != ALL:
            cell = f"{shown(line, line.simulated)} / {shown(line, line.published)}"
            mark = "" if line.passes else " may fail" if line.excuse else " **fails**"
            week.setdefault((line.organisation, line.measure), []).append(cell + mark)
    head = ("Simulated / published", "Series", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return _table(head, ((who, NAMES[measure], *cells) for (who, measure), cells in week.items()))


def _notes(found: Report, excused: Sequence[Line]) -> str:
    words = ["## What may fail, and why\n"]
    reasons: dict[str, list[str]] = {}
    for line in excused:
        which = f"{line.organisation} {NAMES[line.measure]}" + (f", {line.detail}" if line.detail else "")
        reasons.setdefault(str(line.excuse), []).append(which)
    words += [f"- {'; '.join(which)}: {reason}" for reason, which in reasons.items()] or ["Nothing."]
    words.append("\n## What was left out of the published figures\n")
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for row in found.real.dropped:
        name = NAMES.get(row.measure, row.measure.replace("_", " "))
        grouped.setdefault((row.organisation, name, row.why), []).append(row.when)
    words += [
        f"- {who}, {name}: {why} ({when[0]}{f' to {when[-1]}, {len(when)} figures' if len(when) > 1 else ''})"
        for (who, name, why), when in sorted(grouped.items())
    ]
    return "\n".join(words) + "\n"
