"""Fixtures of the API's tests: an app over the real store, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.api.app import AppState, create_app
from services.api.identity import ACTOR_HEADER, LocalActors
from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.domain.system import System
from services.ingest.door import Door
from services.live.hub import Hub
from services.store.database import Database
from services.store.embedded import embedded
from tests.conftest import empty
from tests.integration.doors import HERE, NOW, RING, Ask, Caller, Wheel
from tests.integration.installations import Made, installations


@pytest.fixture(scope="session")
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


@pytest.fixture
def clock() -> Wheel:
    return Wheel()


@pytest.fixture
def ask(database: Database, system: System, clock: Wheel) -> Iterator[Ask]:
    """Ask as an actor of a door that takes the catalogue's gauges: `ask(MANAGER, "POST", address, json)`."""
    with database.connection() as connection:
        empty(connection)
        connection.execute("truncate quarantine")
    state = AppState(
        system=system, database=database, hub=Hub(), door=Door(system, RING, GAUGES), keys=RING, clock=clock,
        identity=LocalActors(system), wall=clock,
    )  # fmt: skip
    with TestClient(create_app(state), base_url=HERE, client=("127.0.0.1", 50000)) as client:

        def call(actor: str, method: str, address: str, body: Any = None, **parameters: Any) -> Any:
            return client.request(method, f"/api/v1{address}", json=body, params=parameters,
                                  headers={ACTOR_HEADER: actor})  # fmt: skip

        yield call


@pytest.fixture(scope="session")
def store_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded(tmp_path_factory.mktemp("stores") / "postgres") as url:
        yield url


@pytest.fixture
def made(store_server: str, tmp_path: Path) -> Iterator[Made]:
    with installations(store_server, tmp_path) as make:
        yield make
