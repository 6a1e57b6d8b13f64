"""The door for events over a real store: what is good is kept, what is bad is in quarantine, each answer is clear."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from collections.abc import Iterator
from typing import Any

import orjson
import psycopg
import pytest
from starlette.testclient import TestClient

from services.api.app import AppState, create_app
from services.ingest.body import BodyRefused, RawItem
from services.ingest.intake import Taken, take_stream
from services.store.events import Batch, Ingested, commit
from services.store.recent import Recent
from tests.integration.doors import NOW, event, held, is_problem, kept, post


def test_good_events_are_accepted_and_known_again(client: TestClient, state: AppState) -> None:
    events = [event(), event()]
    first, second = post(client, events), post(client, events)
    assert first.json() == {"accepted": 2, "duplicate": 0, "quarantined": 0, "reasons": [], "reasons_left_off": 0}
    assert second.json()["duplicate"] == 2
    assert kept(state) == 2


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", orjson.dumps(event())),
        ("application/json; charset=utf-8", orjson.dumps([event()])),
        ("application/x-ndjson", orjson.dumps(event()) + b"\n\n"),
        ("application/cloudevents+json", orjson.dumps(event())),
        ("application/cloudevents-batch+json", orjson.dumps([event()])),
    ],
)
def test_every_content_type_of_the_contract_is_taken(client: TestClient, content_type: str, body: bytes) -> None:
    assert post(client, body, content_type).json()["accepted"] == 1


def test_a_gzip_body_is_taken(client: TestClient) -> None:
    assert post(client, gzip.compress(orjson.dumps([event()])), Content_Encoding="gzip").json()["accepted"] == 1


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "text/csv"])
def test_another_content_type_is_refused(client: TestClient, state: AppState, content_type: str) -> None:
    assert "application/x-ndjson" in is_problem(post(client, [event()], content_type), 415)["detail"]
    assert (kept(state), held(state)) == (0, 0)


@pytest.mark.parametrize("body", [b"", b" \n ", b"[]"])
def test_an_empty_body_is_refused(client: TestClient, state: AppState, body: bytes) -> None:
    assert "empty" in is_problem(post(client, body), 400)["detail"]
    assert held(state) == 0


def test_a_body_over_16_mib_is_refused_and_not_kept(client: TestClient, state: AppState) -> None:
    problem = is_problem(post(client, b"[" + b" " * (50 * 1024 * 1024) + b"]"), 413)
    assert "16 MiB" in problem["detail"]
    assert "nothing of it was kept" in problem["detail"]
    assert held(state) == 0
    assert client.get("/health/live").status_code == 200


def test_a_body_over_16_mib_without_a_length_is_read_no_further(state: AppState) -> None:
    read, said = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b" " * 1024 * 1024, "more_body": True}

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/api/v1/events", "query_string": b"", "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
    }  # fmt: skip
    asyncio.run(create_app(state)(scope, receive, send))
    assert said[0]["status"] == 413
    assert read == 17


def test_a_gzip_bomb_is_refused(client: TestClient, state: AppState) -> None:
    bomb = zlib.compressobj(9, wbits=31)
    body = b"".join(bomb.compress(b" " * 1024 * 1024) for _ in range(200)) + bomb.flush()
    assert len(body) < 1024 * 1024
    problem = is_problem(post(client, body, Content_Encoding="gzip"), 413)
    assert "kept" in problem["detail"]
    assert held(state) == 0


def test_broken_json_in_the_middle_of_ndjson_costs_only_its_line(client: TestClient, state: AppState) -> None:
    lines = [orjson.dumps(event()), b'{"id": "half', orjson.dumps(event())]
    answer = post(client, b"\n".join(lines), "application/x-ndjson").json()
    assert (answer["accepted"], answer["quarantined"]) == (2, 1)
    assert answer["reasons"][0]["index"] == 1
    assert "not valid JSON" in answer["reasons"][0]["reason"]
    assert (kept(state), held(state)) == (2, 1)


def test_a_body_that_is_no_json_at_all_is_kept_sealed(client: TestClient, state: AppState) -> None:
    problem = is_problem(post(client, b'[{"id": "half'), 400)
    assert problem["quarantined"] == 1
    assert client.get(f"/api/v1/quarantine/{problem['reasons'][0]['quarantine_id']}").status_code == 200
    assert held(state) == 1


def test_a_gzip_cut_short_is_kept_sealed(client: TestClient, state: AppState) -> None:
    problem = is_problem(post(client, gzip.compress(orjson.dumps([event()]))[:-9], Content_Encoding="gzip"), 400)
    assert (problem["quarantined"], held(state)) == (1, 1)


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown site": (event(data={"site": "RVV99", "department_type": 1}), "data.site", "not a configured site"),
    "unknown type": (event(type="ed.arived"), "type", "'ed.arrived'"),
    "1970": (event(time="1970-01-01T00:00:00Z"), "time", "days ago"),
    "tomorrow": (event(time="2026-03-11T12:00:00Z"), "time", "ahead"),
    "naive time": (event(time="2026-03-10T11:30:00"), "time", "time zone"),
    "cancel without sentat": (event(type="event.cancelled", cancels="a", data={}), "sentat", "could not be ordered"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_event_is_quarantined_with_its_field_and_the_good_ones_beside_it_kept(
    client: TestClient, state: AppState, name: str
) -> None:
    bad, field, words = BAD[name]
    answer = post(client, [event(), bad, event()]).json()
    assert (answer["accepted"], answer["quarantined"]) == (2, 1)
    (reason,) = answer["reasons"]
    assert (reason["index"], reason["field"]) == (1, field)
    assert words in reason["reason"]
    shown = client.get(f"/api/v1/quarantine/{reason['quarantine_id']}").json()
    assert (shown["reason"], shown["state"]) == (reason["reason"], "held")
    assert (kept(state), held(state)) == (2, 1)


def test_an_invalid_nhs_number_keeps_the_event_unlinked_and_flagged(client: TestClient, state: AppState) -> None:
    assert post(client, event(nhsnumber="999 123 4567")).json()["accepted"] == 1
    with state.database.connection() as connection:
        assert connection.execute("select person, flag from event").fetchall() == [(None, "invalid_nhs_number")]


def test_ten_thousand_bad_events_in_one_batch(client: TestClient, state: AppState) -> None:
    batch = [event(type="no.such", id=str(n)) for n in range(10_000)]
    batch[5000] = event()
    answer = post(client, batch).json()
    assert (answer["accepted"], answer["quarantined"]) == (1, 9999)
    assert len(answer["reasons"]) == 100
    assert answer["reasons_left_off"] == 9899
    assert (kept(state), held(state)) == (1, 9999)
    assert client.get("/health/live").status_code == 200


def test_a_database_that_is_away_accepts_nothing(
    client: TestClient, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise psycopg.OperationalError("connection to 10.0.0.1 failed")

    monkeypatch.setattr("services.ingest.intake.commit", away)
    response = post(client, [event(), event(type="no.such")])
    problem = is_problem(response, 503)
    assert response.headers["retry-after"]
    assert "accepted" not in problem
    assert "10.0.0.1" not in response.text


def test_what_waits_behind_a_batch_that_failed_is_not_begun(
    client: TestClient, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def second_fails(connection: Any, batch: Batch, recent: Recent) -> Ingested:
        begun.append(batch.facts)
        if len(begun) == 2:
            raise psycopg.OperationalError("gone")
        return commit(connection, batch, recent)

    monkeypatch.setattr("services.ingest.intake.FIRST_BATCH", 1)
    monkeypatch.setattr("services.ingest.intake.BATCH", 4)
    with monkeypatch.context() as failing:
        failing.setattr("services.ingest.intake.commit", second_fails)
        events = [event() for _ in range(15)]
        is_problem(post(client, events), 503)
        assert begun == [1, 2]
    assert kept(state) == 1
    again = post(client, events).json()
    assert (again["accepted"], again["duplicate"]) == (14, 1)


def test_where_a_source_breaks_off_all_that_came_before_is_taken_in(
    state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Iterator[RawItem]:
        for number in range(7):
            yield RawItem(number, orjson.dumps(event()))
        raise BodyRefused(400, "broken off")

    def slowly(connection: Any, batch: Batch, recent: Recent) -> Ingested:
        time.sleep(0.05)
        return commit(connection, batch, recent)

    monkeypatch.setattr("services.ingest.intake.BATCH", 2)
    monkeypatch.setattr("services.ingest.intake.commit", slowly)
    taken = Taken()
    with pytest.raises(BodyRefused):
        list(take_stream(state.intake, broken(), taken, now=NOW))
    assert (taken.accepted, kept(state)) == (7, 7)


def test_a_fault_of_ours_is_a_500_that_says_nothing(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret word")

    monkeypatch.setattr("services.api.routes.events.take_in", broken)
    response = post(client, [event()])
    is_problem(response, 500)
    logged = "".join(capsys.readouterr())
    assert "RuntimeError" in logged
    assert "the secret word" not in response.text + logged
