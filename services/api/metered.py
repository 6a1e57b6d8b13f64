"""Requests counted and timed for Prometheus, by the route as it is declared: an address as sent may hold anything."""

from __future__ import annotations

import asyncio
import time as wall_time

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NO_ROUTE = "none"
_METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
_REQUESTS = Counter("lightship_http_requests_total", "Requests answered.", ["route", "method", "status"])
_SECONDS = Histogram(
    "lightship_http_request_seconds", "From a request to the end of its answer.", ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
_SOCKETS = Gauge("lightship_sockets_open", "Boards that listen.")

_LAG = Histogram(
    "lightship_event_loop_lag_seconds", "How much later than asked for the event loop came to a timer.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)  # fmt: skip
_LOOK_SECONDS = 0.5


async def watch_loop() -> None:
    """Time the running event loop until cancelled: what keeps it busy keeps every board waiting."""
    while True:
        began = wall_time.perf_counter()
        await asyncio.sleep(_LOOK_SECONDS)
        _LAG.observe(max(0.0, wall_time.perf_counter() - began - _LOOK_SECONDS))


class Metered:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            with _SOCKETS.track_inprogress():
                await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = wall_time.perf_counter()
        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", None) or _NO_ROUTE
            method = scope["method"] if scope["method"] in _METHODS else "other"
            _REQUESTS.labels(route, method, status).inc()
            _SECONDS.labels(route).observe(wall_time.perf_counter() - began)
