"""Every answer of the API: its shape, its example, its two times, its ETag, its pages, and HEAD."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
import uvicorn
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from services.api.app import AppState, create_app
from services.api.protocol import ProblemProtocol
from services.domain.events import EVENT_TYPES
from services.store import event_log
from services.store.event_log import Wanted
from tests.integration.doors import event, flat, is_problem, post

STATE = ("overview", "sites", "sites/RVV01", "places", "places/east_kent", "providers", "providers/RVV", "units",
         "units?site=RVV01", "units/RVV01-MAJORS", "measures/ed.over_12h", "services/ed", "vehicles",
         "services/beds", "services/unit")  # fmt: skip


def models(state: AppState) -> dict[str, Any]:
    return {
        route.path: route.response_model
        for route in flat(create_app(state).routes)
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }


@pytest.fixture
def unit(system: Any) -> str:
    return str(system.site_by_code["RVV01"].units[0].code)


def test_every_read_of_state_takes_both_times_and_answers_in_its_documented_shape(
    client: TestClient, state: AppState, unit: str
) -> None:  # fmt: skip
    post(client, [event()])
    shapes, fill = models(state), {"units/RVV01-MAJORS": f"units/{unit}"}
    for path in STATE:
        path = fill.get(path, path)
        then = {"as_at": "2026-03-10T11:00:00Z", "known_at": "2026-03-10T11:50:00Z"}
        bare, _, query = path.partition("?")
        more = dict(each.split("=") for each in query.split("&") if each)
        answer = client.get(f"/api/v1/{bare}", params=then | more)
        assert answer.status_code == 200, (path, answer.text)
        told = answer.json()
        assert told["as_at"].startswith("2026-03-10T11:00:00"), path
        assert told["known_at"].startswith("2026-03-10T11:50:00"), path
        for name in ("as_at", "known_at"):
            is_problem(client.get(f"/api/v1/{bare}", params={name: "2026-03-10T12:30:00Z"}), 422)
        (shape,) = (
            shapes[each] for each in shapes if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), f"/api/v1/{bare}")
        )
        TypeAdapter(shape).validate_python(told)


def test_a_person_is_counted_at_their_unit_site_place_and_provider(client: TestClient) -> None:
    post(client, [event(), event()])
    place = client.get("/api/v1/places/east_kent").json()
    provider = client.get("/api/v1/providers/RVV").json()
    assert [each["measures"]["ed.in_department"]["value"] for each in (place, provider)] == [2, 2]
    assert "RVV01" in provider["sites"]
    rows = {row["code"]: row for row in client.get("/api/v1/sites").json()["items"]}
    assert rows["RVV01"]["measures"]["ed.in_department"]["value"] == 2
    listed = {row["code"] for row in client.get("/api/v1/providers").json()["items"]}
    assert listed == {each["code"] for each in client.get("/api/v1/system").json()["providers"]}


def test_a_service_has_the_same_figures_as_a_site_and_a_provider(client: TestClient) -> None:
    post(client, [event(), event()])
    told = client.get("/api/v1/services/ed").json()
    assert told["measures"]["ed.in_department"]["value"] == 2
    for part, path in (("sites", "sites/RVV01"), ("providers", "providers/RVV")):
        row = next(each for each in told[part] if each["code"] == path.partition("/")[2])
        whole = client.get(f"/api/v1/{path}").json()["measures"]
        assert row["measures"] == {name: whole[name] for name in whole if name.startswith("ed.")}, part
    by_code = {row["code"]: row["measures"] for row in told["sites"]}
    assert "RYYXTONB" not in by_code, "a site at which no measure of the service applies"
    assert "ed.over_12h" not in by_code["RVVKC"], "no type 1 department"
    assert told["units"] == []


def test_what_organisations_report_is_at_the_one_that_reports_it(client: TestClient) -> None:
    data = {"organisation": "RXY", "measure": "mental_health.s136_free", "value": 0}
    one = event(type="gauge.reported", subject="RXY/mental_health.s136_free", source="urn:nhs:ods:RXY", data=data)
    post(client, [one])
    told = client.get("/api/v1/services/mental_health").json()
    values = {row["code"]: row["measures"]["mental_health.s136_free"]["value"] for row in told["providers"]}
    assert (values["RXY"], values["RVV"]) == (0, None)
    assert told["sites"] == []


def test_the_service_of_units_lists_every_unit(client: TestClient) -> None:
    items = client.get("/api/v1/units").json()["items"]
    assert client.get("/api/v1/services/unit").json()["units"] == items


def test_units_are_listed_for_a_site_and_found_by_their_code(client: TestClient, unit: str) -> None:
    everywhere = client.get("/api/v1/units").json()["items"]
    here = client.get("/api/v1/units", params={"site": "RVV01"}).json()["items"]
    assert {row["site"] for row in here} == {"RVV01"}
    assert len(everywhere) > len(here)
    assert client.get(f"/api/v1/units/{unit}").json()["capacity"] == next(
        row["capacity"] for row in here if row["code"] == unit
    )
    is_problem(client.get("/api/v1/units", params={"site": "RVV99"}), 422)


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("places/east_kant", "'east_kent'"), ("services/bed", "'beds'"), ("places/%00", "lists them"),
        ("providers/RVVV", "'RVV'"),
        ("units/RVV01-X", "RVV01-"), ("units/" + "x" * 3000, "lists them"), ("providers/9991234560", "lists them"),
    ],
)  # fmt: skip
def test_an_unknown_code_is_a_problem_that_says_the_nearest(client: TestClient, path: str, hint: str) -> None:
    problem = is_problem(client.get(f"/api/v1/{path}"), 404)
    assert hint in problem["detail"]
    assert "9991234560" not in problem["detail"]


SLOW = ("system", "measures", "map", "schemas/events", "schemas/asyncapi", "openapi.json")


@pytest.mark.parametrize("path", SLOW)
def test_a_slow_answer_is_not_sent_twice_but_is_when_it_changed(client: TestClient, path: str) -> None:
    first = client.get(f"/api/v1/{path}")
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(f"/api/v1/{path}", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(f"/api/v1/{path}", headers={"If-None-Match": '"other"'}).content == first.content


@pytest.mark.parametrize("path", ["api/v1/overview", "api/v1/system", "health/live", "api/v1/sites/none", "nothing"])
def test_head_says_what_get_would_without_a_body(client: TestClient, path: str) -> None:
    got, head = client.get(f"/{path}"), client.head(f"/{path}")
    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers["content-type"] == got.headers["content-type"]
    is_problem(client.post("/api/v1/overview"), 405)


# --- events ---------------------------------------------------------------------------------------------------------


def test_events_are_listed_by_pages_without_what_describes_people(client: TestClient) -> None:
    described = {"site": "RVV01", "department_type": 1, "age_band": "65-74", "sex": "female", "neighbourhood": "N"}
    described.pop("neighbourhood")
    posted = [event(nhsnumber="999 123 4560", data=described) for _ in range(7)]
    post(client, posted)
    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = client.get("/api/v1/events", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
        assert len(page["items"]) == 3
    assert len({each["uid"] for each in seen}) == len(seen) == 7
    assert {each["data"]["age_band"] for each in seen} == {each["data"]["sex"] for each in seen} == {"redacted"}
    assert {each["data"]["site"] for each in seen} == {"RVV01"}
    text = orjson.dumps(seen).decode()
    for sent in posted:
        assert sent["subject"] not in text
        assert sent["id"] not in text
    assert "person" not in seen[0]


def test_events_are_found_by_what_they_are_and_by_both_times(client: TestClient) -> None:
    post(client, [event(), event(time="2026-03-10T09:00:00Z"), event(type="ed.seen", data={"site": "RVV01"})])

    def listed(**wanted: str) -> int:
        return len(client.get("/api/v1/events", params=wanted).json()["items"])

    assert (listed(), listed(type="ed.seen"), listed(source="urn:nhs:ods:RPA")) == (3, 1, 0)
    assert (listed(as_at="2026-03-10T10:00:00Z"), listed(known_at="2026-03-10T11:59:00Z")) == (1, 0)
    subject = client.get("/api/v1/events", params={"type": "ed.seen"}).json()["items"][0]["subject"]
    assert listed(subject=subject) == 1
    for wrong in ({"type": "ed.none"}, {"source": "RVV"}, {"subject": "\0"}, {"cursor": "x"}, {"limit": "0"}):
        is_problem(client.get("/api/v1/events", params=wrong), 422)


def test_a_list_of_events_goes_on_behind_a_gap_of_weeks(client: TestClient, state: AppState) -> None:
    post(client, [event(), event()])
    with state.database.connection() as connection:
        (old,) = connection.execute("select min(uid::text)::uuid from event").fetchone() or (None,)
        connection.execute("update event set recorded_at = recorded_at - interval '90 days' where uid = %s", (old,))
        first, cursor = event_log.list_(connection, Wanted(), None, 10)
        assert len(first) == 1
        pages = 0
        second: list[Any] = []
        while cursor is not None:
            second, cursor = event_log.list_(connection, Wanted(), cursor, 10)
            pages += 1
        assert [each.uid for each in second] == [old]
        assert 1 < pages < 20


# --- the document ---------------------------------------------------------------------------------------------------


def operations(client: TestClient) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_every_answer_has_an_example_in_its_own_shape(client: TestClient, state: AppState) -> None:
    shapes = {
        (method, route.path): route.response_model
        for route in flat(create_app(state).routes)
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    seen = 0
    for method, path, operation in operations(client):
        for status, answer in operation["responses"].items():
            for media in answer.get("content", {}).values():
                assert "example" in media, (method, path, status)
                if status.startswith("2"):
                    TypeAdapter(shapes[method, path]).validate_python(media["example"])
                    seen += 1
    assert seen > 20


def test_the_document_says_who_may(client: TestClient) -> None:
    for method, path, operation in operations(client):
        public = path.startswith(("/health", "/api/v1/schemas", "/api/v1/openapi"))
        assert ("security" in operation) == (not public), (method, path)
        assert public or "Roles: " in operation["description"]
        assert {"401", "403"} <= set(operation["responses"]) or public


def test_event_schemas_are_those_of_every_type(client: TestClient) -> None:
    assert set(client.get("/api/v1/schemas/events").json()) == set(EVENT_TYPES)


# --- what is no HTTP ------------------------------------------------------------------------------------------------


@pytest.fixture
def raw(state: AppState) -> Iterator[Callable[[bytes], bytes]]:
    """The app behind a real server: send bytes, get what it answers before it closes."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(state), port=0, log_level="error", http=ProblemProtocol, access_log=False)
    )
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)

    def ask(sent: bytes) -> bytes:
        with socket.create_connection(listener.getsockname(), timeout=10) as line:
            line.sendall(sent)
            found = b""
            while piece := line.recv(65536):
                found += piece
            return found

    yield ask
    server.should_exit = True
    thread.join(timeout=10)


@pytest.mark.parametrize(
    "sent",
    [
        b"\0\1\2\3\r\n\r\n", b"GET /9991234560 nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nno colon 9991234560\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000,
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    ],
    ids=lambda sent: repr(sent[:20]),
)  # fmt: skip
def test_what_is_no_http_is_answered_as_a_problem_that_repeats_nothing(
    raw: Callable[[bytes], bytes], sent: bytes
) -> None:
    answer = raw(sent)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head.lower()
    assert orjson.loads(body)["status"] == 400
    assert b"9991234560" not in answer
