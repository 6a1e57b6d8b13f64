"""One integrated care system as `config/<system>/` describes it, checked and turned into the domain's facts.

Every mistake in a file is a `ConfigurationError` that gives the file, the line, the key, what is wrong and the nearest
valid name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from services.configuration_files import (
    NeighboursFile,
    PathwaysFile,
    PublishedFile,
    PublishedMappingFile,
    SiteSection,
    SitesFile,
    SystemFile,
    UnitSection,
)
from services.configuration_opel import load_opel
from services.domain.system import Capacity, Neighbour, PathwayCapacity, Place, Provider, Site, System, Unit
from services.errors import ConfigurationError, nearest
from services.yaml_file import YamlFile, inside, read_yaml, refuse_repeats

__all__ = ["PublishedFile", "PublishedMapping", "boundaries", "load_published", "load_system", "system_names"]

PACKAGED = Path(__file__).parent / "_config"  # where the wheel puts config/
CHECKOUT = Path(__file__).parent.parent / "config"


@dataclass(frozen=True)
class PublishedMapping:
    files: tuple[PublishedFile, ...]
    timezone: ZoneInfo
    no_reading: frozenset[str]  # cells that mean nothing was reported
    attribution: str
    senders: Mapping[str, str]  # ODS code of an organisation a row may be about -> that of its provider


def load_system(name: str | Path = "kent_and_medway") -> System:
    """The system of that name under config/, or in the folder a Path gives. Raises ConfigurationError."""
    folder = _folder(name)
    head = read_yaml(folder, "system.yaml", SystemFile)
    files = [read_yaml(folder, shown, SitesFile) for shown in _site_files(folder)]
    pathways = read_yaml(folder, "pathways.yaml", PathwaysFile)
    neighbours = read_yaml(folder, "neighbours.yaml", NeighboursFile)
    places = [place.code for place in head.model.places]
    refuse_repeats((head, ("places", n, "code"), code) for n, code in enumerate(places))
    refuse_repeats((head, ("providers", n, "code"), row.code) for n, row in enumerate(head.model.providers))
    for place in head.model.neighbourhoods:
        _refuse_unknown_place(head, ("neighbourhoods", place), place, places)
    neighbourhoods = [(place, code) for place, codes in head.model.neighbourhoods.items() for code in codes]
    refuse_repeats(
        (head, ("neighbourhoods", place, n), code)
        for place, codes in head.model.neighbourhoods.items()
        for n, code in enumerate(codes)
    )
    providers = [provider.code for provider in head.model.providers]
    sites = tuple(site for file in files for site in _sites(file, places, providers))
    refuse_repeats((f, ("sites", n, "code"), site.code) for f in files for n, site in enumerate(f.model.sites))
    refuse_repeats(
        (file, ("sites", n, "units", m, "code"), unit.code)
        for file in files
        for n, site in enumerate(file.model.sites)
        for m, unit in enumerate(site.units)
    )
    return System(
        code=head.model.code,
        name=head.model.name,
        places=tuple(Place(**place.model_dump()) for place in head.model.places),
        providers=tuple(Provider(**provider.model_dump()) for provider in head.model.providers),
        sites=sites,
        pathways=tuple(_pathways(pathways, places)),
        neighbours=tuple(_neighbours(neighbours, {site.code: site.short_name for site in sites})),
        neighbourhoods=tuple(code for _, code in neighbourhoods),
        neighbourhood_places={code: place for place, code in neighbourhoods},
        silent_hours=head.model.silent_hours.model_dump(),
        opel=load_opel(_root() / "opel", folder, providers),
    )


def load_published(system_name: str | Path = "kent_and_medway") -> PublishedMapping:
    """How that system reads published figures. Raises ConfigurationError."""
    file = read_yaml(_folder(system_name), "published.yaml", PublishedMappingFile)
    try:
        timezone = ZoneInfo(file.model.timezone)
    except (KeyError, ValueError, OSError):
        near = nearest(file.model.timezone, available_timezones())
        raise file.mistake(("timezone",), f"{file.model.timezone!r} is not a time zone{near}") from None
    # Two columns that fed one measure would overwrite each other's readings.
    refuse_repeats(
        (file, ("files", n, "columns", column), measure)
        for n, section in enumerate(file.model.files)
        for column, measure in section.columns.items()
    )
    system = load_system(system_name)
    senders = {provider.code: provider.code for provider in system.providers}
    senders |= {site.code: site.provider for site in system.sites} | {system.code: system.code}
    return PublishedMapping(
        files=tuple(file.model.files),
        timezone=timezone,
        no_reading=frozenset(file.model.no_reading),
        attribution=file.model.attribution,
        senders=senders,
    )


def boundaries(system_name: str | Path = "kent_and_medway") -> bytes:
    """The GeoJSON of the system's districts, each with the place it lies in. Raises ConfigurationError."""
    folder = _folder(system_name)
    head = read_yaml(folder, "system.yaml", SystemFile)
    try:
        return inside(folder, head.model.boundaries).read_bytes()
    except (OSError, ConfigurationError):
        raise head.mistake(("boundaries",), f"no file {head.model.boundaries!r} in the system's folder") from None


def system_names() -> list[str]:
    """The systems that config/ holds."""
    return sorted(path.parent.name for path in _root().glob("*/system.yaml"))


def system_folder(name: str | Path) -> Path:
    """Where that system's files are. Raises ConfigurationError."""
    return _folder(name)


def _root() -> Path:
    return PACKAGED if PACKAGED.is_dir() else CHECKOUT


def _folder(name: str | Path) -> Path:
    if isinstance(name, Path):
        if not name.is_dir():
            raise ConfigurationError(f"{name}: no such folder; give the folder that holds system.yaml")
        return name
    names = system_names()
    if name not in names:
        has = ", ".join(names) or "none"
        raise ConfigurationError(f"no system is called {name!r}{nearest(name, names)} (config/ has: {has})")
    return _root() / name


def _site_files(folder: Path) -> list[str]:
    found = sorted(path.name for path in (folder / "sites").glob("*.y*ml"))
    if not found:
        raise ConfigurationError(f"{folder.name}/sites: no .yaml file; add one for each provider that has sites")
    for name in found:
        if not name.endswith(".yaml"):
            raise ConfigurationError(f"{folder.name}/sites/{name}: would be passed over; rename it to end in .yaml")
    return [f"sites/{name}" for name in found]


def _sites(file: YamlFile[SitesFile], places: Collection[str], providers: Collection[str]) -> Iterator[Site]:
    provider = file.model.provider
    if provider not in providers:
        raise file.mistake(("provider",), f"{provider!r} is no provider in system.yaml{nearest(provider, providers)}")
    for n, site in enumerate(file.model.sites):
        where = ("sites", n)
        _refuse_unknown_place(file, (*where, "place"), site.place, places)
        units = tuple(_unit(file, (*where, "units", m), site, unit) for m, unit in enumerate(site.units))
        yield Site(**site.model_dump(exclude={"units"}), provider=provider, units=units)


def _unit(file: YamlFile[SitesFile], where: tuple[str | int, ...], site: SiteSection, unit: UnitSection) -> Unit:
    prefix, _, local = unit.code.partition("-")
    if prefix != site.code:
        what = f"{unit.code!r} is not a code of this site; did you mean '{site.code}-{local}'?"
        raise file.mistake((*where, "code"), what)
    if unit.kind == "ed_area" and site.ed_type is None:
        raise file.mistake((*where, "kind"), f"an ed_area needs a front door; give site {site.code} an ed_type")
    capacities = [Capacity(file.model.valid_from, unit.core, unit.escalation)]
    for n, change in enumerate(unit.changes):
        if change.valid_from <= capacities[-1].valid_from:
            what = f"should be after {capacities[-1].valid_from}: changes stand in the order of their days"
            raise file.mistake((*where, "changes", n, "valid_from"), what)
        capacities.append(Capacity(**change.model_dump()))
    details = unit.model_dump(exclude={"core", "escalation", "changes"})
    return Unit(**details, site=site.code, capacities=tuple(capacities))


def _pathways(file: YamlFile[PathwaysFile], places: Collection[str]) -> Iterator[PathwayCapacity]:
    refuse_repeats(
        (file, ("capacities", n), (row.pathway, row.council, row.place, str(row.valid_from)))
        for n, row in enumerate(file.model.capacities)
    )
    for n, row in enumerate(file.model.capacities):
        _refuse_unknown_place(file, ("capacities", n, "place"), row.place, places)
        yield PathwayCapacity(**row.model_dump())


def _neighbours(file: YamlFile[NeighboursFile], sites: Mapping[str, str]) -> Iterator[Neighbour]:
    """Each of the system's sites with each neighbour: a pair within the system is given both ways round."""
    names = {**{row.code: row.name for row in file.model.outside}, **sites}
    refuse_repeats((file, ("drives", n, "between"), frozenset(d.between)) for n, d in enumerate(file.model.drives))
    for n, drive in enumerate(file.model.drives):
        for m, code in enumerate(drive.between):
            if code not in names:
                what = f"{code!r} is neither a site nor under outside{nearest(code, names)}"
                raise file.mistake(("drives", n, "between", m), what)
        one, other = drive.between
        if one == other or not {one, other} & set(sites):
            raise file.mistake(
                ("drives", n, "between"), "should be two codes, at least one of them a site of the system"
            )
        for site, neighbour in ((one, other), (other, one)):
            if site in sites:
                yield Neighbour(site, neighbour, names[neighbour], drive.minutes)


def _refuse_unknown_place(
    file: YamlFile[SystemFile] | YamlFile[SitesFile] | YamlFile[PathwaysFile],
    where: tuple[str | int, ...],
    place: str,
    places: Collection[str],
) -> None:
    if place not in places:
        raise file.mistake(where, f"{place!r} is no place in system.yaml{nearest(place, places)}")
