"""`lightship validate`: closed forms, the documents of the studies, and that a wrong figure of the engine is seen."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from services import cli_validate
from services.cli import app
from services.flow_model.engine.run import Played, play
from services.network_file import network_of
from simulations.studies import page, validation
from simulations.studies.closed_forms import erlang_b, erlang_c, mean_wait, pool_moments
from simulations.studies.picture import picture
from simulations.studies.rows import beside
from simulations.studies.validation import STUDIES, Case, Result, Study


def short(study: Study) -> Study:
    """The same networks, a moment of each."""
    cases = []
    for case in study.cases:
        changes: dict[str, Any] = dict(case.changes)
        if "run.length" in changes:
            changes |= {"run.length": changes["run.length"] / 20, "run.warm_up": 0}
        cases.append(Case(max(12, case.replications // 70), case.rows, changes))
    return replace(study, cases=tuple(cases))


@pytest.fixture(scope="module")
def quick() -> list[Result]:
    return validation.validate(
        [short(study) for study in STUDIES], 1, executor=None, workers=1, progress=lambda _: None
    )


# Closed forms ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "mean_service", "servers", "share", "wait"),
    [
        (0.25, 10, 3, 0.702247, 14.044944),
        (0.25, 10, 4, 0.319857, 2.132378),
        (0.25, 10, 5, 0.130371, 0.521485),
        (90, 1, 100, 0.216940, 0.021694),
    ],
)
def test_waits_of_several_servers_are_those_of_the_tables(
    rate: float, mean_service: float, servers: int, share: float, wait: float
) -> None:
    assert erlang_c(rate * mean_service, servers) == pytest.approx(share, abs=6e-7)
    assert mean_wait(rate, mean_service, servers) == pytest.approx(wait, abs=6e-7)


@pytest.mark.parametrize(
    ("offered", "servers", "lost"),
    [(10, 12, 0.119739), (20, 24, 0.066097), (90, 100, 0.026957), (475, 500, 0.010636)],
)
def test_losses_are_those_of_the_tables(offered: float, servers: int, lost: float) -> None:
    assert erlang_b(offered, servers) == pytest.approx(lost, abs=6e-7)


@pytest.mark.parametrize(
    ("hours", "mean", "variance"),
    [(6, 90.4877, 9.0523), (24, 91.8127, 31.4839), (48, 93.2968, 52.8572), (168, 97.5340, 92.0611)],
)
def test_a_pool_forgets_its_start_as_the_tables_say(hours: float, mean: float, variance: float) -> None:
    assert pool_moments(90, 20, 5, hours / 24) == pytest.approx((mean, variance), abs=6e-5)


def test_one_server_and_no_servers() -> None:
    assert erlang_b(2.0, 0) == 1
    assert erlang_c(0.5, 1) == pytest.approx(0.5)
    assert mean_wait(0.5, 1.0, 1) == pytest.approx(1.0)
    assert pool_moments(7, 3, 2, 0) == (7, 0)


# Studies --------------------------------------------------------------------------------------------------------------


def test_every_document_in_the_folder_is_a_study_and_runs_as_it_stands() -> None:
    folder = files("simulations.studies")
    documents = {each.name for each in folder.iterdir() if each.name.endswith(".yaml")}
    assert documents == {f"{study.name}.yaml" for study in STUDIES}
    for name in documents:
        made = network_of((folder / name).read_bytes(), name)
        assert made.expected_people > 0
        assert made.length > made.warm_up


def test_short_runs_of_every_study_are_near_what_is_known(quick: list[Result]) -> None:
    assert sum(len(result.rows) for result in quick) == 8 + 4 + 8 + 6
    for result in quick:
        for row in result.rows:
            # A moment of each is no proof: this sees a wrong rate or unit, `lightship validate` sees the rest.
            assert abs(row.difference) < 6 * row.standard_error + 0.1 * row.theirs, (result.study.name, row)


@pytest.mark.parametrize("study", STUDIES, ids=[study.name for study in STUDIES])
def test_a_part_of_the_first_case_agrees(study: Study) -> None:
    """Enough people to see, say, a queue where there is none."""
    first = replace(study.cases[0], replications=max(20, study.cases[0].replications // 20))
    found = validation.validate(
        [replace(study, cases=(first,))], 1, executor=None, workers=1, progress=lambda _: None
    )  # fmt: skip
    for row in found[0].rows:
        within = 4 * row.standard_error if row.exact else row.tolerance
        assert abs(row.difference) < within, row


def test_the_same_seed_gives_the_same_figures_whatever_the_processes(quick: list[Result]) -> None:
    from services.workers import executor_of

    with executor_of(2) as executor:
        again = validation.validate([short(STUDIES[3])], 1, executor=executor, workers=2, progress=lambda _: None)
    assert again[0].rows == quick[3].rows
    other = validation.validate([short(STUDIES[3])], 2, executor=None, workers=1, progress=lambda _: None)
    assert other[0].rows != quick[3].rows


def test_progress_grows_to_one() -> None:
    seen: list[float] = []
    validation.validate([short(study) for study in STUDIES[2:]], 1, executor=None, workers=1, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)


def test_the_stroke_units_parameters_give_the_published_table_and_the_other_reading_is_as_near_as_is_said() -> None:
    """In a pool without limit the number is Poisson whatever the stays, so that P(delay) is Erlang B's."""
    said = validation.document("stroke")
    stays = {name: stay["mean"] for name, stay in said["pools"]["acute_stroke_unit"]["stay"]["by_class"].items()}

    def offered(stays: dict[str, float]) -> float:
        streams = said["arrivals"].values()
        shares = [each["of"] if isinstance(each["of"], dict) else {each["of"]: 1.0} for each in streams]
        return math.fsum(
            share * stays[name] / each["interval"]["mean"]
            for each, of in zip(streams, shares, strict=True)
            for name, share in of.items()
        )

    theirs = {beds: erlang_b(offered(stays), beds) for beds in validation.ACUTE_STROKE}
    assert {beds: round(share, 2) for beds, share in theirs.items()} == validation.ACUTE_STROKE
    other = {beds: erlang_b(offered(stays | {"stroke_to_elsewhere": 7.0}), beds) for beds in theirs}
    assert 0.0105 < max(theirs[beds] - other[beds] for beds in theirs) < 0.0115


# Verdicts -------------------------------------------------------------------------------------------------------------


def test_ours_passes_within_three_standard_errors_and_a_hundredth() -> None:
    assert beside("x", (100.9, 0.31), 100, 100.0).passed
    assert beside("x", (101.0, 0.31), 100, 100.0).says == "too far"
    assert beside("x", (100.0, 1.01), 100, 100.0).says == "not precise"
    assert beside("x", (90.0, 1.01), 100, 100.0).says == "too far"
    assert not beside("x", (math.nan, math.nan), 100, 100.0).passed


def test_a_published_figure_passes_within_its_rounding() -> None:
    assert beside("x", (0.2049, 0.05), 100, 0.19, 0.015).passed
    assert not beside("x", (0.2051, 0.0001), 100, 0.19, 0.015).passed


def test_an_interval_holds_its_own_figure() -> None:
    row = beside("x", (10.0, 1.0), 12, 10.0)
    assert row.low == pytest.approx(10 - 2.201, abs=1e-3)
    assert row.high == pytest.approx(10 + 2.201, abs=1e-3)


def test_an_engine_whose_people_wait_too_long_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wait is half as long again: the study of it fails."""
    honest = validation.validate([SURE], 1, executor=None, workers=1, progress=lambda _: None)[0]
    assert honest.rows[1].says != "too far"

    def late(*arguments: Any) -> Played:
        played = play(*arguments)
        return replace(played, places=tuple(replace(each, waits=each.waits * 1.5) for each in played.places))

    monkeypatch.setattr("services.flow_model.engine.replications.play", late)
    found = validation.validate([SURE], 1, executor=None, workers=1, progress=lambda _: None)[0]
    assert found.rows[0].ours == honest.rows[0].ours
    assert found.rows[1].says == "too far"
    assert not found.passed


#: The third case of the queue study, five servers: a few seconds' people are enough for its waits.
SURE = replace(STUDIES[0], cases=(replace(STUDIES[0].cases[2], replications=12),))


# What it says ---------------------------------------------------------------------------------------------------------


def tampered(results: Sequence[Result]) -> list[Result]:
    first, *others = results
    row = first.rows[0]
    far = beside(row.measure, (row.theirs * 1.1, row.theirs * 0.005), 100, row.theirs)
    return [replace(first, rows=(far, *first.rows[1:])), *others]


def passing(results: Sequence[Result]) -> list[Result]:
    return [
        replace(result, rows=tuple(
            beside(row.measure, (row.theirs * 1.001, row.theirs * 0.005), 100, row.theirs,
                   None if row.exact else row.tolerance)
            for row in result.rows
        ))
        for result in results
    ]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "word"), [(passing, 0, "all agree"), (tampered, 1, "do not agree")])
def test_the_command_ends_with_1_where_a_figure_is_outside_its_bound(
    quick: list[Result], monkeypatch: pytest.MonkeyPatch, change: Any, code: int, word: str
) -> None:
    found = change(passing(quick))
    monkeypatch.setattr(validation, "validate", lambda *_, **__: found)
    said = CliRunner().invoke(app, ["validate", "--workers", "1", "--seed", "4", "--json"])
    assert said.exit_code == code
    told = json.loads(said.stdout)
    assert set(told) == {"studies", "seed", "seconds", "passed"}
    assert told["seed"] == 4
    assert told["passed"] is (code == 0)
    assert [study["name"] for study in told["studies"]] == ["mmc", "loss", "pool", "stroke"]
    keys = {"measure", "ours", "standard_error", "low", "high", "theirs", "tolerance", "passed"}
    assert all(set(row) == keys for study in told["studies"] for row in study["rows"])
    said = CliRunner().invoke(app, ["validate", "--workers", "1"])
    assert said.exit_code == code
    assert word in said.stdout


def test_only_the_studies_that_are_named_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [study.name for study in cli_validate._asked(["stroke", "mmc"])] == ["mmc", "stroke"]
    monkeypatch.setattr("sys.argv", ["lightship"])
    said = CliRunner().invoke(app, ["validate", "--only", "strok"])
    assert said.exit_code == 1
    assert "did you mean 'stroke'" in str(said.exception)


def test_ctrl_c_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(validation, "validate", stopped)
    said = CliRunner().invoke(app, ["validate", "--workers", "1"])
    assert str(said.exception) == "Stopped; nothing is kept of an unfinished validation."


def test_the_page_and_its_picture_say_every_figure(quick: list[Result], tmp_path: Path) -> None:
    made = page.write(tampered(passing(quick)), 1, tmp_path / "validation")
    text = made.read_text(encoding="utf-8")
    assert made.name == "validation.md"
    assert "26 figures: 1 do not agree" in text
    assert "**too far**" in text
    svg = (tmp_path / "validation" / "studies.svg").read_text(encoding="utf-8")
    ElementTree.fromstring(svg)
    for result in quick:
        assert result.source in text
        for row in result.rows:
            assert f"| {row.measure} |" in text
            assert f">{row.measure}<" in svg


def test_a_figure_outside_its_bound_is_red_in_the_picture_and_says_so(quick: list[Result]) -> None:
    assert 'class="out"' not in picture(passing(quick))
    svg = picture(tampered(passing(quick)))
    assert svg.count('class="out"') == 1
    assert "too far" in svg
