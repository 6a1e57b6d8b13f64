"""A service at a moment: its measures at every site and provider and in the system as a whole.

A service is what stands before the point in a measure's name: `beds`, `discharge`, `virtual_ward`. `unit` gives the
units of every site with what is in them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from psycopg import Connection

from services.domain.catalogue import CATALOGUE
from services.domain.levels import applies
from services.domain.system import Site, System
from services.live.figures import Figures
from services.live.organisations import provider_of
from services.live.overview import read_feeds, unit_rows
from services.live.present import Present
from services.store import picture

#: The services there are, in the catalogue's order.
SERVICES: tuple[str, ...] = tuple(dict.fromkeys(name.partition(".")[0] for name in CATALOGUE))
UNITS = "unit"


def read(
    connection: Connection[Any], system: System, service: str, t: datetime, *, known_at: datetime | None = None,
    present: Present | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Every measure of the service at t as known at known_at; service: one of SERVICES.

    `measures` is of the system as a whole. What does not apply is left out; sites leave out what organisations report.
    Every provider is there, also those without a site. units is filled for the service `unit` alone. present: who keeps
    the atoms of every measure, where t is now.
    """
    measures = [measure for name, measure in CATALOGUE.items() if name.partition(".")[0] == service]
    if present is not None:
        atoms = present.atoms(connection, t, CATALOGUE.values())
    else:
        atoms = picture.read_atoms(connection, system, t, known_at=known_at, measures=measures)[None]
    figures = Figures(system, atoms, read_feeds(connection, system, t, known_at), t)
    levels = [measure for measure in measures if measure.needs != "unit"]
    derived = [measure for measure in levels if measure.kind != "gauge"]

    def level(sites: Iterable[Site], code: str) -> dict[str, Any]:
        within = list(sites)
        made = {measure.name: figures.at_level(measure, within, code) for measure in levels}
        return {name: value for name, value in made.items() if value["absent"] != "not_applicable"}

    sites = [
        {"code": site.code,
         "measures": {each.name: figures.at_site(each, site) for each in derived if applies(each, site)}}
        for site in system.sites
    ]  # fmt: skip
    of = {provider.code: [site for site in system.sites if site.provider == provider.code]
          for provider in system.providers}  # fmt: skip
    within_units = system.sites if service == UNITS else ()
    return {
        "as_at": t, "known_at": known_at or t, "service": service, "measures": level(system.sites, system.code),
        "sites": [row for row in sites if row["measures"]],
        "providers": [
            provider_of(provider) | {"measures": level(of[provider.code], provider.code)}
            for provider in system.providers
        ],
        "units": [{**row, "site": site.code} for site in within_units for row in unit_rows(figures, site)],
    }  # fmt: skip
