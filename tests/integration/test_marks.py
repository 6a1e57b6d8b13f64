"""The marks of people at a site, as the API gives them to each role."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.integration.doors import event, is_problem, post

PEOPLE = "/api/v1/sites/RVV01/people"


def test_the_managers_of_the_site_alone_see_keys(client: TestClient) -> None:
    post(client, [event()])
    keys = {
        who: (answer["keyed"], answer["people"][0]["key"] is not None)
        for who in ("desk", "control-centre", "site-manager-rvv01", "site-manager-rvv09")
        for answer in [client.get(PEOPLE, headers={"Lightship-Actor": who}).json()]
    }
    assert keys == {
        "desk": (False, False), "control-centre": (False, False), "site-manager-rvv01": (True, True),
        "site-manager-rvv09": (False, False),
    }  # fmt: skip
    for who in ("viewer", "planner", "feed-engineer", "administrator"):
        is_problem(client.get(PEOPLE, headers={"Lightship-Actor": who}), 403)


def test_the_marks_are_those_of_the_moment_that_is_asked_for(client: TestClient) -> None:
    post(client, [event()])
    (mark,) = client.get(PEOPLE).json()["people"]
    assert (mark["service"], mark["minutes"]) == ("ed", 30.0)
    assert client.get(PEOPLE, params={"as_at": "2026-03-10T11:29:00Z"}).json()["people"] == []
    assert client.get(PEOPLE, params={"known_at": "2026-03-10T11:59:00Z"}).json()["people"] == []
    is_problem(client.get(PEOPLE, params={"as_at": "2026-03-11T11:29:00Z"}), 422)


def test_a_site_that_does_not_exist_is_said(client: TestClient) -> None:
    assert "No site has this code" in is_problem(client.get("/api/v1/sites/RVV0l/people"), 404)["detail"]
