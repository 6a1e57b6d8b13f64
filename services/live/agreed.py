"""What is declared, agreed and asked for in the system at a moment, each with the age of the feed that tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from psycopg import Connection

from services.domain.agreed import order, standing
from services.domain.fold import Milestone, fold
from services.domain.levels import owner_of, within
from services.domain.system import System
from services.live.feeds import Feed
from services.store import agreed as store


class Told:
    """The steps of every organisation, read again only where something was written of it. For one thread."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Any, tuple[Milestone, ...]]] = {}

    def steps(self, connection: Connection[Any], system: System) -> dict[str, tuple[Milestone, ...]]:
        """As `read_steps`, of everything that is in the store by now."""
        found = store.stamps(connection, within(system, system.code))
        changed = [code for code, stamp in found.items() if self._held.get(code, (None,))[0] != stamp]
        read = read_steps(connection, changed) if changed else {}
        # A stamp older than what was read with it is only read once more.
        held = {code: (found[code], read.get(code, ())) for code in changed}
        self._held = {code: held.get(code) or self._held[code] for code in found}
        return {code: steps for code, (_, steps) in self._held.items()}


def read_steps(
    connection: Connection[Any], organisations: list[str], known_at: datetime | None = None
) -> dict[str, tuple[Milestone, ...]]:
    """By organisation, the steps that stand as known at known_at."""
    folded = {code: fold(facts) for code, facts in store.steps(connection, organisations, known_at).items()}
    return {code: subject.milestones for code, subject in folded.items() if subject is not None}


def build(
    system: System, steps: Mapping[str, tuple[Milestone, ...]], feeds: Mapping[str, Feed], t: datetime
) -> list[dict[str, Any]]:
    """What stands at t, incidents first. as_of: the newest that came of who tells it, where that is late."""
    found = [each for code, told in steps.items() for each in standing(code, told, t)]
    rows = []
    for each in sorted(found, key=order):
        feed = feeds.get(owner_of(system, each.organisation) or "")
        freshness = feed.freshness if feed else "live"
        late = feed.last_event_at if feed and freshness != "live" else None
        rows.append(asdict(each) | {"freshness": freshness, "as_of": late})
    return rows


def read(
    connection: Connection[Any], system: System, t: datetime, feeds: Mapping[str, Feed], *,
    known_at: datetime | None = None, told: Told | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """What stands at t as known at known_at. told: who keeps the steps, where t is now."""
    if told is not None and known_at is None:
        return build(system, told.steps(connection, system), feeds, t)
    return build(system, read_steps(connection, list(within(system, system.code)), known_at), feeds, t)
