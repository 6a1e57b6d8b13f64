"""What nobody should send: every answer is a problem or a success, never a fault of ours, and nothing good is lost."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from services.api.app import AppState
from tests.integration.doors import event, held, is_problem, kept, post

#: JSON by its form, and yet no value that can be kept: in the place of an event's id.
POISON = (
    b"1e999", b"-1e999", b"NaN", b"9" * 400, b'"\\ud800"', b'"\\udfff\\ud800"', b'"\xff"', b"1.5",
    b"18446744073709551616", b'{"a":' * 100 + b"1" + b"}" * 100, b"[" * 300 + b"]" * 300,
)  # fmt: skip


def poisoned(value: bytes, key: str = "id") -> bytes:
    return orjson.dumps(event(**{key: "@"})).replace(b'"@"', value)


@pytest.mark.parametrize("value", POISON, ids=lambda value: repr(value[:12]))
def test_one_value_beyond_all_range_costs_its_own_event_alone(
    client: TestClient, state: AppState, value: bytes
) -> None:  # fmt: skip
    good = [orjson.dumps(event()) for _ in range(4)]
    for key in ("id", "subject"):
        array = b"[" + b", ".join([*good[:2], poisoned(value, key), *good[2:]]) + b"]"
        answer = post(client, array)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["accepted"] + told["duplicate"], told["quarantined"]) == (4, 1)
        assert told["reasons"][0]["index"] == 2
    assert kept(state) == 4
    assert held(state) == 2


def test_a_full_body_loses_nothing_to_one_poison(client: TestClient, state: AppState) -> None:
    good = [orjson.dumps(event()) for _ in range(19_999)]
    nul = orjson.dumps(event(data={"site": "RVV01", "department_type": 1, "neighbourhood": "\0"}))
    told = post(client, b"[" + b",".join([*good[:7000], nul, *good[7000:]]) + b"]").json()
    assert (told["accepted"], told["quarantined"]) == (19_999, 1)
    told = post(client, b"[" + b",".join([*good[:7000], poisoned(b"1e999"), *good[7000:]]) + b"]").json()
    assert (told["duplicate"], told["quarantined"]) == (19_999, 1)


NUL = "a\0b"


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": NUL}, {"subject": f"RVV/{NUL}"}, {"follows": f"RVV/{NUL}"}, {"type": NUL}, {"source": NUL},
        {"time": f"2026-03-10T11:30:00Z{NUL}"}, {NUL: 1}, {"data": {"site": NUL, "department_type": 1}},
        {"data": {"site": "RVV01", "department_type": 1, NUL: 1}}, {"data": {NUL: {NUL: [NUL]}}}, {"data": NUL},
        {"type": "gauge.reported", "subject": "RVV/beds.x\0",
         "data": {"organisation": "RVV", "measure": "beds.x\0", "value": 1}},
        {"type": "discharge.ready_date_set", "data": {"site": "RVV01", "ready_on": "2026-03-10\n"}},
    ],
)  # fmt: skip
def test_what_the_database_cannot_hold_is_quarantined(
    client: TestClient, state: AppState, changes: dict[str, Any]
) -> None:  # fmt: skip
    told = post(client, [event(), event(**changes), event()]).json()
    assert (told["accepted"], told["quarantined"]) == (2, 1)
    assert kept(state) == 2
    listed = client.get("/api/v1/quarantine").json()["items"]
    assert client.get(f"/api/v1/quarantine/{listed[0]['id']}").status_code == 200


EDGES = ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "0001-01-02T00:00:00-23:59", "9999-12-31T23:59:59-23:59",
         "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59Z")  # fmt: skip


@pytest.mark.parametrize("moment", EDGES)
def test_a_time_at_the_end_of_the_calendar_is_refused(client: TestClient, state: AppState, moment: str) -> None:
    planned = {"site": "RVV01", "expected_at": moment, "certainty": "definite"}
    bad = [event(time=moment), event(sentat=moment), event(type="discharge.planned", data=planned)]
    told = post(client, [event(), *bad]).json()
    assert (told["accepted"], told["quarantined"]) == (1, 3)
    for path in ("overview", "sites/RVV01", "measures/ed.in_department"):
        for name in ("as_at", "known_at"):
            is_problem(client.get(f"/api/v1/{path}", params={name: moment}), 422)


@pytest.mark.parametrize("moment", ["", "garbage", "2026-03-10T10:00:00", "NaN", "1e999", "2026-03-10T10:00:00Z\0"])
def test_a_moment_that_is_none_is_refused(client: TestClient, moment: str) -> None:
    is_problem(client.get("/api/v1/overview", params={"as_at": moment}), 422)


@pytest.mark.parametrize("origin", ["http://[bad", "null", "http://evil.example", "file://", "http://127.0.0.1:9999"])
def test_an_origin_that_is_not_ours_is_refused_whatever_its_form(client: TestClient, origin: str) -> None:
    is_problem(post(client, [event()], Origin=origin), 403)


@pytest.mark.parametrize(
    "changes",
    [{"id": 2**70}, {".".join("a" * 1000): 1}, {"data": [[[1]]], "id": -(2**64)}, {"id": "\ud800"}],
)
def test_mending_to_what_cannot_be_written_is_refused(client: TestClient, changes: dict[str, Any]) -> None:
    (reason,) = post(client, [event(type="unknown")]).json()["reasons"]
    address = f"/api/v1/quarantine/{reason['quarantine_id']}"
    before = client.get(address).json()
    sent = json.dumps({"set": changes})  # the standard one writes what orjson does not
    answer = client.post(f"{address}/mend", content=sent, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get(address).json() == before


@pytest.mark.parametrize(
    "path",
    [
        "sites/'%20or%201=1", "sites/%00", "measures/x';drop table event;--", "measures/%00", "measures/" + "a" * 4000,
        "measures/ed.in_department?split=age_band'", "measures/ed.in_department?split=", "quarantine/'",
        "quarantine?limit=-1", "quarantine?limit=99999999999999999999", "quarantine?limit=1e3", "quarantine?cursor=%00",
        "quarantine?cursor=garbage", "quarantine?cursor=%F0%9F%98%80", "quarantine?cursor=" + "A" * 4000,
        "..%2f..%2fetc/passwd", "%2e%2e/%2e%2e/etc/passwd",
    ],
)  # fmt: skip
def test_an_address_that_means_harm_is_a_problem(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    is_problem(answer, answer.status_code)
    assert 400 <= answer.status_code < 500
