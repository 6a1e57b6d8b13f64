"""The stored events as a list, newest received first, without what describes a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row, tuple_row

from services.domain.payloads import Person
from services.store import cursors

MAX_PAGE = 500
#: How far one page looks back: the index on the time of receipt is a coarse one, so it is asked window by window.
WINDOWS = (timedelta(minutes=10), timedelta(hours=2), timedelta(days=1), timedelta(days=8))
_LARGEST = UUID(int=2**128 - 1)
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)
#: Of whom the event is, rather than what happened.
DESCRIBES_PERSON = frozenset([*Person.model_fields, "visits"])
_STANDING: Mapping[int, Literal["fact", "replacement", "cancel"]] = {0: "fact", 1: "replacement", 2: "cancel"}

_PAGE = """
select uid, digest, source, type, subject, time, sent_at, recorded_at, rank, flag, data
from event
where (recorded_at, uid, digest) < (%(at)s, %(uid)s, %(digest)s)
  and recorded_at <= %(at)s and recorded_at > %(after)s
  and (%(source)s::text is null or source = %(source)s)
  and (%(type)s::text is null or type = %(type)s)
  and (%(subject)s::text is null or subject = %(subject)s)
  and (%(as_at)s::timestamptz is null or time <= %(as_at)s)
order by recorded_at desc, uid desc, digest desc
limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Logged:
    uid: UUID
    digest: UUID
    source: str
    type: str
    subject: str
    time: datetime
    sent_at: datetime
    recorded_at: datetime
    standing: Literal["fact", "replacement", "cancel"]
    flag: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which events: None is any. as_at: that happened by then; known_at: that were received by then."""

    source: str | None = None
    type: str | None = None
    subject: str | None = None
    as_at: datetime | None = None
    known_at: datetime | None = None


def list_(
    connection: Connection[Any], wanted: Wanted, cursor: str | None = None, limit: int = 100
) -> tuple[list[Logged], str | None]:
    """A page and the cursor of the next (None: there is none). Raises StoreError for a wrong cursor.

    A page looks back eight days at most, so it can be short, even empty, and still have a next one.
    """
    limit = max(1, min(limit, MAX_PAGE))
    at, uid, digest = cursors.read("events", cursor, _place) if cursor else (_newest(connection), _LARGEST, _LARGEST)
    if wanted.known_at is not None and wanted.known_at < at:
        at, uid, digest = wanted.known_at, _LARGEST, _LARGEST
    after = at
    for window in WINDOWS:
        after = at - window
        asked = {
            "at": at, "uid": uid, "digest": digest, "after": after, "limit": limit + 1, "source": wanted.source,
            "type": wanted.type, "subject": wanted.subject, "as_at": wanted.as_at,
        }  # fmt: skip
        with connection.cursor(row_factory=dict_row) as rows:
            found = rows.execute(_PAGE, asked).fetchall()
        if len(found) > limit:
            last = found[limit - 1]
            return _shown(found[:limit]), cursors.write("events", last["recorded_at"], last["uid"], last["digest"])
    following = cursors.write("events", after, _LARGEST, _LARGEST) if _is_anything_by(connection, after) else None
    return _shown(found), following


def _newest(connection: Connection[Any]) -> datetime:
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute("select max(last_receipt_at) from feed").fetchone()
    return row[0] if row and row[0] else _LATEST


def _is_anything_by(connection: Connection[Any], moment: datetime) -> bool:
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute("select exists (select from event where recorded_at <= %s)", (moment,)).fetchone()
    return bool(row and row[0])


def _shown(rows: list[dict[str, Any]]) -> list[Logged]:
    return [
        Logged(**{key: value for key, value in row.items() if key not in ("rank", "data")},
               standing=_STANDING[row["rank"]], data=redacted(row["data"]))
        for row in rows
    ]  # fmt: skip


def redacted(data: Mapping[str, Any]) -> dict[str, Any]:
    """A payload without what describes the person it is about."""
    return {key: "redacted" if key in DESCRIBES_PERSON else value for key, value in data.items()}


def _place(at: str, uid: str, digest: str) -> tuple[datetime, UUID, UUID]:
    found = cursors.moment(at), UUID(uid), UUID(digest)
    if found[0] < datetime(1971, 1, 1, tzinfo=UTC):
        raise ValueError(at)  # a window that reaches back from it must not leave the calendar
    return found
