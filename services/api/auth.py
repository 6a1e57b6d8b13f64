"""Who may use which door.

Every endpoint declares what it asks for with `@needs`; a route without it cannot be made. A machine shows an API key
with that scope, a person has a role that may (`identity.MAY`). On the embedded server whoever asks from this machine is
a made-up person, provided that a browser was not led here by another page.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Message, Receive

from services.api.context import AppState, state_of
from services.api.identity import MAY, Actor, Permission, is_scope
from services.api.problems import Problem
from services.api.tokens import INVALID, bearer_of, is_api_key
from services.store import keys
from services.store.audit import By
from services.store.keys import KeyRefused

SMALL_BODY = 64 * 1024
IDENTIFIED = "lightship.actor"  # in the scope of a request: who asks, where that is known before the route is
_SAFE_METHODS = frozenset(["GET", "HEAD", "OPTIONS"])
_NOBODY = "Sign in, or send an API key as `Authorization: Bearer <key>`; `lightship keys create` makes one."
_NO_TOKEN = "Sign in: this needs `Authorization: Bearer <token>`."
_CROSS_SITE = "This request was sent by a page of another site, which is not taken here."

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True)
class Needs:
    """scope: what the caller must be allowed to. body_limit: the bytes that are read of a body at most."""

    scope: Permission | Literal["public"]
    body_limit: int = SMALL_BODY


def needs(scope: Permission | Literal["public"], *, body_limit: int = SMALL_BODY) -> Callable[[Endpoint], Endpoint]:
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
            raise TypeError(f"the endpoint of {path} declares nothing it needs; add @needs(...) under the decorator")
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        declared = needs_of(self.endpoint)
        assert declared is not None

        async def guarded(request: Request) -> Response:
            request.state.actor = await guard(request, declared.scope)
            return await handle(_bounded(request, declared.body_limit))

        return guarded


async def guard(connection: HTTPConnection, scope: Permission | Literal["public"]) -> Actor | None:
    """Who asks; None at a public door. Raises Problem (401, 403)."""
    if connection.scope.get("method") not in _SAFE_METHODS and not same_origin(connection):
        raise Problem(403, _CROSS_SITE)  # a WebSocket has no method, and always comes here
    if scope == "public":
        return None
    actor = connection.scope.get(IDENTIFIED) or await identified(connection)
    let_in(actor, scope)
    return cast(Actor, actor)


async def identified(connection: HTTPConnection) -> Actor:
    """Who asks, by what the connection shows at this moment.

    Raises Problem (401) where nobody is signed in or what was shown is not valid.
    """
    state = state_of(connection)
    token = _token(connection)
    if token is not None and _is_key(state, connection):
        return await _machine(state, token)
    actor = await state.identity.actor(connection)
    if actor is None:
        raise Problem(401, _NO_TOKEN if state.identity.is_closed else _NOBODY, headers={"WWW-Authenticate": "Bearer"})
    return actor


def let_in(actor: Actor, permission: Permission) -> None:
    """Raises Problem (403) where the actor may not."""
    if not actor.may(permission):
        raise Problem(403, forbidden(actor, permission))


def forbidden(actor: Actor, permission: Permission) -> str:
    """Why not, and who may."""
    if actor.machine is not None:
        if not is_scope(permission):
            return "This is for people; no machine may do it."
        return f"The token does not have the scope {permission}; ask for one that has."
    roles = ", ".join(sorted(MAY[permission])).replace("_", " ")
    return f"{actor.title} may not do this; it takes the role of {roles}."


def actor_of(request: Request) -> Actor:
    """Who asked, behind a guarded route that is not public."""
    return cast(Actor, request.state.actor)


def by_of(request: Request, why: str | None = None) -> By:
    """On whose account a request does what its route needs, for the audit."""
    declared = needs_of(request.scope["route"].endpoint)
    assert declared is not None
    assert declared.scope != "public"
    actor = actor_of(request)
    return By(actor.name, actor.role_for(declared.scope), why)


async def _machine(state: AppState, token: str) -> Actor:
    try:
        return Actor.of_key(await state.ask(keys.verify, token, state.wall()))
    except KeyRefused as refused:
        raise Problem(401, str(refused), headers=INVALID) from None


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


def _is_key(state: AppState, connection: HTTPConnection) -> bool:
    """Whether what was shown is an API key. Where people sign in, most of it is a token."""
    return state.identity.keys_too and (not state.identity.is_closed or is_api_key(connection))


def _token(connection: HTTPConnection) -> str | None:
    return bearer_of(connection) or connection.headers.get("x-api-key")


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
