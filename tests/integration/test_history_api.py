"""The past of a measure through the API: values, gaps that are no zeros, both times, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.api.app import AppState, create_app
from services.api.identity import LocalActors
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.live.hub import Hub
from services.live.readings import fill
from services.store.database import Database
from services.store.events import ingest
from tests.conftest import empty, forget_readings
from tests.measure_cases import HOUR, T, attended
from tests.worlds import small_system

SYSTEM = small_system()
RING = KeyRing(b"p" * 32, {"1": b"s" * 32})
BEGIN = datetime(2026, 3, 31, tzinfo=UTC)


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """Somebody in ED for an hour from 07:00; another from 08:00, whose leaving at 09:00 was heard of at 10:30."""
    late = attended("j_b", T - 4 * HOUR, HOUR)
    facts = [*attended("j_a", T - 5 * HOUR, HOUR), late[0], late[1]._replace(recorded_at=T - 1.5 * HOUR)]
    with database.connection() as connection:
        empty(connection)
        forget_readings(connection)
        ingest(connection, facts)
        for _ in fill(connection, SYSTEM, T, BEGIN):
            pass
    state = AppState(
        system=SYSTEM, database=database, hub=Hub(), door=Door(SYSTEM, RING, None), keys=RING, clock=lambda: T,
        identity=LocalActors(SYSTEM), wall=lambda: T,
    )  # fmt: skip
    with TestClient(create_app(state), base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000)) as made:
        yield made


def history(client: TestClient, measure: str = "ed.in_department", **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/measures/{measure}/history", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def changes(answer: dict[str, Any]) -> list[tuple[str, float | None, str | None]]:
    return [(point["at"][11:16], point["value"], point["absent"]) for point in answer["points"]]


def test_marks_hold_until_the_next_and_a_silent_feed_is_a_gap(client: TestClient) -> None:
    answer = history(client, code="RVV01", resolution="5m", **{"from": "2026-04-01T06:30:00Z"})
    assert changes(answer) == [
        ("06:30", None, "feed_silent"), ("07:00", 1, None), ("09:00", 0, None), ("10:05", None, "feed_silent"),
    ]  # fmt: skip


def test_a_past_is_given_as_it_was_known_then(client: TestClient) -> None:
    asked = {"from": "2026-04-01T06:30:00Z", "known_at": "2026-04-01T09:30:00Z"}
    answer = history(client, code="RVV01", resolution="5m", **asked)
    assert changes(answer)[1:] == [("07:00", 1, None), ("09:05", None, "feed_silent")]


def test_hours_and_days_carry_their_spread_and_their_counts(client: TestClient) -> None:
    hours = history(client, code="RVV01", resolution="1h", **{"from": "2026-04-01T07:00:00Z"})["points"]
    assert [(hour["mean"], hour["least"], hour["greatest"], hour["marks"]) for hour in hours[:2]] == [(1, 1, 1, 12)] * 2
    (day,) = history(client, "ed.within_4h_today", resolution="1d", **{"from": "2026-04-01T00:00:00Z"})["points"]
    assert day["at"] == "2026-03-31T23:00:00+00:00"
    assert history(client, resolution="1d")["spc_reason"] == "A chart needs two whole days."


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("ed.in_departmen/history", 404, "did you mean 'ed.in_department'"),
        ("ed.in_department/history?code=NOWHERE", 404, "has this code"),
        ("ed.in_department/history?from=2026-04-02T00:00:00Z", 422, "before now"),
        ("ed.in_department/history?resolution=5m&from=2025-01-01T00:00:00Z", 422, "at most 14 days"),
        ("ed.in_department/history?resolution=1y", 422, "resolution"),
    ],
)
def test_what_is_refused_says_why(client: TestClient, path: str, status: int, words: str) -> None:
    answer = client.get(f"/api/v1/measures/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.text


def test_a_series_that_never_was_has_no_points(client: TestClient) -> None:
    assert history(client, "staffing.absence", code="RVV")["points"] == []


@pytest.mark.parametrize("known", [{}, {"known_at": "2026-04-01T09:30:00Z"}])
def test_the_hours_of_many_measures_are_what_each_one_closed_with(client: TestClient, known: dict[str, str]) -> None:
    names = "ed.in_department", "ed.attendances_today", "ed.within_4h_today"
    answer = client.get("/api/v1/hours", params={"measures": ",".join(names), "hours": 8, **known})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["from"], found["to"]) == ("2026-04-01T04:00:00+00:00", "2026-04-01T12:00:00+00:00")
    given = {(row["measure"], row["code"]): row["values"] for row in found["series"]}
    assert {code for _, code in given} == {SYSTEM.code, "RVV01", "RVV09"}
    for name in names:
        for code in (SYSTEM.code, "RVV01", "RVV09"):
            asked = {"code": code, "from": found["from"], "to": found["to"], **known}
            alone = {each["until"]: each["value"] for each in history(client, name, **asked)["points"]}
            ends = [f"2026-04-01T{hour:02}:00:00+00:00" for hour in range(5, 13)]
            assert given.get((name, code), [None] * 8) == [alone.get(end) for end in ends]
    assert any(value for value in given["ed.in_department", "RVV01"])


def test_the_hours_before_a_past_moment_do_not_know_what_came_after(client: TestClient) -> None:
    asked = {"measures": "ed.in_department", "hours": 2, "as_at": "2026-04-01T08:40:00Z"}
    found = client.get("/api/v1/hours", params=asked).json()
    assert (found["from"], found["to"]) == ("2026-04-01T06:00:00+00:00", "2026-04-01T08:00:00+00:00")
    assert {row["code"]: row["values"] for row in found["series"]}["RVV01"] == [None, 1]


@pytest.mark.parametrize(
    ("asked", "status", "word"),
    [
        ({"measures": "ed.in_departmant"}, 422, "did you mean 'ed.in_department'"),
        ({"measures": ""}, 422, "/api/v1/measures lists them"),
        ({"measures": "ed.in_department", "hours": 73}, 422, "hours"),
        ({"measures": "ed.in_department", "as_at": "2027-04-01T00:00:00Z"}, 422, "ahead"),
        ({"measures": "ed.in_department", "as_at": "2026-04-01T00:00:00"}, 422, "as_at"),
        ({}, 422, "measures"),
    ],
)
def test_hours_that_cannot_be_given_say_why(
    client: TestClient, asked: dict[str, Any], status: int, word: str
) -> None:  # fmt: skip
    answer = client.get("/api/v1/hours", params=asked)
    assert answer.status_code == status
    assert word in answer.text
