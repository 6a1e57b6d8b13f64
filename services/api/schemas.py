"""The shapes of the answers, for the OpenAPI document and the types that are generated from it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.api.schemas_agreed import Agreement
from services.domain.measures import MeasureUnit

_VALUE: JsonDict = {
    "value": 0.12, "unit": "share", "numerator": 12, "denominator": 100, "n": None, "absent": None, "reason": None,
    "as_of": "2026-01-31T09:28:00Z", "freshness": "live",
}  # fmt: skip
_ABSENT: JsonDict = {
    "value": None, "unit": "share", "numerator": None, "denominator": None, "n": None, "absent": "not_applicable",
    "reason": "no type 1 emergency department", "as_of": None, "freshness": "live",
}  # fmt: skip


class Value(BaseModel):
    """One reading. A share runs from 0 to 1 and carries its counts; an absent reading has no value and says why."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VALUE, _ABSENT]})

    value: float | None
    unit: MeasureUnit
    numerator: float | None
    denominator: float | None
    n: int | None = Field(description="How many are behind a mean or a quantile.")
    absent: Literal["not_applicable", "feed_silent", "not_due", "not_provided", "suppressed"] | None
    reason: str | None
    as_of: datetime | None = Field(description="The newest fact of the feed behind it.")
    freshness: Literal["live", "delayed", "lost"]


Measures = Annotated[dict[str, Value], Field(description="By the measure's name.", examples=[{"ed.over_12h": _VALUE}])]


class Moment(BaseModel):
    as_at: datetime = Field(examples=["2026-01-31T09:30:00Z"])
    known_at: datetime = Field(examples=["2026-01-31T09:30:00Z"])


class LevelSpan(BaseModel):
    """A score and its level. Where a parameter is missing the score is a range, and so may the level be."""

    level: Literal[1, 2, 3, 4] | None = Field(description="Null where the range reaches over more than one.")
    level_least: Literal[1, 2, 3, 4] | None
    level_most: Literal[1, 2, 3, 4] | None
    score: float | None
    score_least: float | None
    score_most: float | None


_OPEL: JsonDict = {
    "edition": "2024-26", "level": 3, "level_least": 3, "level_most": 3, "score": 17, "score_least": 17,
    "score_most": 17, "of": 24, "indicative": True, "local": True, "declared": None,
    "told": {"level": 3, "since": "2026-01-31T08:25:00Z"},
    "holds": {"level": 3, "since": "2026-01-31T08:25:00Z", "origin": "feed"},
    "breakdown": "/api/v1/opel/RVV01",
}  # fmt: skip


class OpelStepTaken(BaseModel):
    kind: Literal["proposed", "validated", "agreed", "refused"]
    at: datetime
    who: str = Field(examples=["control-centre"])
    role: str = Field(examples=["control_centre"])
    why: str | None


class OpelDeclaration(BaseModel):
    """A level that somebody proposed, and the steps it has taken since. It holds from the moment it was agreed."""

    id: UUID
    organisation: str = Field(examples=["RVV"])
    level: Literal[1, 2, 3, 4]
    state: Literal["proposed", "validated", "agreed", "refused"]
    since: datetime = Field(description="Of the last step.")
    why: str | None = Field(description="The reason given by who proposed it.")
    calculated: dict[str, Any] | None = Field(description="What was calculated when it was proposed.")
    steps: list[OpelStepTaken]


class OpelTold(BaseModel):
    """A level that an organisation's own system told as declared (`opel.declared`)."""

    level: Literal[1, 2, 3, 4]
    since: datetime = Field(description="When it was declared there.")


class OpelHolds(OpelTold):
    """The newer of what people agreed on the boards and what the organisation's own system told."""

    origin: Literal["boards", "feed"]


class OpelSummary(LevelSpan):
    """The calculated OPEL level in short; `breakdown` is the address of all of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OPEL]})

    edition: str
    of: int | None = Field(description="The greatest score there is; null where nothing is scored.")
    indicative: bool = Field(description="A band behind it is unconfirmed.")
    local: bool = Field(description="OPEL is scored by provider; a site's or a place's is a local view.")
    declared: OpelDeclaration | None = Field(description="What people declared; null until somebody does.")
    told: OpelTold | None = Field(description="What the organisation's own system tells; null until it does.")
    holds: OpelHolds | None = Field(description="The newer of declared and told; null while there is neither.")
    breakdown: str


Opel = Annotated[OpelSummary | None, Field(description="Null where nothing is scored.")]


class ClockReading(BaseModel):
    now: datetime
    rate: float = Field(description="How many seconds of the system's time pass in one.", examples=[1.0])


class History(BaseModel):
    """How much of the history asked for at the start is in."""

    complete: bool
    from_: datetime | None = Field(alias="from")
    share: float = Field(ge=0, le=1)


class Named(BaseModel):
    code: str = Field(examples=["QKS"])
    name: str = Field(examples=["NHS Kent and Medway"])


class SiteRow(Named):
    short_name: str
    town: str
    kind: str = Field(examples=["acute"])
    provider: str = Field(examples=["RVV"])
    place: str = Field(examples=["east_kent"])
    ed_type: Literal[1, 2, 3] | None
    latitude: float
    longitude: float
    measures: Measures
    opel: Opel
    need: float = Field(description="Bigger is worse; what the sites are sorted by.")


class Group(Named):
    measures: Measures
    opel: Opel


class ProviderGroup(Group):
    short_name: str


class FeedHealth(BaseModel):
    source: str = Field(examples=["urn:nhs:ods:RVV"])
    name: str
    state: Literal["live", "delayed", "silent"]
    last_event_at: datetime | None = Field(description="Null for a feed that should send and was never heard.")
    last_received_at: datetime | None
    usual_gap_seconds: float | None = Field(description="At this hour of the week.")
    facts: int | None = Field(description="Null for a moment in the past.")


class CopyOf(BaseModel):
    """The saved moment of which the store is a copy. at: when it was made, by the clock on the wall."""

    name: str
    at: datetime


class Overview(Moment):
    revision: int = Field(description="Of the live picture; 0 for a moment that was asked for.", examples=[4711])
    synthetic: bool = Field(description="Whether people in it are made up.")
    mixed: bool = Field(description="Whether it also holds events that do not say that they are synthetic.")
    copy_of: CopyOf | None = Field(description="Null: it is the store itself.")
    system: Named
    history: History
    clock: ClockReading
    sites: list[SiteRow]
    totals: Measures
    opel: Opel
    places: list[Group]
    providers: list[ProviderGroup]
    agreed: list[Agreement] = Field(description="What is declared, agreed or asked for, incidents first.")
    feeds: list[FeedHealth]


class Capacity(BaseModel):
    core: float
    escalation: float
    closed: float


class UnitRow(Named):
    kind: str = Field(examples=["ward"])
    bed_kind: str | None = Field(examples=["ga_adult"])
    area: str | None
    capacity: Capacity
    measures: Measures


class SiteDetail(SiteRow, Moment):
    units: list[UnitRow]


class Sites(Moment):
    items: list[SiteRow]


class PlaceGroup(Group):
    pass


class Places(Moment):
    items: list[PlaceGroup]


class ProviderIdentity(Named):
    short_name: str
    kind: str = Field(examples=["acute"])


class ProviderRow(ProviderIdentity):
    measures: Measures = Field(description="By the measure's name; empty for a provider without sites here.")


class Providers(Moment):
    items: list[ProviderRow]


class PlaceDetail(PlaceGroup, Moment):
    """A place with every measure; sites: the codes of those whose counts are in it."""

    sites: list[str] = Field(examples=[["RVV01", "RVV09"]])


class ProviderDetail(ProviderIdentity, Moment):
    """A provider with every measure; sites: the codes of those whose counts are in it."""

    sites: list[str] = Field(examples=[["RVV01", "RVV09"]])
    measures: Measures
    opel: Opel


class UnitOfSite(UnitRow):
    site: str = Field(examples=["RVV01"])


class Units(Moment):
    items: list[UnitOfSite]


class UnitDetail(UnitOfSite, Moment):
    pass


class ServiceSite(BaseModel):
    code: str = Field(examples=["RVV01"])
    measures: Measures


class ServiceDetail(Moment):
    """The measures of one service at every level, where they apply; units only for the service `unit`."""

    service: str = Field(examples=["beds"])
    measures: Measures = Field(description="Of the system as a whole.")
    sites: list[ServiceSite] = Field(description="Those where a measure of it applies.")
    providers: list[ProviderRow]
    units: list[UnitOfSite]


class UnitIdentity(Named):
    kind: str = Field(examples=["ward"])
    bed_kind: str | None = Field(examples=["ga_adult"])
    area: str | None


class SiteIdentity(Named):
    short_name: str
    town: str
    kind: str = Field(examples=["acute"])
    provider: str = Field(examples=["RVV"])
    place: str = Field(examples=["east_kent"])
    ed_type: Literal[1, 2, 3] | None
    latitude: float
    longitude: float
    units: list[UnitIdentity]


class SystemIdentity(Named):
    """The system as it is configured, without figures."""

    places: list[Named]
    providers: list[ProviderIdentity]
    sites: list[SiteIdentity]


class EventItem(BaseModel):
    """A stored event without what describes the person; ids and subjects are keyed hashes."""

    uid: UUID
    digest: UUID
    source: str = Field(examples=["urn:nhs:ods:RVV"])
    type: str = Field(examples=["ed.arrived"])
    subject: str = Field(description="A journey's pseudonymous key, or the unit, bed or organisation.")
    time: datetime = Field(description="When it happened.")
    sent_at: datetime
    recorded_at: datetime = Field(description="When the first door received it.")
    standing: Literal["fact", "replacement", "cancel"]
    flag: str | None = Field(examples=["invalid_nhs_number"])
    data: dict[str, Any] = Field(examples=[{"site": "RVV01", "department_type": 1, "age_band": "redacted"}])


class EventsPage(BaseModel):
    items: list[EventItem] = Field(description="Newest received first; may be fewer than asked for.")
    next: str | None = Field(description="The cursor of the next page; null: there is none.")


class Definition(BaseModel):
    """What a measure is: how it is counted, from what, and what it should be."""

    name: str = Field(examples=["ed.over_12h"])
    title: str = Field(examples=["Over 12 h in ED"])
    kind: Literal["count", "share", "mean", "quantile", "sum", "gauge"]
    unit: MeasureUnit
    direction: Literal["lower", "higher", "neutral"] = Field(description="Which way is better.")
    definition: str
    numerator: str | None
    denominator: str | None
    window: str
    missing: str
    source: str
    target: float | None
    target_source: str | None


class NamedValue(Value, Named):
    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "RVV01", "name": "WHH", **_VALUE}]})


class SplitValue(Value):
    model_config = ConfigDict(json_schema_extra={"examples": [{"group": "65-74", **_VALUE}]})

    group: str = Field(examples=["65-74"])


class MeasureDetail(Definition, Moment):
    system: Value
    sites: list[NamedValue]
    providers: list[NamedValue]
    splits: list[SplitValue] | None = Field(None, description="Where asked for; fewer than five people are suppressed.")


class RefusedReason(BaseModel):
    index: int = Field(description="Of the event in the body, from 0.", examples=[3])
    field: str | None = Field(examples=["data.site"])
    reason: str = Field(examples=["data.site is not a configured site; did you mean 'RVV01'?"])
    quarantine_id: UUID


class EventsAnswer(BaseModel):
    """What became of the events. All of it is durable when the answer comes."""

    accepted: int = Field(examples=[997])
    duplicate: int | None = Field(description="Null where that cannot be known here.", examples=[2])
    quarantined: int = Field(examples=[1])
    reasons: list[RefusedReason] = Field(description="Of the first 100.")
    reasons_left_off: int = Field(examples=[0])


class QuarantineItem(BaseModel):
    """A refused payload as it may be shown; its bytes stay sealed."""

    id: UUID
    received_at: datetime
    last_received_at: datetime
    times: int = Field(description="How often the same bytes were refused.", examples=[1])
    source: str | None
    type: str | None
    reason: str
    field: str | None
    redacted: dict[str, Any] = Field(
        examples=[{"type": "ed.arrived", "source": "urn:nhs:ods:RVV", "subject": "redacted (text, 12 characters)"}]
    )
    content_type: str
    state: Literal["held", "mended", "replayed", "expired"]
    expires_at: datetime = Field(description="When the sealed bytes are dropped.")
    replayed_at: datetime | None
    replaced_by: UUID | None


class QuarantinePage(BaseModel):
    items: list[QuarantineItem]
    next: str | None = Field(description="The cursor of the next page; null: there is none.")


class Health(BaseModel):
    status: Literal["live"]


class Readiness(BaseModel):
    status: Literal["ready"]
    picture: Literal["kept", "stale"] = Field(
        description="Stale: nobody has looked for 8 seconds; boards say delayed, then lost. Another server would too."
    )


class ProblemDetail(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["No site has this code; /api/v1/overview lists them."])
