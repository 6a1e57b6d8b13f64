"""Where a measure has readings: units, sites, providers, places and the system, and whose feed each rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.domain.measures import Measure, Place
from services.domain.system import GENERAL_AND_ACUTE, Site, System

Level = Literal["unit", "site", "provider", "place", "system"]
LEVELS: tuple[Level, ...] = ("unit", "site", "provider", "place", "system")


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
            return any(unit.kind == "ward" for unit in site.units)
        case "virtual_ward":
            return any(unit.kind == "virtual_ward" for unit in site.units)
        case "unit" | "system":
            return False
    return True


def feed_of(measure: Measure, site: Site | None, system: System) -> str | None:
    """The provider whose feed a figure rests on."""
    if measure.name.startswith("ambulance."):
        return next((provider.code for provider in system.providers if provider.kind == "ambulance"), None)
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


@dataclass(frozen=True)
class Scope:
    """The codes of one level at which a measure has readings.

    rows: which of the codes a place of the atoms counts for, -1 for none. feeds: for each code the providers whose
    feeds it rests on; None where a figure needs no feed to have been heard (what is reported says itself when).
    """

    level: Level
    codes: Sequence[str]
    rows: Sequence[int]
    feeds: Sequence[frozenset[str]] | None


def scopes(measure: Measure, system: System, places: Sequence[Place]) -> list[Scope]:
    """Every level of a measure; places: what the rows of the atoms stand for."""
    if measure.kind == "gauge":
        return _reported(system, places)
    if measure.needs == "unit":
        units = list(system.units())
        row: dict[Place, int] = {(unit.site, unit.code): index for index, unit in enumerate(units)}
        feeds = [_feeds([system.site_by_code[unit.site]], measure, system) for unit in units]
        return [Scope("unit", [unit.code for unit in units], [row.get(each, -1) for each in places], feeds)]
    within = [site for site in system.sites if applies(measure, site)]
    found: list[Scope] = []
    for level, code_of in (
        ("site", {site.code: site.code for site in within}),
        ("provider", {site.code: site.provider for site in within}),
        ("place", {site.code: site.place for site in within}),
        ("system", {site.code: system.code for site in within}),
    ):
        found.append(_scope(level, code_of, within, places, measure, system))  # type: ignore[arg-type]
    return [scope for scope in found if scope.codes]


def _scope(
    level: Level, code_of: Mapping[str, str], within: Sequence[Site], places: Sequence[Place], measure: Measure,
    system: System,
) -> Scope:  # fmt: skip
    codes = list(dict.fromkeys(code_of.values()))
    number = {code: index for index, code in enumerate(codes)}
    rows = [number.get(code_of.get(site or "", ""), -1) for site, _ in places]
    sites = {code: [site for site in within if code_of[site.code] == code] for code in codes}
    return Scope(level, codes, rows, [_feeds(sites[code], measure, system) for code in codes])


def _feeds(sites: Iterable[Site], measure: Measure, system: System) -> frozenset[str]:
    return frozenset(feed for site in sites if (feed := feed_of(measure, site, system)) is not None)


def _reported(system: System, places: Sequence[Place]) -> list[Scope]:
    """Whoever reported; an organisation of no level we know is left out."""
    found = []
    for level in LEVELS:
        codes = sorted({code for code, _ in places if code is not None and level_of(code, system) == level})
        number = {code: index for index, code in enumerate(codes)}
        if codes:
            found.append(Scope(level, codes, [number.get(code or "", -1) for code, _ in places], None))
    return found
