"""The quarantine: list, show (redacted), mend, replay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request

from services import tending
from services.api.answers import Cursor, Limit, page_of
from services.api.auth import GuardedRoute, actor_of, by_of, needs
from services.api.context import AppState, state_of
from services.api.documents import problem
from services.api.problems import Problem
from services.api.routes.events import answer
from services.api.schemas import EventsAnswer, QuarantineItem, QuarantinePage
from services.api.schemas_people import Mending, Reasoned
from services.errors import LightshipError
from services.ingest.intake import Intake
from services.store import quarantine
from services.store.quarantine import Held

router = APIRouter(prefix="/api/v1/quarantine", tags=["quarantine"], route_class=GuardedRoute)

P = ParamSpec("P")
R = TypeVar("R")


@router.get("", response_model=QuarantinePage, summary="What was refused, newest first")
@needs("quarantine:read")
async def get_quarantine(
    request: Request,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> QuarantinePage:
    held, following = await page_of(state_of(request), quarantine.list_, cursor, limit)
    return QuarantinePage(items=[_item(each) for each in held], next=following)


@router.get("/{id}", response_model=QuarantineItem, summary="A refused payload, redacted")
@needs("quarantine:read")
async def get_quarantined(request: Request, id: UUID) -> QuarantineItem:
    return _item(await _held(state_of(request), id))


@router.post(
    "/{id}/mend", response_model=QuarantineItem, summary="Set fields of a refused payload", responses=problem(409)
)
@needs("quarantine:write")
async def post_mend(request: Request, id: UUID, mending: Mending) -> QuarantineItem:
    """The original stays beside it, sealed. A mended payload still has to be replayed."""
    state = state_of(request)
    by = by_of(request, mending.why)
    return _item(await _take(state, id, tending.mend, id, mending.set, state.clock(), by))


@router.post(
    "/{id}/replay", response_model=EventsAnswer, summary="Send a payload through the door again", responses=problem(409)
)
@needs("quarantine:write")
async def post_replay(request: Request, id: UUID, replaying: Reasoned | None = None) -> EventsAnswer:
    """200 with `quarantined` 1 and the reason where it is refused again."""
    state, source = state_of(request), actor_of(request).only_source
    by = by_of(request, replaying.why if replaying else None)
    return answer(await _take(state, id, tending.replay, id, state.clock(), by, source))


async def _take(
    state: AppState, id_: UUID, work: Callable[Concatenate[Intake, P], R], *args: P.args, **kwargs: P.kwargs
) -> R:
    await _held(state, id_)
    try:
        return await state.take(work, *args, **kwargs)
    except LightshipError as error:
        raise Problem(409, str(error)) from None


async def _held(state: AppState, id_: UUID) -> Held:
    held = await state.ask(quarantine.get, id_)
    if held is None:
        raise Problem(404, "There is no such payload in quarantine; /api/v1/quarantine lists them.")
    return held


def _item(held: Held) -> QuarantineItem:
    return QuarantineItem.model_validate(asdict(held))
