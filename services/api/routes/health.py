"""Whether the server is up, and whether a first board can be drawn."""

from __future__ import annotations

from fastapi import APIRouter, Request

from services.api.auth import GuardedRoute, needs
from services.api.context import state_of
from services.api.documents import problem
from services.api.problems import Problem
from services.api.schemas import Health, Readiness

router = APIRouter(tags=["health"], route_class=GuardedRoute)


@router.get("/health/live", response_model=Health, summary="The process answers")
@needs("public")
async def live() -> Health:
    return Health(status="live")


@router.get("/health/ready", response_model=Readiness, summary="A first board can be drawn", responses=problem(503))
@needs("public")
async def ready(request: Request) -> Readiness:
    state = state_of(request)
    if not state.ready():
        raise Problem(503, "Not ready yet: the first picture is being made.", headers={"Retry-After": "1"})
    return Readiness(status="ready", picture="kept" if state.hub.is_kept else "stale")
