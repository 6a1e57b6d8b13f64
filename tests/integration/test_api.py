"""The API's answers about the system over a real store, its document, and the pages it serves."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from services.api.app import AppState
from tests.integration.doors import Caller, event, is_problem, post, published_overview


def test_the_overview_counts_what_was_posted_and_can_be_asked_of_the_past(client: TestClient) -> None:
    post(client, [event(), event()])
    now = client.get("/api/v1/overview").json()
    site = next(row for row in now["sites"] if row["code"] == "RVV01")
    assert site["measures"]["ed.in_department"]["value"] == 2
    assert (site["opel"]["level_least"], site["opel"]["level_most"], site["opel"]["level"]) == (1, 2, None)
    then = client.get("/api/v1/overview", params={"as_at": "2026-03-10T11:00:00+00:00"}).json()
    assert then["as_at"].startswith("2026-03-10T11:00:00")
    before = next(row for row in then["sites"] if row["code"] == "RVV01")
    assert before["measures"]["ed.in_department"]["value"] in (0, None)
    unknown = client.get("/api/v1/overview", params={"known_at": "2026-03-10T11:45:00Z"}).json()
    then_known = next(row for row in unknown["sites"] if row["code"] == "RVV01")
    assert then_known["measures"]["ed.in_department"]["value"] in (0, None)


def test_the_overview_says_what_is_agreed_as_at_a_moment_and_as_it_was_known(client: TestClient) -> None:
    divert = {"reference": "D1", "from_site": "RVV01", "to_site": "RVV09", "kind": "ambulance"}
    until = "2026-03-10T13:00:00+00:00"

    def step(type_: str, time: str, **data: object) -> dict[str, object]:
        return event(type=type_, subject="RVV", time=f"2026-03-10T{time}:00Z", data={"reference": "D1"} | data)

    post(client, [
        step("divert.requested", "09:00", **divert), step("divert.agreed", "09:10", **divert, until=until),
        step("divert.ended", "11:00"), step("incident.declared", "11:30", kind="critical", site="RVV01"),
    ])  # fmt: skip

    def agreed(**moment: str) -> list[tuple[object, ...]]:
        found = client.get("/api/v1/overview", params=moment).json()["agreed"]
        return [(each["family"], each["state"], each["from_site"], each["until"]) for each in found]

    assert agreed() == [("incident", "in_force", None, None)]
    assert agreed(as_at="2026-03-10T09:05:00Z") == [("divert", "asked", "RVV01", None)]
    [(family, state, _, ends)] = agreed(as_at="2026-03-10T10:00:00Z")
    assert (family, state, str(ends)[:16]) == ("divert", "in_force", until[:16])
    assert agreed(as_at="2026-03-10T10:00:00Z", known_at="2026-03-10T10:00:00Z") == []  # all was received at noon


def test_the_live_overview_is_the_published_one(client: TestClient, state: AppState) -> None:
    published = published_overview(state, 7, 3)
    assert client.get("/api/v1/overview").json() == published


def test_sites_measures_and_map_answer(client: TestClient) -> None:
    post(client, event())
    site = client.get("/api/v1/sites/RVV01").json()
    assert site["code"] == "RVV01"
    assert {"capacity", "measures", "bed_kind"} <= set(site["units"][0])
    definitions = client.get("/api/v1/measures").json()
    assert len(definitions) >= 25
    measure = client.get("/api/v1/measures/ed.in_department", params={"split": "age_band"}).json()
    assert measure["system"]["value"] == 1
    assert [split["absent"] for split in measure["splits"]] == ["suppressed"]
    districts = client.get("/api/v1/map").json()
    assert {"code", "name", "place"} <= set(districts["features"][0]["properties"])


@pytest.mark.parametrize("address", ["/api/v1/map", "/api/v1/measures"])
def test_what_changes_slowly_has_an_etag(client: TestClient, address: str) -> None:
    first = client.get(address)
    assert first.headers["content-encoding"] == "gzip"
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_answers_have_the_shapes_that_the_document_says(client: TestClient) -> None:
    from services.api.schemas import Definition, MeasureDetail, Overview, SiteDetail

    post(client, event())
    Overview.model_validate(client.get("/api/v1/overview").json())
    SiteDetail.model_validate(client.get("/api/v1/sites/RVV01").json())
    MeasureDetail.model_validate(client.get("/api/v1/measures/ed.over_12h?split=segment").json())
    assert [Definition.model_validate(each) for each in client.get("/api/v1/measures").json()]


def test_the_document_is_complete(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert {"/api/v1/events", "/api/v1/overview", "/api/v1/quarantine/{id}/mend", "/health/ready"} <= set(
        document["paths"]
    )
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert set(answer["content"]) == {"application/problem+json"}, (method, path, status)
                assert answer["description"]
            assert "500" in operation["responses"], (method, path)
    assert "ProblemDetail" in document["components"]["schemas"]
    assert client.get("/docs").status_code == 404


def test_ready_says_when(client: TestClient, state: AppState) -> None:
    state.ready = lambda: False
    is_problem(client.get("/health/ready"), 503)
    state.ready = lambda: True
    assert client.get("/health/ready").json() == {"status": "ready", "picture": "stale"}  # nobody writes it here


def test_the_frontend_is_served_with_strict_headers(state: AppState, caller: Caller, tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "components.html").write_text("<!doctype html>")
    (tmp_path / "assets" / "a-1234.js").write_text("//" + "x" * 5000)
    state.frontend = tmp_path
    client = caller()
    for path in ("/", "/components.html"):
        page = client.get(path)
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
    script = client.get("/assets/a-1234.js")
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] == "gzip"
    assert client.get("/api/v1/overview").headers["cache-control"] == "no-store"
    is_problem(client.get("/nothing.js"), 404)
    is_problem(client.post("/api/v1/overview"), 405)
