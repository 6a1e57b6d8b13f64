"""What was written since somebody last looked, so that it can be kept in memory and only that is read again.

Each transaction that writes subjects notes them beside its own number (the table `touched`). A reader goes by the
snapshot of its last look: what it has not seen is what the transactions noted that were not visible in it, in whatever
order they began and ended. So nothing is missed, whatever clock the facts were stamped by.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import orjson
from psycopg import Connection, Cursor
from psycopg.rows import tuple_row

from services.domain.fold import Milestone, Subject
from services.domain.measures import LONGEST_WINDOW
from services.domain.phases import Phase
from services.domain.standing import Story

_NOTE = "insert into touched (keys) select array(select jsonb_array_elements_text(%s::jsonb))"
#: First the snapshot and the subjects written since the last one; then those that a window can reach, and of their
#: phases the ones that it can reach, each a row.
_LOOK = """
with reached as not materialized (
    select key, kind, source, moments, phases from subject where ended_at >= %(reach)s and {those}
)
select 0 as part, pg_current_snapshot()::text as key, null as kind, null as source, null::timestamptz[] as moments,
       {keys} as texts, null as name, null as site, null as unit, null as label, null::float8 as value,
       null::timestamptz as from_at, null::timestamptz as to_at, null as outcome
union all
select 1, key, kind, source, moments, null, null, null, null, null, null, null, null, null from reached
union all
select 2, key, null, null, null, phase.visits, phase.name, phase.site, phase.unit, phase.label, phase.value,
       phase.from_at, phase.to_at, phase.outcome
from reached, unnest(phases) as phase
where phase.name = any(%(names)s)
  and (phase.to_at is null or phase.to_at >= %(reach)s or phase.name = %(capacity)s)
"""
_SINCE = "array(select unnest(keys) from touched where not pg_visible_in_snapshot(xid, %(since)s::pg_snapshot))"
_ALL = _LOOK.format(keys="null::text[]", those="true")
_CHANGED = _LOOK.format(keys=_SINCE, those=f"key = any({_SINCE})")
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Look:
    """What was found. snapshot: where the next look goes on from.

    stories: by key the subjects that were written since, with the phases asked for that a window can reach; None where
    it has none.
    """

    snapshot: str
    stories: Mapping[str, Story | None]


def note(cursor: Cursor[Any], keys: Sequence[str]) -> None:
    """These subjects are written by the transaction that this cursor is in."""
    cursor.execute(_NOTE, (orjson.dumps(keys).decode(),))


def look(connection: Connection[Any], names: Collection[str], t: datetime, since: str | None = None) -> Look:
    """The subjects written since the snapshot of a look, or all that a window at t or later can reach.

    names: of the phases that are looked at. An ended one is looked at while a window can reach its end, and the
    capacities that were reported for ever, since the first of them ends what is configured.
    """
    asked = {"names": sorted(names), "reach": t - LONGEST_WINDOW, "capacity": "capacity.core", "since": since}
    with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
        rows = cursor.execute(_ALL if since is None else _CHANGED, asked).fetchall()
    rows.sort(key=itemgetter(0))  # a parallel plan may give them in another order
    _, snapshot, _, _, _, keys, *_ = rows[0]
    stories: dict[str, Story | None] = dict.fromkeys(keys or ())
    found: dict[str, list[Phase]] = {}
    for part, key, kind, source, moments, texts, *phase in rows[1:]:
        if part == 1:
            milestones = tuple(Milestone("", moment, {}) for moment in moments)
            subject = Subject(key, kind, source, milestones, None, None, None, *[_BEGINNING] * 3)
            found[key] = []
            stories[key] = (subject, found[key])
        else:
            found[key].append(Phase._make((*phase, None if texts is None else tuple(texts))))
    return Look(snapshot, stories)


def forget(connection: Connection[Any], *snapshots: str) -> None:
    """Drop what looks with all of these snapshots have seen."""
    connection.execute(
        """
        delete from touched
        where (select bool_and(pg_visible_in_snapshot(xid, seen)) from unnest(%s::pg_snapshot[]) as seen)
        """,
        (list(snapshots),),
    )
