"""The shapes of the marks of people."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.api.schemas import Moment


class Mark(BaseModel):
    """One person at a site or on the way to it, by what is done for them and since when; nothing says who it is."""

    service: Literal["ed", "bed", "ambulance", "virtual_ward", "mental_health", "s136"]
    unit: str | None = Field(examples=["RVV01-MAJORS"])
    state: Literal["here", "due_in"] = Field(description="due_in: an ambulance on its way here.")
    since: datetime = Field(description="Arrival, admission, onboarding; for due_in, leaving the scene.")
    minutes: float = Field(description="From since to as_at.", examples=[184.0])
    acuity: int | None = Field(description="ED triage, 1 (immediate) to 5 (low).", examples=[3])
    decision_to_admit: bool
    decided_minutes: float | None = Field(description="Since the decision to admit.")
    no_criteria_to_reside: bool
    no_criteria_minutes: float | None
    pathway: Literal[0, 1, 2, 3] | None = Field(description="Of the discharge, once there are no criteria to reside.")
    age_band: str | None = Field(examples=["75-84"])
    escalation: bool = Field(description="In an escalation bed.")
    category: str | None = Field(description="Of the ambulance call.", examples=["C2"])
    expected_at: datetime | None = Field(description="Of an ambulance on its way.")
    key: str | None = Field(description="The journey's pseudonymous key: for the managers of the site, else null.")


class LeftOut(BaseModel):
    """Journeys that no count holds. ghosts: left, time unknown; stale: silent past their kind's limit."""

    ghosts: int
    stale: int


class SitePeople(Moment):
    site: str = Field(examples=["RVV01"])
    keyed: bool = Field(description="Whether the marks carry their keys, which is for managers of this site.")
    left_out: LeftOut
    people: list[Mark]
