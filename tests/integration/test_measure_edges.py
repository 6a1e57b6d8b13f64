"""The same little worlds through the store: its SQL reads what the definition says, and what the evaluator reads."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from services.domain.catalogue import CATALOGUE
from services.domain.facts import Fact
from services.domain.measures import evaluate
from services.store.events import ingest
from services.store.picture import read_atoms, refolded
from tests.bed_cases import CASES as BED_CASES
from tests.measure_cases import CASES, HOUR, MINUTE, SYSTEM, Case, T, arrived, check, departed, fact, world
from tests.worlds import START, event

ATOMS = tuple(dict.fromkeys(atom for measure in CATALOGUE.values() for atom in measure.atoms()))


@pytest.mark.parametrize("case", [*CASES, *BED_CASES], ids=lambda case: case.says)
def test_the_store_reads_a_little_world_as_the_definition_says(connection: Connection[Any], case: Case) -> None:
    ingest(connection, case.facts)
    found = read_atoms(connection, SYSTEM, case.t, known_at=case.known_at)[None]
    check(case, found)
    expected = evaluate(world(case.facts, case.known_at), ATOMS, case.t)
    for atom in ATOMS:
        assert found[atom] == {place: pytest.approx(number) for place, number in expected[atom].items()}, atom


def said_later(type_: str, **more: Any) -> Fact:
    """Of j_a, at and recorded at an hour after T."""
    minutes: Any = (T + HOUR - START) / MINUTE
    data = more.pop("data", {})
    return event(type_, "j_a", minutes, data, id="later", sent=minutes, recorded=minutes, **more)


EARLIER = arrived("j_a", T - 2 * HOUR)
ANOTHER_ARRIVAL: dict[str, Any] = {"site": "RVV09", "department_type": 1}
#: What was recorded after T, all of it of a later time, and how many people it makes at RVV01 at T as known now.
LATER: dict[str, tuple[list[Fact], Fact, float]] = {
    "another arrival, which is then the one that counts": (
        [EARLIER], said_later("ed.arrived", data=ANOTHER_ARRIVAL), 0,
    ),
    "a cancel": ([EARLIER], said_later("event.cancelled", cancels=f"ed.arrived {T - 2 * HOUR}"), 0),
    "a replacement": (
        [EARLIER], said_later("ed.arrived", data=ANOTHER_ARRIVAL, replaces=f"ed.arrived {T - 2 * HOUR}"), 0,
    ),
    "the same said again, of a later time": (
        [EARLIER], fact("ed.arrived", "j_a", T + HOUR, site="RVV01", department_type=1)._replace(uid=EARLIER.uid), 0,
    ),
    "a service in which one is silent for longer": (
        [arrived("j_a", T - 13 * HOUR)], fact("discharge.criteria_met_again", "j_a", T + HOUR, site="RVV01"), 1,
    ),
    "a departure": ([EARLIER], departed("j_a", T + HOUR), 1),
}  # fmt: skip


@pytest.mark.parametrize("says", LATER)
def test_what_is_recorded_later_changes_what_is_known_now_and_not_what_was_known_then(
    connection: Connection[Any], says: str
) -> None:
    known, later, now = LATER[says]
    ingest(connection, [*known, later])
    for known_at in (T, None):
        found = read_atoms(connection, SYSTEM, T, known_at=known_at)[None]
        expected = evaluate(world((*known, later), known_at), ATOMS, T)
        for atom in ATOMS:
            assert found[atom] == {place: pytest.approx(number) for place, number in expected[atom].items()}, atom
    (people,) = CATALOGUE["ed.in_department"].atoms()
    assert found[people].get(("RVV01", None), 0) == now
    folded = refolded(connection, T, T)
    assert folded is not None
    assert folded.keys == ([] if later.type == "ed.departed" else ["j_a"])
