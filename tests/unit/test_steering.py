"""Steering the synthetic world: incidents begin, end and come again at the same moments; silent feeds hold back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.configuration import load_system
from services.domain.training import INCIDENT_KINDS, KINDS, Injection, Silence, places
from simulations.delivery import Asked, Delivery
from simulations.incident_kinds import EFFECTS
from simulations.incidents import incident
from simulations.steering import Held, Steered

START = datetime(2026, 3, 9, 6, tzinfo=UTC)
LIVE = START + timedelta(hours=4)
HOUR = timedelta(hours=1)
SYSTEM = load_system("kent_and_medway")


def world() -> tuple[Delivery, Steered]:
    made = Delivery(SYSTEM, Asked(3, 0.3, START, LIVE))
    for _ in made.opening():
        pass
    for _ in made.advance(LIVE):
        pass
    return made, Steered(made, SYSTEM.code, LIVE)


def surge(number: int = 1, **changes: Any) -> Injection:
    """For two hours, half an hour after the history."""
    at = LIVE + HOUR / 2
    asked = Injection(
        id=UUID(int=number), kind="surge", organisation=SYSTEM.code, size=4.0, at=at, until=at + 2 * HOUR, made_at=LIVE,
        who="test",
    )  # fmt: skip
    return replace(asked, **changes)


class Trainer:
    """Asks of a world tick by tick, and keeps what it notes as the store does."""

    def __init__(self, *wanted: Injection) -> None:
        self.wanted = {each.id: each for each in wanted}

    def note(self, injection: Injection, what: str, at: datetime) -> None:
        kept = self.wanted[injection.id]
        self.wanted[injection.id] = replace(kept, begun_at=at) if what == "begun" else replace(kept, over_at=at)

    def ticks(self, steered: Steered, until: datetime, step: timedelta, since: datetime = LIVE) -> list[dict[str, Any]]:
        events, now = [], since
        while now < until:
            now = min(until, now + step)
            events += steered.advance(self.wanted.values(), now, self.note)
        return events


def ids(events: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["id"], event["sentat"]) for event in events]


def arrivals(events: Iterable[dict[str, Any]]) -> int:
    return sum(event["type"] in ("ed.arrived", "ambulance.called") for event in events)


def test_an_incident_is_seen_and_ends_and_a_world_made_again_does_the_same() -> None:
    until = LIVE + 4 * HOUR
    usual = Trainer().ticks(world()[1], until, HOUR / 7)
    trainer = Trainer(surge())
    seen = trainer.ticks(world()[1], until, HOUR / 7)
    assert arrivals(seen) > 1.5 * arrivals(usual)
    kept = trainer.wanted[UUID(int=1)]
    assert kept.begun_at == kept.at

    made, again = world()
    assert ids(again.again(trainer.wanted.values(), until)) == ids(seen)
    later = until + 3 * HOUR
    resumed = trainer.ticks(again, later, HOUR / 7, until)
    _, whole = world()
    going_on = Trainer(surge())
    assert ids(going_on.ticks(whole, later, HOUR / 7)) == ids(seen) + ids(resumed)
    assert made.feed.incidents is not None


def test_one_asked_for_late_begins_where_the_world_is_and_one_ended_early_ends() -> None:
    late = surge(at=LIVE, until=LIVE + 4 * HOUR)
    trainer = Trainer()
    _, steered = world()
    events = trainer.ticks(steered, LIVE + HOUR, HOUR / 4)
    trainer.wanted[late.id] = late
    events += trainer.ticks(steered, LIVE + 2 * HOUR, HOUR / 4, LIVE + HOUR)
    assert trainer.wanted[late.id].begun_at == LIVE + HOUR
    trainer.wanted[late.id] = replace(trainer.wanted[late.id], ended_at=LIVE + 2 * HOUR)
    events += trainer.ticks(steered, LIVE + 5 * HOUR, HOUR / 4, LIVE + 2 * HOUR)
    kept = trainer.wanted[late.id]
    assert kept.over_at == LIVE + 2 * HOUR

    assert ids(world()[1].again([kept], LIVE + 5 * HOUR)) == ids(events)
    unended = Trainer(replace(kept, ended_at=None, over_at=None))
    assert arrivals(unended.ticks(world()[1], LIVE + 5 * HOUR, HOUR / 4)) > arrivals(events)


def test_one_that_is_cancelled_before_it_begins_never_does() -> None:
    cancelled = surge(ended_at=LIVE + timedelta(minutes=10))
    trainer = Trainer(cancelled)
    seen = trainer.ticks(world()[1], LIVE + 3 * HOUR, HOUR / 4)
    assert trainer.wanted[cancelled.id].begun_at is None
    assert ids(seen) == ids(Trainer().ticks(world()[1], LIVE + 3 * HOUR, HOUR))
    assert cancelled.state(LIVE + timedelta(minutes=11)) == "over"


def silence(number: int = 1, since: int = 0, until: int = 10, **changes: Any) -> Silence:
    at = LIVE + timedelta(minutes=since)
    until_at = LIVE + timedelta(minutes=until)
    asked = Silence(id=UUID(int=number), source="RVV", since=at, until=until_at, made_at=LIVE, who="test")
    return replace(asked, **changes)


def sent(minute: int, source: str = "RVV") -> dict[str, Any]:
    at = (LIVE + timedelta(minutes=minute)).isoformat()
    return {"id": f"{source}{minute}", "source": f"urn:nhs:ods:{source}", "sentat": at, "recordedat": at}


def test_a_silent_feed_holds_back_its_own_and_speaks_when_no_other_silences_it() -> None:
    held = Held()
    first, second = silence(), silence(2, 8, 20)
    passed = held.sift([sent(1), sent(1, "RN7"), sent(9), sent(15)], [first, second])
    assert [each["id"] for each in passed] == ["RN71"]
    twelve, after = LIVE + timedelta(minutes=12), LIVE + timedelta(minutes=20)
    assert list(held.speaking([first, second], twelve)) == []
    spoken = {each.id: backlog for each, backlog in held.speaking([first, second], after)}
    assert [[event["id"] for event in backlog] for backlog in spoken.values()] == [["RVV1", "RVV9"], ["RVV15"]]
    assert {event["recordedat"] for backlog in spoken.values() for event in backlog} == {after.isoformat()}
    assert list(held.sift([sent(21)], [first, second])) == [sent(21)]


def test_ended_early_a_feed_passes_what_it_sends_from_then_on() -> None:
    held = Held()
    ended = silence(ended_at=LIVE + timedelta(minutes=5))
    assert [each["id"] for each in held.sift([sent(4), sent(5)], [ended])] == ["RVV5"]


@pytest.mark.parametrize("kind", INCIDENT_KINDS)
def test_what_may_be_asked_for_is_what_the_world_takes(kind: Any) -> None:
    assert set(KINDS) == set(EFFECTS) == set(INCIDENT_KINDS)
    for code in places(kind, SYSTEM):
        incident(SYSTEM, kind, LIVE, LIVE + HOUR, "" if code == SYSTEM.code else code)
