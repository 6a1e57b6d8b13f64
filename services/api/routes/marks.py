"""Marks of the people at a site, for those who manage it and for the control centre."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.api.answers import AsAt, KnownAt, as_json, moments
from services.api.auth import GuardedRoute, actor_of, needs
from services.api.context import state_of
from services.api.routes.organisations import refuse_unknown
from services.api.schemas_marks import SitePeople
from services.live import marks

router = APIRouter(prefix="/api/v1", tags=["state"], route_class=GuardedRoute)


@router.get("/sites/{code}/people", response_model=SitePeople, summary="A mark for each person at a site")
@needs("people:read")
async def get_people(request: Request, code: str, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    """Who manages the site gets the journeys' keys too; everybody else gets marks that lead back to nobody."""
    state, actor = state_of(request), actor_of(request)
    refuse_unknown(code, state.system.site_by_code, "site", "/api/v1/sites")
    t, known_at = moments(state, as_at, known_at)
    keyed = "site_manager" in actor.roles and actor.may_at(code)
    return as_json(await state.ask(marks.read, state.system, code, t, known_at=known_at, keyed=keyed))
