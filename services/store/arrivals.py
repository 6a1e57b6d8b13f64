"""Arrivals of the last weeks hour by hour, as they were known at a moment: what demand is judged from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

TYPES = ("ed.arrived", "sdec.arrived", "bed.admitted", "virtual_ward.onboarded")

#: Of a journey's facts of a type the greatest stands, and none that a greater one has cancelled or replaced. A fact is
#: not received before it happens, but for senders' clocks: a day's grace, so that the index of receipts can be used.
_HOURLY = """
select type, site, unit, department_type, arrival_mode, child, admission, bed_kind, from_ed, hour, count(*)
from (
    select distinct on (said.subject, said.type)
        said.type, said.data ->> 'site' as site, said.data ->> 'unit' as unit,
        (said.data ->> 'department_type')::int as department_type, said.data ->> 'arrival_mode' as arrival_mode,
        coalesce(said.data ->> 'age_band' = '0-17', false) as child, said.data ->> 'admission' as admission,
        said.data ->> 'bed_kind' as bed_kind, coalesce(said.data ->> 'referral_source' = 'ed', false) as from_ed,
        date_trunc('hour', said.time, 'UTC') as hour, said.time as happened
    from event as said
    where said.type = any(%(types)s) and said.recorded_at <= %(known_at)s
      and said.recorded_at >= %(since)s - interval '1 day'
      and not exists (
          select from event as other
          where other.target = said.uid and other.recorded_at <= %(known_at)s
            and (other.sent_at, other.rank) > (said.sent_at, said.rank)
      )
    order by said.subject, said.type, said.sent_at desc, said.rank desc, said.uid desc, said.digest desc
) as stands
where happened >= %(since)s and happened < %(until)s
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
order by 10, 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
_FIRST = "select min(time) from event where type = 'ed.arrived' and recorded_at <= %(known_at)s"


def read(
    connection: Connection[Any], since: datetime, until: datetime, known_at: datetime
) -> list[tuple[str, dict[str, Any], datetime, int]]:
    """(type, what it is split by, hour, how many) of all hours in [since, until), as known at known_at, in order."""
    names = ("site", "unit", "department_type", "arrival_mode", "child", "admission", "bed_kind", "from_ed")
    limits = {"since": since, "until": until, "known_at": known_at, "types": list(TYPES)}
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_HOURLY, limits).fetchall()
    return [(row[0], dict(zip(names, row[1:9], strict=True)), row[9], row[10]) for row in rows]


def first(connection: Connection[Any], known_at: datetime) -> datetime | None:
    """The earliest arrival at a department that was known then: before it there is no history."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(_FIRST, {"known_at": known_at}).fetchone()
    found: datetime | None = row[0] if row else None
    return found
