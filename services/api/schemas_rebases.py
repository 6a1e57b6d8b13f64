"""The shapes of rebases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.api.schemas_withdrawals import Withdrawal
from services.domain.rebases import MAX_REASON


class RebaseItem(BaseModel):
    """From which day the limits of a chart are worked out again, and what changed then."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"id": "01900000-0000-7000-8000-000000000000", "measure": "ed.over_12h", "code": "RPA01", "day": "2026-01-12",
         "reason": "Twelve escalation beds opened for the winter", "made_at": "2026-01-31T14:22:10Z",
         "who": "planner", "role": "planner", "withdrawn": None}
    ]})  # fmt: skip

    id: UUID
    measure: str
    code: str
    day: date = Field(description="Of London.")
    reason: str | None = Field(description="Null once it was withdrawn: it may have named somebody.")
    made_at: datetime = Field(description="Since when it is known.")
    who: str
    role: str
    withdrawn: Withdrawal | None


class RebasePage(BaseModel):
    items: list[RebaseItem]
    next: str | None = Field(description="The cursor of the next page; null: there is none.")


class RebaseWanted(BaseModel):
    """A rebase to declare: its reason names nobody, holds no NHS number."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"measure": "ed.over_12h", "code": "RPA01", "day": "2026-01-12",
         "reason": "Twelve escalation beds opened for the winter"}
    ]})  # fmt: skip

    measure: str = Field(max_length=80)
    code: str = Field(max_length=60, description="The chart's own: a site, a provider, a place or the system.")
    day: date = Field(description="The first day of the changed process, of London.")
    reason: Annotated[str, Field(min_length=1, max_length=MAX_REASON, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
