"""Sign-in by tokens, with real keys: who is let in, as whom, and what opens nothing whatever it says."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import os
import time as wall_time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from services.api import tokens as room
from services.api.app import AppState, create_app
from services.api.identity import LocalActors
from services.api.signing_in import identity_of
from services.api.tokens import BearerTokens, Tokens
from services.domain.system import System
from services.errors import LightshipError
from services.settings import Settings
from tests.integration.doors import event, flat, is_problem, key, post
from tests.integration.test_roles import FILLED

ISSUER, AUDIENCE = "https://sign-in.example", "lightship"
AWAY = "https://lightship.example"
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
OKP = OKPKey.generate_key("Ed25519", {"kid": "okp"})
ALGORITHM = {"rsa": "RS256", "ec": "ES256", "okp": "Ed25519"}
Enter = Callable[..., TestClient]


def written(file: Path, *keys: Any) -> Path:
    file.write_text(json.dumps({"keys": [each.as_dict(private=False) for each in keys]}))
    return file


def read_on(line: Any) -> None:
    while True:
        line.receive_json()


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    return written(tmp_path / "jwks.json", RSA, EC, OKP)


def token(signed_by: Any = RSA, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A good token of a control centre; None takes a claim out."""
    now = int(wall_time.time())
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u-417", "exp": now + 300, "iat": now, "roles": ["control_centre"]}
    made = {name: value for name, value in (said | claims).items() if value is not None}
    head = {"alg": ALGORITHM.get(signed_by.kid, "RS256"), "kid": signed_by.kid} | (header or {})
    return jwt.encode(head, made, signed_by, algorithms=[head["alg"]])


@pytest.fixture
def enter(state: AppState, jwks: Path, system: System, tmp_path: Path) -> Iterator[Enter]:
    """A client from elsewhere, with a token or without."""
    opened: list[TestClient] = []
    boards = tmp_path / "boards"
    boards.mkdir()
    (boards / "index.html").write_text("<title>Lightship</title>")
    state.frontend = boards

    def go(bearer: str | None = None, keys_too: bool = False, **headers: str) -> TestClient:
        state.identity = BearerTokens(Tokens(ISSUER, AUDIENCE, jwks, keys_too=keys_too), system)
        shown = {"Authorization": f"Bearer {bearer}"} if bearer is not None else {}
        client = TestClient(create_app(state), base_url=AWAY, client=("192.0.2.7", 50000), headers={**shown, **headers})
        opened.append(client)
        return client.__enter__()

    yield go
    for client in opened:
        client.__exit__()


@pytest.mark.parametrize("by", [RSA, EC, OKP], ids=lambda each: each.kid)
def test_a_token_signed_by_any_key_of_the_set_lets_in(enter: Enter, by: Any) -> None:
    me = enter(token(by, name="Duty manager")).get("/api/v1/me").json()
    assert (me["name"], me["title"], me["roles"], me["sites"]) == ("u-417", "Duty manager", ["control_centre"], None)
    assert me["choices"] == []


def test_nothing_but_health_is_answered_without_a_token(enter: Enter, state: AppState) -> None:
    client = enter()
    for route in flat(create_app(state).routes):
        for method in getattr(route, "methods", None) or ():
            address = route.path
            for name, value in FILLED.items():
                address = address.replace(name, value)
            answer = client.request(method, address)
            if address.startswith("/health/"):
                assert answer.status_code in (200, 405), address
            else:
                assert answer.status_code == 401, (method, address)
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    for address in ("/", "/index.html", "/ed", "/nothing", "/health", "//health/live", "/%2e%2e/health/live"):
        assert client.get(address).status_code == 401, address
    assert enter(token()).get("/").status_code == 200


def test_the_socket_opens_to_a_token_alone(enter: Enter, state: AppState, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WebSocketDenialResponse) as denied, enter().websocket_connect("/api/v1/live"):
        pass
    assert denied.value.status_code == 401
    monkeypatch.setattr("services.api.socket.ASKED_AGAIN_SECONDS", 0.2)
    monkeypatch.setattr(room, "LEEWAY_SECONDS", 0)
    ends = int(wall_time.time()) + 2
    with enter(token(exp=ends)).websocket_connect("/api/v1/live") as line:
        line.send_json({"subscribe": ["overview"]})
        with pytest.raises(WebSocketDisconnect) as ended:
            read_on(line)
    assert ended.value.code == 1008
    assert wall_time.time() >= ends - 1


def part(said: Any) -> str:
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def shared_secret(claims: dict[str, Any]) -> str:
    """As one who takes the public key for a secret would sign."""
    signed = f"{part({'alg': 'HS256', 'kid': 'rsa'})}.{part(claims)}"
    return f"{signed}.{part(hmac.digest(RSA.as_pem(private=False), signed.encode(), 'sha256'))}"


def forged() -> dict[str, str]:
    now = int(wall_time.time())
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u-1", "exp": now + 300, "roles": ["administrator"]}
    other = RSAKey.generate_key(2048, {"kid": "rsa"})
    whole = token()
    head, _, signature = whole.split(".")
    return {
        "unsigned": f"{part({'alg': 'none', 'kid': 'rsa'})}.{part(good)}.", "of another key": token(other),
        "a shared secret made of the public key": shared_secret(good),
        "a key of its own": token(other, {"jwk": other.as_dict(private=False)}),
        "a key elsewhere": token(other, {"jku": "https://evil.example/jwks.json"}),
        "no such key": token(RSA, {"kid": "unknown"}), "another issuer": token(iss="https://evil.example"),
        "no issuer": token(iss=None), "another audience": token(aud="other"), "no audience": token(aud=None),
        "over": token(exp=now - 60), "endless": token(exp=None), "not yet": token(nbf=now + 600),
        "of the future": token(iat=now + 600), "nobody": token(sub=None), "a list": token(sub=["u-1"]),
        "a long name": token(sub="u" * 256), "a name on two lines": token(sub="u\n1"),
        "changed": f"{head}.{part(good)}.{signature}", "cut": whole[:-10], "too long": token(more="x" * 20_000),
        "garbage": "garbage", "dots": "..", "bytes": "\u00e9.\u00e9.\u00e9",
        "an end that is none": token(exp="tomorrow"), "a source that is none": token(roles=None, source=7),
        "a name of the command line": token(sub="command line (root)"), "a name of a key": token(sub="key 7"),
        "of a sign-out": token(header={"typ": "logout+jwt"}), "bound to its sender": token(cnf={"jkt": "x"}),
        "a head that is a list": f"{part(['alg'])}.{part(good)}.{signature}",
        "a deep head": f"{part(b'[' * 9000)}.{part(good)}.{signature}",
        "what nobody understands": f"{part({'alg': 'RS256', 'kid': 'rsa', 'crit': ['x']})}.{part(good)}.{signature}",
        "an algorithm of another key": f"{part({'alg': 'ES256', 'kid': 'rsa'})}.{part(good)}.{signature}",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(forged()))
def test_what_does_not_verify_opens_nothing_and_is_told_nothing(
    enter: Enter, name: str, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    made = forged()[name]
    client = enter()
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {made}".encode()})
    problem = is_problem(answer, 401)
    assert problem["detail"] == "The token is not valid; sign in again."
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert made not in "".join(capsys.readouterr())


@pytest.mark.parametrize("how", ["query", "cookie", "basic", "actor", "key"])
def test_a_token_shown_in_another_way_is_none(enter: Enter, state: AppState, how: str) -> None:
    client, made = enter(), token()
    headers = {
        "cookie": {"Cookie": f"access_token={made}; lightship_actor=administrator"},
        "basic": {"Authorization": f"Basic {made}"}, "actor": {"Lightship-Actor": "administrator"},
        "key": {"Authorization": f"Bearer {key(state, 'events:write')}"},
    }.get(how, {})  # fmt: skip
    asked = {"access_token": made, "token": made} if how == "query" else {}
    assert client.get("/api/v1/me", headers=headers, params=asked).status_code == 401


def test_roles_and_sites_are_those_of_the_claims(enter: Enter, state: AppState, jwks: Path, system: System) -> None:
    def who(**claims: Any) -> Any:
        return enter(token(**claims)).get("/api/v1/me").json()

    assert who(roles=["planner", "root", 7])["roles"] == ["planner"]
    assert who(roles="planner viewer")["roles"] == ["planner", "viewer"]
    assert who(roles=["site_manager"])["sites"] == []  # of none, until somebody says of which
    assert who(roles=["site_manager"], sites=["RVV01", "NOWHERE"])["sites"] == ["RVV01"]
    assert who(roles=["control_centre"], sites=["NOWHERE"])["sites"] == []
    assert who(roles=["site_manager", "viewer"])["sites"] == []  # a viewer sees all and manages none
    assert who(roles=["site_manager", "control_centre"])["sites"] is None
    is_problem(enter(token(roles=[])).get("/api/v1/me"), 403)
    is_problem(enter(token(roles={"administrator": True})).get("/api/v1/overview"), 403)
    deeper = BearerTokens(Tokens(ISSUER, AUDIENCE, jwks, roles_claim="realm_access.roles"), system)
    assert deeper.verified(token(roles=None, realm_access={"roles": ["viewer"]})).roles == {"viewer"}


def test_a_machine_may_what_its_scopes_say_for_its_source(enter: Enter) -> None:
    sender = enter(token(roles=None, scope="openid events:write", source="urn:nhs:ods:RWF"))
    assert post(sender, [event()]).json()["quarantined"] == 1
    there = event(source="urn:nhs:ods:RWF", subject="RWF/V1", data={"site": "RWF03", "department_type": 1})
    assert post(sender, [there]).json()["accepted"] == 1
    assert "scope" in is_problem(sender.get("/api/v1/overview"), 403)["detail"]
    assert "people" in is_problem(sender.get("/api/v1/audit"), 403)["detail"]


def test_api_keys_open_doors_where_that_is_wanted(enter: Enter, state: AppState) -> None:
    made = key(state, "events:write")
    assert post(enter(made), [event()]).status_code == 401
    assert post(enter(made, keys_too=True), [event()]).json()["accepted"] == 1
    assert post(enter(None, keys_too=True, **{"X-API-Key": made}), [event()]).json()["accepted"] == 1
    assert enter(None, keys_too=True, **{"X-API-Key": "lightship_no"}).get("/api/v1/overview").status_code == 401
    assert enter(token(), keys_too=True).get("/api/v1/me").json()["name"] == "u-417"
    both = enter(token(), keys_too=True, **{"X-API-Key": made}).get("/api/v1/me")
    assert both.json()["name"] == "u-417", "a proxy's token counts, whatever key the client sends beside it"


@pytest.mark.parametrize("how", ["bearer", "header"])
def test_what_only_looks_like_a_key_opens_no_page_either(enter: Enter, state: AppState, how: str) -> None:
    def shown(made: str) -> TestClient:
        return enter(made, keys_too=True) if how == "bearer" else enter(None, keys_too=True, **{"X-API-Key": made})

    addresses = ("/", "/index.html", "/api/v1/openapi.json", "/api/v1/schemas/events", "/nothing")
    for made in ("lightship_nonsense", key(state, "state:read", expires=-timedelta(hours=1))):
        assert {shown(made).get(address).status_code for address in addresses} == {401}
    good = shown(key(state, "state:read"))
    assert [good.get(address).status_code for address in addresses] == [200, 200, 200, 200, 404]


def test_a_key_that_cannot_be_looked_up_opens_nothing_and_is_told_to_come_again(
    enter: Enter, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    def away(*_: Any) -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr("services.api.auth.keys.verify", away)
    answer = enter(key(state, "state:read"), keys_too=True).get("/")
    is_problem(answer, 503)
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("path", ["/health/../index.html", "/health/live/../../index.html", "/health/", "/health/x"])
def test_no_page_lies_behind_the_checks_of_health(enter: Enter, state: AppState, path: str) -> None:
    enter()
    answered: list[Any] = []

    async def silence() -> Any:
        await asyncio.sleep(60)

    async def heard(message: Any) -> None:
        answered.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [],
        "client": ("192.0.2.7", 50000), "server": ("lightship.example", 443),
    }  # fmt: skip
    asyncio.run(create_app(state)(scope, silence, heard))  # no client: those make such a path shorter before it is sent
    assert answered[0]["status"] == 401


def test_a_socket_ends_when_its_token_does(enter: Enter, state: AppState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LEEWAY_SECONDS", 0)
    state.wall = lambda: datetime.now(UTC)
    ends = int(wall_time.time()) + 2
    with enter(token(exp=ends)).websocket_connect("/api/v1/live") as line, pytest.raises(WebSocketDisconnect) as ended:
        read_on(line)
    assert (ended.value.code, ended.value.reason) == (1008, "The sign-in is over; sign in and connect again.")
    assert ends <= wall_time.time() < ends + 10, "at its end, not at the next look of a minute later"


def test_what_issuers_add_to_a_head_is_passed_by(enter: Enter) -> None:
    everything = JWSRegistry(algorithms=["RS256"], strict_check_header=False)
    everything.max_header_length = 9000
    now = int(wall_time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u-417", "exp": now + 60, "roles": ["viewer"]}
    head = {"alg": "RS256", "kid": "rsa", "typ": "at+jwt", "nonce": "n", "x5c": ["M" * 2000]}
    made = jwt.encode(head, claims, RSA, registry=everything)
    assert enter(made).get("/api/v1/me").json()["name"] == "u-417"
    older = jwt.encode({"alg": "EdDSA", "kid": "okp"}, claims, OKP, algorithms=["EdDSA"])
    assert enter(older).get("/api/v1/me").json()["name"] == "u-417"


def test_what_a_person_does_is_in_the_audit_under_the_tokens_subject(enter: Enter) -> None:
    client = enter(token())
    assert client.post(
        "/api/v1/notes", json={"scope": "QKS", "at": "2026-03-10T11:00:00Z", "text": "CT down"}
    ).is_success
    newest = client.get("/api/v1/audit").json()["items"][0]
    assert (newest["who"], newest["role"]) == ("u-417", "control_centre")


def test_keys_are_changed_without_a_restart_and_a_broken_file_changes_nothing(
    jwks: Path, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LOOK_SECONDS", -1)
    identity = BearerTokens(Tokens(ISSUER, AUDIENCE, jwks), system)
    newer = RSAKey.generate_key(2048, {"kid": "newer"})
    with pytest.raises(room.TokenRefused):
        identity.verified(token(newer))
    written(jwks, newer)
    assert identity.verified(token(newer)).name == "u-417"
    with pytest.raises(room.TokenRefused):
        identity.verified(token(RSA))
    jwks.write_text("{")
    assert identity.verified(token(newer)).name == "u-417"
    os.unlink(jwks)
    assert identity.verified(token(newer)).name == "u-417"


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", '{"keys": []}', '{"keys": 1}', '{"keys": [1]}', '{"keys": [{}]}', '{"keys": [{"kty": "RSA"}]}',
        "[" * 100_000, '{"keys": [{"kty": "OKP", "crv": "none", "x": "AA"}]}', '{"keys": [{"kty": ["RSA"]}]}',
        json.dumps({"keys": [RSA.as_dict(private=True)]}),
        json.dumps({"keys": [OctKey.generate_key(256).as_dict(private=True)]}),
        json.dumps({"keys": [RSAKey.generate_key(1024).as_dict(private=False)]}),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_public_keys_is_refused_at_the_start(tmp_path: Path, system: System, text: str) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(text)
    with pytest.raises(LightshipError, match="LIGHTSHIP_JWKS_FILE") as refused:
        BearerTokens(Tokens(ISSUER, AUDIENCE, file), system)
    assert str(RSA.as_dict(private=True)["d"]) not in str(refused.value)


def test_which_identity_a_server_has_is_a_matter_of_settings(jwks: Path, system: System) -> None:
    whole = Settings(issuer=ISSUER, audience=AUDIENCE, jwks_file=jwks)
    assert isinstance(identity_of(whole, system, "0.0.0.0"), BearerTokens)
    assert isinstance(identity_of(Settings(), system, "127.0.0.1"), LocalActors)
    with pytest.raises(LightshipError, match="LIGHTSHIP_AUDIENCE"):
        identity_of(whole.model_copy(update={"audience": None}), system, "127.0.0.1")
    with pytest.raises(LightshipError, match="LIGHTSHIP_ISSUER, LIGHTSHIP_AUDIENCE, LIGHTSHIP_JWKS_FILE"):
        identity_of(Settings(), system, "127.0.0.1", is_production=True)
    with pytest.raises(LightshipError, match="without sign-in"):
        identity_of(Settings(), system, "0.0.0.0")


def test_settings_that_are_left_empty_are_not_set(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ISSUER", "AUDIENCE", "JWKS_FILE"):
        monkeypatch.setenv(f"LIGHTSHIP_{name}", "")
    assert isinstance(identity_of(Settings(), system, "127.0.0.1"), LocalActors)


def test_a_set_with_one_key_needs_no_name_of_it(tmp_path: Path, system: System) -> None:
    lone = RSAKey.generate_key(2048, {"kid": "lone"})
    identity = BearerTokens(Tokens(ISSUER, AUDIENCE, written(tmp_path / "jwks.json", lone)), system)
    now = int(wall_time.time())
    made = jwt.encode({"alg": "RS256"}, {"iss": ISSUER, "aud": [AUDIENCE], "sub": "u", "exp": now + 9}, lone)
    assert identity.verified(made).roles == frozenset()
    assert len(KeySet([lone]).keys) == 1
