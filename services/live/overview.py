"""The answers people see, made from atoms: the overview, a site, a measure. Building is pure; `read*` do the I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection

from services.domain.catalogue import CATALOGUE, OVERVIEW
from services.domain.clock import Clock
from services.domain.declaration import Step
from services.domain.levels import applies
from services.domain.measures import Atoms, Measure, combine
from services.domain.system import Site, System
from services.live import agreed
from services.live.feeds import Feed, health, in_short
from services.live.figures import Figures, collapse, shown
from services.live.levels import Levels, edition_at, measures_of, merged
from services.live.present import Present
from services.store import declarations as declaration_store
from services.store import feeds as feed_store
from services.store import picture

SMALL_NUMBER = 5  # splits of fewer people are suppressed


def need(measures: Mapping[str, Mapping[str, Any]], opel: Mapping[str, Any] | None = None) -> float:
    """How much a site needs somebody: what sites sort by. The OPEL level first, 1000 a level; then, within a level,

    people decided to admit and waiting + people over 12 h + 2 x ambulances over 45 min + beds short for those waiting
    + a tenth of the people in the department. The weights are ours, not a standard. A site whose level lies between
    two stands between them.
    """

    def number(name: str, key: str = "value") -> float:
        found = measures.get(name, {}).get(key)
        return float(found) if found is not None else 0.0

    level = (opel["level_least"] + opel["level_most"]) / 2 if opel and opel["level_least"] else 0.0
    waiting = number("ed.decision_to_admit_waiting")
    return round(
        1000 * level + waiting + number("ed.over_12h", "numerator") + 2 * number("ambulance.waiting_over_45")
        + max(0.0, waiting - number("beds.ga_free")) + 0.1 * number("ed.in_department"), 3,
    )  # fmt: skip


def build(
    system: System, atoms: Atoms, feeds: Mapping[str, Feed], *, t: datetime, known_at: datetime | None,
    clock: Clock, wall: datetime, synthetic: bool, mixed: bool = False, history: Mapping[str, Any] | None = None,
    steps: Iterable[Step] = (), agreements: Iterable[Mapping[str, Any]] = (),
    copy_of: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The overview: every site's and level's figures at t. atoms: of `overview_measures`. copy_of: the saved moment."""
    figures = Figures(system, atoms, feeds, t)
    measures = [CATALOGUE[name] for name in OVERVIEW]
    edition = edition_at(system, t)
    levels = Levels(figures, edition, steps) if edition else None
    sites = []
    for site in system.sites:
        values = {measure.name: figures.at_site(measure, site) for measure in measures}
        opel = levels.summary("site", site.code, levels.of_site(site)) if levels else None
        sites.append(_identity(site) | {"measures": values, "opel": opel, "need": need(values, opel)})

    def level(members: Iterable[Site], code: str) -> dict[str, Any]:
        within = list(members)
        return {measure.name: figures.at_level(measure, within, code) for measure in measures}

    return {
        "as_at": t,
        "known_at": known_at or t,
        "revision": 0,
        "synthetic": synthetic,
        "mixed": mixed,
        "copy_of": copy_of,
        "system": {"code": system.code, "name": system.name},
        "history": dict(history or {"complete": True, "from": None, "share": 1.0}),
        "clock": {"now": clock.at(wall), "rate": clock.rate},
        "sites": sites,
        "totals": level(system.sites, system.code),
        "opel": levels.summary("system", system.code, levels.of_system()) if levels else None,
        "places": [
            {"code": place.code, "name": place.name,
             "opel": levels.summary("place", place.code, levels.of_place(place.code)) if levels else None,
             "measures": level((s for s in system.sites if s.place == place.code), place.code)}
            for place in system.places
        ],
        "providers": [
            {"code": each.code, "name": each.name, "short_name": each.short_name,
             "opel": levels.summary("provider", each.code, levels.of_provider(each)) if levels else None,
             "measures": level((s for s in system.sites if s.provider == each.code), each.code)}
            for each in system.providers if any(s.provider == each.code for s in system.sites)
        ],
        "agreed": [dict(each) for each in agreements],
        "feeds": in_short(system, feeds),
    }  # fmt: skip


def overview_measures(system: System, t: datetime) -> list[Measure]:
    """What the overview is made of: the measures that it shows, and those that the levels are scored from."""
    return merged((CATALOGUE[name] for name in OVERVIEW), measures_of(edition_at(system, t)))


def _identity(site: Site) -> dict[str, Any]:
    return {
        "code": site.code, "name": site.name, "short_name": site.short_name, "town": site.town, "kind": site.kind,
        "provider": site.provider, "place": site.place, "ed_type": site.ed_type, "latitude": site.latitude,
        "longitude": site.longitude,
    }  # fmt: skip


def describe(measure: Measure) -> dict[str, Any]:
    """A measure's definition, for "explain this number"."""
    return {
        "name": measure.name, "title": measure.title, "kind": measure.kind, "unit": measure.unit,
        "direction": measure.direction, "definition": measure.definition,
        "numerator": _words(measure.numerator, measure.minus),
        "denominator": _words(measure.denominator, measure.denominator_minus) if measure.denominator else None,
        "window": measure.window, "missing": measure.missing, "source": measure.source, "target": measure.target,
        "target_source": measure.target_source,
    }  # fmt: skip


def _words(atoms: Iterable[Any], minus: Iterable[Any]) -> str:
    def one(atom: Any) -> str:
        selection = atom.selection
        parts = [f"{selection.phase} {selection.moment}"]
        parts += [selection.window.replace("_", " ")] if selection.window else []
        parts += [" or ".join((*selection.labels, *selection.outcomes, *selection.bed_kinds, *selection.areas))]
        parts += [f"at least {selection.at_least_minutes} min"] if selection.at_least_minutes is not None else []
        parts += [f"within {selection.within_minutes} min"] if selection.within_minutes is not None else []
        return ", ".join(part for part in parts if part)

    return " + ".join(map(one, atoms)) + "".join(f" − {one(atom)}" for atom in minus)


def read_feeds(
    connection: Connection[Any], system: System, t: datetime, known_at: datetime | None = None
) -> dict[str, Feed]:
    """The health of each feed at t as known at known_at."""
    return health(feed_store.read_at(connection, t, known_at), system, t)


def read(
    connection: Connection[Any], system: System, t: datetime, *, known_at: datetime | None = None, clock: Clock,
    wall: datetime, synthetic: bool, mixed: bool = False, history: Mapping[str, Any] | None = None,
    present: Present | None = None, told: agreed.Told | None = None, copy_of: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The overview at t as known at known_at, from the store.

    present, told: who keep the atoms of now and what was agreed, where t is now.
    """
    measures = overview_measures(system, t)
    if present is not None:
        atoms = present.atoms(connection, t, measures)
    else:
        atoms = picture.read_atoms(connection, system, t, known_at=known_at, measures=measures)[None]
    feeds = read_feeds(connection, system, t, known_at)
    return build(
        system, atoms, feeds, t=t, known_at=known_at, clock=clock, wall=wall, synthetic=synthetic, mixed=mixed,
        history=history, steps=declaration_store.read(connection, min(t, known_at or t)),
        agreements=agreed.read(connection, system, t, feeds, known_at=known_at, told=told), copy_of=copy_of,
    )  # fmt: skip


def read_site(
    connection: Connection[Any], system: System, code: str, t: datetime, *, known_at: datetime | None = None,
    present: Present | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One site with every measure that applies and its units. Raises KeyError for an unknown site.

    present: who keeps the atoms of every measure, where t is now.
    """
    site = system.site_by_code[code]
    if present is not None:
        atoms = present.atoms(connection, t, CATALOGUE.values())
    else:
        atoms = picture.read_atoms(connection, system, t, known_at=known_at)[None]
    figures = Figures(system, atoms, read_feeds(connection, system, t, known_at), t)
    wanted = [measure for measure in CATALOGUE.values() if measure.needs != "unit" and measure.kind != "gauge"]
    values = {measure.name: figures.at_site(measure, site) for measure in wanted}
    edition = edition_at(system, t)
    levels = Levels(figures, edition) if edition else None
    opel = levels.summary("site", code, levels.of_site(site)) if levels else None
    return _identity(site) | {
        "as_at": t, "known_at": known_at or t, "measures": values, "opel": opel, "need": need(values, opel),
        "units": unit_rows(figures, site),
    }  # fmt: skip


def unit_rows(figures: Figures, site: Site) -> list[dict[str, Any]]:
    """The units of a site with their capacity and figures."""
    of_units = [measure for measure in CATALOGUE.values() if measure.needs == "unit"]
    occupancy = CATALOGUE["unit.occupancy"]
    held = dict(zip(("core", "escalation", "closed"), (*occupancy.denominator, *occupancy.denominator_minus),
                    strict=True))  # fmt: skip
    return [
        {"code": unit.code, "name": unit.name, "kind": unit.kind, "bed_kind": unit.bed_kind, "area": unit.area,
         "capacity": {name: float(str(figures.by_unit[atom].get((site.code, unit.code), 0.0)))
                      for name, atom in held.items()},
         "measures": {measure.name: figures.at_unit(measure, site, unit.code) for measure in of_units}}
        for unit in site.units
    ]  # fmt: skip


def read_measure(
    connection: Connection[Any], system: System, name: str, t: datetime, *, known_at: datetime | None = None,
    split: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One measure everywhere, with its definition; split by a group of people on request, under five suppressed.

    Raises KeyError for an unknown measure, ValueError for an unknown split.
    """
    measure = CATALOGUE[name]
    feeds = read_feeds(connection, system, t, known_at)
    atoms = picture.read_atoms(connection, system, t, known_at=known_at, measures=[measure])[None]
    figures = Figures(system, atoms, feeds, t)
    answer = describe(measure) | {
        "as_at": t, "known_at": known_at or t,
        "system": figures.at_level(measure, system.sites, system.code),
        "sites": [
            {"code": site.code, "name": site.short_name} | figures.at_site(measure, site)
            for site in system.sites if applies(measure, site) and measure.kind != "gauge"
        ],
        "providers": [
            {"code": each.code, "name": each.short_name} | figures.at_level(
                measure, [s for s in system.sites if s.provider == each.code], each.code)
            for each in system.providers
        ],
    }  # fmt: skip
    if split is not None:
        groups = picture.read_atoms(connection, system, t, known_at=known_at, measures=[measure], split=split)
        answer["splits"] = [
            {"group": group or "not stated"} | _suppressed(
                measure, shown(measure, combine(measure, collapse(held), [(s.code, None) for s in system.sites]), None))
            for group, held in sorted(groups.items(), key=lambda item: (item[0] is None, item[0] or ""))
        ]  # fmt: skip
    return answer


def _suppressed(measure: Measure, value: dict[str, Any]) -> dict[str, Any]:
    people = (
        value["denominator"] if measure.kind == "share" else value["n"] if value["n"] is not None else value["value"]
    )
    part = value["numerator"] if measure.kind == "share" else people
    small = [each for each in (people, part) if each is not None and 0 < each < SMALL_NUMBER]
    if not small:
        return value
    return value | {"value": None, "numerator": None, "denominator": None, "n": None, "absent": "suppressed",
                    "reason": "under five people"}  # fmt: skip
