"""The shapes of the answers, for the OpenAPI document and the types that are generated from it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

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
    unit: Literal["people", "beds", "minutes", "share", "count", "hours"]
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
    opel: None = Field(description="Null where nothing is scored.")
    need: float = Field(description="Bigger is worse; what the sites are sorted by.")


class Group(Named):
    measures: Measures


class ProviderGroup(Group):
    short_name: str


class FeedHealth(BaseModel):
    source: str = Field(examples=["urn:nhs:ods:RVV"])
    name: str
    state: Literal["live", "delayed", "silent"]
    last_event_at: datetime | None
    last_received_at: datetime | None
    usual_gap_seconds: float | None
    facts: int


class Overview(Moment):
    revision: int = Field(description="Of the live picture; 0 for a moment that was asked for.", examples=[4711])
    synthetic: bool = Field(description="Whether the people in it are made up.")
    system: Named
    history: History
    clock: ClockReading
    sites: list[SiteRow]
    totals: Measures
    places: list[Group]
    providers: list[ProviderGroup]
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


class Definition(BaseModel):
    """What a measure is: how it is counted, from what, and what it should be."""

    name: str = Field(examples=["ed.over_12h"])
    title: str = Field(examples=["Over 12 h in ED"])
    kind: Literal["count", "share", "mean", "quantile", "sum", "gauge"]
    unit: str
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
    pass


class SplitValue(Value):
    group: str = Field(examples=["65-74"])


class MeasureDetail(Definition, Moment):
    system: Value
    sites: list[NamedValue]
    providers: list[NamedValue]
    splits: list[SplitValue] | None = Field(None, description="Where asked for; fewer than five people are suppressed.")


class HistoryPoint(BaseModel):
    """A reading. At 5m it holds until the next point; an hour or day says what stood at its end or its figure."""

    at: datetime = Field(description="The mark, or the start of the hour or London day.")
    until: datetime | None = Field(description="The end of the hour, or of the last hour of the day.")
    known_at: datetime = Field(description="From when on this was known.")
    value: float | None = Field(description="Null where there is no reading; never 0 for that.")
    numerator: float | None
    denominator: float | None
    n: int | None
    absent: Literal["not_due", "feed_silent", "not_provided"] | None
    marks: int | None = Field(description="How many five-minute marks of the hour or day have a value.")
    mean: float | None
    least: float | None
    greatest: float | None


class SpcPoint(BaseModel):
    at: datetime
    value: float
    side: Literal[-1, 0, 1] = Field(description="Of the mean.")
    cause: Literal["astronomical", "trend", "two_of_three", "shift"] | None
    variation: Literal["common", "improvement", "concern", "neutral"]


class SpcChart(BaseModel):
    """An XmR chart by the Making Data Count rules."""

    mean: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float
    mean_moving_range: float
    trial: bool = Field(description="Fewer than twelve points.")
    points: list[SpcPoint]
    variation: Literal["common", "improvement", "concern", "neutral"]
    assurance: Literal["passes", "fails", "hit_and_miss"] | None


class MeasureHistory(BaseModel):
    """The past of a measure at one place, as known at a moment."""

    measure: str = Field(examples=["ed.in_department"])
    unit: str
    level: Literal["unit", "site", "provider", "place", "system"]
    code: str = Field(examples=["RVV01"])
    resolution: Literal["5m", "1h", "1d"]
    from_: datetime = Field(alias="from")
    to: datetime
    known_at: datetime
    points: list[HistoryPoint]
    spc: SpcChart | None
    spc_reason: str | None = Field(description="Why there is no chart, or why its limits are trial limits.")


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


class Mending(BaseModel):
    """The fields to set, by dotted path; null takes one out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"set": {"data.site": "RVV01"}}]})

    set: Annotated[dict[str, JsonValue], Field(min_length=1, max_length=50)]


class Health(BaseModel):
    status: Literal["live", "ready"]


class ProblemDetail(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["No site has this code; /api/v1/overview lists them."])
