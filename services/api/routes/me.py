"""Who am I: the actor of this page, and the made-up people that it may be on this machine."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.api.auth import GuardedRoute, actor_of, needs
from services.api.context import state_of
from services.api.documents import problem
from services.api.identity import ACTOR_COOKIE, Actor
from services.api.problems import Problem
from services.api.schemas_people import ActorChoice, Choosing, Me

router = APIRouter(prefix="/api/v1", tags=["people"], route_class=GuardedRoute)
COOKIE_SECONDS = 30 * 24 * 3600


@router.get("/me", response_model=Me, summary="Who asks, and what they may")
@needs("me")
async def get_me(request: Request) -> Me:
    return _me(actor_of(request), request)


@router.put("/me", response_model=Me, summary="Be another made-up person", responses=problem(409))
@needs("me")
async def put_me(request: Request, response: Response, choosing: Choosing) -> Me:
    """Sets a cookie that only this API reads. 409 where people sign in; 422 where nobody has the name."""
    choices = state_of(request).identity.choices
    if not choices:
        raise Problem(409, "People sign in here; sign out and in again to be somebody else.")
    chosen = next((actor for actor in choices if actor.name == choosing.name), None)
    if chosen is None:
        raise Problem(422, "Nobody has this name; GET /api/v1/me lists the choices.")
    response.set_cookie(
        ACTOR_COOKIE, chosen.name, max_age=COOKIE_SECONDS, path="/api/v1", httponly=True, samesite="strict"
    )
    return _me(chosen, request)


def _me(actor: Actor, request: Request) -> Me:
    choices = [ActorChoice(**_choice(each)) for each in state_of(request).identity.choices]
    return Me(**_choice(actor), may=actor.permissions, choices=choices)


def _choice(actor: Actor) -> dict[str, Any]:
    sites = None if actor.sites is None else sorted(actor.sites)
    return {"name": actor.name, "title": actor.title, "roles": sorted(actor.roles), "sites": sites}
