"""What many routes share: the two times of a read of state, answers that a browser may keep, pages by cursor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

import orjson
from fastapi import Query, Request
from psycopg import Connection
from pydantic import AwareDatetime
from starlette.responses import Response

from services.api.context import AppState
from services.api.problems import Problem
from services.errors import StoreError

AsAt = Annotated[AwareDatetime | None, Query(description="The moment to see; now where left out.")]
KnownAt = Annotated[AwareDatetime | None, Query(description="As it was known then; as known now where left out.")]
Cursor = Annotated[str | None, Query(max_length=400, description="Where the page before said the next one begins.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows of a page at most.")]

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # windows that reach back from a moment must not leave the calendar
AHEAD = timedelta(minutes=1)  # a page's clock may run a little before ours

P = ParamSpec("P")
T = TypeVar("T")


def moments(state: AppState, as_at: datetime | None, known_at: datetime | None) -> tuple[datetime, datetime | None]:
    """as_at (now where it is None) and known_at. Raises Problem (422) for one ahead of the clock or before 1970."""
    now = state.clock()
    for name, moment in (("as_at", as_at), ("known_at", known_at)):
        if moment is not None and moment > now + AHEAD:
            raise Problem(422, f"{name} lies ahead of the system's clock; what will be is a forecast's to say.")
        if moment is not None and moment < EARLIEST:
            raise Problem(422, f"{name} lies before 1970; nothing was recorded then.")
    return as_at or now, known_at


def as_json(answer: Any) -> Response:
    return Response(orjson.dumps(answer), media_type="application/json")


def cacheable(request: Request, body: bytes, media_type: str = "application/json") -> Response:
    """An answer that changes only with the configuration: kept by the browser, asked after each time."""
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


async def page_of(
    state: AppState,
    read: Callable[Concatenate[Connection[Any], P], tuple[list[T], str | None]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> tuple[list[T], str | None]:
    """A page of the store and the cursor of the next one. Raises Problem (422) where the cursor is not one of ours."""
    try:
        return await state.ask(read, *args, **kwargs)
    except StoreError as error:
        raise Problem(422, str(error)) from None
