"""The same little worlds through the store: its SQL reads what the definition says, and what the evaluator reads."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from services.domain.catalogue import CATALOGUE
from services.domain.measures import evaluate
from services.store.events import ingest
from services.store.picture import read_atoms
from tests.bed_cases import CASES as BED_CASES
from tests.measure_cases import CASES, SYSTEM, Case, check, world

ATOMS = tuple(dict.fromkeys(atom for measure in CATALOGUE.values() for atom in measure.atoms()))


@pytest.mark.parametrize("case", [*CASES, *BED_CASES], ids=lambda case: case.says)
def test_the_store_reads_a_little_world_as_the_definition_says(connection: Connection[Any], case: Case) -> None:
    ingest(connection, case.facts)
    found = read_atoms(connection, SYSTEM, case.t, known_at=case.known_at)[None]
    check(case, found)
    expected = evaluate(world(case.facts, case.known_at), ATOMS, case.t)
    for atom in ATOMS:
        assert found[atom] == {place: pytest.approx(number) for place, number in expected[atom].items()}, atom
