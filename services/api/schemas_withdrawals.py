"""The shapes of withdrawing what somebody wrote."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.api.schemas_people import Why


class Withdrawal(BaseModel):
    at: datetime
    who: str = Field(examples=["control-centre"])
    role: str
    why: str


class WithdrawalWanted(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "The wrong hospital"}]})

    why: Why
