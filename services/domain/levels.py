"""Where a measure has readings: units, sites, providers, places and the system, and whose feed each rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.domain.measures import Measure, Place
from services.domain.system import GENERAL_AND_ACUTE, MENTAL_HEALTH, Site, System

Level = Literal["unit", "site", "provider", "place", "system"]


def applies(measure: Measure, site: Site) -> bool:
    """Whether a measure can have a reading at a site."""
    return serves(measure, site) and _has_beds_for(measure, site)


def _has_beds_for(measure: Measure, site: Site) -> bool:
    """Whether the site has a unit with one of the kinds of bed that the measure counts, where it counts by kind."""
    kinds = {kind for atom in measure.atoms() for kind in atom.selection.bed_kinds}
    return not kinds or any(unit.bed_kind in kinds for unit in site.units)


def serves(measure: Measure, site: Site) -> bool:
    """Whether a site has what the measure is about, whatever the kinds of its beds."""
    match measure.needs:
        case "ed":
            return site.ed_type is not None
        case "type_1_ed":
            return site.ed_type == 1
        case "ga_beds":
            return any(unit.bed_kind in GENERAL_AND_ACUTE for unit in site.units)
        case "beds":
            return any(unit.kind == "ward" and unit.bed_kind not in MENTAL_HEALTH for unit in site.units)
        case "virtual_ward":
            return any(unit.kind == "virtual_ward" for unit in site.units)
        case "ucr":
            return any(unit.kind == "response_team" for unit in site.units)
        case "mental_health_beds":
            return any(unit.bed_kind in MENTAL_HEALTH for unit in site.units)
        case "place_of_safety":
            return any(unit.kind == "place_of_safety" for unit in site.units)
        case "mental_health":
            return site.ed_type == 1 or site.kind == "mental_health_unit"
        case "unit" | "system":
            return False
    return True


def feed_of(measure: Measure, site: Site | None, system: System) -> str | None:
    """The provider whose feed a figure rests on: also in a hospital's department, mental health is another's."""
    for words, kind in (("ambulance.", "ambulance"), (("mh.", "s136."), "mental_health")):
        if measure.name.startswith(words):
            return next((provider.code for provider in system.providers if provider.kind == kind), None)
    return site.provider if site else None


def level_of(code: str, system: System) -> Level | None:
    """What a code of configuration names."""
    if code == system.code:
        return "system"
    if code in system.provider_by_code:
        return "provider"
    if code in system.site_by_code:
        return "site"
    if code in system.unit_by_code:
        return "unit"
    return "place" if any(place.code == code for place in system.places) else None


Name = tuple[Level, str]


@dataclass(frozen=True)
class Scope:
    """Where a measure has readings: rows, each with the names that it goes by.

    names: of each row, levels with their codes; what stands for the same sites, as a provider with one hospital and
    that hospital, is one row. layers: each says for every place of the atoms which row it counts for, -1 for none; a
    place that counts for several has several layers. feeds: for each row the providers whose feeds it rests on; None
    where a figure needs no feed to have been heard (what is reported says itself when).
    """

    names: Sequence[tuple[Name, ...]]
    layers: Sequence[Sequence[int]]
    feeds: Sequence[frozenset[str]] | None


def scope_of(measure: Measure, system: System, places: Sequence[Place]) -> Scope:
    """Where a measure can have readings; places: what the rows of the atoms stand for."""
    if measure.kind == "gauge":
        return _reported(system, places)
    if measure.needs == "unit":
        return _units(measure, system, places)
    if measure.needs == "organisation":
        return _owned(system, places)
    if measure.needs == "system":
        rows = [0 if place == (None, None) else -1 for place in places]
        return Scope([(("system", system.code),)], [rows], [_feeds([None], measure, system)])
    within = [site for site in system.sites if applies(measure, site)]
    sites_of: dict[Name, list[Site]] = defaultdict(list)
    for site in within:
        named: tuple[Name, ...] = (
            ("site", site.code), ("provider", site.provider), ("place", site.place), ("system", system.code)
        )  # fmt: skip
        for name in named:
            sites_of[name].append(site)
    names: dict[tuple[str, ...], list[Name]] = defaultdict(list)
    for name, sites in sites_of.items():
        names[tuple(site.code for site in sites)].append(name)
    counts_for: dict[str, list[int]] = {site.code: [] for site in within}
    for row, codes in enumerate(names):
        for code_ in codes:
            counts_for[code_].append(row)
    of_places = [counts_for.get(site or "", []) for site, _ in places]
    most = max(map(len, counts_for.values()), default=0)
    layers = [[rows[layer] if layer < len(rows) else -1 for rows in of_places] for layer in range(most)]
    feeds = [_feeds([system.site_by_code[code_] for code_ in codes], measure, system) for codes in names]
    return Scope([tuple(each) for each in names.values()], layers, feeds)


def _units(measure: Measure, system: System, places: Sequence[Place]) -> Scope:
    units = [unit for unit in system.units() if unit.kind != "response_team"]  # nobody is placed in a team
    row: dict[Place, int] = {(unit.site, unit.code): index for index, unit in enumerate(units)}
    feeds = [_feeds([system.site_by_code[unit.site]], measure, system) for unit in units]
    return Scope([(("unit", unit.code),) for unit in units], [[row.get(each, -1) for each in places]], feeds)


def within(system: System, organisation: str) -> tuple[str, ...]:
    """The codes whose own figures an organisation's are made of: its own, its sites', the system's everybody's."""
    providers = [each.code for each in system.providers] if organisation == system.code else []
    sites = [each.code for each in system.sites if organisation in (system.code, each.code, each.provider, each.place)]
    return tuple(dict.fromkeys((organisation, *providers, *sites)))


def _owned(system: System, places: Sequence[Place]) -> Scope:
    """Counted where an organisation says it: of a site, of a provider itself, of the system itself."""
    named: list[Name] = [("system", system.code)]
    named += [("provider", each.code) for each in system.providers]
    named += [("place", each.code) for each in system.places] + [("site", each.code) for each in system.sites]
    counts_for: dict[str, list[int]] = defaultdict(list)
    feeds = []
    for row, (_, code) in enumerate(named):
        members = within(system, code)
        for member in members:
            counts_for[member].append(row)
        feeds.append(frozenset(feed for member in members if (feed := owner_of(system, member)) is not None))
    of_places = [counts_for.get(code or "", []) for code, _ in places]
    most = max(map(len, counts_for.values()), default=0)
    layers = [[rows[layer] if layer < len(rows) else -1 for rows in of_places] for layer in range(most)]
    return Scope([(name,) for name in named], layers, feeds)


def owner_of(system: System, code: str) -> str | None:
    """The provider who speaks for a site; a provider and the system speak for themselves, a place does not speak."""
    if code in system.site_by_code:
        return system.site_by_code[code].provider
    return None if any(place.code == code for place in system.places) else code


def _feeds(sites: Iterable[Site | None], measure: Measure, system: System) -> frozenset[str]:
    return frozenset(feed for site in sites if (feed := feed_of(measure, site, system)) is not None)


def _reported(system: System, places: Sequence[Place]) -> Scope:
    """Whoever reported; an organisation of no level we know is left out."""
    codes = sorted({code for code, _ in places if code is not None})
    known: list[Name] = [(level, code) for code in codes if (level := level_of(code, system)) is not None]
    number = {code: index for index, (_, code) in enumerate(known)}
    return Scope([(name,) for name in known], [[number.get(code or "", -1) for code, _ in places]], None)
