"""The calibration report's pictures. Published figures are solid, simulated ones dashed; red is out of limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from simulations.drawing import Drawing, Point
from simulations.lines import ALL, NAMES, Line, shown
from simulations.series import Series, bank_holiday

PAD, GAP = 16, 12
DAYS = ("M", "T", "W", "T", "F", "S", "S")
RATIO_REACH = 0.15  # the scale of levels goes this far on both sides of the published figure


def levels(lines: Sequence[Line]) -> str:
    """One panel a measure, one row a trust: the ratio to the published figure on the band of 5 % around it."""
    measures = list(dict.fromkeys(line.measure for line in lines))
    across, row_height, head, foot = 4, 26, 34, 22
    width = 270
    deepest = max(sum(line.measure == each for line in lines) for each in measures)
    height = head + deepest * row_height + foot
    rows = -(-len(measures) // across)
    picture = Drawing(
        2 * PAD + across * width + (across - 1) * GAP, 2 * PAD + 24 + rows * height + (rows - 1) * GAP,
        "Levels: simulated mean over the published mean, by measure and trust",
    )  # fmt: skip
    picture.text(PAD, PAD + 10, "Simulated mean as a share of the published one; the band is 5% either side", "soft")
    for index, measure in enumerate(measures):
        x = PAD + index % across * (width + GAP)
        y = PAD + 24 + index // across * (height + GAP)
        picture.rect(x, y, width, height, "panel")
        picture.text(x + 12, y + 20, NAMES[measure], "head")
        of = [line for line in lines if line.measure == measure]
        left, right = x + 48, x + 158
        bottom = y + head + len(of) * row_height

        def place(ratio: float, left: float = left, right: float = right) -> float:
            return left + (ratio - 1 + RATIO_REACH) / (2 * RATIO_REACH) * (right - left)

        picture.rect(place(0.95), y + head - 4, place(1.05) - place(0.95), bottom - y - head + 4, "band")
        picture.line(place(1), y + head - 4, place(1), bottom, "target")
        for ratio in (1 - RATIO_REACH, 1.0, 1 + RATIO_REACH):
            picture.text(place(ratio), bottom + 14, f"{ratio:.2f}", "soft middle")
        for row, line in enumerate(of):
            _level(picture, line, (x, y + head + (row + 0.5) * row_height, width), (left, right))
    return picture.svg()


def _level(picture: Drawing, line: Line, at: tuple[float, float, float], scale: tuple[float, float]) -> None:
    x, middle, width = at
    left, right = scale
    picture.text(x + 12, middle + 4, line.organisation)
    if line.ratio is None:
        picture.text(left, middle + 4, "no figure", "word")
        return
    kind = "dot" if line.passes else "out"
    where = left + (line.ratio - 1 + RATIO_REACH) / (2 * RATIO_REACH) * (right - left)
    if left <= where <= right:
        reach = (line.spread or 0.0) / line.published / (2 * RATIO_REACH) * (right - left)
        picture.line(max(left, where - reach), middle, min(right, where + reach), middle, "span")
        picture.dot(where, middle, kind)
    else:
        picture.arrow(right if where > right else left, middle, where > right, kind)
    words = f"{shown(line, line.simulated)} of {shown(line, line.published)}"
    picture.text(x + width - 12, middle + 4, words, "soft end" if line.passes else "word end")


def weekdays(lines: Sequence[Line]) -> str:
    """Trusts across, the two series down: the published week with its limits, and the simulated one."""
    week = [line for line in lines if line.detail.endswith("day") and line.organisation != ALL]
    trusts = sorted({line.organisation for line in week})
    series = list(dict.fromkeys(line.measure for line in week))
    width, height, low, high = 250, 190, 0.3, 1.6
    picture = Drawing(
        2 * PAD + len(trusts) * width + (len(trusts) - 1) * GAP, 2 * PAD + 24 + len(series) * (height + GAP) - GAP,
        "Weekday factors, published and simulated, by trust",
    )  # fmt: skip
    _legend(picture, "Mean of each weekday over the mean of the 29 days around it; the band is what passes")
    for down, measure in enumerate(series):
        for along, trust in enumerate(trusts):
            x, y = PAD + along * (width + GAP), PAD + 24 + down * (height + GAP)
            picture.rect(x, y, width, height, "panel")
            picture.text(x + 12, y + 20, f"{trust}  {NAMES[measure]}", "head")
            of = [line for line in week if (line.measure, line.organisation) == (measure, trust)]
            left, top, bottom = x + 40, y + 34, y + height - 24
            step = (width - 60) / 6

            def place(n: int, value: float, left: float = left, top: float = top, bottom: float = bottom) -> Point:
                share = (min(high, max(low, value)) - low) / (high - low)
                return left + n * step, bottom - share * (bottom - top)  # noqa: B023 - step is the same in every panel

            picture.area(
                [place(n, line.high) for n, line in enumerate(of)], [place(n, line.low) for n, line in enumerate(of)],
                "band",
            )  # fmt: skip
            for value in (0.5, 1.0, 1.5):
                at = place(0, value)[1]
                picture.line(left, at, x + width - 16, at, "target" if value == 1 else "rule")
                picture.text(left - 8, at + 4, f"{value:.1f}", "soft end")
            picture.path([place(n, line.published) for n, line in enumerate(of)], "fact")
            picture.path([place(n, line.simulated or 0) for n, line in enumerate(of)], "twin")
            for n, line in enumerate(of):
                picture.dot(*place(n, line.published), "dot", 3)
                picture.dot(*place(n, line.simulated or 0), "ring" if line.passes else "out", 4)
                picture.text(place(n, 1)[0], bottom + 16, DAYS[n], "soft middle")
    return picture.svg()


def _legend(picture: Drawing, words: str) -> None:
    y = PAD + 6
    picture.line(PAD, y, PAD + 26, y, "fact")
    picture.text(PAD + 32, y + 4, "published", "soft")
    picture.line(PAD + 100, y, PAD + 126, y, "twin")
    picture.text(PAD + 132, y + 4, "simulated", "soft")
    picture.text(PAD + 212, y + 4, words, "soft")


def days(title: str, real: Mapping[str, Series], twin: Mapping[str, Series], length: int, *, height: int = 120) -> str:
    """By trust, the real series above the simulated one on one scale, `length` days of each from the same weekday of
    the same time of year. Bank holidays are ticks under the line.
    """
    trusts = sorted(real.keys() & twin.keys())
    width = 1100
    each = 2 * height + 16
    picture = Drawing(width, 2 * PAD + 24 + len(trusts) * (each + GAP) - GAP, title)
    picture.text(PAD, PAD + 10, f"{title}; short ticks under a line are bank holidays", "soft")
    for index, trust in enumerate(trusts):
        y = PAD + 24 + index * (each + GAP)
        picture.rect(PAD, y, width - 2 * PAD, each, "panel")
        began = min(twin[trust])
        there = _same_season(real[trust], began, length)
        here = {began + timedelta(days=n): twin[trust].get(began + timedelta(days=n)) for n in range(length)}
        top = max(value for value in (*there.values(), *here.values()) if value is not None)
        for number_, (name, values, kind) in enumerate((("published", there, "fact"), ("simulated", here, "twin"))):
            _strip(picture, f"{trust} {name}", values, top, (PAD, y + number_ * height, width - 2 * PAD, height), kind)
    return picture.svg()


def _same_season(series: Series, began: date, length: int) -> dict[date, float | None]:
    """The newest stretch that begins on that weekday nearest that day of a year and has most of its days."""
    best: dict[date, float | None] = {}
    most = -1
    for year in sorted({day.year for day in series}, reverse=True):
        first = date(year, began.month, min(began.day, 28))
        first += timedelta(days=(began.weekday() - first.weekday() + 3) % 7 - 3)
        found = {first + timedelta(days=n): series.get(first + timedelta(days=n)) for n in range(length)}
        known = sum(value is not None for value in found.values())
        if known > most:
            best, most = found, known
    return best


def _strip(
    picture: Drawing, name: str, values: Mapping[date, float | None], top: float,
    box: tuple[float, float, float, float], kind: str,
) -> None:  # fmt: skip
    x, y, width, height = box
    left, right, upper, bottom = x + 60, x + width - 16, y + 30, y + height - 16
    picture.text(x + 12, y + 20, name, "head")
    step = (right - left) / max(1, len(values) - 1)
    unit = next(size for size in (10, 20, 25, 50, 100, 200, 500, 1000) if top / size <= 4)
    for tick in range(0, int(top) + 1, unit):
        at = bottom - tick / top * (bottom - upper)
        picture.line(left, at, right, at, "rule")
        picture.text(left - 8, at + 4, str(tick), "soft end")
    points: list[Point | None] = []
    for n, (day, value) in enumerate(values.items()):
        points.append(None if value is None else (left + n * step, bottom - value / top * (bottom - upper)))
        if bank_holiday(day):
            picture.line(left + n * step, bottom, left + n * step, bottom + 5, "span")
        if day.day == 1 and left + n * step < right - 50:
            picture.text(left + n * step, bottom + 16, f"{day:%b %Y}" if day.month == 1 or n < 31 else f"{day:%b}",
                         "soft")  # fmt: skip
    picture.path(points, kind if len(values) < 120 else f"{kind} fine")


def season(title: str, by_trust: Mapping[str, Series], most: Mapping[str, float]) -> str:
    """A simulated winter by trust, a bar a day, with the line that published winters did not pass."""
    trusts = sorted(by_trust)
    width, height = 540, 150
    picture = Drawing(2 * PAD + 2 * width + GAP, 2 * PAD + 24 + -(-len(trusts) // 2) * (height + GAP) - GAP, title)
    picture.text(PAD, PAD + 10, title + ("; the line is the most of a published winter" if most else ""), "soft")
    for index, trust in enumerate(trusts):
        values, line = by_trust[trust], most.get(trust)
        x, y = PAD + index % 2 * (width + GAP), PAD + 24 + index // 2 * (height + GAP)
        picture.rect(x, y, width, height, "panel")
        picture.text(x + 12, y + 20, trust, "head")
        left, right, upper, bottom = x + 46, x + width - 16, y + 34, y + height - 24
        top = max([*values.values(), line or 0, 1]) * 1.05
        step = (right - left) / len(values)
        for n, (day, value) in enumerate(values.items()):
            tall = value / top * (bottom - upper)
            picture.rect(left + n * step, bottom - tall, max(1.0, step - 1), tall,
                         "out" if line is not None and value > line else "bar")  # fmt: skip
            if day.day == 1:
                picture.text(left + n * step, bottom + 16, f"{day:%b}", "soft")
        picture.line(left, bottom, right, bottom, "rule")
        if line is not None:
            at = bottom - line / top * (bottom - upper)
            picture.line(left, at, right, at, "target")
            picture.text(left - 8, at + 4, f"{line:.0f}", "soft end")
        picture.text(right, y + 20, f"most {max(values.values()):.0f}", "soft end")
    return picture.svg()
