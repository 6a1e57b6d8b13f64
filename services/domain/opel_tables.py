"""The OPEL tables as facts of configuration: editions, pillars, parameters, bands and where each comes from. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal

Basis = Literal["published", "fits_data", "memory", "placeholder"]
Confidence = Literal["confirmed", "unconfirmed"]
Level = Literal[1, 2, 3, 4]
PillarCode = Literal["acute", "community", "mental_health", "nhs111"]


@dataclass(frozen=True)
class Evidence:
    """Where a band, a cut-off or a parameter comes from, and whether that is settled."""

    basis: Basis
    confidence: Confidence
    source: str


@dataclass(frozen=True)
class Band:
    """edge: where the band begins, in the parameter's unit; None: the best band, which begins nowhere."""

    edge: float | None
    points: int
    evidence: Evidence

    @cached_property
    def exact_edge(self) -> Fraction:
        """The edge as it is written: 2.5 is five halves. Only of a band that begins somewhere."""
        return Fraction(str(self.edge))


@dataclass(frozen=True)
class Parameter:
    """One scored parameter. bands: from best to worst, points never falling.

    An edge belongs to the worse band where lower is better (120% is in the band from 120%), to the better band where
    higher is better (60% within four hours is in the band down to 60%). counts: what a share counts; None for minutes.
    measure_last_24h: what is scored while the count since midnight is short; None for a parameter of now.
    """

    code: str
    name: str
    measures: str
    measure: str
    measure_last_24h: str | None
    unit: Literal["percent", "minutes"]
    counts: Literal["people", "beds"] | None
    direction: Literal["lower", "higher"]
    needs: Literal["type_1_ed", "ga_beds"]
    evidence: Evidence
    bands: tuple[Band, ...]

    @property
    def since_midnight(self) -> bool:
        return self.measure_last_24h is not None

    @property
    def most_points(self) -> int:
        return self.bands[-1].points


@dataclass(frozen=True)
class Pillar:
    """parameters: scored; without any, not_scored says why. inputs: measures shown beside it and not scored."""

    code: PillarCode
    name: str
    provider_kind: str | None
    parameters: tuple[Parameter, ...] = ()
    not_scored: str | None = None
    inputs: tuple[str, ...] = ()

    @property
    def most_points(self) -> int:
        return sum(parameter.most_points for parameter in self.parameters)


@dataclass(frozen=True)
class Cut:
    """A score up to this, and above the cut before, is this level."""

    level: Level
    up_to: float
    evidence: Evidence


@dataclass(frozen=True)
class Edition:
    """One edition of the framework. overall: the pillar that stands for the whole.

    since_midnight_least_n: a counter since midnight with fewer than this scores on the last 24 hours instead.
    """

    code: str
    name: str
    source: str
    valid_from: date
    valid_to: date
    cuts: tuple[Cut, ...]
    since_midnight_least_n: int
    system_source: str
    overall: PillarCode
    pillars: tuple[Pillar, ...]

    def pillar(self, code: str) -> Pillar:
        return next(pillar for pillar in self.pillars if pillar.code == code)

    def measures(self) -> Iterator[str]:
        """The names of the measures that it scores or shows, each once."""
        found: dict[str, None] = {}
        for pillar in self.pillars:
            for parameter in pillar.parameters:
                found[parameter.measure] = None
                if parameter.measure_last_24h is not None:
                    found[parameter.measure_last_24h] = None
            found.update(dict.fromkeys(pillar.inputs))
        return iter(found)


@dataclass(frozen=True)
class OpelTables:
    """editions: by valid_from. weights: provider code -> how much its score counts in the system's; 1 where absent."""

    editions: tuple[Edition, ...]
    weights: Mapping[str, float] = field(default_factory=dict)

    def on(self, day: date) -> Edition | None:
        """The edition in use on a day: the last that had begun. It stays in use past its end until another begins."""
        begun = [edition for edition in self.editions if edition.valid_from <= day]
        return begun[-1] if begun else None

    def edition(self, code: str) -> Edition | None:
        return next((edition for edition in self.editions if edition.code == code), None)

    def weight(self, provider: str) -> float:
        return self.weights.get(provider, 1.0)
