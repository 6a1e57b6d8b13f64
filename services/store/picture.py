"""The picture: every measure at every level at a moment, as known at a moment.

As known at k: a subject not touched since k is read as stored, and so is one of which only what happened after the
moment was recorded since, since that is cut off anyway. The others are folded again from the facts known at k. Those
are few, however long the history: what was said late, and what was corrected. What stands for ever and whose row does
not go back to the moment is folded from the facts that a window can reach (`kept`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import tuple_row

from services.domain.catalogue import CATALOGUE
from services.domain.events import EVENT_TYPES
from services.domain.fold import fold
from services.domain.measures import LONGEST_WINDOW, Atoms, Measure, configured_capacity
from services.domain.phases import Phase
from services.domain.system import System
from services.store import kept, measure_sql
from services.store.events import read_facts, row_of

#: Of some facts, all that a fold makes of them: a milestone each. Where there are fewer milestones than facts, some are
#: cancels, or corrected, or said twice, and a later one may have told of an earlier moment. And the first fact of the
#: subject's kind may have been a later one.
_STRADDLING = """
with of_kind (kind, types) as (
    select value ->> 0, array(select jsonb_array_elements_text(value -> 1)) from jsonb_array_elements(%(kinds)s::jsonb)
)
select key from subject left join of_kind using (kind), lateral (
    select count(*) as facts, bool_or(recorded_at > %(known_at)s and time <= %(t)s) as late,
           bool_or(recorded_at <= %(known_at)s and type = any(types)) as of_its_kind
    from event where event.subject = subject.key
) as told
where last_recorded_at > %(known_at)s and first_recorded_at <= %(known_at)s and kept_from is null
  and (facts <> coalesce(cardinality(moments), 0) or late or not of_its_kind)
order by key
"""
_KINDS = orjson.dumps(
    [
        [kind, [name for name, each in EVENT_TYPES.items() if each.kind == kind]]
        for kind in dict.fromkeys(each.kind for each in EVENT_TYPES.values() if each.kind is not None)
    ]
).decode()


def refolded(connection: Connection[Any], t: datetime, known_at: datetime | None) -> measure_sql.Refolded | None:
    """The subjects that were known otherwise at known_at than they are stored, in what stood by t; and those whose rows
    do not go back to t. None: everything is as stored.
    """
    reach = t - LONGEST_WINDOW
    cut = kept.stories_cut(connection, reach, t, known_at, known_at)
    facts = kept.facts_reaching(connection, cut, reach, t, known_at)
    found: list[str] = []
    if known_at is not None:
        asked = {"t": t, "known_at": known_at, "kinds": _KINDS}
        with connection.cursor(row_factory=tuple_row) as cursor:
            found = [row[0] for row in cursor.execute(_STRADDLING, asked).fetchall()]
        facts |= read_facts(connection, found)
    elif not cut:
        return None
    rows = [row_of(each) for told in facts.values() if (each := fold(told, known_at=known_at)) is not None]
    return measure_sql.Refolded(known_at, [*cut, *found], orjson.dumps(rows).decode())


def read_open(
    connection: Connection[Any], system: System, t: datetime, names: Iterable[str], *, known_at: datetime | None = None
) -> list[Phase]:
    """The phases of these names that are open at t as known at known_at, by site, name and start.

    Ghosts and journeys gone stale are left out, as they are of every count.
    """
    known_then = refolded(connection, t, known_at)
    text, parameters = measure_sql.open_phases(names, t, system, known_then)
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
    known_then = refolded(connection, t, known_at)
    asked = measure_sql.query(wanted, t, system, known_then, split=split)
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(asked.text, asked.parameters).fetchall()
    return measure_sql.read(rows, asked, t, system, configured_capacity(system))
