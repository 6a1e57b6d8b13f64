"""What the boards of one service show beside the overview."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from services.api.answers import AsAt, KnownAt, as_json, moments
from services.api.auth import GuardedRoute, needs
from services.api.context import state_of
from services.api.problems import Problem
from services.api.schemas_boards import Board, Vehicles
from services.domain.catalogue import BOARDS
from services.live import boards

router = APIRouter(prefix="/api/v1", tags=["state"], route_class=GuardedRoute)


@router.get("/boards/{board}", response_model=Board, summary="The figures of a board at every site")
@needs("state:read")
async def get_board(
    request: Request, board: Annotated[str, Path(examples=["ed"])], as_at: AsAt = None, known_at: KnownAt = None
) -> Response:
    state = state_of(request)
    if board not in BOARDS:
        raise Problem(404, f"No board has this name; there are {' and '.join(BOARDS)}.")
    t, known_at = moments(state, as_at, known_at)
    return as_json(await state.ask(boards.read, state.system, board, t, known_at=known_at))


@router.get("/vehicles", response_model=Vehicles, summary="Ambulances that wait or are on their way")
@needs("people:read")
async def get_vehicles(request: Request, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    """A mark for each, by its times and its category alone."""
    state = state_of(request)
    t, known_at = moments(state, as_at, known_at)
    return as_json(await state.ask(boards.read_vehicles, state.system, t, known_at=known_at))
