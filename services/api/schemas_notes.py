"""The shapes of notes on moments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.api.schemas_withdrawals import Withdrawal
from services.domain.notes import MAX_TEXT


class NoteItem(BaseModel):
    """A note on a moment, or on a stretch of time."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"id": "01900000-0000-7000-8000-000000000000", "scope": "RPA01", "scope_name": "Medway Maritime Hospital",
         "measure": None, "at": "2026-01-31T14:10:00Z", "until": "2026-01-31T16:00:00Z", "text": "CT scanner down",
         "made_at": "2026-01-31T14:22:10Z", "who": "control-centre", "role": "control_centre", "withdrawn": None}
    ]})  # fmt: skip

    id: UUID
    scope: str
    scope_name: str
    measure: str | None = Field(description="Null: of everything there.")
    at: datetime
    until: datetime | None = Field(description="Null: of a moment alone.")
    text: str | None = Field(description="Null once it was withdrawn: it may have named somebody.")
    made_at: datetime = Field(description="Since when it is known.")
    who: str
    role: str
    withdrawn: Withdrawal | None


class NotePage(BaseModel):
    items: list[NoteItem]
    next: str | None = Field(description="The cursor of the next page; null: there is none.")


class NoteWanted(BaseModel):
    """A note to write: names nobody, holds no NHS number."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"scope": "RPA01", "at": "2026-01-31T14:10:00Z", "until": "2026-01-31T16:00:00Z", "text": "CT scanner down"}
    ]})  # fmt: skip

    scope: str = Field(max_length=60, description="The code of a site, a provider, a place or the system.")
    measure: str | None = Field(None, max_length=80, description="A measure that it explains; null: everything there.")
    at: AwareDatetime | None = Field(None, description="Now where left out.")
    until: AwareDatetime | None = None
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
