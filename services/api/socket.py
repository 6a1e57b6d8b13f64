"""The WebSocket /api/v1/live: a snapshot, then deltas, then heartbeats; a client that comes back says what it has."""

from __future__ import annotations

import asyncio
import contextlib

import anyio
import orjson
import psycopg
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from services.api.auth import forbidden, guard, identified, let_in, needs
from services.api.context import AppState, state_of
from services.api.identity import Actor
from services.api.messages import MOST_TOPICS, TOPICS, Subscribe
from services.api.problems import Problem, respond
from services.domain.system import System
from services.live.hub import Subscription
from services.live.service import SERVICES

MAX_MESSAGE = 4096  # characters of a client's message
SEND_SECONDS = 30  # a client that takes no message for so long is gone
ASKED_AGAIN_SECONDS = 60  # a key that was revoked, or a session that ended, listens no longer than this
_HOW = 'Send {"subscribe": ["overview"], "after": {"overview": <revision or null>}}.'
_NOT_UNDERSTOOD = "This message was not understood"

router = APIRouter()


class _Refused(Exception):
    """A client's message that is answered with a problem. title and detail repeat nothing of it."""

    def __init__(self, title: str, detail: str) -> None:
        super().__init__(detail)
        self.title, self.detail = title, detail


@router.websocket("/api/v1/live")
@needs("state:read")
async def live(websocket: WebSocket) -> None:
    """The live topics: the overview, a site, a board, a service, the vehicles, the feeds."""
    state = state_of(websocket)
    try:
        actor = await guard(websocket, "state:read")
    except Problem as problem:
        await websocket.send_denial_response(respond(problem.status_code, problem.detail, headers=problem.headers))
        return
    assert actor is not None
    state.hub.bind(asyncio.get_running_loop())
    await websocket.accept()
    code, why = 1001, None
    with state.hub.subscribe() as subscription:
        sending = asyncio.Lock()
        try:
            async with anyio.create_task_group() as both:
                both.start_soon(_talk, websocket, subscription, state, sending)
                both.start_soon(_ask_again, websocket, actor)
                await _hear(websocket, subscription, state, actor, sending)
                both.cancel_scope.cancel()
        except* (WebSocketDisconnect, TimeoutError):
            pass  # the client is gone, or takes nothing any more
        except* Problem:
            code, why = 1008, "The sign-in is over; sign in and connect again."
    if websocket.client_state is WebSocketState.CONNECTED:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await websocket.close(code, why)


async def _ask_again(websocket: WebSocket, actor: Actor) -> None:
    """Raises Problem once the caller may no longer listen: at the end of what it showed, or soon after a revocation."""
    wall = state_of(websocket).wall
    while True:
        left_seconds = (actor.until - wall()).total_seconds() if actor.until else ASKED_AGAIN_SECONDS
        if left_seconds <= 0:
            raise Problem(401, "What was shown has expired.")
        await anyio.sleep(min(left_seconds, ASKED_AGAIN_SECONDS))
        try:
            actor = await identified(websocket)
            let_in(actor, "state:read")
        except psycopg.OperationalError:
            continue  # whoever was let in stays while the database is away; nothing is sent then anyway


async def _talk(websocket: WebSocket, subscription: Subscription, state: AppState, sending: asyncio.Lock) -> None:
    while True:
        message = subscription.take() if state.hub.is_kept else None
        if message is None:
            if not await subscription.quiet() or not state.hub.is_kept:
                continue  # silence is how a page learns that its picture is no longer kept
            message = _heartbeat(state, subscription)
        await _send(websocket, message, sending)


async def _hear(
    websocket: WebSocket, subscription: Subscription, state: AppState, actor: Actor, sending: asyncio.Lock
) -> None:
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        try:
            subscription.restart(wanted(message.get("text"), state.system, actor))
        except _Refused as refused:
            said = {"type": "problem", "title": refused.title, "detail": refused.detail}
            await _send(websocket, orjson.dumps(said).decode(), sending)


async def _send(websocket: WebSocket, message: str, sending: asyncio.Lock) -> None:
    """Waits until the client's line takes the message: meanwhile revisions pass by, and none is queued."""
    async with asyncio.timeout(SEND_SECONDS), sending:  # of asyncio: this is done for every board at every revision
        await websocket.send({"type": "websocket.send", "text": message})


def _heartbeat(state: AppState, subscription: Subscription) -> str:
    latest = state.hub.latest
    rate = latest.overview["clock"]["rate"] if latest else 1.0
    clock = {"now": state.clock(), "rate": rate}
    told = {"type": "heartbeat", "revision": subscription.sent.get("overview") or 0, "revisions": subscription.heard()}
    return orjson.dumps({**told, "clock": clock}).decode()


def wanted(text: str | None, system: System, actor: Actor) -> dict[str, int | None]:
    """By topic the revision the client has, None where it has none. Raises _Refused, saying what is wrong."""
    if text is None or len(text) > MAX_MESSAGE:
        raise _Refused(_NOT_UNDERSTOOD, f"A message is JSON text of at most {MAX_MESSAGE} characters. {_HOW}")
    try:
        asked = Subscribe.model_validate(orjson.loads(text))
    except orjson.JSONDecodeError:
        raise _Refused(_NOT_UNDERSTOOD, f"The message is not valid JSON. {_HOW}") from None
    except ValidationError:
        detail = f"subscribe must be a list of at most {MOST_TOPICS} topics, after an object of whole numbers or nulls."
        raise _Refused(_NOT_UNDERSTOOD, f"{detail} {_HOW}") from None
    topics = list(dict.fromkeys(asked.subscribe))
    for topic in topics:
        kind, colon, code = topic.partition(":")
        named = {"site": system.site_by_code, "service": SERVICES}.get(kind)
        if kind not in TOPICS or (code not in named if named is not None else bool(colon)):
            raise _Refused(
                _NOT_UNDERSTOOD,
                "A topic is one of overview, feeds, vehicles, site:<code of a site>, "
                "service:<first word of a measure's name>. " + _HOW,
            )
        permission = TOPICS[kind].scope
        if permission != "public" and not actor.may(permission):
            raise _Refused("This topic is not for you", forbidden(actor, permission))
    return {topic: (asked.after or {}).get(topic) for topic in topics}
