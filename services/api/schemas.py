"""The shapes of the answers, for the OpenAPI document and the types that are generated from it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from services.store.keys import Scope

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


def _names_nobody(text: str) -> str:
    if _NUMBER.search(text):
        raise ValueError("a long number may be somebody's")
    return text


_NUMBER = re.compile(r"\d(?:[ -]?\d){8}")  # an NHS number or a telephone number, however it is spaced
Why = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$", examples=["Site code was mistyped"],
               description="For the audit, and for others to read: names nobody, holds no long number."),
    AfterValidator(_names_nobody),
]  # fmt: skip


class Mending(BaseModel):
    """The fields to set, by dotted path; null takes one out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"set": {"data.site": "RVV01"}}]})

    set: Annotated[dict[str, JsonValue], Field(min_length=1, max_length=50)]
    why: Why | None = None


class Reasoned(BaseModel):
    """Why somebody does it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "The site was configured"}]})

    why: Why | None = None


class ActorChoice(BaseModel):
    """Somebody who acts. sites: those they act for; null: all of them."""

    name: str = Field(examples=["site-manager-rvv01"])
    title: str = Field(examples=["Site manager, WHH"])
    roles: list[Literal["viewer", "site_manager", "control_centre", "planner", "feed_engineer", "administrator"]]
    sites: list[str] | None = Field(examples=[["RVV01"]])


class Me(ActorChoice):
    """Who asks, and what they may."""

    may: list[str] = Field(examples=[["feeds:read", "me", "state:read"]])
    choices: list[ActorChoice] = Field(description="Made-up people to be instead, on this machine; none with sign-in.")


class Choosing(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "control-centre"}]})

    name: str = Field(min_length=1, max_length=80)


class AuditEntry(BaseModel):
    """Who did what, when and why; never anything that names a patient."""

    id: int = Field(examples=[17])
    at: datetime = Field(description="Wall time.")
    system_at: datetime = Field(description="The same moment by the system's clock.")
    who: str = Field(examples=["feed-engineer"])
    role: str = Field(examples=["feed_engineer"])
    what: str = Field(examples=["quarantine.mend"])
    target: str | None
    why: str | None
    before: dict[str, Any] | None = Field(examples=[{"state": "held"}])
    after: dict[str, Any] | None = Field(examples=[{"state": "mended", "fields_set": 1}])


class AuditPage(BaseModel):
    items: list[AuditEntry]
    next: str | None = Field(description="The cursor of the next page; null: there is none.")


class Key(BaseModel):
    """An API key of a machine; the token itself is shown once, when it is made."""

    id: UUID
    name: str = Field(examples=["East Kent integration engine"])
    scopes: list[str] = Field(examples=[["events:write"]])
    source: str | None = Field(description="The one source it may send for; null: any.", examples=["urn:nhs:ods:RVV"])
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class KeyWanted(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"name": "East Kent integration engine", "scopes": ["events:write"], "source": "urn:nhs:ods:RVV", "days": 90}
    ]})  # fmt: skip

    name: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")
    scopes: list[Scope] = Field(min_length=1, max_length=20)
    source: str | None = Field(None, pattern=r"^urn:nhs:ods:[A-Z0-9]{3,9}$")
    days: int = Field(90, ge=1, le=730)
    why: Why | None = None


class KeyMade(Key):
    token: str = Field(description="Shown this once.", examples=["lightship_..."])


class Health(BaseModel):
    status: Literal["live", "ready"]


class ProblemDetail(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["No site has this code; /api/v1/overview lists them."])
