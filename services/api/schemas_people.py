"""The shapes of what people do: who they are, what they change and why, the audit, the keys they give to machines."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from services.ingest.free_text import may_name_somebody
from services.store.keys import Scope


def _names_nobody(text: str) -> str:
    if may_name_somebody(text):
        raise ValueError("a long number may be somebody's")
    return text


Why = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$", examples=["Site code was mistyped"],
               description="For the audit, and for others to read: names nobody, holds no long number."),
    AfterValidator(_names_nobody),
]  # fmt: skip


class Mending(BaseModel):
    """The fields to set, by dotted path; null takes one out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"set": {"data.site": "RVV01"}}]})

    set: Annotated[dict[str, JsonValue], Field(min_length=1, max_length=50)]
    why: Why | None = None


class Reasoned(BaseModel):
    """Why somebody does it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "The site was configured"}]})

    why: Why | None = None


class ActorChoice(BaseModel):
    """Somebody who acts. sites: those they act for; null: all of them."""

    name: str = Field(examples=["site-manager-rvv01"])
    title: str = Field(examples=["Site manager, WHH"])
    roles: list[Literal["viewer", "site_manager", "control_centre", "planner", "feed_engineer", "administrator"]]
    sites: list[str] | None = Field(examples=[["RVV01"]])


class Me(ActorChoice):
    """Who asks, and what they may."""

    may: list[str] = Field(examples=[["feeds:read", "me", "state:read"]])
    choices: list[ActorChoice] = Field(description="Made-up people to be instead, on this machine; none with sign-in.")


class Choosing(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "control-centre"}]})

    name: str = Field(min_length=1, max_length=80)


class AuditEntry(BaseModel):
    """Who did what, when and why; never anything that names a patient."""

    id: int = Field(examples=[17])
    at: datetime = Field(description="Wall time.")
    system_at: datetime = Field(description="The same moment by the system's clock.")
    who: str = Field(examples=["feed-engineer"])
    role: str = Field(examples=["feed_engineer"])
    what: str = Field(examples=["quarantine.mend"])
    target: str | None
    why: str | None
    before: dict[str, Any] | None = Field(examples=[{"state": "held"}])
    after: dict[str, Any] | None = Field(examples=[{"state": "mended", "fields_set": 1}])


class AuditPage(BaseModel):
    items: list[AuditEntry]
    next: str | None = Field(description="The cursor of the next page; null: there is none.")


class Key(BaseModel):
    """An API key of a machine; the token itself is shown once, when it is made."""

    id: UUID
    name: str = Field(examples=["East Kent integration engine"])
    scopes: list[str] = Field(examples=[["events:write"]])
    source: str | None = Field(description="The one source it may send for; null: any.", examples=["urn:nhs:ods:RVV"])
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class KeyWanted(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"name": "East Kent integration engine", "scopes": ["events:write"], "source": "urn:nhs:ods:RVV", "days": 90}
    ]})  # fmt: skip

    name: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")
    scopes: list[Scope] = Field(min_length=1, max_length=20)
    source: str | None = Field(None, pattern=r"^urn:nhs:ods:[A-Z0-9]{3,9}$")
    days: int = Field(90, ge=1, le=730)
    why: Why | None = None


class KeyMade(Key):
    token: str = Field(description="Shown this once.", examples=["lightship_..."])
