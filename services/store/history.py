"""Readings looked up: a series at its marks, by the hour or by the London day, as known at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from services.domain.measures import Measure
from services.domain.series import ABSENT, NOT_PROVIDED, SAME

#: A kept mark stands until the next, at most until 00:00 UTC: there everything that is there has a row of its own.
_MARKS = """
with latest as (
    select distinct on (mark) * from reading
    where series = %(series)s and known_at <= %(known)s and mark <= %(until)s
      and mark >= date_trunc('day', %(first)s::timestamptz, 'UTC')
    order by mark, known_at desc
)
select mark, known_at, value, numerator, denominator, n, absent, least(
    lead(mark, 1, 'infinity') over (order by mark), date_trunc('day', mark, 'UTC') + interval '1 day'
), (select least(until, %(known)s) from reading_progress)
from latest where absent <> %(same)s order by mark
"""
#: Likewise a kept hour stands for those that follow; one without any spread of its own was all as it closed.
_HOURS = """
with kept as (
    select distinct on (hour) * from reading_hour
    where series = %(series)s and known_at <= %(known)s and hour < %(until)s
      and hour >= date_trunc('day', %(first)s::timestamptz, 'UTC')
    order by hour, known_at desc
), standing as (
    select *, least(
        lead(hour, 1, 'infinity') over (order by hour), date_trunc('day', hour, 'UTC') + interval '1 day', %(until)s,
        (select date_trunc('hour', least(until, %(known)s), 'UTC') from reading_progress)
    ) as stands_until from kept where absent <> %(same)s
), latest as (
    select each as hour, greatest(known_at, each + interval '1 hour') as known_at, value, numerator, denominator, n,
        absent, marks,
        case when marks > 0 then coalesce(mean, value) end as mean,
        case when marks > 0 then coalesce(least, value) end as least,
        case when marks > 0 then coalesce(greatest, value) end as greatest,
        case when marks > 0 and mean is null then numerator else mean_numerator end as mean_numerator,
        case when marks > 0 and mean is null then denominator else mean_denominator end as mean_denominator
    from standing, generate_series(hour, stands_until - interval '1 microsecond', interval '1 hour') as each
    where each >= %(first)s and not (absent = %(not_provided)s and marks = 0)
)
"""
_BY_HOUR = (
    _HOURS
    + """
select hour, known_at, value, numerator, denominator, n, absent, marks, mean, least, greatest, hour + interval '1 hour'
from latest order by hour
"""
)
#: A day's share comes from its counts and its mean from all its marks; what counts since midnight stands at its end.
_BY_DAY = (
    _HOURS
    + """, day as (
    select date_trunc('day', hour, 'Europe/London') as day, *, row_number() over (
        partition by date_trunc('day', hour, 'Europe/London') order by hour desc) as last
    from latest
)
select day, max(known_at),
    case when %(closing)s then max(value) filter (where last = 1)
         when %(share)s then sum(mean_numerator * marks) / nullif(sum(mean_denominator * marks), 0)
         else sum(mean * marks) / nullif(sum(marks), 0) end,
    case when %(closing)s then max(numerator) filter (where last = 1)
         else sum(mean_numerator * marks) / nullif(sum(marks), 0) end,
    case when %(closing)s then max(denominator) filter (where last = 1)
         else sum(mean_denominator * marks) / nullif(sum(marks), 0) end,
    max(n) filter (where last = 1), max(absent) filter (where last = 1), sum(marks)::int,
    sum(mean * marks) / nullif(sum(marks), 0), min(least), max(greatest), max(hour) + interval '1 hour'
from day group by day order by day
"""
)

#: The same for many series at once, of each hour only what it closed with.
_CLOSES = """
with wanted as (
    select id, measure, code from series where measure = any(%(measures)s) and code = any(%(codes)s)
), kept as (
    select distinct on (series, hour) series, hour, value, absent from reading_hour
    where series in (select id from wanted) and known_at <= %(known)s and hour < %(until)s
      and hour >= date_trunc('day', %(first)s::timestamptz, 'UTC')
    order by series, hour, known_at desc
), standing as (
    select *, least(
        lead(hour, 1, 'infinity') over (partition by series order by hour),
        date_trunc('day', hour, 'UTC') + interval '1 day', %(until)s,
        (select date_trunc('hour', least(until, %(known)s), 'UTC') from reading_progress)
    ) as stands_until from kept where absent <> %(same)s
)
select measure, code, each + interval '1 hour', value
from standing join wanted on id = series,
    generate_series(hour, stands_until - interval '1 microsecond', interval '1 hour') as each
where each >= %(first)s and value is not null order by measure, code, each
"""


@dataclass(frozen=True)
class Point:
    """at: a mark, or the start of an hour or day; until: its end. marks: of an hour or day, how many have a value.

    A point without a value says why in `absent`.
    """

    at: datetime
    known_at: datetime
    value: float | None
    numerator: float | None
    denominator: float | None
    n: int | None
    absent: str | None
    marks: int | None = None
    mean: float | None = None
    least: float | None = None
    greatest: float | None = None
    until: datetime | None = None


def series_of(connection: Connection[Any], measure: str, level: str, code: str) -> int | None:
    row = connection.execute(
        "select id from series where measure = %s and level = %s and code = %s", (measure, level, code)
    ).fetchone()
    return None if row is None else int(row[0])


def marks(
    connection: Connection[Any], series: int, first: datetime, until: datetime, known_at: datetime
) -> list[Point]:
    """The changes from first to until, with the one that stood at first: a reading holds until the next.

    Where a series ends (a gauge that nobody reports any more), that is a change too.
    """
    rows = connection.execute(_MARKS, _asked(series, first, until, known_at)).fetchall()
    found: list[Point] = []
    for index, (mark, *told, stands_until, kept_until) in enumerate(rows):
        if stands_until <= first:
            continue
        found.append(_point((max(first, mark), *told)))
        followed = index + 1 < len(rows) and rows[index + 1][0] == stands_until
        if not followed and stands_until <= min(until, kept_until) and found[-1].absent != ABSENT[NOT_PROVIDED]:
            found.append(_point((stands_until, stands_until, None, None, None, None, NOT_PROVIDED)))
    return found


def hours(
    connection: Connection[Any], series: int, first: datetime, until: datetime, known_at: datetime
) -> list[Point]:
    """Whole hours that begin from first on and before until."""
    return [_point(row) for row in connection.execute(_BY_HOUR, _asked(series, first, until, known_at)).fetchall()]


def hours_of(
    connection: Connection[Any], measures: Sequence[str], codes: Sequence[str], first: datetime, until: datetime,
    known_at: datetime,
) -> dict[tuple[str, str], dict[datetime, float]]:  # fmt: skip
    """What whole hours that begin from first on and before until closed with: by measure and code, by the hour's end.

    An hour without a value is not there.
    """
    asked = {"measures": list(measures), "codes": list(codes)} | _asked(0, first, until, known_at)
    found: dict[tuple[str, str], dict[datetime, float]] = {}
    for measure, code, end, value in connection.execute(_CLOSES, asked).fetchall():
        found.setdefault((measure, code), {})[end] = value
    return found


def closes(measure: Measure) -> bool:
    """Whether a day's figure is what stood when it ended: what is counted over a window that reaches back."""
    return any(atom.selection.window in ("today", "last_24h") for atom in measure.atoms())


def days(
    connection: Connection[Any], series: int, measure: Measure, first: datetime, until: datetime, known_at: datetime
) -> list[Point]:
    """London days from the hours that begin from first on and before until; the last may still run."""
    asked = _asked(series, first, until, known_at) | {"closing": closes(measure), "share": measure.kind == "share"}
    return [_point(row) for row in connection.execute(_BY_DAY, asked).fetchall()]


def _asked(series: int, first: datetime, until: datetime, known_at: datetime) -> dict[str, Any]:
    return {
        "series": series, "first": first, "until": until, "known": known_at, "same": SAME,
        "not_provided": NOT_PROVIDED,
    }  # fmt: skip


def _point(row: tuple[Any, ...]) -> Point:
    fields = list(row)
    fields[6] = None if row[2] is not None else ABSENT.get(row[6], "not_due")
    return Point(*fields)
