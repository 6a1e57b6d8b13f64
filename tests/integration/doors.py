"""What the tests of the API share: good events, how they are posted, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
from starlette.testclient import TestClient

from services.api.app import AppState
from services.ingest.identity import KeyRing
from services.store import keys as api_keys
from services.store.keys import Scope

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HERE = "http://127.0.0.1:8080"
LIVE = "ws://127.0.0.1:8080/api/v1/live"  # whole: the test client names another host otherwise
RING = KeyRing(b"p" * 32, {"1": b"s" * 32})
Caller = Callable[..., TestClient]
Ask = Callable[..., Any]
MANAGER, CENTRE = "site-manager-rvv01", "control-centre"
AWAY = {"address": "192.0.2.7", "base_url": "http://lightship.example"}


def event(**changes: Any) -> dict[str, Any]:
    """A good `ed.arrived`; None takes an attribute out."""
    made: dict[str, Any] = {
        "specversion": "1.0", "id": uuid4().hex, "source": "urn:nhs:ods:RVV", "subject": f"RVV/V{uuid4().hex[:8]}",
        "type": "ed.arrived", "time": "2026-03-10T11:30:00Z", "data": {"site": "RVV01", "department_type": 1},
    }  # fmt: skip
    made |= changes
    return {key: value for key, value in made.items() if value is not None}


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


def key(state: AppState, *scopes: Scope, expires: timedelta = timedelta(days=1), source: str | None = None) -> str:
    made = NOW - timedelta(days=2)
    with state.database.connection() as connection:
        _, token = api_keys.create(
            connection, name="test", scopes=scopes, source=source, now=made, expires_at=NOW + expires
        )
    return token


def flat(routes: list[Any]) -> Iterator[Any]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from flat(inner.routes)
        else:
            yield route


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


def wish(after: int | None) -> dict[str, Any]:
    return {"subscribe": ["overview"], "after": {"overview": after}}


class Wheel:
    """A clock that the test turns."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now
