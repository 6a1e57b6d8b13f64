"""What the boards of ED and ambulances show: a service at every site, and the vehicles, as the store has them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from starlette.testclient import TestClient

from services.api.schemas import ServiceDetail
from services.api.schemas_vehicles import Vehicles
from tests.integration.doors import event, is_problem, post

SECAMB = "urn:nhs:ods:RYD"


def ambulance(journey: str, type_: str, when: str, **data: Any) -> dict[str, Any]:
    return event(type=f"ambulance.{type_}", source=SECAMB, subject=f"RYD/{journey}", time=f"2026-03-10T{when}:00Z",
                 data=data)  # fmt: skip


def vehicles(client: TestClient, **wanted: str) -> dict[str, list[dict[str, Any]]]:
    answer = client.get("/api/v1/vehicles", params=wanted).json()
    TypeAdapter(Vehicles).validate_python(answer)
    return {row["code"]: row["vehicles"] for row in answer["sites"]}


def test_a_service_has_its_figures_for_every_site_that_has_any_and_for_the_system(client: TestClient) -> None:
    post(client, [event(), event(data={"site": "RVV09", "department_type": 1})])
    told = client.get("/api/v1/services/ed").json()
    TypeAdapter(ServiceDetail).validate_python(told)
    rows = {row["code"]: row["measures"] for row in told["sites"]}
    assert rows["RVV01"]["ed.waiting_for_triage"]["value"] == 1
    assert told["measures"]["ed.waiting_for_triage"]["value"] == 2
    assert "ed.resus_occupancy" not in rows["RVVKC"], "a centre without a type 1 ED"
    assert rows["RPA02"]["ed.in_department"]["absent"] == "feed_silent"
    assert "ed" in is_problem(client.get("/api/v1/services/edd"), 404)["detail"]


def test_responses_are_the_systems_alone(client: TestClient) -> None:
    post(client, [
        ambulance("A", "called", "10:00", category="C2"), ambulance("A", "on_scene", "10:24"),
        ambulance("B", "called", "10:00", category="C2"), ambulance("B", "on_scene", "10:30"),
    ])  # fmt: skip
    told = client.get("/api/v1/services/ambulance").json()
    mean = told["measures"]["ambulance.response_c2_mean_today"]
    assert (mean["value"], mean["n"], mean["absent"]) == (27, 2, None)
    assert told["measures"]["ambulance.response_c1_mean_today"]["absent"] == "not_due"
    at_site = next(row for row in told["sites"] if row["code"] == "RVV01")
    assert "ambulance.response_c2_mean_today" not in at_site["measures"]
    measure = client.get("/api/v1/measures/ambulance.response_c2_mean_today").json()
    assert (measure["system"]["value"], measure["sites"]) == (27, [])


def test_the_vehicles_of_a_hospital_are_those_its_counts_count(client: TestClient) -> None:
    post(client, [
        ambulance("A", "called", "10:30", category="C1"),
        ambulance("A", "conveying", "11:20", site="RVV01", expected_at="2026-03-10T12:10:00Z"),
        ambulance("B", "arrived", "11:00", site="RVV01"),
        ambulance("C", "arrived", "11:00", site="RVV01"), ambulance("C", "handed_over", "11:30", site="RVV01"),
        ambulance("D", "conveying", "11:10", site="RVV01"),
        ambulance("D", "diverted", "11:20", from_site="RVV01", to_site="RVV09"),
    ])  # fmt: skip
    rows = vehicles(client)
    assert [(each["state"], each["category"], (each["expected_at"] or "")[11:16]) for each in rows["RVV01"]] == [
        ("due_in", "C1", "12:10"), ("waiting", None, ""),
    ]  # fmt: skip
    assert [(each["state"], each["since"][11:16], each["expected_at"]) for each in rows["RVV09"]] == [
        ("due_in", "11:20", None)
    ]
    assert rows["RN707"] == []
    told = client.get("/api/v1/services/ambulance").json()["sites"]
    assert {row["code"] for row in told} >= {"RVV01", "RVV09"}
    for row in told:
        figures = row["measures"]
        counted = (figures["ambulance.on_the_way"]["value"], figures["ambulance.waiting_handover"]["value"])
        marks = [each["state"] for each in rows.get(row["code"], [])]
        assert counted == (marks.count("due_in"), marks.count("waiting"))
    diverted = {
        row["code"]: [row["measures"][f"ambulance.diverted_{way}_today"]["value"] for way in ("away", "here")]
        for row in told
    }
    assert (diverted["RVV01"], diverted["RVV09"]) == ([1, 0], [0, 1])
    then = vehicles(client, as_at="2026-03-10T11:15:00Z")
    assert [each["state"] for each in then["RVV01"]] == ["due_in", "waiting", "waiting"]
    assert vehicles(client, known_at="2026-03-10T11:15:00Z", as_at="2026-03-10T11:15:00Z")["RVV01"] == []


def test_a_vehicle_that_has_said_nothing_for_too_long_is_in_no_list(client: TestClient) -> None:
    post(client, [event(type="ambulance.arrived", source=SECAMB, subject="RYD/OLD", time="2026-03-09T11:00:00Z",
                        data={"site": "RVV01"})])  # fmt: skip
    assert vehicles(client)["RVV01"] == []
