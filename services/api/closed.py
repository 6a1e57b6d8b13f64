"""Where people sign in, nothing but the checks of health is answered to whoever is not signed in: no page either."""

from __future__ import annotations

import psycopg
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from services.api.auth import IDENTIFIED, identified
from services.api.problems import Problem, away, respond

#: Whole addresses: behind a prefix, /health/../index.html would be the board.
_HEALTH = frozenset(["/health/live", "/health/ready"])


class Closed:
    """Stands before every route, page and unknown address, so that none can be forgotten."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] in _HEALTH:
            await self._app(scope, receive, send)
            return
        try:
            scope[IDENTIFIED] = await identified(HTTPConnection(scope))
        except Problem as problem:
            answer = respond(problem.status_code, problem.detail, headers=problem.headers)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:  # an API key could not be looked up
            answer = away(scope, error)
        else:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await WebSocket(scope, receive, send).send_denial_response(answer)
        else:
            await answer(scope, receive, send)
