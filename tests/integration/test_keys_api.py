"""Who may call what: keys and their scopes, this machine, proxies, pages of other sites."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient, WebSocketDenialResponse

from services.api.app import AppState, Frontend, create_app
from services.api.auth import GuardedRoute, needs_of
from services.api.identity import MAY, Nobody
from tests.integration.doors import AWAY, HERE, LIVE, Caller, event, flat, is_problem, kept, key, post


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
