"""OPEL: everybody's level parameter by parameter, one organisation's, and the editions of the framework."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.api.answers import AsAt, KnownAt, as_json, cacheable, moments
from services.api.auth import GuardedRoute, needs
from services.api.context import AppState, state_of
from services.api.documents import UNCHANGED, problem
from services.api.problems import Problem
from services.api.schemas_opel import OpelAnswer, OpelEdition, OpelOneAnswer
from services.domain.clock import LONDON
from services.domain.opel_tables import Edition
from services.errors import nearest
from services.live import opel
from services.live.levels import described, edition_at

router = APIRouter(prefix="/api/v1/opel", tags=["opel"], route_class=GuardedRoute)

EditionCode = Annotated[
    str | None, Query(description="An edition's code; the one in use at the moment where left out.", max_length=20)
]
_COMPARED = 60


@router.get(
    "", response_model=OpelAnswer, summary="Every organisation's level, parameter by parameter", responses=problem(404)
)
@needs("state:read")
async def get_opel(
    request: Request, as_at: AsAt = None, known_at: KnownAt = None, edition: EditionCode = None
) -> Response:
    state = state_of(request)
    t, known_at = moments(state, as_at, known_at)
    chosen = _chosen(state, edition, t)
    return as_json(await state.ask(opel.read, state.system, chosen, t, known_at=known_at))


@router.get(
    "/editions",
    response_model=list[OpelEdition],
    summary="The editions: parameters, bands, cut-offs, sources",
    responses=UNCHANGED,
)
@needs("state:read")
async def get_editions(request: Request) -> Response:
    state = state_of(request)
    today = state.clock().astimezone(LONDON).date()
    made = [described(edition, today) for edition in state.system.opel.editions]
    return cacheable(request, orjson.dumps(made), "application/json")


@router.get("/{code}", response_model=OpelOneAnswer, summary="One organisation's level, parameter by parameter")
@needs("state:read")
async def get_one(
    request: Request, code: str, as_at: AsAt = None, known_at: KnownAt = None, edition: EditionCode = None
) -> Response:
    state = state_of(request)
    known = opel.codes(state.system)
    if code not in known:
        hint = nearest(code[:_COMPARED], known)
        raise Problem(404, f"No organisation has this code{hint or '; /api/v1/opel lists them'}.")
    t, known_at = moments(state, as_at, known_at)
    chosen = _chosen(state, edition, t)
    return as_json(await state.ask(opel.read_one, state.system, chosen, code, t, known_at=known_at))


def _chosen(state: AppState, code: str | None, t: datetime) -> Edition:
    """The edition asked for, or the one in use at t. Raises Problem (404)."""
    tables = state.system.opel
    if code is None:
        found = edition_at(state.system, t)
        if found is None:
            raise Problem(404, "No edition of OPEL was in use then; name one with edition=.")
        return found
    found = tables.edition(code)
    if found is None:
        hint = nearest(code[:_COMPARED], [edition.code for edition in tables.editions])
        raise Problem(404, f"No edition has this code{hint or '; /api/v1/opel/editions lists them'}.")
    return found
