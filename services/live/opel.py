"""OPEL at a moment, as known at a moment, from the store: everybody's, or one organisation's."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from psycopg import Connection

from services.domain.clock import LONDON
from services.domain.opel_tables import Edition
from services.domain.system import System
from services.live.figures import Figures
from services.live.levels import Levels, breakdown, measures_of, short, system_breakdown
from services.live.overview import read_feeds
from services.store import declarations, picture


def read(
    connection: Connection[Any], system: System, edition: Edition, t: datetime, *, known_at: datetime | None = None
) -> dict[str, Any]:
    """The system, its pillars, and every provider, place and site, parameter by parameter."""
    levels = _levels(connection, system, edition, t, known_at)
    return _moment(edition, t, known_at) | {
        "system": system_breakdown(levels),
        "providers": [
            breakdown(levels, "provider", each.code, each.short_name, levels.of_provider(each))
            for each in system.providers if any(pillar.provider_kind == each.kind for pillar in edition.pillars)
        ],
        "places": [
            breakdown(levels, "place", each.code, each.name, levels.of_place(each.code)) for each in system.places
        ],
        "sites": [
            breakdown(levels, "site", each.code, each.short_name, levels.of_site(each)) for each in system.sites
        ],
    }  # fmt: skip


def read_one(
    connection: Connection[Any], system: System, edition: Edition, code: str, t: datetime, *,
    known_at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One organisation's. Raises KeyError for a code that is no system, provider, place or site."""
    levels = _levels(connection, system, edition, t, known_at)
    return _moment(edition, t, known_at) | {"opel": _one(levels, system, code)}


def codes(system: System) -> list[str]:
    """The organisations that have a level of their own, or could."""
    return [
        system.code, *(each.code for each in system.providers), *(each.code for each in system.places),
        *(each.code for each in system.sites),
    ]  # fmt: skip


def _one(levels: Levels, system: System, code: str) -> dict[str, Any]:
    if code == system.code:
        return system_breakdown(levels)
    for place in system.places:
        if place.code == code:
            return breakdown(levels, "place", code, place.name, levels.of_place(code))
    if code in system.site_by_code:
        site = system.site_by_code[code]
        return breakdown(levels, "site", code, site.short_name, levels.of_site(site))
    provider = system.provider_by_code[code]
    return breakdown(levels, "provider", code, provider.short_name, levels.of_provider(provider))


def _levels(
    connection: Connection[Any], system: System, edition: Edition, t: datetime, known_at: datetime | None
) -> Levels:
    atoms = picture.read_atoms(connection, system, t, known_at=known_at, measures=measures_of(edition))[None]
    steps = declarations.read(connection, min(t, known_at or t))
    return Levels(Figures(system, atoms, read_feeds(connection, system, t, known_at), t), edition, steps)


def _moment(edition: Edition, t: datetime, known_at: datetime | None) -> dict[str, Any]:
    return {"as_at": t, "known_at": known_at or t, "edition": short(edition, _day(t))}


def _day(t: datetime) -> date:
    return t.astimezone(LONDON).date()
