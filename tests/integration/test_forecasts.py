"""A forecast from a real store: of every site, the same for the same, and of nothing that was not known then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from services.cli_forecast import as_data
from services.configuration_flow import load_flow_priors, load_region
from services.domain.catalogue import GAUGES
from services.errors import LightshipError
from services.flow_model import service
from services.flow_model.engine.replications import replications
from services.flow_model.forecast import MEASURES
from services.ingest.body import RawItem
from services.ingest.door import Door
from services.ingest.intake import Intake, Taken, take_stream
from services.store import forecasts
from services.store.database import Database
from simulations.misbehaviour_plan import Misbehaviour
from tests.conftest import empty
from tests.misbehaving import KEYS, START, SYSTEM, told

AS_AT = START + timedelta(days=2, hours=5)
DAYS = 2.5


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return told(Misbehaviour(), days=DAYS).delivered


@pytest.fixture
def store(database: Database) -> Iterator[Database]:
    with database.connection() as connection:
        empty(connection)
    yield database
    with database.connection() as connection:
        empty(connection)


def take(database: Database, events: Iterable[dict[str, Any]], now: datetime) -> None:
    intake = Intake(database, Door(SYSTEM, KEYS, GAUGES, trusted=True))
    taken = Taken()
    lines = [RawItem(number, orjson.dumps(event)) for number, event in enumerate(events)]
    for _ in take_stream(intake, lines, taken, now=now):
        pass
    assert not taken.quarantined, taken.reasons[:3]


def made(database: Database, known_at: datetime = AS_AT, seed: int = 1) -> str:
    with database.connection() as connection, connection.transaction():
        state, arrivals = service.start_of(connection, SYSTEM, AS_AT, known_at)
    play = lambda network: replications(network, 3, seed)  # noqa: E731
    priors = load_flow_priors()
    expected = service.expected(SYSTEM, load_region(priors), arrivals, AS_AT, 24)
    return json.dumps(as_data(service.made(SYSTEM, priors, state, expected, seed, 24, play)))


def received(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["recordedat"])


def contradictions(events: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Said an hour after the forecast, about before it: cancels of what was known, and a crowd that was there."""
    late = {"sentat": (AS_AT + timedelta(hours=1)).isoformat(), "recordedat": (AS_AT + timedelta(hours=1)).isoformat()}
    known = [each for each in events if received(each) <= AS_AT]
    for number, each in enumerate([each for each in known if each["type"] in ("ed.arrived", "bed.admitted")][::7]):
        kept = {key: each[key] for key in ("specversion", "source", "subject")}
        cancel = {
            "id": f"c{number}",
            "type": "event.cancelled",
            "time": each["time"],
            "cancels": each["id"],
            "data": {},
        }
        yield {**kept, **cancel, **late}
    arrived = next(each for each in known if each["type"] == "ed.arrived")
    for number in range(200):
        when = (AS_AT - timedelta(minutes=number)).isoformat()
        yield {**arrived, "id": f"x{number}", "subject": f"{arrived['subject']}x{number}", "time": when, **late}


def test_a_forecast_uses_nothing_that_was_recorded_after_its_moment(
    store: Database, events: list[dict[str, Any]]
) -> None:
    now = START + timedelta(days=DAYS + 1)
    take(store, [each for each in events if received(each) <= AS_AT], now)
    first = made(store)
    take(store, [each for each in events if received(each) > AS_AT], now)
    take(store, contradictions(events), now)
    assert made(store) == first
    assert made(store, known_at=AS_AT + timedelta(hours=2)) != first  # what was planted does contradict


def test_a_divert_that_is_agreed_changes_the_forecast_of_both_its_sites(
    store: Database, events: list[dict[str, Any]]
) -> None:
    take(store, [each for each in events if received(each) <= AS_AT], START + timedelta(days=DAYS + 1))
    before = json.loads(made(store))
    site, to, third = "AAA01", "BBB01", "AAX01"
    data = {"reference": "D1", "from_site": site, "to_site": to, "kind": "ambulance"}
    moment = (AS_AT - timedelta(minutes=10)).isoformat()
    agreed = {
        "specversion": "1.0", "id": "d1", "source": "urn:nhs:ods:AAA", "type": "divert.agreed", "subject": "AAA",
        "time": moment, "sentat": moment, "recordedat": moment, "data": data,
    }  # fmt: skip
    take(store, [agreed], START + timedelta(days=DAYS + 1))
    with store.connection() as connection, connection.transaction():
        state, _ = service.start_of(connection, SYSTEM, AS_AT, AS_AT)
    assert [(each.from_site, each.to_site) for each in state.agreed if each.family == "divert"].count((site, to)) == 1

    def in_department(told_of: dict[str, Any], code: str) -> list[float]:
        return [
            each for row in told_of["rows"] if (row["site"], row["measure"]) == (code, "ed.in_department")
            for each in row["mean"]
        ]  # fmt: skip

    after = json.loads(made(store))
    assert in_department(after, site) != in_department(before, site)
    assert in_department(after, to) != in_department(before, to)
    assert in_department(after, third) == in_department(before, third) != []  # of another site nothing changes


def test_a_forecast_has_every_measure_of_a_site_with_a_department_and_starts_from_what_is(
    store: Database, events: list[dict[str, Any]]
) -> None:
    take(store, [each for each in events if received(each) <= AS_AT], START + timedelta(days=DAYS + 1))
    told_of = json.loads(made(store))
    with store.connection() as connection:
        forecasts.keep(connection, id_ := uuid4(), told_of, AS_AT)
        assert forecasts.read(connection, forecasts.find(connection, str(id_))) == told_of
    assert told_of["fitted"] is False
    assert len(told_of["times"]) == 25
    by_site: dict[str, dict[str, Any]] = {}
    for row in told_of["rows"]:
        by_site.setdefault(row["site"], {})[row["measure"]] = row
    whole = [site for site, measures in by_site.items() if measures.keys() == MEASURES.keys()]
    assert whole
    with store.connection() as connection, connection.transaction():
        state, _ = service.start_of(connection, SYSTEM, AS_AT, AS_AT)
    for site in whole:
        inside = [
            each
            for each in state.journeys
            if each.site == site and any(phase.name == "ed.department" for phase in each.phases)
        ]
        assert by_site[site]["ed.in_department"]["mean"][0] == len(inside)
        row = by_site[site]["beds.occupied"]
        assert all(low <= high for low, high in zip(row["quantiles"]["0.05"], row["quantiles"]["0.95"], strict=True))
        assert row["quantiles"]["0.05"][0] == row["quantiles"]["0.95"][0]


def test_without_a_day_of_arrivals_there_is_no_forecast_and_it_says_so(
    store: Database, events: list[dict[str, Any]]
) -> None:
    with pytest.raises(LightshipError, match="Less than a day of arrivals"):
        made(store)
    take(store, [each for each in events if received(each) <= AS_AT], START + timedelta(days=DAYS + 1))
    late = AS_AT + timedelta(days=90)
    with store.connection() as connection, pytest.raises(LightshipError, match="No arrival is known in the 56 days"):
        service.arrivals_of(connection, SYSTEM, late, late)
