"""The picture: every measure at every level at a moment, as known at a moment.

As known at k: a subject not touched since k is read as stored, and so is one of which only what happened after the
moment was recorded since, since that is cut off anyway. The others are folded again from the facts known at k. Those
are few, however long the history: what was said late, and what was corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import tuple_row

from services.domain.catalogue import CATALOGUE
from services.domain.events import EVENT_TYPES
from services.domain.facts import Fact
from services.domain.fold import fold
from services.domain.measures import LONGEST_WINDOW, Atoms, Measure, configured_capacity
from services.domain.phases import Phase
from services.domain.system import System
from services.store import gauges, measure_sql
from services.store.events import read_facts, row_of

#: Of some facts, all that a fold makes of them: a milestone each. Where there are fewer milestones than facts, some are
#: cancels, or corrected, or said twice, and a later one may have told of an earlier moment. And the first fact of the
#: subject's kind may have been a later one.
_STRADDLING = """
with of_kind (kind, types) as (
    select value ->> 0, array(select jsonb_array_elements_text(value -> 1)) from jsonb_array_elements(%(kinds)s::jsonb)
)
select key, kind = 'gauge' and facts = cardinality(moments) and facts >= %(many)s as is_plain
from subject left join of_kind using (kind), lateral (
    select count(*) as facts, bool_or(recorded_at > %(known_at)s and time <= %(t)s) as late,
           bool_or(recorded_at <= %(known_at)s and type = any(types)) as of_its_kind
    from event where event.subject = subject.key
) as told
where last_recorded_at > %(known_at)s and first_recorded_at <= %(known_at)s
  and (facts <> coalesce(cardinality(moments), 0) or late or not of_its_kind)
order by key
"""
MANY_FACTS = 500  # of a gauge, for looking into only some of them to be worth it
CARRIED = timedelta(days=7)  # a reading may stand for longer; then all are read
_KINDS = orjson.dumps(
    [
        [kind, [name for name, each in EVENT_TYPES.items() if each.kind == kind]]
        for kind in dict.fromkeys(each.kind for each in EVENT_TYPES.values() if each.kind is not None)
    ]
).decode()


def refolded(connection: Connection[Any], t: datetime, known_at: datetime) -> measure_sql.Refolded:
    """The subjects that were known otherwise at known_at than they are stored, in what stood by t."""
    asked = {"t": t, "known_at": known_at, "kinds": _KINDS, "many": MANY_FACTS}
    with connection.cursor(row_factory=tuple_row) as cursor:
        found: dict[str, bool] = dict(cursor.execute(_STRADDLING, asked).fetchall())
    facts = _late_gauges(connection, [key for key, is_plain in found.items() if is_plain], t, known_at)
    facts |= read_facts(connection, [key for key in found if key not in facts])
    rows = [row_of(fold(each, known_at=known_at)) for each in facts.values()]
    return measure_sql.Refolded(known_at, list(found), orjson.dumps(rows).decode())


def _late_gauges(
    connection: Connection[Any], keys: Sequence[str], t: datetime, known_at: datetime
) -> dict[str, list[Fact]]:
    """Of gauges of which nothing was ever corrected, the facts that a window at t can reach: not the years before.

    One of which none of them goes back to the window's start is left out.
    """
    reach = t - LONGEST_WINDOW
    found = gauges.facts_between(connection, keys, reach - CARRIED, t) if keys else {}
    return {
        key: facts for key, facts in found.items()
        if any(fact.time <= reach and fact.recorded_at <= known_at for fact in facts)
    }  # fmt: skip


def read_open(
    connection: Connection[Any], system: System, t: datetime, names: Iterable[str], *, known_at: datetime | None = None
) -> list[Phase]:
    """The phases of these names that are open at t as known at known_at, by site, name and start.

    Ghosts and journeys gone stale are left out, as they are of every count.
    """
    known_then = None if known_at is None else refolded(connection, t, known_at)
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
    known_then = None if known_at is None else refolded(connection, t, known_at)
    asked = measure_sql.query(wanted, t, system, known_then, split=split)
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(asked.text, asked.parameters).fetchall()
    return measure_sql.read(rows, asked, t, system, configured_capacity(system))
