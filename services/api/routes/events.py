"""The door of the events: POST /api/v1/events. What came in is listed by GET, without what describes people."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from services.api.answers import AsAt, Cursor, KnownAt, Limit, moments, page_of
from services.api.auth import GuardedRoute, actor_of, needs
from services.api.context import state_of
from services.api.documents import problem
from services.api.problems import Problem
from services.api.schemas import EventItem, EventsAnswer, EventsPage, RefusedReason
from services.domain.events import EVENT_TYPES
from services.ingest.body import MAX_BYTES, BodyRefused
from services.ingest.intake import Taken, Unreadable, take_in
from services.store import event_log

router = APIRouter(prefix="/api/v1", tags=["events"], route_class=GuardedRoute)

EventName = StrEnum("EventName", {name: name for name in EVENT_TYPES})  # type: ignore[misc]

#: All of them are such that a browser asks first before it sends one from another site.
CONTENT_TYPES = (
    "application/json",
    "application/x-ndjson",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
)
_EXAMPLE = {
    "specversion": "1.0", "id": "A31-20260131-000417", "source": "urn:nhs:ods:RVV", "subject": "RVV/V1234567",
    "type": "ed.arrived", "time": "2026-01-31T09:30:00Z", "sentat": "2026-01-31T09:30:02Z",
    "nhsnumber": "999 123 4560", "data": {"site": "RVV01", "department_type": 1, "age_band": "65-74"},
}  # fmt: skip
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Events of the services, at most 20,000 or 16 MiB at once; `Content-Encoding: gzip` is taken. "
        "`lightship schema` gives the JSON Schema of every type.",
        "content": {
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}, "example": [_EXAMPLE]},
            "application/x-ndjson": {"schema": {"type": "string", "description": "One event a line."}},
            "application/cloudevents+json": {"schema": {"type": "object"}, "example": _EXAMPLE},
            "application/cloudevents-batch+json": {"schema": {"type": "array", "items": {"type": "object"}}},
        },
    }
}


@router.get("/events", response_model=EventsPage, summary="The stored events, newest received first")
@needs("events:read")
async def get_events(
    request: Request,
    source: Annotated[str | None, Query(pattern=r"^urn:nhs:ods:[A-Z0-9]{3,9}$", examples=["urn:nhs:ods:RVV"])] = None,
    type: Annotated[EventName | None, Query(examples=["ed.arrived"])] = None,
    subject: Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")] = None,
    as_at: AsAt = None,
    known_at: KnownAt = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> EventsPage:
    """as_at: that happened by then; known_at: that were received by then. A page looks back eight days at most, so it
    may be short, or empty, and still name a next one.
    """
    state = state_of(request)
    moments(state, as_at, known_at)
    wanted = event_log.Wanted(source=source, type=type, subject=subject, as_at=as_at, known_at=known_at)
    found, following = await page_of(state, event_log.list_, wanted, cursor, limit)
    return EventsPage(items=[EventItem.model_validate(asdict(each)) for each in found], next=following)


@router.post(
    "/events",
    response_model=EventsAnswer,
    summary="Take events in",
    openapi_extra=_BODY,
    responses=problem(400, 413, 415),
)
@needs("events:write", body_limit=MAX_BYTES)
async def post_events(request: Request) -> EventsAnswer:
    """Answers when the good events are committed and the bad ones are in quarantine: 200 even if all of them are bad.

    400: nothing could be read as an event (what was sent is in quarantine, if there was anything); 413, 415: nothing
    was kept; 503: send all of it again, what is in already will be a duplicate.
    """
    state = state_of(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in CONTENT_TYPES:
        raise Problem(415, f"Content-Type is not taken here; send one of {', '.join(CONTENT_TYPES)}.")
    try:
        taken = await state.take(
            take_in, await request.body(), content_type=kind, content_encoding=request.headers.get("content-encoding"),
            now=state.clock(), only_source=actor_of(request).only_source,
        )  # fmt: skip
    except BodyRefused as refused:
        raise Problem(refused.status, f"{refused} Nothing of it was kept.") from None
    except Unreadable as unreadable:
        detail = f"{unreadable}. Nothing of it could be read as an event; it is in quarantine."
        raise Problem(400, detail, more=answer(unreadable.taken).model_dump(mode="json")) from None
    return answer(taken)


def answer(taken: Taken) -> EventsAnswer:
    return EventsAnswer(
        accepted=taken.accepted,
        duplicate=taken.duplicate,
        quarantined=taken.quarantined,
        reasons=[
            RefusedReason(index=each.index, field=each.field, reason=each.reason, quarantine_id=each.quarantine_id)
            for each in taken.reasons
        ],
        reasons_left_off=taken.reasons_left_off,
    )
