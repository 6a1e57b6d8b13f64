"""Journeys that somebody should look at, page by page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection

from services.domain.state import Journey
from services.domain.system import System
from services.store import cursors
from services.store import state as state_store

Reason = Literal["stale", "ghost"]


def read_page(
    connection: Connection[Any], system: System, sites: Collection[str], t: datetime, *,
    known_at: datetime | None = None, reason: Reason | None = None, cursor: str | None = None, limit: int = 100,
) -> dict[str, Any]:  # fmt: skip
    """The journeys of these sites on a worklist at t, by site, unit and key. Raises StoreError for a wrong cursor."""
    after = cursors.read("worklist", cursor, _place) if cursor else ("", "", "")
    seen = state_store.read(connection, system, t, known_at)
    listed: tuple[tuple[Reason, tuple[Journey, ...]], ...] = (("stale", seen.stale), ("ghost", seen.ghosts))
    rows = sorted(
        (
            ((journey.site or "", journey.unit or "", journey.key), why, journey)
            for why, journeys in listed
            for journey in journeys
            if journey.site in sites and reason in (None, why)
        ),
        key=lambda row: row[0],
    )
    page = [row for row in rows if row[0] > after][: limit + 1]
    return {
        "as_at": t, "known_at": known_at or t, "total": len(rows),
        "items": [
            {"journey": journey.key, "kind": journey.kind, "site": journey.site, "unit": journey.unit, "reason": why,
             "last_event_at": max(passed.time for passed in journey.milestones)}
            for _, why, journey in page[:limit]
        ],
        "next": cursors.write("worklist", *page[limit - 1][0]) if len(page) > limit else None,
    }  # fmt: skip


def _place(site: str, unit: str, key: str) -> tuple[str, str, str]:
    return site, unit, key
