"""The shape of what is declared, agreed or asked for: incidents, diverts and mutual aid."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class Agreement(BaseModel):
    """One of them, of the organisation that declared it or asked for it."""

    family: Literal["incident", "divert", "mutual_aid"]
    state: Literal["in_force", "asked"] = Field(description="asked: neither agreed nor refused.")
    reference: str = Field(description="The sender's, the same in every step.", examples=["D17"])
    organisation: str = Field(examples=["RVV"])
    kind: str = Field(description="Of the event's own vocabulary.", examples=["ambulance"])
    site: str | None = Field(description="Of an incident; null where it is the whole organisation's.")
    from_site: str | None = Field(description="A divert leads away from it; help comes from it.", examples=["RVV01"])
    to_site: str | None = Field(examples=["RVV09"])
    reason: str | None = Field(description="Of a divert.", examples=["crowding"])
    count: int | None = Field(description="Of the people, beds or vehicles that help.")
    since: datetime = Field(description="When it was declared, agreed or, asked, asked for.")
    until: datetime | None = Field(description="When it is expected to end, as it was agreed; null: nobody said.")
    freshness: Literal["live", "delayed", "lost"] = Field(description="Of the organisation's feed.")
    as_of: datetime | None = Field(description="The newest fact of that feed, where it is late; else null.")
