"""The last word of a gauge is found among few of its facts, and is that of all of them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from hypothesis import example, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from services import returning
from services.domain.facts import Fact
from services.domain.fold import survivors
from services.domain.measures import evaluate
from services.returning import Reading, last_readings
from services.store import kept, picture
from services.store.database import Database
from services.store.events import ingest, read_facts
from services.store.gauges import newest_facts
from tests.conftest import empty
from tests.property.test_measures import ATOMS, SYSTEM, world
from tests.worlds import START, event

MEASURES = ("community.p1_slots_free", "community.p2_beds_free")
OURS = "urn:nhs:ods:QKS"
HOURS = st.integers(0, 6)


@st.composite
def told(draw: st.DrawFn, measure: str) -> list[Fact]:
    """What a provider and whoever types for it say of a gauge: corrected, cancelled, said twice, of few moments."""
    facts: list[Fact] = []
    for number in range(draw(st.integers(0, 7))):
        more: dict[str, Any] = {}
        type_ = draw(st.sampled_from(["gauge.reported"] * 4 + ["event.cancelled"]))
        data = {"organisation": "XMCH", "measure": measure, "value": number} if type_ == "gauge.reported" else {}
        target = draw(st.sampled_from([*(f"g{each}" for each in range(4)), "select:gauge.reported"]))
        if type_ == "event.cancelled":
            more["cancels"] = target
        elif draw(st.integers(0, 3)) == 0:
            more["replaces"] = target
        minute = 60 * draw(HOURS)
        sent = 60 * draw(HOURS) if more else draw(st.sampled_from([None, 60 * draw(HOURS)]))
        facts.append(event(type_, f"XMCH/{measure}", minute, data, id=f"g{draw(st.integers(0, 5))}", sent=sent,
                           recorded=60 * 6, source=draw(st.sampled_from(["XMCH", "QKS"])), **more))  # fmt: skip
    return facts


def plainly(connection: Connection[Any], t: datetime) -> dict[str, Reading]:
    found: dict[str, Reading] = {}
    for subject, facts in read_facts(connection, [f"XMCH/{measure}" for measure in MEASURES]).items():
        said = [fact for fact in survivors(facts) if fact.type == "gauge.reported" and fact.time <= t]
        if said:
            newest = max(said, key=lambda fact: (fact.time, fact.sent_at))
            found[subject.partition("/")[2]] = returning.reading_of(newest, OURS)
    return found


@settings(max_examples=250)
@given(told(MEASURES[0]), told(MEASURES[1]), HOURS, st.randoms(use_true_random=False))
def test_the_last_word_of_a_gauge_is_that_of_all_of_its_facts(
    database: Database, first: list[Fact], second: list[Fact], hour: int, shuffler: random.Random
) -> None:
    facts, t = [*first, *second], START + timedelta(hours=hour)
    shuffler.shuffle(facts)
    with database.connection() as connection:
        empty(connection)
        ingest(connection, facts)
        assert last_readings(connection, "XMCH", MEASURES, t, OURS) == plainly(connection, t)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 80), st.sampled_from([0, 0, 1, 30])), min_size=1, max_size=20),
       st.integers(24, 84), st.integers(0, 84), st.booleans(), st.integers(0, 30))  # fmt: skip
@example(told=[(40, 0), (10, 0), (50, 0)], hour=44, known_hour=44, corrected=True, carried=10)
def test_a_long_story_cut_to_what_a_window_reaches_gives_what_the_whole_gives(
    database: Database, told: list[tuple[int, int]], hour: int, known_hour: int, corrected: bool, carried: int
) -> None:
    data = {"organisation": "XMCH", "measure": MEASURES[0]}
    facts = [
        event("gauge.reported", f"XMCH/{MEASURES[0]}", 60 * of, data | {"value": number}, id=f"g{number}", sent=60 * of,
              recorded=60 * (of + late))
        for number, (of, late) in enumerate(told)
    ]  # fmt: skip
    if corrected:  # the first is said again, for another time
        of = told[0][0]
        facts.append(event("gauge.reported", f"XMCH/{MEASURES[0]}", 60 * ((of + 40) % 81), data | {"value": 99},
                           id="g0", sent=60 * (of + 1), recorded=60 * (of + 1)))  # fmt: skip
    t, known_at = START + timedelta(hours=hour), START + timedelta(hours=known_hour)
    with database.connection() as connection, mock.patch.object(kept, "KEPT", timedelta(hours=carried)):
        empty(connection)
        ingest(connection, facts)
        found = picture.read_atoms(connection, SYSTEM, t, known_at=known_at)[None]
    expected = evaluate(world(facts, known_at=known_at), ATOMS, t)
    assert found == expected


def test_of_many_reports_few_are_read(connection: Connection[Any]) -> None:
    subject = f"XMCH/{MEASURES[0]}"
    data = {"organisation": "XMCH", "measure": MEASURES[0]}
    ingest(connection, [
        event("gauge.reported", subject, number, data | {"value": number}, id=f"g{number}", sent=None, recorded=number)
        for number in range(200)
    ])  # fmt: skip
    found = newest_facts(connection, [subject], START + timedelta(minutes=150))
    assert [fact.data["value"] for fact in found[subject]] == [150]
