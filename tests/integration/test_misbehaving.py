"""Feeds that misbehave, through the real door into a real store: it comes to what the pure fold and the books say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson

from services.domain.catalogue import CATALOGUE, GAUGES
from services.domain.fold import fold
from services.domain.measures import Atom, Atoms, Place, Selection
from services.ingest.body import RawItem
from services.ingest.door import Door
from services.ingest.intake import Intake, Taken, take_stream
from services.store import quarantine
from services.store.database import Database
from services.store.events import read_facts
from services.store.picture import read_atoms
from tests.conftest import empty
from tests.misbehaving import (
    EVERYTHING,
    KEYS,
    PHASES,
    REFUSED,
    START,
    SYSTEM,
    Folded,
    counted,
    differences,
    folded,
    told,
)

MOMENTS = [START + timedelta(hours=hours) - timedelta(seconds=1) for hours in (12, 27, 35)]


def test_the_store_comes_to_the_same_journeys_and_counts_and_what_was_refused_waits_in_quarantine(
    database: Database,
) -> None:
    world = told(EVERYTHING, days=1.5)
    pure = folded(world.delivered)
    intake = Intake(database, Door(SYSTEM, KEYS, GAUGES, trusted=True))
    taken = Taken()
    with database.connection() as connection:
        empty(connection)
        connection.execute("truncate quarantine")
    lines = [RawItem(number, orjson.dumps(event)) for number, event in enumerate(world.delivered)]
    now = datetime.fromisoformat(world.delivered[-1]["recordedat"])
    for _ in take_stream(intake, lines, taken, now=now):
        pass
    with database.connection() as connection:
        facts = read_facts(connection, list(pure.subjects))
        for moment in MOMENTS:
            found = read_atoms(connection, SYSTEM, moment)[None]
            counts: Counter[tuple[str, str | None]] = Counter()
            for service, (selection, by_unit) in PHASES.items():
                for (site, unit), number in _atom(found, selection).items():
                    assert isinstance(number, float)
                    counts[service, unit if by_unit else site] += int(number)
            assert counts == counted(pure, moment), moment
        held, _ = quarantine.list_(connection, limit=500)
    listed = {act["id"] for act in world.of(*REFUSED)}
    assert taken.quarantined == len(listed) > 10
    assert {row.reason for row in held} == {refusal.reason for refusal in pure.refused.values()}
    assert {row.source for row in held} == {f"urn:nhs:ods:{act['source']}" for act in world.of(*REFUSED)}
    stored = Folded()
    for key, each in facts.items():
        subject = fold(each)
        assert subject is not None
        stored.subjects[key] = subject
        stored.facts += each
    assert differences(stored, pure) == {}


def _atom(found: Atoms, selection: Selection) -> Mapping[Place, float | list[float]]:
    atom = Atom(selection)
    assert any(atom in measure.atoms() for measure in CATALOGUE.values()), f"no measure counts {selection} alone"
    return found[atom]
