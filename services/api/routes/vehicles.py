"""The ambulances that wait at a hospital or are on their way to one."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.api.answers import AsAt, KnownAt, as_json, moments
from services.api.auth import GuardedRoute, needs
from services.api.context import state_of
from services.api.schemas_vehicles import Vehicles
from services.live import vehicles

router = APIRouter(prefix="/api/v1", tags=["state"], route_class=GuardedRoute)


@router.get("/vehicles", response_model=Vehicles, summary="Ambulances that wait or are on their way")
@needs("people:read")
async def get_vehicles(request: Request, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    """A mark for each, by its times and its category alone."""
    state = state_of(request)
    t, known_at = moments(state, as_at, known_at)
    return as_json(await state.ask(vehicles.read, state.system, t, known_at=known_at))
