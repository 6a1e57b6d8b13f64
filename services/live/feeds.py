"""Feed health: how old the newest event of a source is, and whether that is normal for it.

Until a feed's rhythm is learned, its usual gap is taken from what kind of provider it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.domain.system import System
from services.store.feeds import FeedRow

State = Literal["live", "delayed", "silent"]
Freshness = Literal["live", "delayed", "lost"]

USUAL_GAP: Mapping[str, timedelta] = {
    "acute": timedelta(minutes=5),
    "ambulance": timedelta(minutes=5),
    "community": timedelta(minutes=60),
}
DELAYED_AFTER_GAPS = 3
SILENT_AFTER_GAPS = 12


@dataclass(frozen=True)
class Feed:
    source: str
    name: str
    state: State
    last_event_at: datetime | None
    last_receipt_at: datetime | None
    usual_gap: timedelta
    facts: int

    @property
    def freshness(self) -> Freshness:
        return "lost" if self.state == "silent" else self.state


def health(rows: Iterable[FeedRow], system: System, now: datetime) -> dict[str, Feed]:
    """Provider code -> its feed's health at now. A provider that never sent anything is not in it."""
    found: dict[str, Feed] = {}
    for row in rows:
        code = row.source.rpartition(":")[2]
        provider = system.provider_by_code.get(code)
        gap = USUAL_GAP.get(provider.kind if provider else "", timedelta(minutes=60))
        age = max(timedelta(), now - row.last_event_at)
        state: State = (
            "silent" if age > gap * SILENT_AFTER_GAPS else "delayed" if age > gap * DELAYED_AFTER_GAPS else "live"
        )
        name = provider.short_name if provider else system.name
        found[code] = Feed(row.source, name, state, row.last_event_at, row.last_receipt_at, gap, row.facts)
    return found
