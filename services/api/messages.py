"""The messages of the WebSocket /api/v1/live, both ways, and its topics with who may listen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.api.auth import Needs
from services.api.schemas import ClockReading

MOST_TOPICS = 20
#: By the part before the colon. A topic without a row here cannot be subscribed to.
TOPICS: Mapping[str, Needs] = {
    "overview": Needs("state:read"),
    "site": Needs("state:read"),
    "vehicles": Needs("people:read"),
    "service": Needs("state:read"),
    "feeds": Needs("feeds:read"),
}
Revision = Annotated[int | None, Field(ge=0, le=2**53)]


class Subscribe(BaseModel):
    """The topics to listen to from now on, all of them: `overview`, `feeds`, `vehicles`, `site:<code>`,
    `service:<name>`; none of them ends it.
    """

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [
        {"subscribe": ["overview", "site:RVV01"], "after": {"overview": 4711, "site:RVV01": None}}
    ]})  # fmt: skip

    subscribe: list[Annotated[str, Field(max_length=40)]] = Field(max_length=MOST_TOPICS)
    after: dict[str, Revision] | None = Field(
        None, description="By topic the revision the client has; null, or left out: it has none."
    )


class Snapshot(BaseModel):
    """A topic as a whole. For `overview` as GET /api/v1/overview, `site:<code>` as GET /api/v1/sites/{code},
    `service:<name>` as GET /api/v1/services/{name}, `feeds` and `vehicles` as GET /api/v1/feeds and /api/v1/vehicles.
    """

    type: Literal["snapshot"]
    topic: str = Field(examples=["overview"])
    revision: int = Field(examples=[4711])
    data: dict[str, Any]


class Delta(BaseModel):
    """What changed since the previous revision: the keys that did; rows as an object by their code, figures whole."""

    type: Literal["delta"]
    topic: str = Field(examples=["site:RVV01"])
    previous: int = Field(description="What it is to be applied to; on any other, subscribe again.", examples=[4710])
    revision: int = Field(examples=[4711])
    data: dict[str, Any]


class Heartbeat(BaseModel):
    """Sent after two seconds without a change, as long as the picture is kept. Silence means that it is not."""

    type: Literal["heartbeat"]
    revision: int = Field(description="Of the overview that the client has; 0 where it has none.", examples=[4711])
    revisions: dict[str, int | None] = Field(
        description="By topic what the client has, of those that are kept.", examples=[{"overview": 4711}]
    )
    clock: ClockReading


class SocketProblem(BaseModel):
    """A message that was not understood or not allowed. What the client listened to goes on."""

    type: Literal["problem"]
    title: str = Field(examples=["This message was not understood"])
    detail: str


SENT: tuple[type[BaseModel], ...] = (Snapshot, Delta, Heartbeat, SocketProblem)
