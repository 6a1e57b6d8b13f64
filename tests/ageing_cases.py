"""Journeys of every age, for what drops old ones: on plain PostgreSQL and on TimescaleDB."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from services.domain.facts import Fact
from tests.measure_cases import DAY, HOUR, SYSTEM, admitted, arrived, attended, capacity, departed, left
from tests.worlds import START, event

BEFORE = datetime(2026, 6, 1, tzinfo=UTC)
LONG_AGO = BEFORE - 60 * DAY
SINCE = BEFORE + DAY
__all__ = ["BEFORE", "GONE", "KEPT", "SINCE", "SYSTEM", "facts", "held"]


def _following(subject: str, when: datetime, follows: str) -> Fact:
    minute = round((when - START) / timedelta(minutes=1))
    data = {"site": "RVV01", "unit": "RVV01-WARD", "bed_kind": "ga_adult", "admission": "emergency"}
    return event("bed.admitted", subject, minute, data, id="in", sent=minute, recorded=minute, follows=follows)


#: Over before, and followed by nothing that is kept.
GONE = {
    "over": attended("over", LONG_AGO, 4 * HOUR),
    "visit": attended("visit", LONG_AGO, 4 * HOUR),
    "stay": (_following("stay", LONG_AGO + 4 * HOUR, "visit"), left("stay", LONG_AGO + 5 * DAY)),
    "cancelled": (
        event("ed.arrived", "cancelled", 0, {"site": "RVV01", "department_type": 1}, id="a", sent=0, recorded=0),
        event("event.cancelled", "cancelled", 1, {}, id="c", sent=1, recorded=1, cancels="a"),
    ),
}
KEPT = {
    "open": (admitted("open", LONG_AGO),),
    "followed": attended("followed", LONG_AGO, 4 * HOUR),
    "follower": (_following("follower", LONG_AGO + 4 * HOUR, "followed"),),
    "ended since": (admitted("ended since", LONG_AGO), left("ended since", SINCE)),
    "told since": (arrived("told since", LONG_AGO), departed("told since", LONG_AGO + HOUR),
                   left("told since", LONG_AGO + 2 * HOUR, SINCE)),
    "RVV01-WARD": (capacity(LONG_AGO, 20),),
    "new": attended("new", SINCE, HOUR),
}  # fmt: skip


def facts() -> list[Fact]:
    return [fact for told in (*GONE.values(), *KEPT.values()) for fact in told]


def held(connection: Connection[Any]) -> dict[str, int]:
    """How many facts there are of each subject that has a row or a fact."""
    rows = connection.execute(
        "select coalesce(key, subject), count(uid) from subject full join event on subject = key group by 1"
    ).fetchall()
    return {row[0]: row[1] for row in rows}
