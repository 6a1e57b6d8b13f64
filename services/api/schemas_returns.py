"""The shapes of returns that people type."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.api.schemas import Named
from services.domain.measures import MeasureUnit


class ReturnProvider(Named):
    """An organisation that the reader may type a return for."""

    kind: str
    gauges: int = Field(description="How many gauges it may report.", examples=[12])


class GaugeReading(BaseModel):
    value: float = Field(examples=[14])
    at: datetime = Field(description="From when it held.")
    until: datetime | None = Field(description="Until when at most.")
    recorded_at: datetime
    typed: bool = Field(description="Whether somebody typed it here; otherwise a feed or a file sent it.")


class ReturnGauge(BaseModel):
    """A gauge that an organisation may report, and what it last said."""

    measure: str = Field(examples=["community.p2_beds_free"])
    title: str = Field(examples=["Pathway 2 beds free"])
    definition: str
    unit: MeasureUnit
    least: float
    most: float
    whole: bool = Field(description="Whether it has no fraction.")
    last: GaugeReading | None = Field(description="Null: it never said anything.")


class ReturnSheet(BaseModel):
    as_at: datetime
    provider: ReturnProvider
    items: list[ReturnGauge]


class ReturnLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    measure: str = Field(max_length=80, examples=["community.p2_beds_free"])
    value: Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)] = Field(
        description="A share from 0 to 1.", examples=[14]
    )
    sure: bool = Field(False, description="It was looked at again, however far from the last.")


class ReturnWanted(BaseModel):
    """A return to check, or to send."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"at": "2026-01-31T09:00:00Z", "until": "2026-02-01T09:00:00Z", "check": True,
         "values": [{"measure": "community.p2_beds_free", "value": 14}]}
    ]})  # fmt: skip

    at: AwareDatetime | None = Field(None, description="From when the values hold; now where left out.")
    until: AwareDatetime | None = Field(None, description="Until when at most; 24 hours after at where left out.")
    check: bool = Field(False, description="Only say what would become of it.")
    values: list[ReturnLine] = Field(min_length=1, max_length=100)


class ReturnLineAnswer(BaseModel):
    measure: str
    outcome: Literal["ready", "accepted", "duplicate", "refused", "confirm"] = Field(
        description="confirm: it is surprising; send it again with sure."
    )
    reason: str | None = Field(examples=["is far from the last, 4"])
    replaces: bool = Field(description="It corrects what was typed for the same moment.")


class ReturnAnswer(BaseModel):
    """What became of each line. Nothing is sent while one is refused or to be confirmed."""

    at: datetime
    until: datetime
    sent: bool
    lines: list[ReturnLineAnswer]
