"""The answers people see, made from atoms: the overview, a site, a measure. Building is pure; `read*` do the I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from services.domain.catalogue import CATALOGUE, OVERVIEW
from services.domain.clock import Clock
from services.domain.declaration import Step
from services.domain.levels import applies, feed_of, owner_of, serves, within
from services.domain.measures import Atoms, Measure, Place, Value, combine
from services.domain.story import TYPED
from services.domain.system import Site, System
from services.live import agreed
from services.live.feeds import Feed, health, in_short
from services.live.levels import Levels, edition_at, measures_of, merged
from services.live.present import Present
from services.store import declarations as declaration_store
from services.store import feeds as feed_store
from services.store import picture

_NOBODY_INSIDE = "a team goes to people; nobody is placed in it"
SMALL_NUMBER = 5  # splits of fewer people are suppressed
_NOT_APPLICABLE = {
    "ed": "no emergency department or urgent treatment centre",
    "type_1_ed": "no type 1 emergency department",
    "beds": "no beds here",
    "ga_beds": "no general and acute beds",
    "virtual_ward": "no virtual ward",
    "ucr": "no urgent community response team",
    "mental_health": "neither a type 1 emergency department nor a mental health unit",
    "mental_health_beds": "no mental health beds",
    "place_of_safety": "no place of safety",
    "unit": "a figure of units",
    "organisation": "reported by organisations",
    "system": "a figure of the whole system",
}


def _why_not(measure: Measure, site: Site) -> str | None:
    return "no such beds" if serves(measure, site) else _NOT_APPLICABLE.get(measure.needs)


def shown(measure: Measure, value: Value, feed: Feed | None, *, known: bool = True) -> dict[str, Any]:
    """A value as the API gives it, with its age and freshness. known False: its feed has never sent anything."""
    if not known:
        value = Value(None, absent="feed_silent", reason="nothing received yet")
    return {
        "value": value.value,
        "unit": measure.unit,
        "numerator": value.numerator,
        "denominator": value.denominator,
        "n": value.n,
        "absent": value.absent,
        "reason": value.reason,
        "as_of": feed.last_event_at if feed else None,
        "freshness": feed.freshness if feed else "live",
    }


def collapse(atoms: Atoms) -> Atoms:
    """Units summed up to their sites."""
    found: Atoms = {}
    for atom, places in atoms.items():
        held: dict[Place, float | list[float]] = {}
        for (site, _), number in places.items():
            key = (site, None)
            before = held.get(key)
            if before is None:
                held[key] = list(number) if isinstance(number, list) else number
            elif isinstance(before, list) and isinstance(number, list):
                before.extend(number)
            elif not isinstance(before, list) and not isinstance(number, list):
                held[key] = before + number
        found[atom] = held
    return found


class Figures:
    """Atoms of a moment, ready to be asked for any measure at any level."""

    def __init__(self, system: System, atoms: Atoms, feeds: Mapping[str, Feed], t: datetime) -> None:
        self.system, self.feeds, self.by_unit, self.t = system, feeds, atoms, t
        self.by_site = collapse(atoms)
        self._levels: dict[tuple[str, str], dict[str, Any]] = {}

    def _feed(self, measure: Measure, site: Site | None) -> Feed | None:
        return self.feeds.get(feed_of(measure, site, self.system) or "")

    def at_site(self, measure: Measure, site: Site) -> dict[str, Any]:
        feed = self._feed(measure, site)
        if not applies(measure, site):
            return shown(measure, Value(None, absent="not_applicable", reason=_why_not(measure, site)), feed)
        value = combine(measure, self.by_site, [(site.code, None)])
        return shown(measure, value, feed, known=feed is not None)

    def at_unit(self, measure: Measure, site: Site, unit: str) -> dict[str, Any]:
        feed = self._feed(measure, site)
        if self.system.unit_by_code[unit].kind == "response_team":
            return shown(measure, Value(None, absent="not_applicable", reason=_NOBODY_INSIDE), feed)
        return shown(measure, combine(measure, self.by_unit, [(site.code, unit)]), feed, known=feed is not None)

    def at_level(self, measure: Measure, sites: Iterable[Site], organisation: str) -> dict[str, Any]:
        """A provider, a place or the system: from the counts of its sites, never a mean of means.

        organisation: its code, or that of a single site; sites: those it has.
        """
        found = self._levels.get((measure.name, organisation))
        if found is None:
            found = self._levels[measure.name, organisation] = self._at_level(measure, sites, organisation)
        return found

    def _at_level(self, measure: Measure, sites: Iterable[Site], organisation: str) -> dict[str, Any]:
        if measure.kind == "gauge":
            return self._reported(measure, organisation)
        if measure.needs == "system" and organisation == self.system.code:
            feed = self._feed(measure, None)
            return shown(measure, combine(measure, self.by_site, [(None, None)]), feed, known=feed is not None)
        if measure.needs == "organisation":
            codes = within(self.system, organisation)
            sources = [self.feeds.get(owner_of(self.system, code) or "") for code in codes]
        else:
            having = [site for site in sites if applies(measure, site)]
            if not having:
                reason = _NOT_APPLICABLE.get(measure.needs)
                return shown(measure, Value(None, absent="not_applicable", reason=reason), None)
            codes = tuple(site.code for site in having)
            sources = [self._feed(measure, site) for site in having]
        known = [feed for feed in sources if feed is not None]
        oldest = max(known, key=lambda feed: (feed.state == "silent", feed.state == "delayed"), default=None)
        value = combine(measure, self.by_site, [(code, None) for code in codes])
        return shown(measure, value, oldest, known=bool(known))

    def _reported(self, measure: Measure, organisation: str) -> dict[str, Any]:
        """What an organisation reports is as fresh as its feed; what a person typed is as old as it is."""
        value = combine(measure, self.by_site, [(organisation, None)])
        stood = [self.by_unit[atom].get((organisation, TYPED)) for atom in measure.age]
        minutes = next((each for each in stood if isinstance(each, float)), None)
        if minutes is None:
            return shown(measure, value, self.feeds.get(organisation))
        return shown(measure, value, None) | {"as_of": self.t - timedelta(minutes=minutes)}


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
