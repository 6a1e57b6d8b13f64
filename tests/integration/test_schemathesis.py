"""Requests that Schemathesis makes up from the OpenAPI document meet no fault of ours and no answer it does not say.

LIGHTSHIP_SCHEMATHESIS_EXAMPLES: how many requests an operation; the default keeps the whole under a minute.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from services.api.app import AppState, create_app
from services.api.identity import ROLES, Actor
from services.configuration import load_system
from services.domain.catalogue import CATALOGUE
from services.ingest.door import Door
from services.live.hub import Hub
from services.store.database import Database
from tests.conftest import empty
from tests.integration.doors import NOW, RING, event, post
from tests.integration.test_roles import ROUTES

EXAMPLES = int(os.environ.get("LIGHTSHIP_SCHEMATHESIS_EXAMPLES", "20"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
          response_schema_conformance]  # fmt: skip


class Everybody:
    """Somebody with every role, so that requests reach what is behind the doors."""

    choices = ()
    is_closed, keys_too = False, True

    async def actor(self, connection: Any) -> Actor:  # noqa: ARG002
        return Actor("everybody", "Everybody", frozenset(ROLES))


@dataclass(frozen=True)
class Asked:
    """What is asked. known: by route, values of its path parameter that lead somewhere."""

    schema: Any
    known: Mapping[str, Sequence[str]]


@pytest.fixture(scope="module")
def asked(database: Database) -> Asked:
    with database.connection() as connection:
        empty(connection)
        connection.execute("truncate quarantine, api_key")
    system = load_system()
    state = AppState(
        system=system, database=database, hub=Hub(), door=Door(system, RING, None), keys=RING, clock=lambda: NOW,
        identity=Everybody(), wall=lambda: NOW,
    )  # fmt: skip
    app = create_app(state)
    with TestClient(app) as client:
        refused = [event(type="no.such"), *(event(data={"site": f"RVV9{n}"}) for n in range(5))]
        told = post(client, [event(), event(), *refused]).json()
        key = client.post("/api/v1/keys", json={"name": "a", "scopes": ["state:read"]}).json()["id"]
    held = [reason["quarantine_id"] for reason in told["reasons"]]
    providers = list(system.provider_by_code)
    known: dict[str, Sequence[str]] = {
        "sites": list(system.site_by_code), "places": [each.code for each in system.places], "providers": providers,
        "units": list(system.unit_by_code), "measures": list(CATALOGUE), "feeds": providers, "quarantine": held,
        "keys": [key], "returns": providers,
    }  # fmt: skip
    return Asked(schemathesis.openapi.from_asgi("/api/v1/openapi.json", app), known)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["meant", "not meant"])
@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[1] != "/{path:path}"])
def test_no_request_meets_a_fault_or_an_answer_that_is_not_documented(
    asked: Asked, method: str, path: str, mode: GenerationMode
) -> None:
    operation = asked.schema[path][method]
    known = asked.known.get(path.split("/")[3], ()) if "{" in path else ()
    takes = bool({"parameters", "requestBody"} & set(operation.definition.raw))
    cases = operation.as_strategy(generation_mode=mode if takes else GenerationMode.POSITIVE)

    @settings(
        max_examples=EXAMPLES if takes else 1, deadline=None,
        derandomize=True, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    @given(cases, st.sampled_from([None, *known]))
    def ask(case: Any, value: str | None) -> None:
        if value is not None:
            case.path_parameters = dict.fromkeys(case.path_parameters, value)
        case.call_and_validate(checks=CHECKS)

    ask()
