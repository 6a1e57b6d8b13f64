"""What each source last sent and when it usually does, and the one clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from services.domain.clock import Clock, local_day
from services.domain.rhythm import Rhythm, learn, listened

LEARNED_WEEKS = 6


#: How far back the newest event of every source is looked for, before looking at all.
LOOK_BACK = (timedelta(hours=3), timedelta(days=2), timedelta(days=16), timedelta(days=128))
#: What was received within this of a moment counts as received by it: clocks of processes differ a little.
JITTER = timedelta(minutes=1)

_NEWEST = """
select source, max(time), max(recorded_at) from event
where time > %(after)s and time <= %(as_at)s and recorded_at <= %(known_at)s
group by source
"""
_HEARD = """
with mark as (
    select distinct source, floor(extract(epoch from recorded_at) / 300)::bigint as number
    from event
    where recorded_at >= %(since)s and recorded_at < %(until)s
      and (%(source)s::text is null or source = %(source)s)
)
select source, to_timestamp((number / 12) * 3600) as hour, count(*)::int as marks
from mark
group by source, number / 12
"""


@dataclass(frozen=True)
class FeedRow:
    """What a source sent. facts: how many in all, None where that is not known. rhythm: None until it is learned;
    learned_at: from when on it was known.
    """

    source: str
    first_event_at: datetime
    last_event_at: datetime
    first_receipt_at: datetime
    last_receipt_at: datetime
    facts: int | None
    rhythm: Rhythm | None = None
    learned_at: datetime | None = None


_READ = """
select feed.source, first_event_at, last_event_at, first_receipt_at, last_receipt_at, facts, rhythm.shares,
       rhythm.learned_at
from feed left join lateral (
    (
        select shares, learned_at, 1 as choice from feed_rhythm
        where source = feed.source and day <= %(day)s and learned_at <= %(at)s
        order by day desc limit 1
    )
    union all
    (
        select shares, learned_at, 2 from feed_rhythm
        where source = feed.source
        order by day limit 1
    )
    order by choice limit 1
) as rhythm on true
order by feed.source
"""


def read(connection: Connection[Any], at: datetime | None = None) -> list[FeedRow]:
    """What each source sent, with the rhythm that was known at a moment (None: the last), or else the first kept."""
    by = {"at": at, "day": local_day(at)} if at else {"at": datetime.max.replace(tzinfo=UTC), "day": date.max}
    rows = connection.execute(_READ, by).fetchall()
    return [
        FeedRow(source, began, last, first_receipt, receipt, facts, Rhythm(tuple(shares)) if shares else None, learned)
        for source, began, last, first_receipt, receipt, facts, shares, learned in rows
    ]


def read_at(connection: Connection[Any], as_at: datetime, known_at: datetime | None = None) -> list[FeedRow]:
    """What each source had sent by as_at, as known at known_at (None: as known now), with its rhythm as known by then.
    facts is not known of the past.
    """
    rows = read(connection, min(as_at, known_at or as_at))
    last = newest(connection, rows, as_at, known_at)
    return [
        row if last[row.source] == (row.last_event_at, row.last_receipt_at)
        else replace(row, last_event_at=last[row.source][0], last_receipt_at=last[row.source][1], facts=None)
        for row in rows if row.source in last
    ]  # fmt: skip


def newest(
    connection: Connection[Any], rows: Iterable[FeedRow], as_at: datetime, known_at: datetime | None
) -> dict[str, tuple[datetime, datetime]]:
    """Source -> its newest event by as_at and its newest receipt, as known at known_at.

    From its row where nothing has come since, else from the events, in ever longer stretches of time before as_at; the
    newest receipt is that of what happened in the same stretch.
    """
    found: dict[str, tuple[datetime, datetime]] = {}
    wanted: set[str] = set()
    known = known_at or datetime.max.replace(tzinfo=UTC)
    for row in rows:
        is_now = row.last_receipt_at <= as_at + JITTER and known_at is None
        if is_now or (row.last_receipt_at <= known and row.last_event_at <= as_at):
            found[row.source] = row.last_event_at, row.last_receipt_at
        elif row.first_event_at <= as_at and row.first_receipt_at <= known:
            wanted.add(row.source)
    for back in (*LOOK_BACK, None):
        if not wanted:
            break
        after = min(as_at, known) - back if back else datetime.min.replace(tzinfo=UTC)
        limits = {"as_at": as_at, "known_at": known, "after": after}
        with connection.cursor(row_factory=tuple_row) as cursor:
            last = {row[0]: (row[1], row[2]) for row in cursor.execute(_NEWEST, limits)}
        found |= {source: last[source] for source in wanted & last.keys()}
        wanted -= last.keys()
    return found


def received(connection: Connection[Any], since: datetime, until: datetime) -> dict[str, int]:
    """Source -> how many of its events were received between two moments."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            """
            select source, count(*) from event where recorded_at > %s and recorded_at <= %s group by source
            """,
            (since, until),
        )
        return {row[0]: row[1] for row in rows}


def learn_rhythms(
    connection: Connection[Any], expected: Callable[[str], Rhythm], now: datetime, weeks: int = LEARNED_WEEKS
) -> int:
    """Learn each source's rhythm from when its events of the last weeks were received; answers how many were learned.

    expected: what a source is thought to do where too little was heard. Only whole hours count. The last that was
    learned on a London day is kept.
    """
    learned = _learned(connection, expected, now, weeks)
    for source, rhythm in sorted(learned.items()):
        connection.execute(
            """
            insert into feed_rhythm (source, day, shares, learned_at) values (%s, %s, %s, %s)
            on conflict (source, day) do update set
                shares = excluded.shares, learned_at = excluded.learned_at
            """,
            (source, local_day(now), list(rhythm.shares), now),
        )
    return len(learned)


def rhythm_at(connection: Connection[Any], source: str, expected: Rhythm, t: datetime) -> Rhythm | None:
    """The rhythm that a source had at a past moment, from what was received in the weeks before; None of nothing."""
    return _learned(connection, lambda _: expected, t, LEARNED_WEEKS, source).get(source)


def _learned(
    connection: Connection[Any], expected: Callable[[str], Rhythm], now: datetime, weeks: int, source: str | None = None
) -> dict[str, Rhythm]:
    until = now.replace(minute=0, second=0, microsecond=0)
    asked = {"since": until - timedelta(weeks=weeks), "until": until, "source": source}
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_HEARD, asked).fetchall()
    heard: dict[str, dict[datetime, int]] = {}
    for sender, hour, marks in rows:
        heard.setdefault(sender, {})[hour] = marks
    return {sender: learn(expected(sender), listened(hours, until)) for sender, hours in heard.items()}


def read_clock(connection: Connection[Any]) -> Clock:
    """The clock that all processes share; wall time until somebody sets another."""
    row = connection.execute("select origin, started, rate from clock").fetchone()
    return Clock(*row) if row else Clock.wall(datetime.now(UTC))


def set_clock(connection: Connection[Any], clock: Clock) -> None:
    """Set the clock; it never goes back, whatever is asked."""
    connection.execute(
        """
        insert into clock (origin, started, rate) values (%(origin)s, %(started)s, %(rate)s)
        on conflict (only_row) do update set
            origin = greatest(excluded.origin, clock.origin
                + (excluded.started - clock.started) * clock.rate),
            started = excluded.started,
            rate = excluded.rate
        """,
        {"origin": clock.origin, "started": clock.started, "rate": clock.rate},
    )


def change_rate(connection: Connection[Any], wall: datetime, rate: float) -> Clock:
    """Let the clock go on from where it is at `wall` at another rate (0: it stands); answers the clock."""
    row = connection.execute(
        """
        update clock set
            origin = origin + greatest(interval '0', %(wall)s - started) * rate,
            started = greatest(started, %(wall)s),
            rate = %(rate)s
        returning origin, started, rate
        """,
        {"wall": wall, "rate": rate},
    ).fetchone()
    return Clock(*row) if row else Clock.wall(wall)


def resume_clock(connection: Connection[Any], wall: datetime, rate: float) -> datetime | None:
    """Let the clock of a store with synthetic people go on where it stopped; answers from when, None without them.

    It stopped where `stop_clock` left it, or else, after a crash, two seconds past the last that anybody saw of it (the
    feed, a fact that was received, the picture), so that it does not go back. A clock in use is left alone.
    """
    row = connection.execute(
        """
        update clock set origin = stopped.at, started = %(wall)s, rate = %(rate)s
        from (
            select least(
                clock.origin + greatest(interval '0', %(wall)s - clock.started) * clock.rate,
                greatest(
                    clock.origin,
                    synthetic.reached_at,
                    (select max(last_receipt_at) from feed),
                    (select (body ->> 'as_at')::timestamptz from picture)
                ) + interval '2 s' * clock.rate
            ) as at
            from clock, synthetic
        ) as stopped
        where not exists (select from picture where expires_at > clock_timestamp())
        returning clock.origin
        """,
        {"wall": wall, "rate": rate},
    ).fetchone()
    return row[0] if row else None


def settle_clock(connection: Connection[Any], wall: datetime, *, at: datetime) -> None:
    """Stop the clock of a copied store at the last moment that anything in it is of, and not before `at`, its own.

    Whoever follows its picture sees that this is another: its revisions are none that were ever sent.
    """
    connection.execute(
        """
        update clock set rate = 0, started = %(wall)s, origin = greatest(
            clock.origin,
            %(at)s,
            (select reached_at from synthetic),
            (select max(last_receipt_at) from feed),
            (select (body ->> 'as_at')::timestamptz from picture)
        )
        """,
        {"wall": wall, "at": at},
    )
    connection.execute(
        "update picture set revision = greatest(revision, (extract(epoch from clock_timestamp()) * 100)::bigint)"
    )


def stop_clock(connection: Connection[Any], wall: datetime) -> None:
    """Stop the clock of a store with synthetic people; wall time, which others go by, cannot be stopped."""
    connection.execute(
        """
        update clock set
            origin = origin + greatest(interval '0', %(wall)s - started) * rate,
            started = %(wall)s,
            rate = 0
        where exists (select from synthetic)
        """,
        {"wall": wall},
    )
