"""Who may what: every route and every topic of the app against every role, and what people do is in the audit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from services.api.app import AppState, create_app
from services.api.identity import MAY, ROLES, Actor, LocalActors, Nobody, identity_at, is_loopback
from services.domain.system import System
from services.errors import LightshipError
from services.store.keys import SCOPES
from tests.integration.doors import AWAY, HERE, Caller, event, flat, is_problem, key, post

ANYBODY = frozenset(ROLES)
ENGINEER = frozenset(["feed_engineer"])
ADMINISTRATOR = frozenset(["administrator"])
BOARD = frozenset(["site_manager", "control_centre", "feed_engineer", "administrator"])
#: Written by hand, beside the table in services/api/identity.py: a new route needs a row here.
ROUTES: dict[tuple[str, str], frozenset[str] | None] = {
    ("GET", "/api/v1/overview"): ANYBODY,
    ("GET", "/api/v1/sites/{code}"): ANYBODY,
    ("GET", "/api/v1/sites/{code}/people"): frozenset(["site_manager", "control_centre"]),
    ("GET", "/api/v1/measures"): ANYBODY,
    ("GET", "/api/v1/measures/{name}"): ANYBODY,
    ("GET", "/api/v1/measures/{name}/history"): ANYBODY,
    ("GET", "/api/v1/hours"): ANYBODY,
    ("GET", "/api/v1/map"): ANYBODY,
    ("GET", "/api/v1/vehicles"): frozenset(["site_manager", "control_centre"]),
    ("GET", "/api/v1/opel"): ANYBODY,
    ("GET", "/api/v1/opel/editions"): ANYBODY,
    ("GET", "/api/v1/opel/{code}"): ANYBODY,
    ("GET", "/api/v1/opel/{code}/declarations"): ANYBODY,
    ("POST", "/api/v1/opel/{code}/declarations"): frozenset(["site_manager", "control_centre"]),
    ("POST", "/api/v1/opel/declarations/{id}/validate"): frozenset(["control_centre"]),
    ("POST", "/api/v1/opel/declarations/{id}/agree"): frozenset(["control_centre"]),
    ("POST", "/api/v1/opel/declarations/{id}/refuse"): frozenset(["control_centre"]),
    ("GET", "/api/v1/notes"): ANYBODY,
    ("POST", "/api/v1/notes"): frozenset(["site_manager", "control_centre", "administrator"]),
    ("POST", "/api/v1/notes/{id}/withdraw"): frozenset(["site_manager", "control_centre", "administrator"]),
    ("GET", "/api/v1/rebases"): ANYBODY,
    ("POST", "/api/v1/rebases"): frozenset(["control_centre", "planner"]),
    ("POST", "/api/v1/rebases/{id}/withdraw"): frozenset(["control_centre", "planner"]),
    ("GET", "/api/v1/system"): ANYBODY,
    ("GET", "/api/v1/sites"): ANYBODY,
    ("GET", "/api/v1/places"): ANYBODY,
    ("GET", "/api/v1/places/{code}"): ANYBODY,
    ("GET", "/api/v1/services/{name}"): ANYBODY,
    ("GET", "/api/v1/providers"): ANYBODY,
    ("GET", "/api/v1/providers/{code}"): ANYBODY,
    ("GET", "/api/v1/units"): ANYBODY,
    ("GET", "/api/v1/units/{code}"): ANYBODY,
    ("GET", "/api/v1/feeds"): BOARD,
    ("GET", "/api/v1/feeds/{code}"): BOARD,
    ("GET", "/api/v1/feeds/{code}/journeys"): BOARD - ADMINISTRATOR,
    ("GET", "/api/v1/feeds/{code}/unmapped"): BOARD - ADMINISTRATOR,
    ("GET", "/api/v1/events"): ENGINEER,
    ("POST", "/api/v1/events"): ENGINEER,
    ("GET", "/api/v1/quarantine"): ENGINEER | ADMINISTRATOR,
    ("GET", "/api/v1/quarantine/{id}"): ENGINEER | ADMINISTRATOR,
    ("POST", "/api/v1/quarantine/{id}/mend"): ENGINEER,
    ("POST", "/api/v1/quarantine/{id}/replay"): ENGINEER,
    ("GET", "/api/v1/returns"): BOARD - ADMINISTRATOR,
    ("GET", "/api/v1/returns/{code}"): BOARD - ADMINISTRATOR,
    ("POST", "/api/v1/returns/{code}"): BOARD - ADMINISTRATOR,
    ("GET", "/api/v1/trainer"): ENGINEER | ADMINISTRATOR,
    ("POST", "/api/v1/trainer/clock"): ENGINEER | ADMINISTRATOR,
    ("POST", "/api/v1/trainer/incidents"): ENGINEER | ADMINISTRATOR,
    ("POST", "/api/v1/trainer/incidents/{id}/end"): ENGINEER | ADMINISTRATOR,
    ("POST", "/api/v1/trainer/silences"): ENGINEER | ADMINISTRATOR,
    ("POST", "/api/v1/trainer/silences/{id}/end"): ENGINEER | ADMINISTRATOR,
    ("POST", "/api/v1/trainer/moments"): ENGINEER | ADMINISTRATOR,
    ("POST", "/api/v1/trainer/jump"): ENGINEER | ADMINISTRATOR,
    ("GET", "/api/v1/me"): ANYBODY,
    ("PUT", "/api/v1/me"): ANYBODY,
    ("GET", "/api/v1/audit"): ADMINISTRATOR | {"control_centre"},
    ("GET", "/api/v1/keys"): ADMINISTRATOR,
    ("POST", "/api/v1/keys"): ADMINISTRATOR,
    ("POST", "/api/v1/keys/{id}/revoke"): ADMINISTRATOR,
    ("GET", "/health/live"): None,
    ("GET", "/health/ready"): None,
    ("GET", "/api/v1/openapi.json"): None,
    ("GET", "/api/v1/schemas/events"): None,
    ("GET", "/api/v1/schemas/asyncapi"): None,
    ("GET", "/{path:path}"): None,
}
FILLED = {
    "{code}": "RVV01",
    "{name}": "ed.over_12h",
    "{id}": str(uuid4()),
    "{path:path}": "index.html",
}


class Played:
    """Somebody with exactly one role."""

    choices = ()
    is_closed, keys_too = False, True

    def __init__(self, role: str) -> None:
        self.played = Actor(role, role, frozenset([role]))  # type: ignore[list-item]

    async def actor(self, connection: HTTPConnection) -> Actor:  # noqa: ARG002
        return self.played


def routes(state: AppState) -> set[tuple[str, str]]:
    found = {
        (method, route.path)
        for route in flat(create_app(state).routes)
        for method in getattr(route, "methods", None) or ()
    }
    return found - {("HEAD", path) for _, path in found}


def test_every_route_has_a_row_in_the_matrix(state: AppState, tmp_path: Path) -> None:
    state.frontend = tmp_path
    assert routes(state) == set(ROUTES)


@pytest.mark.parametrize("role", ROLES)
def test_every_route_opens_to_the_roles_of_its_row_and_to_no_other(
    state: AppState, caller: Caller, role: str, tmp_path: Path
) -> None:  # fmt: skip
    (tmp_path / "index.html").touch()
    state.frontend = tmp_path
    state.identity = Played(role)
    client = caller(**AWAY)
    for (method, path), may in ROUTES.items():
        for name, value in FILLED.items():
            path = path.replace(name, value)
        response = client.request(method, path)
        opened = response.status_code not in (401, 403)
        assert opened == (may is None or role in may), (method, path, role, response.text)
        if not opened:
            assert "role" in is_problem(response, 403)["detail"]


def test_nobody_is_let_in_nowhere_but_at_public_doors(state: AppState, caller: Caller) -> None:
    state.identity = Nobody()
    client = caller()
    for (method, path), may in ROUTES.items():
        if may is not None:
            is_problem(client.request(method, path.replace("{id}", str(uuid4()))), 401)


def test_every_permission_is_somebodys_and_every_scope_is_a_permission() -> None:
    assert all(MAY.values())
    assert set(SCOPES) <= set(MAY)


def test_no_api_key_opens_what_is_for_people(state: AppState, caller: Caller) -> None:
    token = key(state, *SCOPES)  # type: ignore[arg-type]
    client = caller(**AWAY)
    for path in ("/api/v1/me", "/api/v1/audit", "/api/v1/keys"):
        assert "people" in is_problem(client.get(path, headers={"X-API-Key": token}), 403)["detail"]


# --- the made-up people of this machine -----------------------------------------------------------------------------


def test_who_chooses_nobody_is_the_desk_and_a_choice_is_kept_in_a_cookie(client: TestClient) -> None:
    me = client.get("/api/v1/me").json()
    assert (me["name"], me["sites"]) == ("desk", None)
    assert {"control_centre", "feed_engineer"} == set(me["roles"])
    manager = next(each for each in me["choices"] if each["roles"] == ["site_manager"])
    assert len(manager["sites"]) == 1
    answer = client.put("/api/v1/me", json={"name": manager["name"]}, headers={"Origin": HERE})
    assert answer.json()["name"] == manager["name"]
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/api/v1/me").json()["sites"] == manager["sites"]
    is_problem(client.get("/api/v1/quarantine"), 403)
    assert client.get("/api/v1/me", headers={"Lightship-Actor": "planner"}).json()["roles"] == ["planner"]


def test_a_name_that_nobody_has_is_refused_and_gives_no_more_than_a_viewer_has(client: TestClient) -> None:
    is_problem(client.put("/api/v1/me", json={"name": "root"}), 422)
    client.cookies.set("lightship_actor", "root")
    assert client.get("/api/v1/me").json()["roles"] == ["viewer"]
    is_problem(post(client, [event()]), 403)


def test_a_page_of_another_site_chooses_nobody(client: TestClient) -> None:
    is_problem(client.put("/api/v1/me", json={"name": "administrator"}, headers={"Origin": "http://evil.example"}), 403)


def test_where_people_sign_in_nobody_is_chosen(state: AppState, caller: Caller) -> None:
    state.identity = Played("administrator")
    is_problem(caller(**AWAY).put("/api/v1/me", json={"name": "viewer"}), 409)


def test_made_up_people_exist_on_this_machine_alone(caller: Caller) -> None:
    for where in (AWAY, {"address": "127.0.0.1", "base_url": "http://rebound.example:8080"}):
        is_problem(caller(**where).get("/api/v1/me", headers={"Lightship-Actor": "administrator"}), 401)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "lightship.example", "", "127.0.0.1.example"])
def test_a_server_for_others_needs_sign_in(system: System, host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(LightshipError, match="without sign-in"):
        identity_at(host, system)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_a_server_for_this_machine_has_its_made_up_people(system: System, host: str) -> None:
    assert isinstance(identity_at(host, system), LocalActors)


def test_a_site_manager_acts_for_their_sites_alone(system: System) -> None:
    manager = next(actor for actor in LocalActors(system).choices if actor.sites)
    (site,) = manager.sites or {""}
    assert manager.may_at(site)
    assert not manager.may_at("RXX99")
    assert not manager.may_at(None)
    assert replace(manager, sites=None).may_at(None)


# --- the audit ------------------------------------------------------------------------------------------------------


def audited(client: TestClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/audit", params={"limit": 5}).json()["items"]
    return found


def test_what_people_do_in_the_quarantine_is_audited_without_what_was_sent(client: TestClient) -> None:
    bad = event(data={"site": "RVV99", "department_type": 1}, nhsnumber="999 123 4560")
    id_ = post(client, bad).json()["reasons"][0]["quarantine_id"]
    address = f"/api/v1/quarantine/{id_}"
    client.post(f"{address}/mend", json={"set": {"data.site": "RVV01", "person 9991234560": 1}, "why": "mistyped"})
    refused = client.post(f"{address}/replay").json()
    assert refused["quarantined"] == 1
    client.post(f"{address}/mend", json={"set": {"person 9991234560": None}})
    accepted = client.post(f"{address}/replay", json={"why": "the site is right now"}).json()
    assert accepted["accepted"] == 1
    last, _, again, first = audited(client)[:4]
    assert (first["what"], first["who"], first["role"], first["target"]) == (
        "quarantine.mend", "desk", "feed_engineer", id_,
    )  # fmt: skip
    assert (first["why"], first["before"]["state"], first["after"]["state"]) == ("mistyped", "held", "mended")
    assert (again["what"], again["after"]["quarantined"]) == ("quarantine.replay", 1)
    assert (last["before"]["state"], last["after"]["state"], last["after"]["accepted"]) == ("mended", "replayed", 1)
    assert "9991234560" not in str(audited(client))
    assert first["system_at"].startswith("2026-03-10T12:00")


def test_a_deed_that_fails_is_not_audited_and_one_that_cannot_be_audited_does_not_happen(
    client: TestClient, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    id_ = post(client, event(data={"site": "RVV99", "department_type": 1})).json()["reasons"][0]["quarantine_id"]
    before = audited(client)
    is_problem(client.post(f"/api/v1/quarantine/{uuid4()}/replay"), 404)
    is_problem(client.post(f"/api/v1/quarantine/{id_}/mend", json={"set": {"id.x": 1}}), 409)
    assert audited(client) == before

    def away(*_: Any, **__: Any) -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr("services.tending.audit.write", away)
    is_problem(client.post(f"/api/v1/quarantine/{id_}/mend", json={"set": {"data.site": "RVV01"}}), 503)
    assert client.get(f"/api/v1/quarantine/{id_}").json()["state"] == "held"


@pytest.mark.parametrize("why", ["NHS number 999 123 4560", "ring 01227 766877", "a\nb", "", "x" * 201])
def test_a_reason_holds_no_number_of_a_person(client: TestClient, why: str) -> None:
    id_ = post(client, event(type="no.such")).json()["reasons"][0]["quarantine_id"]
    problem = is_problem(client.post(f"/api/v1/quarantine/{id_}/replay", json={"why": why}), 422)
    assert "names nobody" in problem["detail"]
    assert "999" not in problem["detail"]


def test_the_audit_is_read_by_pages(client: TestClient) -> None:
    id_ = post(client, event(type="no.such")).json()["reasons"][0]["quarantine_id"]
    for _ in range(3):
        client.post(f"/api/v1/quarantine/{id_}/replay")
    page = client.get("/api/v1/audit", params={"limit": 2}).json()
    following = client.get("/api/v1/audit", params={"limit": 1, "cursor": page["next"]}).json()
    ids = [entry["id"] for entry in page["items"] + following["items"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 3
    quarantine = client.get("/api/v1/quarantine", params={"limit": 1}).json()["next"] or "garbage"
    for cursor in ("garbage", "%00", "💥", quarantine):
        is_problem(client.get("/api/v1/audit", params={"cursor": cursor}), 422)


def test_the_audit_cannot_be_changed(state: AppState) -> None:
    with state.database.connection() as connection:
        for statement in ("update audit set who = 'x'", "delete from audit", "truncate audit"):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                connection.execute(statement)


def test_an_administrator_makes_and_revokes_keys_and_the_audit_never_holds_the_token(
    client: TestClient, state: AppState, caller: Caller
) -> None:  # fmt: skip
    as_administrator = {"Lightship-Actor": "administrator"}
    wanted = {"name": "East Kent engine", "scopes": ["events:write"], "source": "urn:nhs:ods:RVV", "why": "go-live"}
    made = client.post("/api/v1/keys", json=wanted, headers=as_administrator)
    assert made.status_code == 201
    token, id_ = made.json()["token"], made.json()["id"]
    assert post(caller(**AWAY), [event()], X_API_Key=token).json()["accepted"] == 1
    assert token not in client.get("/api/v1/keys", headers=as_administrator).text
    assert client.post(f"/api/v1/keys/{id_}/revoke", headers=as_administrator).status_code == 204
    is_problem(post(caller(**AWAY), [event()], X_API_Key=token), 401)
    is_problem(client.post(f"/api/v1/keys/{uuid4()}/revoke", headers=as_administrator), 404)
    revoked, created = audited(client)[:2]
    assert (created["what"], created["who"], created["why"], created["target"]) == (
        "key.create", "administrator", "go-live", id_,
    )  # fmt: skip
    assert (revoked["what"], revoked["target"]) == ("key.revoke", id_)
    assert token not in str(audited(client))
    wrong: dict[str, Any]
    for wrong in ({"scopes": []}, {"scopes": ["audit:read"]}, {"days": 0}, {"source": "RVV"}, {"name": "\n"}):
        is_problem(client.post("/api/v1/keys", json=wanted | wrong, headers=as_administrator), 422)
