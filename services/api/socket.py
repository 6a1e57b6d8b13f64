"""The WebSocket /api/v1/live: a snapshot, then deltas, then heartbeats; a client that comes back says what it has."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import anyio
import orjson
from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from services.api.auth import guard, needs
from services.api.context import AppState, state_of
from services.api.problems import Problem, respond
from services.live.hub import Subscription

TOPICS = ("overview",)
MAX_MESSAGE = 4096  # characters of a client's message
SEND_SECONDS = 30  # a client that takes no message for so long is gone
_HOW = 'Send {"subscribe": ["overview"], "after": {"overview": <revision or null>}}.'

router = APIRouter()


@router.websocket("/api/v1/live")
@needs("state:read")
async def live(websocket: WebSocket) -> None:
    """The live overview."""
    state = state_of(websocket)
    try:
        await guard(websocket, "state:read")
    except Problem as problem:
        await websocket.send_denial_response(respond(problem.status_code, problem.detail, headers=problem.headers))
        return
    state.hub.bind(asyncio.get_running_loop())
    await websocket.accept()
    with state.hub.subscribe() as subscription:
        sending = anyio.Lock()
        try:
            async with anyio.create_task_group() as both:
                both.start_soon(_talk, websocket, subscription, state, sending)
                await _hear(websocket, subscription, sending)
                both.cancel_scope.cancel()
        except* (WebSocketDisconnect, TimeoutError):
            pass  # the client is gone, or takes nothing any more
    if websocket.client_state is WebSocketState.CONNECTED:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await websocket.close(1001)


async def _talk(websocket: WebSocket, subscription: Subscription, state: AppState, sending: anyio.Lock) -> None:
    while True:
        message = subscription.take() if state.hub.is_kept else None
        if message is None:
            if not await subscription.quiet() or not state.hub.is_kept:
                continue  # silence is how a page learns that its picture is no longer kept
            message = _heartbeat(state, subscription)
        await _send(websocket, message, sending)


async def _hear(websocket: WebSocket, subscription: Subscription, sending: anyio.Lock) -> None:
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        asked = _asked(message.get("text"))
        if isinstance(asked, str):
            said = {"type": "problem", "title": "This message was not understood", "detail": asked}
            await _send(websocket, orjson.dumps(said).decode(), sending)
        else:
            subscription.restart(asked["overview"])


async def _send(websocket: WebSocket, message: str, sending: anyio.Lock) -> None:
    """Waits until the client's line takes the message: meanwhile revisions pass by, and none is queued."""
    with anyio.fail_after(SEND_SECONDS):
        async with sending:
            await websocket.send({"type": "websocket.send", "text": message})


def _heartbeat(state: AppState, subscription: Subscription) -> str:
    latest = state.hub.latest
    rate = latest.overview["clock"]["rate"] if latest else 1.0
    clock = {"now": state.clock(), "rate": rate}
    return orjson.dumps({"type": "heartbeat", "revision": subscription.sent or 0, "clock": clock}).decode()


def _asked(text: str | None) -> dict[str, int | None] | str:
    """The revisions the client has, by topic; or what is wrong with its message."""
    if text is None or len(text) > MAX_MESSAGE:
        return f"A message is JSON text of at most {MAX_MESSAGE} characters. {_HOW}"
    try:
        message: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return f"The message is not valid JSON. {_HOW}"
    topics = message.get("subscribe") if isinstance(message, dict) else None
    if not isinstance(topics, list) or not topics or any(topic not in TOPICS for topic in topics):
        return f"subscribe must be a list of topics; there is one, overview. {_HOW}"
    after = message.get("after") or {}
    revision = after.get("overview") if isinstance(after, dict) else False
    if revision is not None and type(revision) is not int:
        return f"after must give the revision as a whole number or null. {_HOW}"
    return {"overview": revision}
