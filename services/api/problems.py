"""Every error is an application/problem+json (RFC 9457), and none of them repeats what was sent."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.errors import NotTakenIn

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
_log = structlog.get_logger(__name__)

_DETAILS: Mapping[int, str] = {
    404: "There is nothing at this address; /api/v1/openapi.json lists what there is.",
    405: "This address does not take this method; the Allow header names those that it does.",
    400: "The request could not be read; check its body against /api/v1/openapi.json.",
}
_AWAY = "The database cannot be reached just now; nothing of this request was accepted. Try again."


class Problem(HTTPException):
    """An answer that says what is wrong and what to do next. more: further members of the problem object."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.more = dict(more or {})


def respond(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, more: Mapping[str, Any] | None = None
) -> Response:
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **(more or {})}
    return Response(orjson.dumps(body), status, dict(headers) if headers else None, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of the app as a problem."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(psycopg.OperationalError, _away)  # PoolTimeout among them
    app.add_exception_handler(psycopg.InterfaceError, _away)
    app.add_exception_handler(NotTakenIn, _not_taken_in)


async def _not_taken_in(_: Request, error: Exception) -> Response:
    return respond(503, str(error), headers={"Retry-After": str(RETRY_SECONDS)})


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, Problem):
        return respond(error.status_code, error.detail, headers=error.headers, more=error.more)
    # The detail of a framework's own error may quote the request.
    detail = _DETAILS.get(error.status_code, HTTPStatus(error.status_code).description or "The request was refused.")
    return respond(error.status_code, detail, headers=error.headers)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [_invalid_part(each) for each in error.errors()]
    return respond(422, "; ".join(dict.fromkeys(found)) + ".")


_BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
_KINDS = {
    "float_type": "a number", "float_parsing": "a number", "finite_number": "a number", "int_type": "a whole number",
    "int_parsing": "a whole number", "bool_type": "true or false", "bool_parsing": "true or false",
    "string_type": "a text", "list_type": "a list", "dict_type": "an object",
}  # fmt: skip


def _invalid_part(error: Mapping[str, Any]) -> str:
    """One mistake in words: where it is by a name of ours, what it is by pydantic's kind, never the value."""
    where, *rest = error["loc"]
    kind = str(error["type"])
    if where in ("query", "path"):
        name = str(rest[0])
        if kind == "timezone_aware":
            return f"{name} has no time zone; add Z or an offset (a + is written %2B in an address)"
        if kind.startswith("datetime"):
            return f"{name} must be a date and time such as 2026-01-31T09:30:00Z (a + is written %2B in an address)"
        if kind in ("literal_error", "enum"):
            return f"{name} must be {error['ctx']['expected']}"
        bounds = {key: value for key, value in error.get("ctx", {}).items() if key in ("ge", "le")}
        limits = " and ".join(f"{'at least' if key == 'ge' else 'at most'} {value}" for key, value in bounds.items())
        return f"{name} must be {limits}" if limits else f"{name} is not in the required form"
    if kind == "json_invalid":
        return "The body is not valid JSON; correct it and send it again"
    if where == "body" and rest and rest[-1] == "why":
        return "why is one line of at most 200 characters that names nobody and holds no long number"
    if where == "body" and rest and rest[-1] in ("text", "reason"):
        return f"{rest[-1]} is one line of 1 to 280 characters"
    if where == "body" and rest and rest[-1] == "day":
        return "day is a date such as 2026-01-31"
    # One level down names are of our models, but for those that no model has; deeper they may be the sender's.
    if where == "body" and len(rest) == 1 and isinstance(rest[0], str) and kind != "extra_forbidden":
        return f"{rest[0]} {_wanted(kind, error.get('ctx', {}))}"
    if kind == "extra_forbidden":
        return "The body has a name in it that is not known; /api/v1/openapi.json has those that are"
    return "The body is not in the required form; see /api/v1/openapi.json"


def _wanted(kind: str, limits: Mapping[str, Any]) -> str:
    """What a field of a body should have been, by pydantic's kind of mistake and the limits in our models."""
    if kind == "missing":
        return "is required"
    bounds = [f"{words} {limits[key]}" for key, words in _BOUNDS.items() if key in limits]
    if bounds:
        return f"must be {' and '.join(bounds)}"
    if kind == "string_too_long":
        return f"must have at most {limits['max_length']} characters"
    if kind in ("literal_error", "enum"):
        return f"must be {limits['expected']}"
    if kind == "timezone_aware":
        return "has no time zone; add Z or an offset"
    if kind.startswith("datetime"):
        return "must be a date and time such as 2026-01-31T09:30:00Z"
    if kind in _KINDS:
        return f"must be {_KINDS[kind]}"
    return "is not in the required form; see /api/v1/openapi.json"


async def _away(request: Request, error: Exception) -> Response:
    return away(request.scope, error)


def away(scope: Scope, error: Exception) -> Response:
    """The answer where the database cannot be reached."""
    _log.error("api.database_away", error=type(error).__name__, route=_route(scope))
    return respond(503, _AWAY, headers={"Retry-After": str(RETRY_SECONDS)})


def _route(scope: Scope) -> str | None:
    """The route as declared: an address as sent may hold anything."""
    return getattr(scope.get("route"), "path", None)


class Shield:
    """Outermost but for the headers: whatever nobody else met becomes a 500, logged without its text or its values."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-6:]]
            _log.error("api.failed", error=type(error).__name__, where=where, route=_route(scope))
        else:
            return
        # Out of the handler, so that no server above can log the error as a context.
        if scope["type"] == "http" and not started:
            response = respond(500, "Something went wrong here; it was logged. Try again, or tell who runs Lightship.")
            await response(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1011})
