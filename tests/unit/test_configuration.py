"""The configuration of Kent and Medway, and what a manager is told when a file is wrong."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from services import configuration
from services.configuration import CHECKOUT, boundaries, load_published, load_system
from services.domain.catalogue import CATALOGUE
from services.domain.events import JOURNEY_KINDS
from services.domain.levels import applies, feed_of, scope_of
from services.domain.system import GENERAL_AND_ACUTE, Capacity, System
from services.errors import ConfigurationError

KENT = CHECKOUT / "kent_and_medway"
PUBLISHED_BEDS = {
    "ga": "general_acute_beds_available",
    "ga_paediatric": "paediatric_general_acute_beds_available",
    "critical_care": "adult_critical_care_beds_available",
    "neonatal": "neonatal_intensive_care_bed_available",
}
YEAR = [f"{month} 2024" for month in ("September", "October", "November", "December")] + [
    f"{month} 2025" for month in ("January", "February", "March", "April", "May", "June", "July", "August")
]


@pytest.fixture(scope="module")
def kent() -> System:
    return load_system()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of Kent and Medway's configuration for a test to break."""
    return Path(shutil.copytree(KENT, tmp_path / "broken_system"))


def change(folder: Path, file: str, old: str, new: str) -> int:
    """Replaces the first `old` in the file; the number of the line it stood on."""
    text = (folder / file).read_text()
    assert old in text, f"{file} no longer has {old!r}: mend the test"
    (folder / file).write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def refusal(folder: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_system(folder)
    return str(caught.value)


def core_beds(system: System) -> Counter[tuple[str, str]]:
    """Core beds by provider and kind, with adult and paediatric general and acute also together as `ga`."""
    beds: Counter[tuple[str, str]] = Counter()
    for unit in system.units():
        provider = system.site_by_code[unit.site].provider
        if unit.bed_kind:
            beds[provider, unit.bed_kind] += unit.capacities[-1].core
        if unit.bed_kind in GENERAL_AND_ACUTE:
            beds[provider, "ga"] += unit.capacities[-1].core
    return beds


# Kent and Medway as configured


@pytest.mark.parametrize(
    ("provider", "ga", "paediatric", "critical_care", "neonatal"),
    [("RN7", 537, 44, 12, 0), ("RPA", 554, 24, 35, 20), ("RVV", 1062, 55, 47, 44), ("RWF", 702, 24, 31, 0)],
)
def test_each_trust_has_exactly_the_beds_of_the_domain_facts(
    kent: System, provider: str, ga: int, paediatric: int, critical_care: int, neonatal: int
) -> None:
    beds = core_beds(kent)
    found = tuple(beds[provider, kind] for kind in ("ga", "ga_paediatric", "critical_care", "neonatal"))
    assert found == (ga, paediatric, critical_care, neonatal)


@pytest.mark.parametrize("provider", ["RN7", "RPA", "RVV", "RWF"])
def test_each_trusts_beds_are_the_published_mean_of_september_2024_to_august_2025(kent: System, provider: str) -> None:
    with (KENT / "data" / "kent_beds_monthly.csv").open() as lines:
        rows = [r for r in csv.DictReader(lines) if r["nhs_trust22_code"] == provider and r["date"] in YEAR]
    assert len(rows) == len(YEAR)
    for kind, column in PUBLISHED_BEDS.items():
        published = sum(float(row[column]) for row in rows) / len(rows)
        assert core_beds(kent)[provider, kind] == pytest.approx(published, abs=0.51), f"{kind} of {provider}"


def test_there_are_seven_acute_sites_of_which_only_kent_and_canterbury_has_no_full_emergency_department(
    kent: System,
) -> None:
    acute = {site.code: site.ed_type for site in kent.sites if site.kind == "acute"}
    full = dict.fromkeys(["RN707", "RPA02", "RWF03", "RWFTW", "RVV01", "RVV09"], 1)
    assert acute == {**full, "RVVKC": 3}


def test_every_full_emergency_department_has_all_its_areas_one_sdec_unit_and_one_discharge_lounge(kent: System) -> None:
    for site in kent.sites:
        if site.ed_type == 1:
            kinds = Counter(unit.kind for unit in site.units)
            areas = {unit.area for unit in site.units if unit.kind == "ed_area"}
            assert (kinds["sdec"], kinds["discharge_lounge"]) == (1, 1), site.name
            assert areas == {"resus", "majors", "minors", "paediatric", "waiting_room", "corridor"}, site.name


def test_a_corridor_is_never_core_capacity(kent: System) -> None:
    corridors = [unit for unit in kent.units() if unit.area == "corridor"]
    assert len(corridors) == 6
    assert {capacity.core for unit in corridors for capacity in unit.capacities} == {0}


def test_escalation_beds_are_about_three_per_cent_of_each_trusts_general_and_acute_beds(kent: System) -> None:
    escalation: Counter[str] = Counter()
    for unit in kent.units():
        if unit.bed_kind in GENERAL_AND_ACUTE:
            escalation[kent.site_by_code[unit.site].provider] += unit.capacities[-1].escalation
    for provider in ("RN7", "RPA", "RVV", "RWF"):
        assert 0.025 <= escalation[provider] / core_beds(kent)[provider, "ga"] <= 0.035, provider


def test_virtual_wards_hold_the_planning_estimate_of_375(kent: System) -> None:
    places = {kent.site_by_code[unit.site].place for unit in kent.units() if unit.kind == "virtual_ward"}
    assert sum(unit.capacities[-1].core for unit in kent.units() if unit.kind == "virtual_ward") == 375
    assert places == {place.code for place in kent.places}


def test_mental_health_has_its_own_kinds_of_bed_and_none_of_them_is_general_and_acute(kent: System) -> None:
    beds: Counter[str] = Counter()
    for unit in kent.units():
        if kent.site_by_code[unit.site].provider == "RXY":
            beds[str(unit.bed_kind)] += unit.capacities[-1].core
    assert beds == {"mental_health_adult": 169, "mental_health_picu": 12, "mental_health_older": 60, "s136": 5}
    assert not set(beds) & set(GENERAL_AND_ACUTE)
    figures = [each for name, each in CATALOGUE.items() if name.startswith("beds.") and each.kind != "gauge"]
    site = kent.site_by_code["RXYXLBH"]
    assert [measure.name for measure in figures if applies(measure, site)] == []


def test_every_place_has_a_team_of_urgent_response_and_nobody_is_placed_in_it(kent: System) -> None:
    teams = [unit for unit in kent.units() if unit.kind == "response_team"]
    assert {kent.site_by_code[team.site].place for team in teams} == {place.code for place in kent.places}
    rows = scope_of(CATALOGUE["unit.occupancy"], kent, []).names
    assert not {("unit", team.code) for team in teams} & {name for row in rows for name in row}


def test_what_mental_health_does_in_a_hospital_rests_on_the_feed_of_the_mental_health_trust(kent: System) -> None:
    hospital = kent.site_by_code["RVV01"]
    assert feed_of(CATALOGUE["mh.liaison_waiting"], hospital, kent) == "RXY"
    assert feed_of(CATALOGUE["s136.in_ed"], hospital, kent) == "RXY"
    assert feed_of(CATALOGUE["ed.mental_health"], hospital, kent) == "RVV"


def test_there_are_forty_one_neighbourhoods_and_four_places(kent: System) -> None:
    assert (len(kent.neighbourhoods), len(kent.places)) == (41, 4)


def test_every_kind_of_journey_has_an_hour_at_which_it_is_stale(kent: System) -> None:
    assert kent.silent_hours == {
        "ed": 72, "ambulance": 24, "stay": 2160, "virtual_ward": 1440, "ucr": 96, "mental_health": 4320, "s136": 72,
    }  # fmt: skip
    assert set(kent.silent_hours) == set(JOURNEY_KINDS)


def test_each_pathway_has_capacity_in_every_place_and_medway_council_only_in_its_own(kent: System) -> None:
    for pathway in (1, 2, 3):
        assert {p.place for p in kent.pathways if p.pathway == pathway} == {place.code for place in kent.places}
    assert {p.place for p in kent.pathways if p.council == "medway"} == {"medway_and_swale"}


def test_every_acute_site_knows_the_drive_to_every_other_the_same_both_ways(kent: System) -> None:
    minutes = {(drive.site, drive.neighbour): drive.drive_minutes for drive in kent.neighbours}
    acute = [site.code for site in kent.sites if site.kind == "acute"]
    for one in acute:
        for other in acute:
            if one != other:
                assert minutes[one, other] == minutes[other, one]
    assert ("Conquest Hospital Hastings", 55) in {
        (drive.name, drive.drive_minutes) for drive in kent.neighbours if drive.site == "RVV01"
    }


def test_the_boundaries_name_the_places_of_the_system(kent: System) -> None:
    districts = json.loads(boundaries())["features"]
    assert {district["properties"]["place"] for district in districts} == {place.code for place in kent.places}


def test_every_site_stands_inside_the_place_it_is_configured_in(kent: System) -> None:
    districts = json.loads(boundaries())["features"]
    for site in kent.sites:
        found = {d["properties"]["place"] for d in districts if _holds(d["geometry"], site.longitude, site.latitude)}
        assert found == {site.place}, f"{site.name} at {site.latitude}, {site.longitude}"


def _holds(geometry: dict[str, Any], x: float, y: float) -> bool:
    """Whether a MultiPolygon holds the point: a ray to the east crosses its outlines an odd number of times."""
    crossings = 0
    for ring in (ring for polygon in geometry["coordinates"] for ring in polygon):
        for (x1, y1), (x2, y2) in pairwise(ring):
            crossings += (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)
    return crossings % 2 == 1


@pytest.mark.parametrize("file", sorted(path.relative_to(KENT).as_posix() for path in KENT.rglob("*.yaml")))
def test_every_file_says_what_is_assumed_or_where_it_comes_from(file: str) -> None:
    text = (KENT / file).read_text()
    assert re.search(r"#.*(ASSUMPTION|Sources?:)", text), f"{file} has no comment that says ASSUMPTION or Source"


# Which system


def test_an_unknown_system_is_answered_with_the_nearest_and_all_that_exist() -> None:
    with pytest.raises(ConfigurationError, match=r"'kent_and_medwya'; did you mean 'kent_and_medway'\?.*has: kent"):
        load_system("kent_and_medwya")


@pytest.mark.parametrize("name", ["../config/kent_and_medway", str(KENT), ".", "", "kent_and_medway/"])
def test_a_name_is_never_taken_for_a_path(name: str) -> None:
    with pytest.raises(ConfigurationError, match="no system is called"):
        load_system(name)


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such folder"):
        load_system(tmp_path / "absent")


def test_an_installed_wheels_own_configuration_comes_before_a_checkouts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(KENT, tmp_path / "elsewhere")
    shutil.copytree(CHECKOUT / "opel", tmp_path / "opel")
    monkeypatch.setattr(configuration, "PACKAGED", tmp_path)
    assert configuration.system_names() == ["elsewhere"]
    assert load_system("elsewhere").code == "QKS"


# Mistakes


def test_an_unknown_key_is_named_with_file_line_path_and_the_nearest_key(folder: Path) -> None:
    line = change(folder, "sites/rvv.yaml", "area: majors, core: 36", "area: majors, core: 36, escalaton: 2")
    assert refusal(folder).startswith(
        f"broken_system/sites/rvv.yaml line {line}: sites[RVV01].units[RVV01-MAJORS].escalaton: "
        "is not a key here; did you mean 'escalation'?"
    )


def test_a_missing_key_is_named(folder: Path) -> None:
    change(folder, "sites/rvv.yaml", "    town: Ashford\n", "")
    assert "sites/rvv.yaml line" in refusal(folder)
    assert refusal(folder).endswith("sites[RVV01].town: is missing; add it")


def test_an_unknown_place_is_answered_with_the_nearest(folder: Path) -> None:
    line = change(folder, "sites/rvv.yaml", "place: east_kent", "place: eastkent")
    what = "'eastkent' is no place in system.yaml; did you mean 'east_kent'?"
    assert refusal(folder) == f"broken_system/sites/rvv.yaml line {line}: sites[RVV01].place: {what}"


def test_an_unknown_place_of_a_pathway_is_answered_with_the_nearest(folder: Path) -> None:
    change(folder, "pathways.yaml", "place: west_kent", "place: west_kant")
    assert "capacities[1].place: 'west_kant' is no place" in refusal(folder)
    assert "did you mean 'west_kent'?" in refusal(folder)


def test_an_unknown_provider_is_answered_with_the_nearest(folder: Path) -> None:
    change(folder, "sites/rvv.yaml", "provider: RVV", "provider: RVVV")
    assert "sites/rvv.yaml" in refusal(folder)
    assert "provider: 'RVVV' is no provider in system.yaml; did you mean 'RVV'?" in refusal(folder)


def test_an_unknown_kind_of_unit_is_answered_with_the_nearest(folder: Path) -> None:
    change(folder, "sites/rvv.yaml", "kind: ed_area", "kind: ed_aria")
    assert "units[RVV01-RESUS].kind: 'ed_aria' is not one of" in refusal(folder)
    assert "did you mean 'ed_area'?" in refusal(folder)


def test_an_unknown_kind_of_journey_is_answered_with_the_nearest(folder: Path) -> None:
    change(folder, "system.yaml", "  virtual_ward: 1440", "  virtual_wards: 1440")
    assert "silent_hours.virtual_ward: is missing" in refusal(folder)
    assert "silent_hours.virtual_wards: is not a key here; did you mean 'virtual_ward'?" in refusal(folder)


@pytest.mark.parametrize("beds", ["-1", "2.5", "many", '"36"', "true"])
def test_a_capacity_that_is_no_count_is_refused(folder: Path, beds: str) -> None:
    change(folder, "sites/rvv.yaml", "area: majors, core: 36", f"area: majors, core: {beds}")
    assert "sites[RVV01].units[RVV01-MAJORS].core: should be" in refusal(folder)


def test_a_unit_code_of_another_site_is_answered_with_the_right_one(folder: Path) -> None:
    change(folder, "sites/rvv.yaml", "code: RVV01-MAJORS", "code: RVV09-MAJORS")
    assert "'RVV09-MAJORS' is not a code of this site; did you mean 'RVV01-MAJORS'?" in refusal(folder)


def test_a_unit_code_in_small_letters_is_refused(folder: Path) -> None:
    change(folder, "sites/rvv.yaml", "code: RVV01-MAJORS", "code: RVV01-majors")
    assert "units[RVV01-majors].code: should match pattern" in refusal(folder)


def test_a_unit_code_used_twice_is_refused_with_the_place_of_the_first(folder: Path) -> None:
    line = change(folder, "sites/rvv.yaml", "code: RVV01-RESUS", "code: RVV01-RESUS")
    change(folder, "sites/rvv.yaml", "code: RVV01-MAJORS", "code: RVV01-RESUS")
    assert f"'RVV01-RESUS' stands already at broken_system/sites/rvv.yaml line {line}" in refusal(folder)


def test_a_site_code_used_in_two_files_is_refused(folder: Path) -> None:
    shutil.copy(folder / "sites" / "rn7.yaml", folder / "sites" / "rn8.yaml")
    assert "sites/rn8.yaml" in refusal(folder)
    assert "'RN707' stands already at broken_system/sites/rn7.yaml line" in refusal(folder)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("code: RPA,", "code: RN7,", "'RN7'"),
        ("code: west_kent,", "code: east_kent,", "'east_kent'"),
        ("- ashford_2", "- ashford_1", "'ashford_1'"),
    ],
)
def test_a_provider_place_or_neighbourhood_that_stands_twice_is_refused(
    folder: Path, old: str, new: str, code: str
) -> None:
    change(folder, "system.yaml", old, new)
    assert f"{code} stands already at broken_system/system.yaml line" in refusal(folder)


def test_a_key_written_twice_is_refused_and_not_silently_overwritten(folder: Path) -> None:
    line = change(folder, "system.yaml", "name: NHS Kent and Medway\n", "name: One\nname: Two\n")
    assert f"system.yaml line {line + 1}: not valid YAML: the key 'name' stands twice" in refusal(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("kind: ward, bed_kind: ga_adult,", "kind: ward,", "a unit of kind ward needs a bed_kind"),
        ("kind: sdec,", "kind: sdec, bed_kind: ga_adult,", "a unit of kind sdec has no bed_kind"),
        ("kind: ed_area, area: resus,", "kind: ed_area,", "a unit of kind ed_area needs an area"),
        ("kind: sdec,", "kind: place_of_safety,", "a unit of kind place_of_safety needs a bed_kind"),
        ("kind: ward, bed_kind: ga_adult,", "kind: ward, bed_kind: s136,", "go together"),
        ("kind: sdec,", "kind: sdec, area: majors,", "a unit of kind sdec has no area"),
        ("kind: ward, bed_kind: ga_adult,", "kind: ward, bed_kind: virtual,", "go together"),
        ("    ed_type: 1\n", "", "give site RVV01 an ed_type"),
    ],
)
def test_a_unit_must_say_what_its_kind_needs_and_nothing_else(folder: Path, old: str, new: str, says: str) -> None:
    change(folder, "sites/rvv.yaml", old, new)
    assert says in refusal(folder)


def test_a_later_change_of_capacity_is_kept_with_its_day(folder: Path) -> None:
    later = "core: 36, changes: [{valid_from: 2026-10-01, core: 30, escalation: 4}]"
    change(folder, "sites/rvv.yaml", "core: 36", later)
    unit = load_system(folder).unit_by_code["RVV01-MAJORS"]
    assert unit.capacities == (Capacity(date(2022, 4, 1), 36), Capacity(date(2026, 10, 1), 30, 4))


@pytest.mark.parametrize("day", ["2022-04-01", "2020-01-01"])
def test_changes_of_capacity_must_stand_in_the_order_of_their_days(folder: Path, day: str) -> None:
    change(folder, "sites/rvv.yaml", "core: 36", f"core: 36, changes: [{{valid_from: {day}, core: 30}}]")
    assert "changes[0].valid_from: should be after 2022-04-01" in refusal(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("between: [RN707, RPA02]", "between: [RN707, RPA20]", "nor under outside; did you mean 'RPA02'?"),
        ("between: [RN707, RPA02]", "between: [RN707, RN707]", "should be two codes"),
        ("between: [RN707, RPA02]", "between: [RJZ30, RXC01]", "at least one of them a site"),
        ("between: [RN707, RPA02]", "between: [RWF03, RN707]", "stands already at"),
        ("minutes: 28", "minutes: 0", "drives[0].minutes: should be greater than 0"),
    ],
)
def test_a_drive_is_between_two_known_sites_once(folder: Path, old: str, new: str, says: str) -> None:
    change(folder, "neighbours.yaml", old, new)
    assert says in refusal(folder)


def test_a_pathway_given_twice_for_one_day_is_refused(folder: Path) -> None:
    change(folder, "pathways.yaml", "place: west_kent", "place: east_kent")
    assert "capacities[1]" in refusal(folder)
    assert "stands already" in refusal(folder)


def test_broken_yaml_is_refused_with_its_line(folder: Path) -> None:
    line = change(folder, "pathways.yaml", "{pathway: 1, council: kent,", "{pathway: 1, council: [kent,")
    assert re.match(rf"broken_system/pathways.yaml line {line}: not valid YAML: ", refusal(folder))


def test_a_list_as_a_key_is_refused(folder: Path) -> None:
    change(folder, "pathways.yaml", "capacities:", "? [a, b]\n: 1\ncapacities:")
    assert "not valid YAML: found unhashable key" in refusal(folder)


def test_a_date_that_does_not_exist_is_refused(folder: Path) -> None:
    change(folder, "sites/rn7.yaml", "valid_from: 2022-04-01", "valid_from: 2022-02-30")
    assert refusal(folder).startswith("broken_system/sites/rn7.yaml: not valid YAML: day is out of range")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "just words\n", "- a\n- list\n"])
def test_a_file_without_keys_is_refused(folder: Path, text: str) -> None:
    (folder / "pathways.yaml").write_text(text)
    assert refusal(folder).startswith("broken_system/pathways.yaml line 1: should be keys and values, and is ")


@pytest.mark.parametrize("file", ["system.yaml", "pathways.yaml", "neighbours.yaml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert refusal(folder).startswith(f"broken_system/{file}: cannot be read (No such file or directory)")


def test_a_system_without_any_site_file_is_refused(folder: Path) -> None:
    shutil.rmtree(folder / "sites")
    assert "broken_system/sites: no .yaml file" in refusal(folder)


def test_a_site_file_with_the_wrong_ending_is_refused_and_not_passed_over(folder: Path) -> None:
    (folder / "sites" / "rvv.yaml").rename(folder / "sites" / "rvv.yml")
    assert "sites/rvv.yml: would be passed over; rename it" in refusal(folder)


def test_a_link_out_of_the_systems_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "pathways.yaml").rename(tmp_path / "pathways.yaml")
    (folder / "pathways.yaml").symlink_to(tmp_path / "pathways.yaml")
    assert "pathways.yaml: lies outside the system's folder" in refusal(folder)


@pytest.mark.parametrize("path", ["data/absent.geojson", "../../etc/passwd", "/etc/passwd", "data"])
def test_boundaries_that_are_no_file_of_the_system_are_refused(folder: Path, path: str) -> None:
    change(folder, "system.yaml", "boundaries: data/kent_districts.geojson", f"boundaries: {path}")
    with pytest.raises(ConfigurationError, match=r"system.yaml line \d+: boundaries: no file"):
        boundaries(folder)


def test_every_mistake_of_a_file_is_told_at_once(folder: Path) -> None:
    change(folder, "sites/rvv.yaml", "area: majors, core: 36", "area: majors, core: -36")
    change(folder, "sites/rvv.yaml", "kind: sdec", "kind: sdek")
    assert [line.split(": ")[1] for line in refusal(folder).splitlines()] == [
        "sites[RVV01].units[RVV01-MAJORS].core",
        "sites[RVV01].units[RVV01-SDEC].kind",
    ]


# Published figures


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'as_of: "23:59"',
            "as_of: 23:59",
            'files[0].as_of: should be a time of day such as "08:00", in quotation marks',
        ),
        ('as_of: "08:00"', 'as_of: "24:00"', "files[1].as_of: should be a time of day"),
        ('date_format: "%Y-%m-%d"', 'date_format: "%Y-%d"', "does not give a day, a month and a year"),
        ("timezone: Europe/London", "timezone: Europe/Lundon", "did you mean 'Europe/London'?"),
        ("reported.discharges_total", "Discharges!", "'Discharges!' is no measure's name"),
        ("reported.discharges_by_1700", "reported.discharges_total", "'reported.discharges_total' stands already"),
        ("    date_column: date\n", "    date_colum: date\n", "did you mean 'date_column'?"),
        ("no_reading:", "no_readings:", "did you mean 'no_reading'?"),
    ],
)
def test_a_mistake_in_the_mapping_of_published_figures_is_named(folder: Path, old: str, new: str, says: str) -> None:
    change(folder, "published.yaml", old, new)
    with pytest.raises(ConfigurationError) as caught:
        load_published(folder)
    assert "broken_system/published.yaml line" in str(caught.value)
    assert says in str(caught.value)
