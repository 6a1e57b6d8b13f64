"""The OPEL editions of `config/opel/` and a system's weights, checked and turned into the domain's tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from services.configuration_files import Section, Text
from services.domain.catalogue import CATALOGUE
from services.domain.opel_tables import (
    Band,
    Basis,
    Confidence,
    Cut,
    Edition,
    Evidence,
    Level,
    OpelTables,
    Parameter,
    Pillar,
    PillarCode,
)
from services.errors import ConfigurationError, nearest
from services.yaml_file import YamlFile, read_yaml, refuse_repeats

LongText = Annotated[str, Field(min_length=1, max_length=300)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
Points = Annotated[int, Field(ge=0, le=20)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1000, le=10_000)]
Where = tuple[str | int, ...]


class EvidenceSection(Section):
    basis: Basis
    confidence: Confidence
    source: LongText


class CutSection(Section):
    level: Level
    up_to: Number
    evidence: str


class SystemSection(Section):
    rule: Literal["weighted_mean"]
    source: LongText


class BandSection(Section):
    edge: Number | None = None
    points: Points
    evidence: str


class ParameterSection(Section):
    code: Code
    name: Text
    measures: LongText
    measure: str
    measure_last_24h: str | None = None
    window: Literal["now", "since_midnight"]
    unit: Literal["percent", "minutes"]
    counts: Literal["people", "beds"] | None = None
    direction: Literal["lower", "higher"]
    needs: Literal["type_1_ed", "ga_beds"]
    evidence: str
    bands: Annotated[list[BandSection], Field(min_length=2)]


class PillarSection(Section):
    code: PillarCode
    name: Text
    provider_kind: Literal["acute", "community", "mental_health", "ambulance", "council", "other"] | None = None
    parameters: list[ParameterSection] = Field(default_factory=list)
    not_scored: LongText | None = None
    inputs: list[str] = Field(default_factory=list)


class EditionFile(Section):
    code: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    name: Text
    source: LongText
    valid_from: date
    valid_to: date
    evidence: dict[str, EvidenceSection]
    levels: Annotated[list[CutSection], Field(min_length=4, max_length=4)]
    since_midnight_least_n: Annotated[int, Field(ge=1, le=1000)]
    system: SystemSection
    overall: PillarCode
    pillars: Annotated[list[PillarSection], Field(min_length=1)]


class WeightsFile(Section):
    weights: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(default_factory=dict)


def load_editions(folder: Path) -> tuple[Edition, ...]:
    """Every edition that a folder's files describe, by the day each begins. Raises ConfigurationError."""
    names = sorted(path.name for path in folder.glob("*.y*ml"))
    for name in names:
        if not name.endswith(".yaml"):
            raise ConfigurationError(f"{folder.name}/{name}: would be passed over; rename it to end in .yaml")
    files = [read_yaml(folder, name, EditionFile) for name in names]
    if not files:
        raise ConfigurationError(f"{folder.name}: no .yaml file; add one for each edition of OPEL")
    refuse_repeats((file, ("code",), file.model.code) for file in files)
    files.sort(key=lambda file: file.model.valid_from)
    for before, after in pairwise(files):
        if after.model.valid_from <= before.model.valid_to:
            raise after.mistake(
                ("valid_from",), f"should be after {before.model.valid_to}, when {before.name} ends: one at a time"
            )
    return tuple(_edition(file) for file in files)


def load_opel(editions: Path, system: Path, providers: Collection[str]) -> OpelTables:
    """The editions, and the weights of the system whose folder is given. Raises ConfigurationError."""
    file = read_yaml(system, "opel.yaml", WeightsFile)
    for code in file.model.weights:
        if code not in providers:
            what = f"{code!r} is no provider in system.yaml{nearest(code, providers)}"
            raise file.mistake(("weights", code), what)
    return OpelTables(load_editions(editions), dict(file.model.weights))


def _edition(file: YamlFile[EditionFile]) -> Edition:
    model = file.model
    if model.valid_to < model.valid_from:
        raise file.mistake(("valid_to",), f"should not be before valid_from, {model.valid_from}")
    evidence = {name: Evidence(**section.model_dump()) for name, section in model.evidence.items()}
    refuse_repeats((file, ("pillars", n, "code"), pillar.code) for n, pillar in enumerate(model.pillars))
    pillars = tuple(_pillar(file, ("pillars", n), section, evidence) for n, section in enumerate(model.pillars))
    scored = [pillar for pillar in pillars if pillar.parameters]
    if model.overall not in [pillar.code for pillar in scored]:
        codes = ", ".join(pillar.code for pillar in scored) or "none"
        raise file.mistake(("overall",), f"{model.overall!r} is no pillar with parameters (those are: {codes})")
    return Edition(
        code=model.code, name=model.name, source=model.source, valid_from=model.valid_from, valid_to=model.valid_to,
        cuts=_cuts(file, evidence, next(p.most_points for p in scored if p.code == model.overall)),
        since_midnight_least_n=model.since_midnight_least_n, system_source=model.system.source, overall=model.overall,
        pillars=pillars,
    )  # fmt: skip


def _cuts(file: YamlFile[EditionFile], evidence: Mapping[str, Evidence], most: int) -> tuple[Cut, ...]:
    rows = file.model.levels
    for n, row in enumerate(rows):
        if row.level != n + 1:
            raise file.mistake(("levels", n, "level"), f"should be {n + 1}: the levels stand in order, 1 to 4")
        if n and row.up_to <= rows[n - 1].up_to:
            raise file.mistake(("levels", n, "up_to"), f"should be above {rows[n - 1].up_to:g}, that of level {n}")
    if rows[-1].up_to != most:
        what = f"should be {most}, the greatest total that the parameters can give, not {rows[-1].up_to:g}"
        raise file.mistake(("levels", len(rows) - 1, "up_to"), what)
    return tuple(
        Cut(row.level, row.up_to, _evidence(file, ("levels", n, "evidence"), row.evidence, evidence))
        for n, row in enumerate(rows)
    )


def _pillar(
    file: YamlFile[EditionFile], where: Where, section: PillarSection, evidence: Mapping[str, Evidence]
) -> Pillar:
    if bool(section.parameters) == (section.not_scored is not None):
        raise file.mistake(where, "needs either parameters, or not_scored to say why it has none")
    refuse_repeats((file, (*where, "parameters", n, "code"), row.code) for n, row in enumerate(section.parameters))
    for n, name in enumerate(section.inputs):
        _refuse_unknown_measure(file, (*where, "inputs", n), name)
    parameters = tuple(
        _parameter(file, (*where, "parameters", n), row, evidence) for n, row in enumerate(section.parameters)
    )
    return Pillar(
        section.code, section.name, section.provider_kind, parameters, section.not_scored, tuple(section.inputs)
    )


def _parameter(
    file: YamlFile[EditionFile], where: Where, section: ParameterSection, evidence: Mapping[str, Evidence]
) -> Parameter:
    named: tuple[tuple[str, str | None], ...] = (
        ("measure", section.measure),
        ("measure_last_24h", section.measure_last_24h),
    )
    for key, name in named:
        if name is None:
            continue
        _refuse_unknown_measure(file, (*where, key), name)
        has = CATALOGUE[name].unit
        if has != {"percent": "share", "minutes": "minutes"}[section.unit]:
            raise file.mistake((*where, "unit"), f"{section.unit!r} does not fit {name}, which is in {has}")
    if (section.window == "since_midnight") != (section.measure_last_24h is not None):
        raise file.mistake(
            (*where, "measure_last_24h"), "goes with window since_midnight, and only with it: a counter must not reset"
        )
    if (section.unit == "percent") != (section.counts is not None):
        raise file.mistake((*where, "counts"), "goes with unit percent, and only with it: people or beds")
    bands = tuple(_bands(file, (*where, "bands"), section, evidence))
    return Parameter(
        **section.model_dump(exclude={"window", "bands", "evidence"}),
        evidence=_evidence(file, (*where, "evidence"), section.evidence, evidence),
        bands=bands,
    )


def _bands(
    file: YamlFile[EditionFile], where: Where, section: ParameterSection, evidence: Mapping[str, Evidence]
) -> list[Band]:
    worse = "above" if section.direction == "lower" else "below"
    for n, band in enumerate(section.bands):
        before = section.bands[n - 1] if n else None
        if (band.edge is None) != (before is None):
            what = "the best band begins nowhere" if before is None else "is missing; say where this band begins"
            raise file.mistake((*where, n, "edge"), what)
        if before is None:
            continue
        if band.points <= before.points:
            what = f"should be more than {before.points}: bands stand from best to worst"
            raise file.mistake((*where, n, "points"), what)
        if band.edge is not None and before.edge is not None:
            further = band.edge - before.edge if section.direction == "lower" else before.edge - band.edge
            if further <= 0:
                raise file.mistake((*where, n, "edge"), f"should be {worse} {before.edge:g}: best to worst")
    return [
        Band(band.edge, band.points, _evidence(file, (*where, n, "evidence"), band.evidence, evidence))
        for n, band in enumerate(section.bands)
    ]


def _evidence(file: YamlFile[Any], where: Where, name: str, known: Mapping[str, Evidence]) -> Evidence:
    if name not in known:
        raise file.mistake(where, f"{name!r} does not stand under evidence{nearest(name, known)}")
    return known[name]


def _refuse_unknown_measure(file: YamlFile[Any], where: Where, name: str) -> None:
    if name not in CATALOGUE:
        raise file.mistake(where, f"{name!r} is no measure of the catalogue{nearest(name, CATALOGUE)}")
