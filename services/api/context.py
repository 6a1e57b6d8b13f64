"""What the doors of the API work with. Made once by whoever starts the server; nothing reaches for globals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import anyio.to_thread
from psycopg import Connection
from starlette.requests import HTTPConnection

from services.api.identity import Identity, Nobody
from services.domain.system import System
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.ingest.intake import Intake, Publisher
from services.live.hub import Hub
from services.moments import Moments
from services.store.database import Database
from services.store.recent import Recent

INGESTING_AT_ONCE = 2  # so that a burst of large bodies never takes the threads that boards read through

P = ParamSpec("P")
R = TypeVar("R")


def _wall() -> datetime:
    return datetime.now(UTC)


@dataclass
class AppState:
    """clock: the system's, by which events are judged; wall: the real one, by which API keys expire.

    identity: how people are known. frontend: the folder of the built boards. system_name: as for `load_system`.
    moments: those saved of this store; None where it is no embedded one. about: what an overview says of the whole
    store, until the first is kept. publisher: where events go that are taken in; None: into the store.
    """

    system: System
    database: Database
    hub: Hub
    door: Door
    keys: KeyRing
    clock: Callable[[], datetime]
    identity: Identity = field(default_factory=Nobody)
    frontend: Path | None = None
    ready: Callable[[], bool] = lambda: True
    wall: Callable[[], datetime] = _wall
    system_name: str | Path = "kent_and_medway"
    moments: Moments | None = None
    about: Callable[[], Mapping[str, Any]] = lambda: {
        "synthetic": False, "mixed": False, "copy_of": None, "history": None,
    }  # fmt: skip
    publisher: Publisher | None = None
    _recent: Recent = field(init=False, repr=False, default_factory=Recent)
    _origins: set[bool] = field(init=False, repr=False, default_factory=set)
    _ingesting: anyio.CapacityLimiter = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._ingesting = anyio.CapacityLimiter(INGESTING_AT_ONCE)

    @property
    def intake(self) -> Intake:
        return Intake(self.database, self.door, self._recent, self._origins, self.publisher)

    async def ask(self, call: Callable[Concatenate[Connection[Any], P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a function of the store, with a connection, in a worker thread."""

        def run() -> R:
            with self.database.connection() as connection:
                return call(connection, *args, **kwargs)

        return await anyio.to_thread.run_sync(run)

    async def take(self, call: Callable[Concatenate[Intake, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a function of the intake in a worker thread, two at once."""
        work = partial(call, self.intake, *args, **kwargs)
        return await anyio.to_thread.run_sync(work, limiter=self._ingesting)


def state_of(connection: HTTPConnection) -> AppState:
    state = connection.app.state.lightship
    assert isinstance(state, AppState)
    return state
