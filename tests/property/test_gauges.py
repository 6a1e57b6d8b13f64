"""The last word of a gauge is found among few of its facts, and is that of all of them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from services import returning
from services.domain.facts import Fact
from services.domain.fold import survivors
from services.returning import Reading, last_readings
from services.store.database import Database
from services.store.events import ingest, read_facts
from services.store.gauges import newest_facts
from tests.conftest import empty
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


def test_of_many_reports_few_are_read(connection: Connection[Any]) -> None:
    subject = f"XMCH/{MEASURES[0]}"
    data = {"organisation": "XMCH", "measure": MEASURES[0]}
    ingest(connection, [
        event("gauge.reported", subject, number, data | {"value": number}, id=f"g{number}", sent=None, recorded=number)
        for number in range(200)
    ])  # fmt: skip
    found = newest_facts(connection, [subject], START + timedelta(minutes=150))
    assert [fact.data["value"] for fact in found[subject]] == [150]
