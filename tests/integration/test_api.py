"""The doors of the API over a real store: what is good is kept, what is bad is in quarantine, every answer is clear."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import psycopg
import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient, WebSocketDenialResponse

from services.api.app import AppState, Frontend, create_app
from services.api.auth import GuardedRoute, needs_of
from services.api.identity import MAY, LocalActors, Nobody
from services.configuration import load_system
from services.domain.system import System
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.live.hub import Hub
from services.store import keys as api_keys
from services.store.database import Database
from services.store.keys import Scope
from tests.conftest import empty

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HERE = "http://127.0.0.1:8080"
LIVE = "ws://127.0.0.1:8080/api/v1/live"  # whole: the test client names another host otherwise
RING = KeyRing(b"p" * 32, {"1": b"s" * 32})


def event(**changes: Any) -> dict[str, Any]:
    """A good `ed.arrived`; None takes an attribute out."""
    made: dict[str, Any] = {
        "specversion": "1.0", "id": uuid4().hex, "source": "urn:nhs:ods:RVV", "subject": f"RVV/V{uuid4().hex[:8]}",
        "type": "ed.arrived", "time": "2026-03-10T11:30:00Z", "data": {"site": "RVV01", "department_type": 1},
    }  # fmt: skip
    made |= changes
    return {key: value for key, value in made.items() if value is not None}


@pytest.fixture(scope="module")
def system() -> System:
    return load_system("kent_and_medway")


@pytest.fixture
def state(database: Database, system: System) -> AppState:
    with database.connection() as connection:
        empty(connection)
        connection.execute("truncate quarantine, api_key")
    return AppState(
        system=system, database=database, hub=Hub(), door=Door(system, RING, None), keys=RING, clock=lambda: NOW,
        identity=LocalActors(system), wall=lambda: NOW,
    )  # fmt: skip


Caller = Callable[..., TestClient]


@pytest.fixture
def caller(state: AppState) -> Iterator[Caller]:
    """A client of the app: on this machine unless another address or name is given."""
    opened: list[TestClient] = []

    def call(address: str = "127.0.0.1", base_url: str = HERE) -> TestClient:
        client = TestClient(create_app(state), base_url=base_url, client=(address, 50000), raise_server_exceptions=True)
        opened.append(client)
        return client.__enter__()

    yield call
    for client in opened:
        client.__exit__()


@pytest.fixture
def client(caller: Caller) -> TestClient:
    return caller()


def post(client: TestClient, body: Any, content_type: str = "application/json", **headers: str) -> Any:
    sent = body if isinstance(body, bytes) else orjson.dumps(body)
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return client.post("/api/v1/events", content=sent, headers={"Content-Type": content_type, **named})


def kept(state: AppState) -> int:
    with state.database.connection() as connection:
        row = connection.execute("select count(*) from event").fetchone()
        assert row is not None
        return int(row[0])


def held(state: AppState) -> int:
    with state.database.connection() as connection:
        row = connection.execute("select coalesce(sum(times), 0) from quarantine").fetchone()
        assert row is not None
        return int(row[0])


def is_problem(response: Any, status: int) -> dict[str, Any]:
    """The problem object, after checking that it is one."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    return found


# --- events ---------------------------------------------------------------------------------------------------------


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


# --- quarantine -----------------------------------------------------------------------------------------------------


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


# --- state ----------------------------------------------------------------------------------------------------------


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
    assert client.get("/health/ready").json() == {"status": "ready"}


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


# --- who may --------------------------------------------------------------------------------------------------------


def key(state: AppState, *scopes: Scope, expires: timedelta = timedelta(days=1), source: str | None = None) -> str:
    made = NOW - timedelta(days=2)
    with state.database.connection() as connection:
        _, token = api_keys.create(
            connection, name="test", scopes=scopes, source=source, now=made, expires_at=NOW + expires
        )
    return token


AWAY = {"address": "192.0.2.7", "base_url": "http://lightship.example"}


@pytest.mark.parametrize(
    "from_where",
    [
        AWAY,
        {"address": "192.0.2.7", "base_url": HERE},
        {"address": "127.0.0.1", "base_url": "http://rebound.example:8080"},
    ],
)
def test_whoever_is_not_on_this_machine_by_its_own_name_needs_a_key(caller: Caller, from_where: dict[str, str]) -> None:
    client = caller(**from_where)
    response = post(client, [event()])
    is_problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"
    is_problem(client.get("/api/v1/overview"), 401)
    socket = from_where["base_url"].replace("http", "ws") + "/api/v1/live"
    with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(socket):
        pass
    assert denied.value.status_code == 401
    assert client.get("/health/live").status_code == 200


def test_a_proxy_on_this_machine_speaks_for_somebody_else(client: TestClient) -> None:
    is_problem(post(client, [event()], X_Forwarded_For="192.0.2.7"), 401)


def test_in_production_this_machine_needs_a_key_too(state: AppState, caller: Caller) -> None:
    state.identity = Nobody()
    is_problem(caller().get("/api/v1/overview"), 401)


def test_a_key_opens_what_its_scope_says_until_it_expires(state: AppState, caller: Caller) -> None:
    client = caller(**AWAY)
    good, old = key(state, "events:write"), key(state, "events:write", expires=-timedelta(hours=1))
    other = key(state, "state:read", "quarantine:read", "quarantine:write")
    assert post(client, [event()], Authorization=f"Bearer {good}").json()["accepted"] == 1
    assert post(client, [event()], X_API_Key=good).json()["accepted"] == 1
    assert "expired" in is_problem(post(client, [event()], Authorization=f"Bearer {old}"), 401)["detail"]
    assert "events:write" in is_problem(post(client, [event()], Authorization=f"Bearer {other}"), 403)["detail"]
    is_problem(post(client, [event()], Authorization="Bearer lightship_nonsense"), 401)
    assert client.get("/api/v1/overview", headers={"Authorization": f"Bearer {other}"}).status_code == 200
    is_problem(client.get("/api/v1/quarantine", headers={"Authorization": f"Bearer {good}"}), 403)


def test_a_key_of_one_source_writes_for_no_other(state: AppState, caller: Caller) -> None:
    token = key(state, "events:write", source="urn:nhs:ods:RVV")
    events = [event(), event(source="urn:nhs:ods:RPA")]
    answer = post(caller(**AWAY), events, Authorization=f"Bearer {token}").json()
    assert (answer["accepted"], answer["quarantined"], answer["reasons"][0]["field"]) == (1, 1, "source")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8080"])
def test_a_post_from_a_page_of_another_site_is_refused(client: TestClient, state: AppState, origin: str) -> None:
    is_problem(post(client, [event()], Origin=origin), 403)
    assert kept(state) == 0
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        client.websocket_connect(LIVE, headers={"Origin": origin}),
    ):
        pass
    assert denied.value.status_code == 403


def test_a_post_from_our_own_page_is_taken(client: TestClient) -> None:
    assert post(client, [event()], Origin=HERE).json()["accepted"] == 1


def endpoints(routes: list[Any]) -> Iterator[tuple[str, Any]]:
    """Every route of an app, those of included routers among them."""
    for route in flat(routes):
        yield route.path, route.endpoint


def flat(routes: list[Any]) -> Iterator[Any]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from flat(inner.routes)
        else:
            yield route


def test_every_route_declares_who_may_call_it(state: AppState, tmp_path: Path) -> None:
    state.frontend = tmp_path
    found = list(endpoints(create_app(state).routes))
    assert len(found) >= 14, "the walk must see the routes"
    for path, endpoint in found:
        declared = needs_of(endpoint)
        assert declared is not None, f"{path} declares nothing"
        assert declared.scope in (*MAY, "public")
    public = {path for path, endpoint in found if getattr(needs_of(endpoint), "scope", None) == "public"}
    documents = {"/api/v1/openapi.json", "/api/v1/schemas/events", "/api/v1/schemas/asyncapi"}
    assert public == {"/health/live", "/health/ready", "/{path:path}", *documents}
    assert any(isinstance(endpoint, Frontend) for _, endpoint in found)


def test_a_route_without_a_scope_cannot_be_made() -> None:
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(TypeError, match="declares nothing"):
        router.get("/open")(lambda: None)


# --- the socket -----------------------------------------------------------------------------------------------------


def published_overview(state: AppState, revision: int, people: int) -> dict[str, Any]:
    """Publish an overview of the empty store with some people in one department; as a client reads it."""
    from services.domain.clock import Clock
    from services.live import overview

    with state.database.connection() as connection:
        made = overview.read(
            connection, state.system, NOW, clock=Clock(NOW, NOW), wall=NOW, synthetic=True, history=None
        )
    made["sites"][0]["measures"]["ed.in_department"] |= {"value": people, "absent": None}
    made["revision"] = revision
    state.hub.publish(revision, made)
    found: dict[str, Any] = orjson.loads(orjson.dumps(made))
    return found


def ask(after: int | None) -> dict[str, Any]:
    return {"subscribe": ["overview"], "after": {"overview": after}}


def test_the_socket_gives_a_snapshot_then_deltas_and_resumes(client: TestClient, state: AppState) -> None:
    first = published_overview(state, 1, 5)
    with client.websocket_connect(LIVE, headers={"Origin": HERE}) as socket:
        socket.send_json(ask(None))
        assert socket.receive_json() == {"type": "snapshot", "topic": "overview", "revision": 1, "data": first}
        second = published_overview(state, 2, 6)
        change = socket.receive_json()
        assert (change["type"], change["previous"], change["revision"]) == ("delta", 1, 2)
        code = first["sites"][0]["code"]
        assert set(change["data"]["sites"]) == {code}
        assert set(change["data"]["sites"][code]["measures"]) == {"ed.in_department"}
    published_overview(state, 3, 7)
    with client.websocket_connect(LIVE) as socket:
        socket.send_json(ask(2))
        resumed = socket.receive_json()
        assert (resumed["type"], resumed["previous"], resumed["revision"]) == ("delta", 2, 3)
    with client.websocket_connect(LIVE) as socket:
        socket.send_json(ask(3))
        beat = socket.receive_json()
        assert (beat["type"], beat["revision"], beat["clock"]["rate"]) == ("heartbeat", 3, 1.0)
        socket.send_json(ask(99))
        assert socket.receive_json()["type"] == "snapshot"
    assert second["sites"][0]["measures"]["ed.in_department"]["value"] == 6


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"subscribe": ["9991234560"]}', '{"subscribe": ["overview"], "after": {"overview": "1"}}']
)
def test_a_bad_message_is_a_problem_and_keeps_the_socket(client: TestClient, state: AppState, text: str) -> None:
    published_overview(state, 1, 5)
    with client.websocket_connect(LIVE) as socket:
        socket.send_text(text)
        problem = socket.receive_json()
        assert problem["type"] == "problem"
        assert "9991234560" not in problem["detail"]
        socket.send_json(ask(None))
        assert socket.receive_json()["type"] == "snapshot"
