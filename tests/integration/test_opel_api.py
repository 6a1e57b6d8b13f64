"""OPEL over a real store: what was posted is scored, at any moment, by either edition."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from starlette.testclient import TestClient

from services.api.app import AppState, create_app
from services.api.identity import LocalActors
from services.api.schemas import Overview, SiteDetail
from services.api.schemas_opel import OpelAnswer, OpelEdition, OpelOneAnswer
from services.configuration import load_system
from services.domain.system import System
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.live.hub import Hub
from services.store.database import Database
from tests.conftest import empty

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
RING = KeyRing(b"p" * 32, {"1": b"s" * 32})
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def system() -> System:
    return load_system("kent_and_medway")


@pytest.fixture
def client(database: Database, system: System) -> Iterator[TestClient]:
    with database.connection() as connection:
        empty(connection)
        connection.execute("truncate quarantine, api_key")
    state = AppState(
        system=system, database=database, hub=Hub(), door=Door(system, RING, None), keys=RING, clock=lambda: NOW,
        identity=LocalActors(system), wall=lambda: NOW,
    )  # fmt: skip
    app = create_app(state)
    with TestClient(app, base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000)) as made:
        yield made


def event(type_: str, visit: str, when: datetime, source: str = "RVV", **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": uuid4().hex, "source": f"urn:nhs:ods:{source}", "subject": f"{source}/{visit}",
        "type": type_, "time": when.isoformat(), "data": {"site": "RVV01"} | data,
    }  # fmt: skip


def post(client: TestClient, events: list[dict[str, Any]]) -> None:
    answer = client.post(
        "/api/v1/events", content=orjson.dumps(events), headers={"Content-Type": "application/json"}
    ).json()
    assert (answer["accepted"], answer["quarantined"]) == (len(events), 0), answer


def busy(site: str = "RVV01") -> list[dict[str, Any]]:
    """A department in which every parameter has something to read: 40 people in it, 12 of them for over 12 hours."""
    events: list[dict[str, Any]] = []
    for n in range(40):
        start = NOW - (13 if n < 12 else 1) * HOUR
        events.append(event("ed.arrived", f"E{n}", start, site=site, department_type=1, unit=f"{site}-MAJORS"))
        events.append(event("ed.seen", f"E{n}", start + timedelta(minutes=40), site=site))
        if n < 10:
            events.append(event("ed.referred", f"E{n}", start + HOUR / 2, site=site, service="medicine"))
    for n in range(12):  # gone today: 9 of 12 within four hours
        start = NOW - (3 if n < 9 else 8) * HOUR
        events.append(event("ed.arrived", f"G{n}", start, site=site, department_type=1))
        events.append(event("ed.departed", f"G{n}", NOW - HOUR, site=site, reason="discharged"))
    for n in range(11):
        events.append(event("ambulance.arrived", f"A{n}", NOW - 2 * HOUR, "RYD", site=site))
        events.append(event("ambulance.handed_over", f"A{n}", NOW - 90 * timedelta(minutes=1), "RYD", site=site))
    events.append(event("ambulance.arrived", "W1", NOW - timedelta(minutes=2), "RYD", site=site))
    for n in range(10):
        given = {"site": site, "bed_kind": "ga_adult", "admission": "emergency"}
        unit = next(unit.code for unit in load_system().site_by_code[site].units if unit.bed_kind == "ga_adult")
        events.append(event("bed.admitted", f"B{n}", NOW - 50 * HOUR, unit=unit, **given))
        if n < 1:
            events.append(event("discharge.criteria_not_met", f"B{n}", NOW - HOUR, site=site, pathway=1))
    return events


def get(client: TestClient, address: str, **parameters: str) -> dict[str, Any]:
    answer = client.get(address, params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def parameter(level: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in level["parameters"] if each["code"] == code)
    return found


def test_what_was_posted_is_scored_parameter_by_parameter(client: TestClient) -> None:
    post(client, busy())
    site = get(client, "/api/v1/opel/RVV01")["opel"]
    points = {each["code"]: each["points"] for each in site["parameters"]}
    assert points == {
        "handover_mean": 2, "four_hour": 2, "majors_resus_occupancy": 1, "time_to_treatment": 0, "over_12_hours": 3,
        "referred": 1, "ga_occupancy": 0, "no_criteria_to_reside": 1,
    }  # fmt: skip
    assert (site["calculated"]["score"], site["calculated"]["level"], site["calculated"]["of"]) == (10, 2, 24)
    assert (site["calculated"]["indicative"], site["local"], site["declared"]) == (True, True, None)
    long = parameter(site, "over_12_hours")
    assert (long["value"], long["numerator"], long["denominator"], long["band"]) == (0.3, 12, 40, 3)
    assert [band["edge"] for band in long["bands"]] == [None, 0.02, 0.05, 0.1]
    assert (long["to_worse"], long["to_better"]) == (None, {"amount": 9, "unit": "people", "points": 2})
    handover = parameter(site, "handover_mean")
    assert (handover["value"], handover["n"], handover["window"]) == (30, 11, "since_midnight")
    assert handover["to_worse"] == {"amount": 30, "unit": "minutes", "points": 3}


def test_the_provider_is_scored_and_the_system_is_the_mean_of_its_providers(client: TestClient) -> None:
    post(client, busy())
    found = get(client, "/api/v1/opel")
    OpelAnswer.model_validate(found)
    provider = next(each for each in found["providers"] if each["code"] == "RVV")
    # Counted over both its departments, so its majors are less crowded than those of the busy site: one point fewer.
    assert (provider["calculated"]["score"], provider["local"]) == (9, False)
    assert parameter(provider, "majors_resus_occupancy")["points"] == 0
    system = found["system"]
    assert [member["code"] for member in system["members"]] == ["RN7", "RPA", "RVV", "RWF"]
    # The other three sent nothing, except that SECAmb says there were no handovers: they could be anything.
    assert (system["calculated"]["score_least"], system["calculated"]["score_most"]) == (9 / 4, (9 + 3 * 24) / 4)
    assert system["calculated"]["level"] is None
    assert [pillar["code"] for pillar in system["pillars"]] == ["acute", "community", "mental_health", "nhs111"]
    assert [pillar["calculated"]["why"] is None for pillar in system["pillars"]] == [True, False, False, False]
    place = next(each for each in found["places"] if each["code"] == "east_kent")
    assert (place["calculated"]["score"], place["local"]) == (9, True)


def test_what_rests_on_a_silent_feed_scores_nothing_and_keeps_its_last_value(client: TestClient) -> None:
    post(client, [each for each in busy() if not each["subject"].endswith("/W1")])  # SECAmb's last word was at 10:30
    site = get(client, "/api/v1/opel/RVV01")["opel"]
    handover = parameter(site, "handover_mean")
    assert (handover["absent"], handover["points"], handover["value"], handover["freshness"]) == (
        "feed_silent", None, 30, "lost",
    )  # fmt: skip
    assert (site["calculated"]["score_least"], site["calculated"]["score_most"]) == (8, 11)
    assert site["calculated"]["level"] == 2, "whatever the handovers were, it is level 2"


def test_a_site_without_a_type_1_department_has_no_level(client: TestClient) -> None:
    post(client, [*busy(), event("ed.arrived", "U1", NOW - HOUR, site="RVVKC", department_type=3)])
    urgent = get(client, "/api/v1/opel/RVVKC")["opel"]
    assert (urgent["calculated"]["level"], urgent["calculated"]["score"]) == (None, None)
    assert urgent["calculated"]["why"] == "no type 1 emergency department"
    assert parameter(urgent, "four_hour")["absent"] == "not_applicable"
    assert parameter(urgent, "ga_occupancy")["points"] is not None


def test_the_overview_and_the_site_carry_the_level_and_where_the_rest_of_it_is(client: TestClient) -> None:
    post(client, busy())
    overview = get(client, "/api/v1/overview")
    Overview.model_validate(overview)
    rows = {row["code"]: row for row in overview["sites"]}
    assert rows["RVVKC"]["opel"] is None
    opel = rows["RVV01"]["opel"]
    assert (opel["level"], opel["score"], opel["indicative"], opel["local"], opel["declared"]) == (
        2, 10, True, True, None,
    )  # fmt: skip
    assert opel["edition"] == "2024-26"
    assert get(client, opel["breakdown"])["opel"]["calculated"]["score"] == 10
    assert overview["opel"]["local"] is False
    assert {row["code"]: row["opel"] and row["opel"]["level"] for row in overview["providers"]}["RVV"] == 2
    assert max(overview["sites"], key=lambda row: row["need"])["code"] == "RVV01"
    assert rows["RVV01"]["need"] > 2000
    site = get(client, "/api/v1/sites/RVV01")
    SiteDetail.model_validate(site)
    assert (site["opel"], site["need"]) == (opel, rows["RVV01"]["need"])


def test_a_level_can_be_asked_of_the_past_and_as_it_was_known_then(client: TestClient) -> None:
    post(client, busy())
    early = (NOW - 2 * HOUR).isoformat()
    before = get(client, "/api/v1/opel/RVV01", as_at=early)["opel"]
    assert parameter(before, "over_12_hours")["numerator"] == 0
    assert parameter(before, "four_hour")["absent"] == "not_due"
    unknown = get(client, "/api/v1/opel/RVV01", as_at=early, known_at=early)["opel"]
    assert parameter(unknown, "over_12_hours")["absent"] == "feed_silent", "nothing had been received yet"
    assert unknown["calculated"]["level"] is None


def test_just_after_midnight_the_last_24_hours_score_and_it_says_so(client: TestClient) -> None:
    post(client, busy())
    midnight = NOW.replace(hour=0)
    some = [
        each for n in range(12) for each in (
            event("ed.arrived", f"Y{n}", midnight - 9 * HOUR, department_type=1),
            event("ed.departed", f"Y{n}", midnight - HOUR, reason="discharged"),
        )
    ]  # fmt: skip
    post(client, some)
    before, after = (
        parameter(get(client, "/api/v1/opel/RVV01", as_at=moment.isoformat())["opel"], "four_hour")
        for moment in (midnight - timedelta(seconds=1), midnight + timedelta(minutes=5))
    )
    assert (before["window"], before["points"], before["denominator"]) == ("since_midnight", 3, 12)
    assert (after["window"], after["points"], after["denominator"]) == ("last_24h", 3, 12)
    assert "n 0" in after["note"]


def test_either_edition_can_be_asked_for_and_the_day_chooses_otherwise(client: TestClient) -> None:
    post(client, busy())
    old = get(client, "/api/v1/opel/RVV01", edition="2023-24")
    OpelOneAnswer.model_validate(old)
    assert (old["edition"]["code"], old["opel"]["calculated"]["of"], len(old["opel"]["parameters"])) == (
        "2023-24", 44, 9,
    )  # fmt: skip
    variation = parameter(old["opel"], "attendance_variation")
    assert (variation["points"], variation["absent"]) == (None, "not_provided")
    calculated = old["opel"]["calculated"]
    assert calculated["score_most"] - calculated["score_least"] == 4, "what nobody reported is not zero"
    assert get(client, "/api/v1/opel/RVV01", as_at="2025-06-17T12:00:00Z")["edition"]["code"] == "2023-24"
    assert get(client, "/api/v1/opel/RVV01", as_at="2025-06-17T23:00:00Z")["edition"]["code"] == "2024-26"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/api/v1/opel?edition=2024-62", "did you mean '2024-26'?"),
        ("/api/v1/opel/RVVKB", "did you mean 'RVVKC'?"),
        ("/api/v1/opel?as_at=2020-01-01T00:00:00Z", "No edition of OPEL was in use then"),
    ],
)
def test_what_there_is_not_is_a_problem_that_names_the_nearest(client: TestClient, address: str, words: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert words in answer.json()["detail"]


def test_before_any_edition_the_overview_has_no_level_and_still_answers(client: TestClient) -> None:
    overview = get(client, "/api/v1/overview", as_at="2020-01-01T00:00:00Z")
    assert overview["opel"] is None
    assert {row["opel"] for row in overview["sites"]} == {None}


def test_the_editions_are_told_whole_with_their_sources_and_an_etag(client: TestClient) -> None:
    answer = client.get("/api/v1/opel/editions")
    editions = answer.json()
    assert [OpelEdition.model_validate(each).code for each in editions] == ["2023-24", "2024-26"]
    assert [each["ended"] for each in editions] == [True, False]
    bands = [
        band for each in editions for pillar in each["pillars"] for p in pillar["parameters"] for band in p["bands"]
    ]
    assert len(bands) == 4 * (9 + 8)
    assert all(band["source"] for band in bands)
    again = client.get("/api/v1/opel/editions", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_gauge_of_a_pillar_is_shown_by_who_reported_it_and_not_scored(client: TestClient) -> None:
    reported = event("gauge.reported", "x", NOW - HOUR, "RYY")
    reported["data"] = {"organisation": "RYY", "measure": "community.p1_slots_free", "value": 3}
    reported["subject"] = "RYY/community.p1_slots_free"
    post(client, [reported])
    pillars = {each["code"]: each for each in get(client, "/api/v1/opel/QKS")["opel"]["pillars"]}
    slots = [row for row in pillars["community"]["inputs"] if row["measure"] == "community.p1_slots_free"]
    assert [(row["code"], row["value"]) for row in slots] == [("RYY", 3)]
    calls = pillars["nhs111"]["inputs"]
    assert [(row["measure"], row["value"], row["absent"]) for row in calls] == [
        ("nhs111.calls_offered", None, "not_provided")
    ]
    assert pillars["community"]["calculated"]["level"] is None
