"""The shapes of the past of a measure and of its charts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.api.schemas_rebases import RebaseItem
from services.domain.measures import MeasureUnit


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
    variation: Literal["common", "improvement", "concern", "neutral"] | None = Field(
        description="Null: its part has too few days to judge."
    )


class SpcLimits(BaseModel):
    mean: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float
    mean_moving_range: float


class SpcPart(BaseModel):
    """A stretch of days of one process, with limits of its own."""

    at: datetime = Field(description="Its first day.")
    until: datetime = Field(description="Its last day.")
    points: int
    limits: SpcLimits | None = Field(description="Null with one day, which has no moving range.")
    trial: bool = Field(description="Fewer than twelve days: its limits judge nothing.")
    rebases: list[RebaseItem] = Field(description="By whose word it begins; none for the first part of a chart.")


class SpcAdvice(BaseModel):
    """A rebase may be considered: the chart ends in a shift. Only people know whether the process was changed."""

    at: datetime = Field(description="The first day of the shift.")
    points: int = Field(description="How many days it has lasted.")
    side: Literal[-1, 1] = Field(description="Of the mean.")


class SpcChart(BaseModel):
    """An XmR chart by the Making Data Count rules, in parts where people declared that the process was changed."""

    parts: list[SpcPart]
    points: list[SpcPoint]
    variation: Literal["common", "improvement", "concern", "neutral"] | None = Field(
        description="Of the last day; null while its part has fewer than twelve days, too few to judge."
    )
    assurance: Literal["passes", "fails", "hit_and_miss"] | None = Field(
        description="From the last part's limits; null without a target, and while they are trial limits."
    )
    advice: SpcAdvice | None


class MeasureHistory(BaseModel):
    """The past of a measure at one place, as known at a moment."""

    measure: str = Field(examples=["ed.in_department"])
    unit: MeasureUnit
    level: Literal["unit", "site", "provider", "place", "system"]
    code: str = Field(examples=["RVV01"])
    resolution: Literal["5m", "1h", "1d"]
    from_: datetime = Field(alias="from")
    to: datetime
    known_at: datetime
    points: list[HistoryPoint]
    spc: SpcChart | None
    spc_reason: str | None = Field(description="Why there is no chart, or why it judges nothing yet.")


class HoursOfPlace(BaseModel):
    measure: str = Field(examples=["ed.in_department"])
    code: str = Field(description="Of a site, or of the system.", examples=["RVV01"])
    values: list[float | None] = Field(description="What each hour closed with, in order; null: no reading.")


class Hours(BaseModel):
    """The last whole hours of several measures, at the system and at each site that has readings of them."""

    from_: datetime = Field(alias="from", description="The beginning of the first hour.")
    to: datetime = Field(description="The end of the last.")
    known_at: datetime | None = Field(description="As known then; null: as known now.")
    series: list[HoursOfPlace]
