"""The picture of a validation: ours with its interval, as its difference from theirs, a panel a study."""

from __future__ import annotations

import math
from collections.abc import Sequence

from simulations.drawing import Drawing
from simulations.studies.rows import Row
from simulations.studies.validation import Result

PAD, GAP = 16, 12
WIDTH, ROW, HEAD, FOOT = 600, 28, 50, 30
LEFT, RIGHT = 205, 400  # of the scale within a panel
OURS, THEIRS = 522, 588  # where the columns of figures end
PERCENT, POINTS = 4.0, 0.02  # how far the scale goes on both sides: of theirs, or of a published share itself


def picture(found: Sequence[Result]) -> str:
    """SVG. Exact results by their relative difference with three standard errors as a band, published ones by their
    difference with what rounding allows."""
    columns: list[list[Result]] = [[], []]
    for result in found:  # the shorter column gets the next one
        min(columns, key=lambda column: sum(_height(each) + GAP for each in column)).append(result)
    columns = [column for column in columns if column]
    tall = max((sum(_height(each) for each in column) + (len(column) - 1) * GAP for column in columns), default=0)
    width = 2 * PAD + len(columns) * WIDTH + (len(columns) - 1) * GAP
    made = Drawing(width, 2 * PAD + 24 + tall, "The engine beside what is known: differences with 95 % intervals")
    made.text(PAD, PAD + 10, "Dot and line: the engine's figure and its 95% interval; upright line: what is known; "
              "band: where the dot passes", "soft")  # fmt: skip
    for number, column in enumerate(columns):
        y = PAD + 24.0
        for result in column:
            _panel(made, result, PAD + number * (WIDTH + GAP), y)
            y += _height(result) + GAP
    return made.svg()


def _height(result: Result) -> int:
    return HEAD + len(result.rows) * ROW + FOOT


def _panel(made: Drawing, result: Result, x: float, y: float) -> None:
    made.rect(x, y, WIDTH, _height(result), "panel")
    made.text(x + 12, y + 20, result.study.title, "head")
    for end, word in ((OURS, "ours"), (THEIRS, "known")):
        made.text(x + end, y + 40, word, "soft end")
    made.text(x + (LEFT + RIGHT) / 2, y + 40, "difference", "soft middle")
    exact = all(row.exact for row in result.rows)
    reach = PERCENT if exact else POINTS
    top, bottom = y + HEAD, y + HEAD + len(result.rows) * ROW
    for row, middle in zip(result.rows, (top + (n + 0.5) * ROW for n in range(len(result.rows))), strict=True):
        _band(made, row, reach, (x, middle))
    made.line(x + (LEFT + RIGHT) / 2, top - 4, x + (LEFT + RIGHT) / 2, bottom, "target")
    for row, middle in zip(result.rows, (top + (n + 0.5) * ROW for n in range(len(result.rows))), strict=True):
        _figure(made, row, reach, (x, middle))
    for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
        value = share * reach
        label = f"{value:+.0f}%" if exact else f"{value:+.2f}"
        at = x + (LEFT + RIGHT) / 2 + share * (RIGHT - LEFT) / 2
        made.line(at, bottom, at, bottom + 4, "target")
        made.text(at, bottom + 17, label.replace("-", "−") if value else "0", "soft middle")


def _scaled(row: Row, difference: float) -> float:
    return 100 * difference / row.theirs if row.exact else difference


def _place(value: float, reach: float) -> float:
    """Within a panel, at most at the edge of the scale."""
    return (LEFT + RIGHT) / 2 + max(-1.0, min(1.0, value / reach)) * (RIGHT - LEFT) / 2


def _band(made: Drawing, row: Row, reach: float, at: tuple[float, float]) -> None:
    if not math.isnan(row.tolerance):
        x, middle = at
        half = _place(_scaled(row, row.tolerance), reach) - (LEFT + RIGHT) / 2
        made.rect(x + (LEFT + RIGHT) / 2 - half, middle - ROW / 2 + 4, 2 * half, ROW - 8, "band")


def _figure(made: Drawing, row: Row, reach: float, at: tuple[float, float]) -> None:
    x, middle = at
    made.text(x + 12, middle + 4, row.measure)
    kind = "dot" if row.passed else "out"
    if not math.isnan(row.ours):
        value = _scaled(row, row.difference)
        where = x + _place(value, reach)
        if not math.isnan(row.low):
            low, high = (x + _place(_scaled(row, end - row.theirs), reach) for end in (row.low, row.high))
            made.line(low, middle, high, middle, "span")
        if abs(value) <= reach:
            made.dot(where, middle, kind)
        else:
            made.arrow(where, middle, value > 0, kind)
    if row.says:
        made.text(x + RIGHT + 10, middle + 4, row.says, "word")
    made.text(x + OURS, middle + 4, shown(row, row.ours), "soft end" if row.passed else "word end")
    made.text(x + THEIRS, middle + 4, known(row), "soft end")


def shown(row: Row, value: float) -> str:
    """A figure of ours, to a ten-thousandth of an exact one or one place more than is published."""
    if math.isnan(value):
        return "–"
    return f"{value:.{max(0, 4 - math.floor(math.log10(row.theirs))) if row.exact else 3}f}"


def known(row: Row) -> str:
    """What it should be, as exact or as published."""
    return shown(row, row.theirs) if row.exact else f"{row.theirs:.2f}"
