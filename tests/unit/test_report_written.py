"""The calibration report as a page with pictures, from made-up counts."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from rich.console import Console
from typer.testing import CliRunner

from services import cli_report
from services.cli import app
from services.errors import LightshipError
from simulations.published import Exception_, Published, published
from simulations.recorder import Counts
from simulations.report import LEVELS, Asked, Report, as_json, conservation, daily, excused, levels
from simulations.running import EVERYWHERE, Run
from simulations.season import winter
from simulations.written import write

WEEK = (0.9, 1.1, 1.15, 1.15, 1.25, 0.8, 0.65)
CURVE = [round(40 * 1.53 ** ((n - 63) / 7) if n < 63 else 40 * 0.66 ** ((n - 63) / 7)) for n in range(151)]


def counts_like(real: Published, first: date, days: int, seed: int, wrong: float = 1.0) -> Counts:
    """The published levels in weeks of WEEK; RVV's discharges `wrong` times."""
    random = Random(seed)
    dates = [first + timedelta(days=n) for n in range(days)]
    by_site: dict[tuple[str, str], list[int]] = {}
    for who in real.providers():
        for measure in (*LEVELS, "departed"):
            usual = real.a_day(who, "attendances" if measure == "departed" else measure, dates)
            if usual is None:
                continue
            if measure == "within_4_hours":
                usual *= real.a_day(who, "attendances", dates) or 0
            usual *= wrong if (who, measure) == ("RVV", "discharges") else 1
            weekly = measure in ("discharges", "no_criteria_to_reside")
            by_site[who, measure] = [
                round(usual * (WEEK[day.weekday()] * random.uniform(0.85, 1.15) if weekly else 1)) for day in dates
            ]
        by_site[who, "handovers_30_60"] = [random.randint(0, 60) for _ in dates]
        by_site[who, "beds_closed"] = [random.randint(0, 9) for _ in dates]
        by_site[who, "flu_beds"] = (CURVE * 3)[:days]
    by_site[EVERYWHERE, "unbalanced"] = by_site[EVERYWHERE, "faults"] = [0] * days
    return Counts(first, days, by_site, {who: who for who in (*real.providers(), EVERYWHERE)})


@pytest.fixture(scope="module")
def found() -> Report:
    reason = "RVV counts something else"
    real = replace(
        published(), exceptions=(Exception_(organisation="RVV", measure="discharges", part="levels", reason=reason),)
    )
    asked = Asked(seeds=2)
    seeds = [counts_like(real, asked.start, 60, seed, wrong=0.6) for seed in (1, 2)]
    year = counts_like(real, date(2025, 1, 1), 365, 3)
    cold = counts_like(real, date(2025, 11, 1), 151, 4)
    lines = [*levels(real, seeds), *daily(real, year), *winter(real, cold), *conservation(year)]
    runs = [("levels", seeds[0]), ("levels", seeds[1]), ("daily", year), ("winter", cold)]
    return Report(
        asked, real, tuple(excused(lines, real.exceptions)),
        tuple((Run(name, asked.system, counts.first, counts.days, 1), counts) for name, counts in runs),
    )  # fmt: skip


def test_the_page_shows_every_line_and_every_picture(found: Report, tmp_path: Path) -> None:
    page = write(found, tmp_path / "calibration")
    text = page.read_text()
    assert page == tmp_path / "calibration.md"
    drawn = {path.name for path in (tmp_path / "calibration").iterdir()}
    assert drawn == {f"{name}.svg" for name in (
        "levels", "weekdays", "discharges", "no_criteria_to_reside", "year", "handovers", "flu",
    )}  # fmt: skip
    assert all(f"](calibration/{name})" in text for name in drawn)
    seasons = [line for line in found.lines if line.part == "levels"]
    assert sum(row.startswith(("| RN7", "| RPA", "| RVV", "| RWF", "| RYY")) for row in text.splitlines()) >= len(
        seasons
    )
    assert "RVV SitRep discharges a day: RVV counts something else" in text
    assert "a part of the trust did not report" in text
    assert "repeats another month" in text
    assert not text.count("None")


def test_every_picture_is_well_formed_says_what_it_is_and_stays_inside(found: Report, tmp_path: Path) -> None:
    write(found, tmp_path / "calibration")
    for path in (tmp_path / "calibration").iterdir():
        root = ET.parse(path).getroot()
        assert root.get("role") == "img"
        assert root.get("aria-label")
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        for part in root.iter():
            for name, most in (("x", width), ("cx", width), ("x2", width), ("y", height), ("cy", height)):
                if part.get(name) is not None:
                    assert 0 <= float(part.attrib[name]) <= most, (path.name, part.attrib)


def test_what_fails_is_red_in_the_picture(found: Report, tmp_path: Path) -> None:
    write(found, tmp_path / "calibration")
    failing = [line for line in found.lines if line.part == "levels" and not line.passes]
    assert ("RVV", "discharges") in {(line.organisation, line.measure) for line in failing}
    svg = (tmp_path / "calibration" / "levels.svg").read_text()
    assert svg.count('class="out"') == len(failing)


def test_a_folder_that_cannot_be_written_is_one_clear_error(found: Report, tmp_path: Path) -> None:
    (tmp_path / "calibration").write_text("a file")
    with pytest.raises(LightshipError, match="cannot be written"):
        write(found, tmp_path / "calibration")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--parts", "level"], "levels, daily, winter, conservation, not level"),
        (["--start", "May"], "such as 2025-05-01"),
    ],
)
def test_a_mistake_on_the_command_line_says_what_would_do(given: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["feed", "report", *given])
    assert said in str(result.exception)


def test_the_tables_of_the_command_line_fit_and_say_every_verdict(
    found: Report, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = Console(width=80)
    monkeypatch.setattr(cli_report, "console", wide)
    cli_report._show(found)
    said = capsys.readouterr().out
    assert said.count("FAILS") == len(found.failed)
    assert said.count("may fail") >= 1
    assert "…" not in said
    assert f"{len(found.lines)} lines: {len(found.failed)} fail, 1 may fail for a listed reason." in said


def test_the_object_for_machines(found: Report) -> None:
    made = as_json(found)
    assert made["judged"] == len(made["lines"]) == len(found.lines)
    assert made["passes"] is (made["failed"] == 0)
    line = next(row for row in made["lines"] if (row["organisation"], row["measure"]) == ("RVV", "discharges"))
    assert line["passes"] is False
    assert line["excuse"] == "RVV counts something else"
    assert made["asked"]["end"] == "2025-05-31"
    assert line["ratio"] == pytest.approx(0.6, abs=0.02)
