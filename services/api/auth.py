"""Who may use which door.

Every endpoint declares its scope with `@needs`; a route without one cannot be made. A machine shows an API key; on the
embedded server whoever asks from this machine needs none, provided that a browser was not led here by another page.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Message, Receive

from services.api.context import AppState, state_of
from services.api.problems import Problem
from services.store import keys
from services.store.keys import ApiKey, KeyRefused, Scope

SMALL_BODY = 64 * 1024
_SAFE_METHODS = frozenset(["GET", "HEAD", "OPTIONS"])
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_LOOPBACK_NAMES = frozenset(["localhost", "127.0.0.1", "::1"])
_NO_KEY = "An API key is needed: send it as `Authorization: Bearer <key>`; `lightship keys create` makes one."
_CROSS_SITE = "This request was sent by a page of another site, which is not taken here."

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True)
class Needs:
    """scope: what the caller's key must open. body_limit: the bytes that are read of a body at most."""

    scope: Scope | Literal["public"]
    body_limit: int = SMALL_BODY


def needs(scope: Scope | Literal["public"], *, body_limit: int = SMALL_BODY) -> Callable[[Endpoint], Endpoint]:
    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.needs = Needs(scope, body_limit)  # type: ignore[attr-defined]
        return endpoint

    return declare


def needs_of(endpoint: Any) -> Needs | None:
    found = getattr(endpoint, "needs", None)
    return found if isinstance(found, Needs) else None


class GuardedRoute(APIRoute):
    """A route that asks who is there before it reads anything of the body, and reads no more than it may."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if needs_of(endpoint) is None:
            raise TypeError(f"the endpoint of {path} declares no scope; add @needs(...) under the route's decorator")
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        declared = needs_of(self.endpoint)
        assert declared is not None

        async def guarded(request: Request) -> Response:
            request.state.api_key = await guard(request, declared.scope)
            return await handle(_bounded(request, declared.body_limit))

        return guarded


async def guard(connection: HTTPConnection, scope: Scope | Literal["public"]) -> ApiKey | None:
    """The caller's key; None where none is needed. Raises Problem (401, 403)."""
    if connection.scope.get("method") not in _SAFE_METHODS and not same_origin(connection):
        raise Problem(403, _CROSS_SITE)  # a WebSocket has no method, and always comes here
    if scope == "public":
        return None
    state = state_of(connection)
    token = _token(connection)
    if token is None:
        if state.embedded_loopback and from_this_machine(connection):
            return None
        raise Problem(401, _NO_KEY, headers={"WWW-Authenticate": "Bearer"})
    return await _verified(state, token, scope)


async def _verified(state: AppState, token: str, scope: Scope) -> ApiKey:
    refused: KeyRefused
    try:
        return await state.ask(keys.verify, token, scope, state.wall())
    except KeyRefused as error:
        refused = error
    headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else None
    raise Problem(refused.status, str(refused), headers=headers)


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a browser sent this from a page of ours; what is no browser sends no Origin."""
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == connection.headers.get("host", "").lower()


def from_this_machine(connection: HTTPConnection) -> bool:
    """Whether the caller is on this machine and asked for it by a name of its own.

    A page on a domain that was made to point here (DNS rebinding) comes from 127.0.0.1 too, but names its domain as
    Host; a proxy on this machine speaks for somebody else.
    """
    if connection.client is None or any(name in connection.headers for name in _FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(connection.client.host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback and _host_name(connection) in _LOOPBACK_NAMES


def _host_name(connection: HTTPConnection) -> str | None:
    try:
        return urlsplit(f"//{connection.headers.get('host', '')}").hostname
    except ValueError:
        return None


def _token(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return connection.headers.get("x-api-key")


def _bounded(request: Request, limit: int) -> Request:
    """The same request, whose body cannot be read beyond the limit."""
    size = f"{limit // 1024 // 1024} MiB" if limit >= 1024 * 1024 else f"{limit // 1024} KiB"
    refusal = Problem(413, f"The body is larger than {size}; nothing of it was kept. Send it in parts, or gzip it.")
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise refusal
    receive: Receive = request.receive
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise refusal
        return message

    return Request(request.scope, counted, request._send)
