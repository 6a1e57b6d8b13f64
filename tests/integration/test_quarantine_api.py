"""The quarantine's API: listed, shown, mended, sent again; a wrong wish is a problem that repeats nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from services.api.app import AppState
from tests.integration.doors import event, is_problem, kept, post


def test_a_refused_event_is_mended_and_replayed(client: TestClient, state: AppState) -> None:
    bad = event(data={"site": "RVV99", "department_type": 1})
    id_ = post(client, bad).json()["reasons"][0]["quarantine_id"]
    again = client.post(f"/api/v1/quarantine/{id_}/replay").json()
    assert (again["accepted"], again["quarantined"], again["reasons"][0]["field"]) == (0, 1, "data.site")
    mended = client.post(f"/api/v1/quarantine/{id_}/mend", json={"set": {"data.site": "RVV01"}}).json()
    assert (mended["state"], mended["redacted"]["data"]["site"]) == ("mended", "RVV01")
    assert client.post(f"/api/v1/quarantine/{id_}/replay").json()["accepted"] == 1
    assert kept(state) == 1
    assert client.get(f"/api/v1/quarantine/{id_}").json()["state"] == "replayed"
    is_problem(client.post(f"/api/v1/quarantine/{id_}/replay"), 409)
    is_problem(client.post(f"/api/v1/quarantine/{id_}/mend", json={"set": {"id": "x"}}), 409)


def test_what_is_no_event_cannot_be_mended_by_field(client: TestClient) -> None:
    id_ = post(client, b'[{"id": "half').json()["reasons"][0]["quarantine_id"]
    is_problem(client.post(f"/api/v1/quarantine/{id_}/mend", json={"set": {"id": "x"}}), 409)
    assert client.post(f"/api/v1/quarantine/{id_}/replay").json()["quarantined"] == 1


def test_the_quarantine_is_listed_by_pages(client: TestClient) -> None:
    post(client, [event(type="no.such", id=str(n)) for n in range(5)])
    seen, cursor = [], None
    while True:
        page = client.get("/api/v1/quarantine", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/api/v1/quarantine/{uuid4()}", 404),
        ("/api/v1/quarantine/9991234560", 422),
        ("/api/v1/quarantine?cursor=nonsense", 422),
        ("/api/v1/quarantine?limit=0", 422),
        ("/api/v1/sites/RVV99", 404),
        ("/api/v1/measures/ed.none", 404),
        ("/api/v1/measures/ed.over_12h?split=surname", 422),
        ("/api/v1/overview?as_at=2026-03-10T11:00:00", 422),
        ("/api/v1/overview?as_at=2026-03-11T11:00:00Z", 422),
        ("/api/v1/overview?as_at=9991234560abc", 422),
        ("/api/v1/nothing/9991234560", 404),
        ("/nothing", 404),
    ],
)
def test_what_is_not_there_or_not_understood_is_a_problem_that_repeats_nothing(
    client: TestClient, address: str, status: int
) -> None:
    response = client.get(address)
    is_problem(response, status)
    assert "9991234560" not in response.text


def test_a_method_that_is_not_taken_is_a_problem(client: TestClient) -> None:
    response = client.post("/api/v1/overview")
    is_problem(response, 405)
    assert "GET" in response.headers["allow"]


def test_a_bad_mending_is_a_problem_that_repeats_nothing(client: TestClient) -> None:
    id_ = post(client, event(type="no.such")).json()["reasons"][0]["quarantine_id"]
    for body in (b'{"set": {"id"', b'{"set": {}}', b'{"9991234560": 1}', b'{"set": "9991234560"}'):
        response = client.post(
            f"/api/v1/quarantine/{id_}/mend", content=body, headers={"Content-Type": "application/json"}
        )
        is_problem(response, 422)
        assert "9991234560" not in response.text
    large = b'{"set": {"id": "' + b"x" * 70_000 + b'"}}'
    response = client.post(f"/api/v1/quarantine/{id_}/mend", content=large)
    is_problem(response, 413)
