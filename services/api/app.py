"""The API: one FastAPI application made from an AppState."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api import problems, socket
from services.api.auth import Needs
from services.api.boards import is_board
from services.api.closed import Closed
from services.api.context import AppState
from services.api.documents import document_of
from services.api.metered import Metered, watch_loop
from services.api.routes import (
    audit,
    events,
    feeds,
    health,
    history,
    keys,
    marks,
    me,
    notes,
    opel,
    organisations,
    quarantine,
    rebases,
    returns,
    schemas,
    state,
    trainer,
    vehicles,
)

__all__ = ["AppState", "create_app"]

API_VERSION = "1.0"
_LEAST_GZIPPED = 1000  # bytes
_GZIP_LEVEL = 5

#: 'self' covers the WebSocket of the same host too (CSP level 3). Nothing is inline, nothing comes from elsewhere.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; connect-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_DESCRIPTION = """The live picture of urgent and emergency care across an integrated care system.

The WebSocket `/api/v1/live` gives topics as a snapshot and then as deltas: send
`{"subscribe": ["overview"], "after": {"overview": <revision or null>}}`; `/api/v1/schemas/asyncapi` describes it and
the events. Every error is an `application/problem+json`.
A machine sends `Authorization: Bearer <key>`. Where people sign in, every request but `/health/*` needs a token of
theirs, or a machine's, as `Authorization: Bearer <token>`."""


def create_app(app_state: AppState) -> FastAPI:
    """The application. Where the state has a frontend, its folder is served at `/`."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        app_state.hub.bind(asyncio.get_running_loop())
        watch = asyncio.create_task(watch_loop())
        yield
        watch.cancel()

    app = _routed(lifespan)
    app.state.lightship = app_state
    if app_state.frontend is not None:
        app.router.routes.append(Route("/{path:path}", Frontend(app_state.frontend), methods=["GET"], name="frontend"))
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=_LEAST_GZIPPED, compresslevel=_GZIP_LEVEL)
    app.add_middleware(Heads)
    if app_state.identity.is_closed:
        app.add_middleware(Closed)
    app.add_middleware(problems.Shield)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Metered)
    return app


def openapi() -> dict[str, Any]:
    """The OpenAPI document of the application, without one that runs."""
    return _routed(None).openapi()


def _routed(lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None) -> FastAPI:
    app = FastAPI(
        title="Lightship", version=API_VERSION, description=_DESCRIPTION, lifespan=lifespan, openapi_url=None,
        docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    for module in (
        state,
        history,
        marks,
        vehicles,
        notes,
        rebases,
        organisations,
        opel,
        feeds,
        events,
        quarantine,
        returns,
        trainer,
        me,
        audit,
        keys,
        schemas,
        health,
        socket,
    ):
        app.include_router(module.router)
    app.openapi = document_of(app)  # type: ignore[method-assign]
    return app


class Frontend(StaticFiles):
    """The built boards. What is under assets/ carries the hash of its content in its name, and never changes."""

    needs = Needs("public")

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response("index.html" if is_board(path) else path, scope)
        kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
        response.headers["Cache-Control"] = kept
        return response


class Heads:
    """HEAD on whatever takes GET: the same headers, no body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, without_body)


class SecurityHeaders:
    """What every answer says to a browser; an answer that says nothing about caching is not kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)
