"""The shapes of the answers about OPEL."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.api.schemas import LevelSpan, Moment, Named, NamedValue, OpelDeclaration, OpelHolds, OpelTold
from services.api.schemas_people import Why


class Evidence(BaseModel):
    """Where a band, a cut-off or a parameter comes from."""

    basis: Literal["published", "fits_data", "memory", "placeholder"]
    confidence: Literal["confirmed", "unconfirmed"]
    source: str


class OpelEdge(BaseModel):
    """Where a band begins, what it gives, and how far it can be relied on; an edition says where it comes from."""

    edge: float | None = Field(description="In the parameter's unit; null: the best band, which begins nowhere.")
    points: int
    basis: Literal["published", "fits_data", "memory", "placeholder"]
    confidence: Literal["confirmed", "unconfirmed"]


class OpelBand(OpelEdge, Evidence):
    pass


class OpelCut(Evidence):
    level: Literal[1, 2, 3, 4]
    up_to: float = Field(description="A score up to this, and above the cut before, is this level.", examples=[18])


class OpelParameterTable(Evidence):
    code: str = Field(examples=["over_12_hours"])
    name: str = Field(examples=["In ED over 12 h"])
    measures: str
    measure: str = Field(examples=["ed.over_12h"])
    measure_last_24h: str | None
    unit: Literal["share", "minutes"]
    counts: Literal["people", "beds"] | None
    direction: Literal["lower", "higher"]
    needs: Literal["type_1_ed", "ga_beds"]
    of: int
    bands: list[OpelBand]


class OpelPillarTable(Named):
    of: int
    not_scored: str | None
    inputs: list[str]
    parameters: list[OpelParameterTable]


class OpelEditionShort(Named):
    source: str
    valid_from: date = Field(examples=["2025-06-18"])
    valid_to: date = Field(examples=["2026-03-31"])
    ended: bool = Field(description="Past its end, and in use until another begins.")


class OpelSystemRule(BaseModel):
    rule: Literal["weighted_mean"]
    source: str


class OpelEdition(OpelEditionShort):
    """An edition of the framework as it is configured."""

    levels: list[OpelCut]
    since_midnight_least_n: int
    overall: str
    system_rule: OpelSystemRule
    pillars: list[OpelPillarTable]


class OpelCalculated(LevelSpan):
    of: int | None
    indicative: bool
    why: str | None = Field(description="Why there is no score.")
    without_unconfirmed: LevelSpan | None = Field(description="If every unconfirmed band could give any points.")
    without_placeholders: LevelSpan | None = Field(description="If every placeholder band could give any points.")


class OpelStep(BaseModel):
    """How far it is to the next band."""

    amount: float
    unit: Literal["people", "beds", "minutes", "share"]
    points: int = Field(description="Of that band.")


class OpelParameter(BaseModel):
    """One parameter: what it reads, the bands, the points, and how far it is to the next band either way."""

    code: str
    name: str
    measure: str
    window: Literal["now", "since_midnight", "last_24h"]
    note: str | None = Field(description="Why another window than usual was scored.")
    value: float | None
    unit: Literal["share", "minutes"]
    numerator: float | None
    denominator: float | None
    n: int | None
    absent: Literal["not_applicable", "feed_silent", "not_due", "not_provided"] | None = Field(
        description="Why it scores nothing. Never zero points: the score is then a range."
    )
    reason: str | None
    as_of: datetime | None
    freshness: Literal["live", "delayed", "lost"]
    points: int | None
    of: int
    direction: Literal["lower", "higher"]
    bands: list[OpelEdge]
    band: int | None = Field(description="Which of the bands, from 0, the best.")
    to_worse: OpelStep | None
    to_better: OpelStep | None


class OpelLevel(Named):
    """Calculated and declared, side by side."""

    scope: Literal["system", "provider", "place", "site"]
    local: bool
    pillar: str
    edition: str
    calculated: OpelCalculated
    declared: OpelDeclaration | None = Field(description="Null until somebody declares a level.")
    proposed: OpelDeclaration | None = Field(description="Open: not agreed or refused yet.")
    told: OpelTold | None = Field(description="What the organisation's own system tells; null until it does.")
    holds: OpelHolds | None = Field(description="The newer of declared and told; null while there is neither.")


class OpelBreakdown(OpelLevel):
    parameters: list[OpelParameter]


class OpelMember(Named):
    weight: float
    calculated: OpelCalculated


class OpelInput(NamedValue):
    """What a pillar looks at, of the system or as one organisation reported it. It is not scored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"measure": "community.p1_slots_free", "code": "RYY", "name": "Kent Community Health", "value": 3,
                 "unit": "people", "as_of": "2026-01-31T09:28:00Z", "freshness": "live"}
            ]
        }
    )  # fmt: skip

    measure: str


class OpelPillar(Named):
    calculated: OpelCalculated
    inputs: list[OpelInput]


class OpelSystem(OpelLevel):
    stands_for: list[str] = Field(description="The pillars that the overall level is made of.", examples=[["acute"]])
    members: list[OpelMember]
    pillars: list[OpelPillar]


class OpelAnswer(Moment):
    edition: OpelEditionShort
    system: OpelSystem
    providers: list[OpelBreakdown]
    places: list[OpelBreakdown]
    sites: list[OpelBreakdown]


class OpelOneAnswer(Moment):
    edition: OpelEditionShort
    opel: OpelSystem | OpelBreakdown


class OpelProposal(BaseModel):
    """A level to declare, and why it is that one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"level": 4, "why": "CT out of use"}]})

    level: Literal[1, 2, 3, 4]
    why: Why


class OpelRefusal(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "CT is back"}]})

    why: Why
