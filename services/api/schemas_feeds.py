"""The shapes of the feeds board: feeds with their rhythm, and the worklists that a feed gives somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.api.schemas import FeedHealth, Moment


class FeedRow(FeedHealth):
    """A feed, what it sent and what was refused of it."""

    code: str = Field(examples=["RVV"])
    delayed_at: datetime | None = Field(description="From when on it is called delayed, if nothing comes.")
    silent_at: datetime | None = Field(description="From when on it is called silent, if nothing comes.")
    rhythm_learned: bool = Field(description="Whether it is judged by its own rhythm or by that of its kind.")
    accepted_24h: int = Field(description="Events received in the 24 hours before.", examples=[4180])
    refused_24h: int = Field(description="Payloads refused in the 24 hours before.", examples=[3])
    refused_share: float | None = Field(ge=0, le=1, description="Null where nothing came.", examples=[0.0007])
    quarantined: int = Field(description="Payloads that wait to be mended or replayed.", examples=[3])


class KafkaTopic(BaseModel):
    """How far a topic of Kafka has been taken in. Of a trust's own, `in.<code>`: how far the door has read it."""

    code: str = Field(examples=["flow.ed"])
    partitions: int = Field(examples=[6])
    waiting: int | None = Field(description="Messages that are not in yet. Null: nobody has asked yet.", examples=[12])
    is_read: bool = Field(description="Whether workers read all of it; they say so every few seconds.")
    lost: int = Field(description="Messages that Kafka had dropped before they were read.", examples=[0])
    read_again: int = Field(description="Messages read again, since the database had been restored.", examples=[0])
    read_again_at: datetime | None


class Feeds(Moment):
    items: list[FeedRow] = Field(description="The worst first; one that should send and never did is silent.")
    unattributed: int = Field(description="Payloads in quarantine that name no configured source.", examples=[0])
    kafka: list[KafkaTopic] | None = Field(description="Null where nothing comes by Kafka, and of a past moment.")


class FeedDetail(FeedRow, Moment):
    rhythm: list[float] = Field(
        min_length=168, max_length=168, examples=[[0.9] * 168],
        description="For each hour of the week, Monday 00:00 in London first: the share of its five-minute marks "
        "within which something usually comes.",
    )  # fmt: skip


class WorklistItem(BaseModel):
    """A journey that somebody should look at, under its pseudonymous key."""

    journey: str = Field(examples=["ed:5f0c8a..."])
    kind: str = Field(examples=["ed"])
    site: str | None = Field(examples=["RVV01"])
    unit: str | None
    reason: Literal["stale", "ghost"] = Field(description="stale: silent too long; ghost: left, time unknown.")
    last_event_at: datetime


class WorklistPage(Moment):
    items: list[WorklistItem]
    total: int = Field(description="Of the whole list, as far as the reader may see it.", examples=[1])
    next: str | None = Field(description="The cursor of the next page; null: there is none.")


class UnmappedItem(BaseModel):
    """Payloads that wait because a code is not configured."""

    field: str = Field(examples=["data.site"])
    reason: str = Field(examples=["data.site is not a configured site; did you mean 'RVV01'?"])
    payloads: int = Field(examples=[12])
    times: int = Field(description="How often they were sent.", examples=[40])
    last_received_at: datetime
    example: UUID = Field(description="The newest of them in quarantine.")


class UnmappedPage(BaseModel):
    items: list[UnmappedItem]
    next: str | None = Field(description="The cursor of the next page; null: there is none.")
