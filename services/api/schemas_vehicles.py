"""The shapes of the vehicles that wait or are on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.api.schemas import Moment


class Vehicle(BaseModel):
    """One ambulance; nothing says whom it carries."""

    state: Literal["waiting", "due_in"] = Field(description="At the hospital and not handed over, or on its way to it.")
    since: datetime = Field(description="Its arrival; for due_in, when it left for the hospital.")
    category: str | None = Field(description="Of the call.", examples=["C2"])
    expected_at: datetime | None = Field(description="For due_in, as it was told on leaving; null: nobody told.")


class SiteVehicles(BaseModel):
    code: str = Field(examples=["RVV01"])
    vehicles: list[Vehicle]


class Vehicles(Moment):
    sites: list[SiteVehicles]
