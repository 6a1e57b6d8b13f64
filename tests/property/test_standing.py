"""What is kept in memory of now is what the plain evaluation and the SQL say, however the facts come in."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.catalogue import CATALOGUE
from services.domain.facts import Fact
from services.domain.fold import fold
from services.domain.measures import configured_capacity, evaluate
from services.domain.phases import phases
from services.domain.standing import Standing, Story
from services.live.detail_writer import Reader
from services.live.present import Notes, Present
from services.live.service import SERVICES
from services.store import lease, touched
from services.store.database import Database
from services.store.events import ingest
from services.store.picture import read_atoms
from tests.conftest import empty
from tests.property.test_measures import SYSTEM, world
from tests.property.test_sweep import ATOMS, by_subject, numbers
from tests.worlds import MINUTES, START, worlds

MEASURES = tuple(CATALOGUE.values())
MOMENTS = st.integers(0, (MINUTES + 1800) * 60_000_000).map(lambda each: START + timedelta(microseconds=each))
ON_THE_GRID = st.integers(0, (MINUTES + 1800) // 15).map(lambda each: START + timedelta(minutes=15 * each))


def stories(facts: list[Fact]) -> dict[str, Story]:
    folded = {key: fold(held) for key, held in by_subject(facts).items()}
    return {key: (subject, phases(subject)) for key, subject in folded.items() if subject is not None}


@settings(max_examples=150)
@given(worlds(journeys=8), st.one_of(MOMENTS, ON_THE_GRID), st.data(), st.randoms(use_true_random=False))
def test_what_stands_equals_the_plain_evaluation_as_time_passes_and_facts_come_in(
    facts: list[Fact], t: datetime, data: st.DataObject, shuffler: random.Random
) -> None:
    shuffler.shuffle(facts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(facts)), min_size=1, max_size=5)))
    standing = Standing(ATOMS, SYSTEM, configured_capacity(SYSTEM), t, stories(facts[: cuts[0]]))
    now = t
    for first, last in pairwise([*cuts, len(facts)]):
        known = facts[:last]
        touched = {fact.subject for fact in facts[first:last]}
        standing.put({key: story for key, story in stories(known).items() if key in touched})
        now += timedelta(microseconds=data.draw(st.sampled_from([0, 1, 999, 60_000_000, 900_000_000, 4_321_000_123])))
        if not standing.covers(now):
            return
        assert numbers(standing.at(now)) == numbers(evaluate(world(known), ATOMS, now)), now


@settings(max_examples=60)
@given(worlds(journeys=8), st.one_of(MOMENTS, ON_THE_GRID), st.data(), st.randoms(use_true_random=False))
def test_the_present_equals_the_sql_whatever_is_written(
    database: Database, facts: list[Fact], t: datetime, data: st.DataObject, shuffler: random.Random
) -> None:
    shuffler.shuffle(facts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(facts)), min_size=1, max_size=4)))
    present, now = Present(SYSTEM), t
    with database.connection() as connection:
        empty(connection)
        for first, last in pairwise([0, *cuts, len(facts)]):
            ingest(connection, facts[first:last])
            now += timedelta(seconds=data.draw(st.sampled_from([0, 0.1, 60, 5000, 40_000])))
            kept = present.atoms(connection, now, MEASURES)
            if data.draw(st.booleans()):
                touched.forget(connection, present.snapshot or "")
            assert numbers(kept) == numbers(read_atoms(connection, SYSTEM, now, measures=MEASURES)[None]), now


TOPICS = (*(f"site:{site.code}" for site in SYSTEM.sites), *(f"service:{service}" for service in SERVICES))


def rounded(told: Any) -> Any:
    """Sums of beds in another order differ in their last digits."""
    if isinstance(told, dict):
        return {key: rounded(value) for key, value in told.items()}
    if isinstance(told, list):
        return [rounded(value) for value in told]
    return round(told, 9) if isinstance(told, float) else told


@settings(max_examples=25)
@given(worlds(journeys=8), st.one_of(MOMENTS, ON_THE_GRID), st.data(), st.randoms(use_true_random=False))
def test_topics_from_memory_equal_those_of_the_sql_while_the_picture_is_kept_beside_them(
    database: Database, facts: list[Fact], t: datetime, data: st.DataObject, shuffler: random.Random
) -> None:
    shuffler.shuffle(facts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(facts)), min_size=2, max_size=4)))
    now, notes = t, Notes()
    picture = Present(SYSTEM, notes=notes)
    with database.connection() as connection:
        empty(connection)
        connection.execute("update picture set holder = null")
        fence = lease.take(connection, "here")
        remembered = Reader(database, SYSTEM, lambda: now, fence=lambda: fence, notes=notes)
        queried = Reader(database, SYSTEM, lambda: now)
        for first, last in pairwise([0, *cuts, len(facts)]):
            ingest(connection, facts[first:last])
            now += timedelta(seconds=data.draw(st.sampled_from([0, 0.1, 60, 5000, 40_000])))
            if data.draw(st.booleans()):
                picture.atoms(connection, now, MEASURES[:3])
                touched.forget(connection, *notes.by_all())
            for topic in data.draw(st.lists(st.sampled_from(TOPICS), max_size=4)):
                assert rounded(remembered(topic)) == rounded(queried(topic)), (topic, now)
        for topic in TOPICS:
            assert rounded(remembered(topic)) == rounded(queried(topic)), (topic, now)
