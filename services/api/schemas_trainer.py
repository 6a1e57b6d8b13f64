"""The shapes of what a trainer asks of the synthetic system."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.domain.training import FASTEST, LONGEST_HOURS, SLOWEST, IncidentKind
from services.moments import MAX_NAME, NAME

TrainingState = Literal["planned", "under_way", "over"]
Code = Annotated[str, Field(min_length=1, max_length=40)]
Hours = Annotated[float, Field(strict=True, gt=0, le=LONGEST_HOURS)]
_ID = "01900000-0000-7000-8000-000000000000"
_INCIDENT: dict[str, Any] = {
    "id": _ID, "kind": "surge", "organisation": "RVV01", "name": "William Harvey Hospital", "size": 1.5,
    "at": "2026-03-10T12:00:00Z", "until": "2026-03-10T18:00:00Z", "end": "2026-03-10T18:00:00Z",
    "state": "under_way", "who": "feed-engineer",
}  # fmt: skip
_SILENCE: dict[str, Any] = {
    "id": _ID, "source": "RVV", "name": "East Kent Hospitals", "since": "2026-03-10T12:00:00Z",
    "until": "2026-03-10T14:00:00Z", "end": "2026-03-10T14:00:00Z", "state": "under_way", "who": "feed-engineer",
}  # fmt: skip
_MOMENT: dict[str, Any] = {
    "name": "before the surge", "saved_at": "2026-03-10T12:00:00Z", "system_at": "2026-03-10T12:00:00Z",
    "who": "feed-engineer", "size": 183500800,
}  # fmt: skip


class TrainingIncident(BaseModel):
    """An incident of the synthetic system. Moments are of the system's clock."""

    model_config = ConfigDict(json_schema_extra={"examples": [_INCIDENT]})

    id: UUID
    kind: IncidentKind
    organisation: str = Field(description="A site, unit, provider or place; the system for everywhere.")
    name: str = Field(description="Of the organisation.")
    size: float = Field(description="As the kind counts it.")
    at: datetime
    until: datetime = Field(description="As it was asked for.")
    end: datetime = Field(description="When it ends or ended: `until`, or earlier where somebody ended it.")
    state: TrainingState
    who: str


class TrainingSilence(BaseModel):
    """A feed that says nothing for a while; then what it held back arrives, recorded when it does."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SILENCE]})

    id: UUID
    source: str = Field(description="ODS code of the provider.")
    name: str
    since: datetime
    until: datetime
    end: datetime
    state: TrainingState
    who: str


class SavedMoment(BaseModel):
    """A copy of the store as it was."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MOMENT]})

    name: str
    saved_at: datetime = Field(description="By the clock on the wall.")
    system_at: datetime = Field(description="By the system's clock.")
    who: str
    size: int = Field(description="Bytes.")


class OrganisationNamed(BaseModel):
    code: str
    name: str


class IncidentKindDescribed(BaseModel):
    """What may be asked for: what it does, how its size counts, and where it may be."""

    kind: IncidentKind
    title: str
    means: str
    size_means: str
    size: float = Field(description="The usual.")
    above: float = Field(description="The size is above this.")
    at_most: float
    hours: float = Field(description="The usual.")
    organisations: list[OrganisationNamed]


class Trainer(BaseModel):
    """All that steers the synthetic system."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"now": "2026-03-10T12:30:00Z", "speed": 60.0, "paused": False, "kinds": [], "sources": [],
         "incidents": [_INCIDENT], "silences": [_SILENCE], "moments": [_MOMENT], "moment": None, "copied_at": None,
         "may_save": True}
    ]})  # fmt: skip

    now: datetime
    speed: float = Field(description="Seconds of the system's time a second, when it is not paused.")
    paused: bool
    kinds: list[IncidentKindDescribed]
    sources: list[OrganisationNamed] = Field(description="Whose feed can fall silent.")
    incidents: list[TrainingIncident] = Field(description="The latest 50, by when they begin.")
    silences: list[TrainingSilence] = Field(description="The latest 50, by when they begin.")
    moments: list[SavedMoment] = Field(description="The latest of the system's time first.")
    moment: str | None = Field(description="The saved moment of which this is a copy; null: it is the store itself.")
    copied_at: datetime | None = Field(description="When that copy was made, by the clock on the wall.")
    may_save: bool = Field(description="False on a database of the user's own, which is theirs to copy.")


class ClockWanted(BaseModel):
    """How the clock is to run from now on; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"speed": 60.0, "paused": False}]})

    speed: Annotated[float, Field(strict=True, ge=SLOWEST, le=FASTEST)] | None = None
    paused: Annotated[bool, Field(strict=True)] | None = None


class IncidentWanted(BaseModel):
    """An incident to begin. The usual size and hours of its kind where they are left out, now where `at` is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"kind": "surge", "organisation": "RVV01", "hours": 6.0, "size": 1.5}
    ]})  # fmt: skip

    kind: IncidentKind
    organisation: Code
    hours: Hours | None = None
    size: Annotated[float, Field(strict=True, gt=0, le=1000)] | None = None
    at: AwareDatetime | None = None


class SilenceWanted(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"source": "RVV", "hours": 2.0}]})

    source: Code
    hours: Hours
    at: AwareDatetime | None = None


class MomentWanted(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "before the surge"}]})

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME, pattern=f"^{NAME}$")]


class JumpWanted(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "before the surge"}]})

    name: str | None = Field(max_length=MAX_NAME, description="Of a saved moment; null: back to the store itself.")


class JumpBegun(BaseModel):
    """The server opens the copy at once: it is away for some seconds, and then at the same address."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "before the surge"}]})

    name: str | None
