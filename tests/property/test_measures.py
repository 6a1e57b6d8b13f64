"""The SQL of the measures and their plain evaluation agree on random worlds."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.catalogue import CATALOGUE
from services.domain.facts import Fact
from services.domain.measures import World, configured_capacity, evaluate
from services.domain.phases import phases
from services.store.database import Database
from services.store.events import ingest
from services.store.measure_sql import SPLITS
from services.store.picture import read_atoms
from tests.conftest import empty
from tests.property.test_fold import folded
from tests.worlds import moments, small_system, worlds

SYSTEM = small_system()
ATOMS = tuple(dict.fromkeys(atom for measure in CATALOGUE.values() for atom in measure.atoms()))


def world(facts: list[Fact], **limits: Any) -> World:
    subjects = [(subject, phases(subject)) for subject in folded(facts, **limits).values() if subject is not None]
    return World(subjects, SYSTEM, configured_capacity(SYSTEM))


@settings(max_examples=200)
@given(worlds(journeys=8), moments(), st.none() | st.just("then") | moments(), st.randoms(use_true_random=False))
def test_sql_and_plain_evaluation_agree_at_any_moment_as_known_at_any(
    database: Database, facts: list[Fact], t: datetime, known: datetime | str | None, shuffler: random.Random
) -> None:
    shuffler.shuffle(facts)
    known_at = t if isinstance(known, str) else known
    with database.connection() as connection:
        empty(connection)
        ingest(connection, facts)
        found = read_atoms(connection, SYSTEM, t, known_at=known_at)[None]
    expected = evaluate(world(facts, known_at=known_at), ATOMS, t)
    for atom in ATOMS:
        assert found[atom] == {place: pytest.approx(number) for place, number in expected[atom].items()}, atom


@settings(max_examples=25)
@given(worlds(journeys=6), moments(), st.sampled_from(SPLITS))
def test_the_groups_of_a_split_add_up_to_the_whole(
    database: Database, facts: list[Fact], t: datetime, split: str
) -> None:
    measure = CATALOGUE["ed.in_department"]
    with database.connection() as connection:
        empty(connection)
        ingest(connection, facts)
        whole = read_atoms(connection, SYSTEM, t, measures=[measure])[None]
        parts = read_atoms(connection, SYSTEM, t, measures=[measure], split=split)
    atom = measure.numerator[0]
    added: dict[Any, Any] = {}
    for part in parts.values():
        for place, number in part[atom].items():
            added[place] = added.get(place, 0) + number
    assert added == whole[atom]
