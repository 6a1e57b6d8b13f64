"""Many moments at once give what each of them gives alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.catalogue import CATALOGUE
from services.domain.events import EVENT_TYPES
from services.domain.facts import FACT, Fact
from services.domain.measures import Atom, Atoms, Selection, configured_capacity, evaluate
from services.domain.sweep import sweep
from services.domain.versions import Grid, settled, versions
from tests.measure_cases import attended
from tests.property.test_measures import SYSTEM, world
from tests.worlds import MINUTES, START, union, worlds

CATALOGUED = tuple(dict.fromkeys(atom for measure in CATALOGUE.values() for atom in measure.atoms()))
#: What a selection can say and no measure says yet.
OTHERS = (
    Atom(Selection("ed.wait_seen", "started", "last_24h", outcomes=("seen",))),
    Atom(Selection("ed.wait_seen", "started", "today", at_least_minutes=60, within_minutes=240)),
    Atom(Selection("ed.department", "started", "last_24h"), "minutes_total", 30),
    Atom(Selection("ed.department", "open"), "minutes", 60),
    Atom(Selection("ed.department", "started", "last_hour"), "minutes"),
    Atom(Selection("ed.department", "ended", within_minutes=120)),
    Atom(Selection("ed.department", "open", "last_24h", within_minutes=180), "minutes_total", 15),
    Atom(Selection("bed.place", "started"), "value_total"),
    Atom(Selection("bed.place", "open"), "value_latest"),
    Atom(Selection("ed.department", "open", outcomes=("discharged",))),
)
ATOMS = (*CATALOGUED, *OTHERS)
EVERY = [START + step * timedelta(minutes=15) for step in range((MINUTES + 1800) // 15 + 1)]
HOURS = [START + step * timedelta(hours=1) for step in range((MINUTES + 1800) // 60 + 1)]


def by_subject(facts: list[Fact]) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    for fact in union(facts).values():
        found.setdefault(fact.subject, []).append(fact)
    return found


def plain(facts: list[Fact]) -> list[Fact]:
    """The world without cancels, replacements and second thoughts: the short way through `versions`."""
    kept: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        repeats = EVENT_TYPES[fact.type].repeats
        if fact.rank == FACT and all(fact.uid != other.uid for other in kept.values()):
            kept.setdefault((fact.subject, fact.uid if repeats else fact.type), fact)
    return list(kept.values())


def numbers(atoms: Atoms) -> dict[Atom, object]:
    """Exact; a place with nothing in it may be left out."""
    return {atom: {place: number for place, number in held.items() if number} for atom, held in atoms.items()}


@settings(max_examples=60)
@given(worlds(journeys=8), st.lists(st.sampled_from(EVERY), min_size=1, max_size=12, unique=True))
def test_a_sweep_equals_the_plain_evaluation_at_every_mark(facts: list[Fact], marks: list[datetime]) -> None:
    whole = world(facts)
    grid = Grid.at(sorted(marks))
    swept = sweep(settled(whole.subjects, grid), whole.configured, SYSTEM, grid, ATOMS)
    for index, mark in enumerate(sorted(marks)):
        assert numbers(swept.at(index)) == numbers(evaluate(whole, ATOMS, mark)), mark


def visits(first: datetime, last: datetime, apart: timedelta) -> list[Fact]:
    """Somebody comes to ED every so often and leaves 40 minutes later."""
    found: list[Fact] = []
    while first < last:
        found += attended(f"j_{first:%d%H%M}", first, timedelta(minutes=40))
        first += apart
    return found


@pytest.mark.parametrize("night", [datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC)])
def test_the_night_and_the_day_after_in_which_the_clocks_change_are_counted_as_everywhere(night: datetime) -> None:
    """25 October has 01:00 to 02:00 twice, 29 March has none."""
    facts = visits(night - timedelta(hours=26), night + timedelta(hours=26), timedelta(minutes=7))
    hours = [night + timedelta(hours=part) for part in (-1, 23)]
    marks = [hour + step * timedelta(minutes=5) for hour in hours for step in range(49)]
    whole = world(facts)
    grid = Grid.at(marks)
    atoms = [atom for atom in ATOMS if atom.selection.window == "last_24h" and atom.selection.phase.startswith("ed.")]
    swept = sweep(settled(whole.subjects, grid), whole.configured, SYSTEM, grid, atoms)
    for index, mark in enumerate(marks):
        assert numbers(swept.at(index)) == numbers(evaluate(whole, atoms, mark)), mark


@settings(max_examples=120)
@given(st.one_of(worlds(journeys=8), worlds(journeys=8).map(plain)), st.data())
def test_a_sweep_equals_the_plain_evaluation_as_known_at_every_known_time(
    facts: list[Fact], data: st.DataObject
) -> None:
    told = min(max(0, int((data.draw(st.sampled_from(facts)).time - START) / timedelta(hours=1))), len(HOURS) - 2)
    known = HOURS[told : told + data.draw(st.integers(1, 14)) + 1]
    marks = [each for each in EVERY if known[0] - timedelta(hours=6) <= each <= known[-1]]
    grid = Grid.at(marks, known)
    swept = sweep(versions(by_subject(facts), grid), configured_capacity(SYSTEM), SYSTEM, grid, ATOMS)
    for _ in range(4):
        mark = data.draw(st.integers(0, min(len(marks) - 1, 32)))
        place = data.draw(st.integers(int(grid.first[mark]), len(known) - 1))
        expected = evaluate(world(facts, known_at=known[place]), ATOMS, marks[mark])
        assert numbers(swept.at(mark, place)) == numbers(expected), (marks[mark], known[place])
