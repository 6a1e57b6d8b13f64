"""The flow model and the store: a state and its demand read as they were known, a forecast made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection
from pydantic import ValidationError

from services.domain.state import SystemState
from services.domain.system import System
from services.errors import LightshipError
from services.flow_model.demand.calendar import Region
from services.flow_model.engine.compile import compiled
from services.flow_model.engine.document import Document
from services.flow_model.engine.network import Network
from services.flow_model.engine.record import Figures
from services.flow_model.forecast import Forecast, forecast
from services.flow_model.system.demand import Demand, demand
from services.flow_model.system.demand_table import HourlyArrivals, hourly, way_in
from services.flow_model.system.priors import FlowPriors
from services.flow_model.system.whole import Whole, whole_system
from services.store import arrivals as arrivals_store
from services.store import state as state_store

HISTORY_DAYS = 56  # of arrivals: eight of each weekday
LEAST_DAYS = 1


def start_of(
    connection: Connection[Any], system: System, as_at: datetime, known_at: datetime
) -> tuple[SystemState, HourlyArrivals]:
    """The state and the demand's history at `as_at`, of what was known at `known_at`.

    Raises LightshipError where there is less than a day of arrivals.
    """
    connection.execute("set transaction isolation level repeatable read, read only")
    state = state_store.read(connection, system, as_at, known_at)
    return state, arrivals_of(connection, system, as_at, known_at)


def arrivals_of(connection: Connection[Any], system: System, as_at: datetime, known_at: datetime) -> HourlyArrivals:
    """Arrivals by site, way in and hour of the last weeks. Raises LightshipError where there is less than a day."""
    first = arrivals_store.first(connection, known_at)
    until = as_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if first is None or until - first < timedelta(days=LEAST_DAYS):
        raise LightshipError(
            f"Less than a day of arrivals is known at {as_at:%Y-%m-%d %H:%M} UTC; a forecast needs at least that. "
            "Take in more history, or ask for a later moment."
        )
    whole_hour = first.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    since = max(whole_hour, until - timedelta(days=HISTORY_DAYS))
    site_of = {unit.code: unit.site for unit in system.units()}
    arrived = []
    for type_, said, hour, number in arrivals_store.read(connection, since, until, known_at):
        way, site = way_in(type_, said), said["site"] or site_of.get(said["unit"] or "")
        if way is not None and site is not None:
            arrived.append((site, way, hour, float(number)))
    if not arrived:
        raise LightshipError(
            f"No arrival is known in the {HISTORY_DAYS} days before {as_at:%Y-%m-%d %H:%M} UTC; "
            "ask for a moment nearer to the history, or take in what came since."
        )
    return hourly(arrived, since, until)


def expected(
    system: System, region: Region, arrivals: HourlyArrivals, as_at: datetime, length_hours: float,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Demand:  # fmt: skip
    """The arrivals of the hours to come. region: whose holidays and clocks they follow."""
    provider_of = {site.code: site.provider for site in system.sites}
    return demand(arrivals, as_at, length_hours, region, provider_of, progress)


def made(
    system: System, priors: FlowPriors, state: SystemState, arrivals: Demand, seed: int, length_hours: float,
    play: Callable[[Network], list[Figures]],
) -> Forecast:  # fmt: skip
    """The forecast from a state and the arrivals to come: its network, played by `play`, and what came of it."""
    whole: Whole = whole_system(system, state, arrivals, priors, length_hours)
    try:
        network = compiled(Document.model_validate(whole.document))
    except ValidationError as error:
        raise LightshipError(f"The system's own network is wrong, a fault of ours: {error}") from None
    return forecast(whole, network, play(network), seed, state, list(arrivals.streams.values()))
