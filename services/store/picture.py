"""The picture: every measure at every level at a moment, as known at a moment.

As known at k: a subject not touched since k is read as stored; one with facts recorded on both sides of k is folded
again from the facts known at k. Those are few: what was open at k, and what was corrected since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import tuple_row

from services.domain.catalogue import CATALOGUE
from services.domain.fold import fold
from services.domain.measures import Atoms, Measure, configured_capacity
from services.domain.phases import Phase
from services.domain.system import System
from services.store import measure_sql
from services.store.events import read_facts, row_of

_STRADDLING = """
select key from subject
where last_recorded_at > %(known_at)s and first_recorded_at <= %(known_at)s
order by key
"""


def refolded(connection: Connection[Any], known_at: datetime) -> str:
    """The subjects whose story has gone on since known_at, as they were known then: a JSON array of rows."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        keys = [row[0] for row in cursor.execute(_STRADDLING, {"known_at": known_at})]
    rows = [row_of(fold(facts, known_at=known_at)) for facts in read_facts(connection, keys).values()] if keys else []
    return orjson.dumps(rows).decode()


def read_open(
    connection: Connection[Any], system: System, t: datetime, names: Iterable[str], *, known_at: datetime | None = None
) -> list[Phase]:
    """The phases of these names that are open at t as known at known_at, by site, name and start.

    Ghosts and journeys gone stale are left out, as they are of every count.
    """
    known_then = None if known_at is None else refolded(connection, known_at)
    text, parameters = measure_sql.open_phases(names, t, system, known_at=known_at, refolded=known_then)
    with connection.cursor(row_factory=tuple_row) as cursor:
        return [Phase(*row) for row in cursor.execute(text, parameters)]


def read_atoms(
    connection: Connection[Any], system: System, t: datetime, *, known_at: datetime | None = None,
    measures: Iterable[Measure] | None = None, split: str | None = None,
) -> Mapping[str | None, Atoms]:  # fmt: skip
    """The atoms of the measures at t as known at known_at (None: everything known now).

    Returns them by group of the split; without a split the only group is None.
    """
    wanted = [atom for measure in (measures or CATALOGUE.values()) for atom in measure.atoms()]
    known_then = None if known_at is None else refolded(connection, known_at)
    asked = measure_sql.query(wanted, t, system, known_at=known_at, refolded=known_then, split=split)
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(asked.text, asked.parameters).fetchall()
    return measure_sql.read(rows, asked, t, system, configured_capacity(system))
