"""What the files of `config/<system>/` look like: their keys, the shape of each value, what must go together."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from services.domain.payloads import Council, GaugeReported, Neighbourhood, SiteCode, Specialty, UnitCode
from services.domain.system import BedKind, SiteKind, UnitKind

Text = Annotated[str, Field(min_length=1, max_length=120)]
PlaceCode = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,40}$")]
Beds = Annotated[int, Field(ge=0, le=2000)]
Escalation = Annotated[int, Field(ge=0, le=500)]
Hours = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Section(BaseModel):
    """A part of a file. Strict, because YAML guesses types: an unquoted 23:59 is the number 1439."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PlaceSection(Section):
    code: PlaceCode
    name: Text


class ProviderSection(Section):
    code: SiteCode
    name: Text
    short_name: Text
    kind: Literal["acute", "community", "mental_health", "ambulance", "council", "other"]


class SilentHours(Section):
    """Hours without a milestone after which a journey of each kind is stale."""

    ed: Hours
    ambulance: Hours
    stay: Hours
    virtual_ward: Hours
    ucr: Hours
    mental_health: Hours
    s136: Hours


class SystemFile(Section):
    code: SiteCode
    name: Text
    places: Annotated[list[PlaceSection], Field(min_length=1)]
    providers: Annotated[list[ProviderSection], Field(min_length=1)]
    silent_hours: SilentHours
    boundaries: Text
    neighbourhoods: dict[Text, list[Neighbourhood]]  # by place


class ChangeSection(Section):
    valid_from: date
    core: Beds
    escalation: Escalation = 0


class UnitSection(Section):
    code: UnitCode
    name: Text
    kind: UnitKind
    bed_kind: BedKind | None = None
    specialty: Specialty | None = None
    area: Literal["majors", "resus", "minors", "paediatric", "waiting_room", "corridor"] | None = None
    core: Beds
    escalation: Escalation = 0
    changes: list[ChangeSection] = []

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> UnitSection:
        has_beds = self.kind in ("ward", "virtual_ward", "place_of_safety")
        if has_beds != (self.bed_kind is not None):
            raise ValueError(f"a unit of kind {self.kind} {'needs a' if has_beds else 'has no'} bed_kind")
        if (self.kind == "virtual_ward") != (self.bed_kind == "virtual"):
            raise ValueError("bed_kind virtual and kind virtual_ward go together")
        if (self.kind == "place_of_safety") != (self.bed_kind == "s136"):
            raise ValueError("bed_kind s136 and kind place_of_safety go together")
        if (self.kind == "ed_area") != (self.area is not None):
            raise ValueError(f"a unit of kind {self.kind} {'needs an' if self.kind == 'ed_area' else 'has no'} area")
        return self


class SiteSection(Section):
    code: SiteCode
    name: Text
    short_name: Text
    town: Text
    kind: SiteKind
    place: str
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    ed_type: Literal[1, 2, 3] | None = None
    units: list[UnitSection]


class SitesFile(Section):
    provider: str
    valid_from: date
    sites: list[SiteSection]


class PathwaySection(Section):
    pathway: Literal[1, 2, 3]
    council: Council
    place: str
    starts_per_day: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    valid_from: date


class PathwaysFile(Section):
    capacities: list[PathwaySection]


class OutsideSection(Section):
    code: SiteCode
    name: Text


class DriveSection(Section):
    between: Annotated[list[str], Field(min_length=2, max_length=2)]
    minutes: Annotated[int, Field(gt=0, le=1440)]


class NeighboursFile(Section):
    outside: list[OutsideSection]
    drives: list[DriveSection]


def _clock_time(value: object) -> time:
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('should be a time of day such as "08:00", in quotation marks')
    return time.fromisoformat(value)


ClockTime = Annotated[time, BeforeValidator(_clock_time)]


class PublishedFile(Section):
    """How to read one kind of published file.

    A row's figures are true at as_of on the row's date, local time, and hold until the next holds_until.
    """

    file_name: Text  # a pattern, * for anything
    date_column: Text
    date_format: Text  # as strptime takes it
    organisation_column: Text
    as_of: ClockTime
    holds_until: ClockTime
    columns: Annotated[dict[str, str], Field(min_length=1)]  # column -> measure

    @field_validator("date_format")
    @classmethod
    def _holds_a_whole_date(cls, text: str) -> str:
        day = datetime(2022, 11, 30, tzinfo=UTC)
        try:
            whole = datetime.strptime(day.strftime(text), text).replace(tzinfo=UTC) == day
        except ValueError:
            whole = False
        if not whole:
            raise ValueError("does not give a day, a month and a year; an example is %Y-%m-%d")
        return text

    @field_validator("columns")
    @classmethod
    def _measures_are_names(cls, columns: dict[str, str]) -> dict[str, str]:
        for column, measure in columns.items():
            try:
                GaugeReported(organisation="QKS", measure=measure, value=0)
            except ValidationError:
                raise ValueError(f"{column}: {measure!r} is no measure's name; an example is reported.beds") from None
        return columns


class PublishedMappingFile(Section):
    attribution: Annotated[str, Field(min_length=1, max_length=1000)]
    timezone: str
    no_reading: list[str]
    files: list[PublishedFile]
