"""The OPEL files: every band says where it comes from, and a wrong file is refused in words a manager can act on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from services.configuration import CHECKOUT, load_system
from services.configuration_opel import load_editions, load_opel
from services.errors import ConfigurationError

KENT = CHECKOUT / "kent_and_medway"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the editions for a test to break."""
    return Path(shutil.copytree(CHECKOUT / "opel", tmp_path / "opel"))


def refusal(folder: Path, file: str, *changes: tuple[str, str]) -> str:
    """What is said of a file after texts in it were replaced, once each."""
    text = (folder / file).read_text()
    for old, new in changes:
        assert old in text, f"{file} no longer has {old!r}: mend the test"
        text = text.replace(old, new, 1)
    (folder / file).write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load_editions(folder)
    return str(caught.value)


def test_every_band_parameter_and_cut_off_says_where_it_comes_from() -> None:
    editions = load_system().opel.editions
    assert [edition.code for edition in editions] == ["2023-24", "2024-26"]
    for edition in editions:
        acute = edition.pillar("acute")
        stated = [cut.evidence for cut in edition.cuts]
        stated += [p.evidence for p in acute.parameters] + [b.evidence for p in acute.parameters for b in p.bands]
        assert all(each.source for each in stated)
        assert {each.confidence for each in stated} == {"confirmed", "unconfirmed"}
        bands = {band.evidence.confidence for parameter in acute.parameters for band in parameter.bands}
        assert bands == {"unconfirmed"}, "no band table could be read; see the file before changing this"


def test_kent_and_medways_four_acute_trusts_weigh_alike() -> None:
    opel = load_system().opel
    assert {opel.weight(code) for code in ("RN7", "RPA", "RVV", "RWF", "RYY")} == {1.0}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ((("measure: ed.over_12h\n", "measure: ed.over_12hr\n"),), ("measure", "did you mean 'ed.over_12h'?")),
        ((("evidence: placeholder}", "evidence: placehodler}"),), ("evidence", "did you mean 'placeholder'?")),
        ((("direction: higher", "direcshun: higher"),), ("direcshun", "did you mean 'direction'?")),
        ((("needs: ga_beds", "needs: ga_bed"),), ("needs", "did you mean 'ga_beds'?")),
        ((("inputs: [nhs111.calls_offered]", "inputs: [nhs111.calls_ofered]"),),
         ("inputs", "did you mean 'nhs111.calls_offered'?")),
        ((("{edge: 100, points: 2,", "{edge: 70, points: 2,"),),
         ("majors_resus_occupancy", "bands[2].edge", "should be above 80")),
        ((("{edge: 76, points: 2,", "{edge: 96, points: 2,"),), ("four_hour", "edge", "should be below 95")),
        ((("{edge: 100, points: 2,", "{edge: 100, points: 1,"),), ("bands[2].points", "should be more than 1")),
        ((("- {edge: 15, points: 1,", "- {points: 1,"),), ("bands[1].edge", "is missing")),
        ((("- {points: 0, evidence: memory}", "- {edge: 1, points: 0, evidence: memory}"),),
         ("bands[0].edge", "the best band begins nowhere")),
        ((("{level: 4, up_to: 24,", "{level: 4, up_to: 25,"),), ("levels[3].up_to", "should be 24", "not 25")),
        ((("{level: 2, up_to: 12,", "{level: 2, up_to: 5,"),), ("levels[1].up_to", "should be above 6")),
        ((("{level: 2, up_to: 12,", "{level: 3, up_to: 12,"),), ("levels[1].level", "should be 2")),
        ((("unit: minutes", "unit: percent"),), ("unit", "ambulance.handover_mean_today", "in minutes")),
        ((("        counts: beds\n", ""),), ("counts", "people or beds")),
        ((("        measure_last_24h: ed.within_4h_last_24h\n", ""),), ("measure_last_24h", "must not reset")),
        ((("overall: acute", "overall: community"),), ("overall", "no pillar with parameters")),
        ((("    not_scored: the edition's parameters and bands for NHS 111 could not be read\n", ""),),
         ("pillars[nhs111]", "not_scored")),
        ((("code: community", "code: acute"),), ("pillars", "'acute' stands already")),
        ((("valid_from: 2025-06-18", "valid_from: 2025-06-17"),), ("valid_from", "should be after 2025-06-17")),
        ((("valid_to: 2026-03-31", "valid_to: 2025-03-31"),), ("valid_to", "should not be before valid_from")),
        ((('code: "2024-26"', 'code: "2023-24"'),), ("code", "'2023-24' stands already")),
        ((("basis: placeholder\n    confidence: unconfirmed\n    source: \"N", "basis: placeholder\n    konfidence: unconfirmed\n    source: \"N"),),  # noqa: E501
         ("evidence.placeholder.konfidence", "did you mean 'confidence'?")),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_file_line_key_and_nearest_name(
    folder: Path, changes: tuple[tuple[str, str], ...], words: tuple[str, ...]
) -> None:
    said = refusal(folder, "2024_26.yaml", *changes)
    assert said.startswith("opel/2024_26.yaml line ")
    for word in words:
        assert word in said, said


def test_a_folder_without_an_edition_or_with_a_file_that_would_be_passed_over_is_refused(folder: Path) -> None:
    (folder / "2023_24.yaml").rename(folder / "2023_24.yml")
    with pytest.raises(ConfigurationError, match=r"rename it to end in \.yaml"):
        load_editions(folder)
    for path in folder.iterdir():
        path.unlink()
    with pytest.raises(ConfigurationError, match="add one for each edition"):
        load_editions(folder)


def test_a_weight_of_no_provider_is_refused_with_the_nearest(tmp_path: Path, folder: Path) -> None:
    system = Path(shutil.copytree(KENT, tmp_path / "kent_and_medway"))
    (system / "opel.yaml").write_text("weights: {RN7: 1, RVW: 2}\n")
    with pytest.raises(ConfigurationError, match=r"opel\.yaml line 1: weights\.RVW: 'RVW' is no provider .*did you"):
        load_opel(folder, system, ["RN7", "RVV", "RWF"])
    (system / "opel.yaml").write_text("weights: {RN7: 0}\n")
    with pytest.raises(ConfigurationError, match=r"weights\.RN7: .*greater than 0"):
        load_opel(folder, system, ["RN7"])
