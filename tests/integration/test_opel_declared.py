"""Declaring a level over a real store: named actors, reasons, an audit row a step, and as at any moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from services.api.schemas import OpelDeclaration
from services.domain.catalogue import GAUGES
from services.domain.system import System
from services.ingest.door import Door
from services.store import audit
from services.store.database import Database
from services.store.events import ingest
from tests.integration.doors import CENTRE, MANAGER, NOW, RING, Ask, Wheel


@pytest.fixture
def ask(ask: Ask) -> Ask:
    """Ask of levels: `ask(MANAGER, "POST", address below opel, json)`."""
    return lambda actor, method, address, body=None, **more: ask(actor, method, f"/opel{address}", body, **more)


def proposed(ask: Ask, level: int = 4, code: str = "RVV", actor: str = MANAGER) -> str:
    answer = ask(actor, "POST", f"/{code}/declarations", {"level": level, "why": "CT scanner out of use"})
    assert answer.status_code == 201, answer.text
    return str(OpelDeclaration.model_validate(answer.json()).id)


def test_a_level_is_proposed_validated_and_agreed_and_then_stands_beside_the_calculated_one(
    ask: Ask, clock: Wheel, database: Database
) -> None:
    id_ = proposed(ask)
    open_ = ask(CENTRE, "GET", "/RVV").json()["opel"]
    assert (open_["declared"], open_["proposed"]["level"], open_["proposed"]["state"]) == (None, 4, "proposed")
    clock.now += timedelta(minutes=5)
    assert ask(CENTRE, "POST", f"/declarations/{id_}/validate").json()["state"] == "validated"
    clock.now += timedelta(minutes=5)
    assert ask(CENTRE, "POST", f"/declarations/{id_}/agree", {"why": "Agreed by telephone"}).json()["state"] == "agreed"
    found = ask(CENTRE, "GET", "/RVV").json()["opel"]
    declared = found["declared"]
    assert (declared["level"], declared["why"], found["proposed"]) == (4, "CT scanner out of use", None)
    assert declared["since"] == "2026-03-10T12:10:00+00:00"
    assert [(step["kind"], step["who"]) for step in declared["steps"]] == [
        ("proposed", MANAGER), ("validated", CENTRE), ("agreed", CENTRE),
    ]  # fmt: skip
    assert declared["calculated"]["edition"] == "2024-26"
    assert found["calculated"]["level"] is None, "declaring changes nothing that is calculated"
    with database.connection() as connection:
        entries, _ = audit.list_(connection, limit=3)
    assert [(entry.who, entry.role, entry.what, entry.target, entry.why) for entry in entries] == [
        (CENTRE, "control_centre", "opel.agreed", "RVV", "Agreed by telephone"),
        (CENTRE, "control_centre", "opel.validated", "RVV", None),
        (MANAGER, "site_manager", "opel.proposed", "RVV", "CT scanner out of use"),
    ]


def test_the_declared_level_of_a_past_moment_is_the_one_that_held_then(ask: Ask, clock: Wheel) -> None:
    for level in (4, 3):
        id_ = proposed(ask, level)
        for step in ("validate", "agree"):
            clock.now += timedelta(minutes=10)
            ask(CENTRE, "POST", f"/declarations/{id_}/{step}")

    def at(minutes: int, **more: str) -> int | None:
        moment = (NOW + timedelta(minutes=minutes)).isoformat()
        declared = ask(CENTRE, "GET", "/RVV", as_at=moment, **more).json()["opel"]["declared"]
        return int(declared["level"]) if declared else None

    assert [at(19), at(20), at(39), at(40)] == [None, 4, 4, 3]
    assert at(40, known_at=(NOW + timedelta(minutes=25)).isoformat()) == 4
    told = ask(CENTRE, "GET", "/RVV/declarations").json()
    assert [(each["level"], each["state"]) for each in told] == [(4, "agreed"), (3, "agreed")]


def test_the_overview_carries_what_is_declared_also_where_nothing_is_scored(ask: Ask) -> None:
    for code in ("QKS", "RXY"):
        id_ = proposed(ask, 3, code, CENTRE)
        for step in ("validate", "agree"):
            assert ask(CENTRE, "POST", f"/declarations/{id_}/{step}").status_code == 200
    overview = ask(CENTRE, "GET", "/../overview").json()
    assert (overview["opel"]["declared"]["level"], overview["opel"]["level"]) == (3, None)
    found = ask(CENTRE, "GET", "/RXY").json()["opel"]
    assert (found["declared"]["level"], found["calculated"]["score"], found["pillar"]) == (3, None, "mental_health")


def test_of_what_people_agreed_and_what_the_organisations_own_system_tells_the_newer_holds_with_its_origin(
    ask: Ask, clock: Wheel, database: Database, system: System
) -> None:
    def holds() -> tuple[Any, ...]:
        found = ask(CENTRE, "GET", "/RVV").json()["opel"]
        said = [found[key] and found[key]["level"] for key in ("declared", "told")]
        return (*said, found["holds"] and (found["holds"]["level"], found["holds"]["origin"]))

    def tell(level: int) -> None:
        sent = {"specversion": "1.0", "id": f"level-{level}", "type": "opel.declared", "source": "urn:nhs:ods:RVV",
                "subject": "RVV", "time": clock.now.isoformat(), "data": {"level": level}}  # fmt: skip
        with database.connection() as connection:
            ingest(connection, [Door(system, RING, GAUGES).admit(sent, clock.now, clock.now)])

    assert holds() == (None, None, None)
    tell(2)
    assert holds() == (None, 2, (2, "feed"))
    overview = ask(CENTRE, "GET", "/../overview").json()
    provider = next(each for each in overview["providers"] if each["code"] == "RVV")
    assert provider["opel"]["holds"] == {"level": 2, "since": "2026-03-10T12:00:00+00:00", "origin": "feed"}
    id_ = proposed(ask)
    for step in ("validate", "agree"):
        clock.now += timedelta(minutes=5)
        ask(CENTRE, "POST", f"/declarations/{id_}/{step}")
    assert holds() == (4, 2, (4, "boards"))
    clock.now += timedelta(minutes=5)
    tell(3)
    assert holds() == (4, 3, (3, "feed"))


@pytest.mark.parametrize(
    ("actor", "address", "body", "status", "words"),
    [
        (MANAGER, "/RPA/declarations", {"level": 3, "why": "Busy"}, 403, "acts for no site"),
        (MANAGER, "/QKS/declarations", {"level": 3, "why": "Busy"}, 403, "acts for no site"),
        (CENTRE, "/RVV01/declarations", {"level": 3, "why": "Busy"}, 422, "for a provider or the system"),
        (CENTRE, "/RVX/declarations", {"level": 3, "why": "Busy"}, 404, "did you mean"),
        (CENTRE, "/RVV/declarations", {"level": 5, "why": "Busy"}, 422, "level must be 1, 2, 3 or 4"),
        (CENTRE, "/RVV/declarations", {"level": 3}, 422, "why is one line"),
        (CENTRE, f"/declarations/{uuid4()}/agree", None, 404, "no such declaration"),
        ("planner", "/RVV/declarations", {"level": 3, "why": "Busy"}, 403, "may not do this"),
    ],
)
def test_what_cannot_be_declared_is_a_problem_that_says_why(
    ask: Ask, actor: str, address: str, body: Any, status: int, words: str
) -> None:
    answer = ask(actor, "POST", address, body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert words in answer.json()["detail"]


def test_steps_out_of_order_are_refused_and_leave_no_trace(ask: Ask) -> None:
    id_ = proposed(ask)
    for address, body in (
        ("/RVV/declarations", {"level": 2, "why": "Calmer"}),
        (f"/declarations/{id_}/agree", None),
    ):
        assert ask(CENTRE, "POST", address, body).status_code == 409
    assert ask(MANAGER, "POST", f"/declarations/{id_}/validate").status_code == 403
    assert ask(CENTRE, "POST", f"/declarations/{id_}/refuse").status_code == 422, "a refusal has a reason"
    assert ask(CENTRE, "POST", f"/declarations/{id_}/refuse", {"why": "CT is back"}).status_code == 200
    assert ask(CENTRE, "POST", f"/declarations/{id_}/validate").status_code == 409
    (only,) = ask(CENTRE, "GET", "/RVV/declarations").json()
    assert [step["kind"] for step in only["steps"]] == ["proposed", "refused"]


def test_a_step_cannot_be_changed_afterwards(ask: Ask, database: Database) -> None:
    proposed(ask)
    with database.connection() as connection, pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        connection.execute("update opel_step set level = 1")
