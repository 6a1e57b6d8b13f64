"""A place, a provider, a unit at a moment: the same figures as the overview's and a site's, seen from the side."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from psycopg import Connection

from services.domain.catalogue import CATALOGUE
from services.domain.measures import Measure
from services.domain.system import Provider, Site, System
from services.live.figures import Figures
from services.live.levels import Levels, edition_at
from services.live.overview import read_feeds, unit_rows
from services.store import declarations, picture


def described(system: System) -> dict[str, Any]:
    """The system as it is configured: its places, providers, sites and units, without figures."""
    return {
        "code": system.code, "name": system.name,
        "places": [{"code": place.code, "name": place.name} for place in system.places],
        "providers": [provider_of(provider) for provider in system.providers],
        "sites": [
            {"code": site.code, "name": site.name, "short_name": site.short_name, "town": site.town,
             "kind": site.kind, "provider": site.provider, "place": site.place, "ed_type": site.ed_type,
             "latitude": site.latitude, "longitude": site.longitude,
             "units": [
                 {"code": unit.code, "name": unit.name, "kind": unit.kind, "bed_kind": unit.bed_kind,
                  "area": unit.area}
                 for unit in site.units
             ]}
            for site in system.sites
        ],
    }  # fmt: skip


def provider_of(provider: Provider) -> dict[str, str]:
    return {"code": provider.code, "name": provider.name, "short_name": provider.short_name, "kind": provider.kind}


def read_level(
    connection: Connection[Any], system: System, sites: Iterable[Site], code: str, t: datetime, *,
    known_at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Every figure of an organisation, from the counts of its sites, at t as known at known_at."""
    within = list(sites)
    wanted = [measure for measure in CATALOGUE.values() if measure.needs != "unit"]
    figures = _figures(connection, system, t, known_at, wanted)
    edition = edition_at(system, t)
    steps = declarations.read(connection, min(t, known_at or t), code)
    return {
        "as_at": t, "known_at": known_at or t, "sites": [site.code for site in within],
        "opel": Levels(figures, edition, steps).summary_of(code) if edition else None,
        "measures": {measure.name: figures.at_level(measure, within, code) for measure in wanted},
    }  # fmt: skip


def read_units(
    connection: Connection[Any], system: System, sites: Iterable[Site], t: datetime, *,
    known_at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The units of sites, with their capacities and figures, at t as known at known_at."""
    wanted = [measure for measure in CATALOGUE.values() if measure.needs == "unit"]
    figures = _figures(connection, system, t, known_at, wanted)
    items = [{**row, "site": site.code} for site in sites for row in unit_rows(figures, site)]
    return {"as_at": t, "known_at": known_at or t, "items": items}


def _figures(
    connection: Connection[Any], system: System, t: datetime, known_at: datetime | None, measures: Iterable[Measure]
) -> Figures:
    atoms = picture.read_atoms(connection, system, t, known_at=known_at, measures=measures)[None]
    return Figures(system, atoms, read_feeds(connection, system, t, known_at), t)
