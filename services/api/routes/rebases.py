"""Rebases: declared by people, read with the charts they change, withdrawn and never deleted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request

from services import rebasing
from services.api.answers import EARLIEST, Cursor, KnownAt, Limit, moments, page_of
from services.api.asked import measure_named, words_for_all
from services.api.auth import GuardedRoute, actor_of, by_of, needs
from services.api.context import state_of
from services.api.documents import problem
from services.api.problems import Problem
from services.api.schemas_rebases import RebaseItem, RebasePage, RebaseWanted
from services.api.schemas_withdrawals import WithdrawalWanted
from services.api.scoping import refuse_elsewhere
from services.domain.clock import local_day
from services.domain.rebases import MAX_REASON, Rebase
from services.domain.withdrawals import Withdrawn
from services.store import rebases as store

router = APIRouter(prefix="/api/v1/rebases", tags=["state"], route_class=GuardedRoute)

_DEED = "rebases charts"


@router.get("", response_model=RebasePage, summary="Rebases of a chart, the latest day first")
@needs("state:read")
async def get_rebases(
    request: Request,
    measure: Annotated[str, Query(max_length=80)],
    code: Annotated[str | None, Query(max_length=60, description="The system where left out.")] = None,
    known_at: KnownAt = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> RebasePage:
    """Withdrawn ones among them, without their reason; `/measures/{name}/history` says which parts a chart has."""
    state = state_of(request)
    now, known_at = moments(state, None, known_at)
    known = known_at or now
    found, following = await page_of(state, store.list_, measure, code or state.system.code, known, cursor, limit)
    return RebasePage(items=[_shown(each) for each in found], next=following)


@router.post("", response_model=RebaseItem, status_code=201, summary="Work the limits of a chart out again from a day")
@needs("limits:rebase")
async def post_rebase(request: Request, wanted: RebaseWanted) -> RebaseItem:
    """Where somebody knows what changed in the process, and that it is to last. Points before that day keep the limits
    they had; fewer than twelve days since then give trial limits, which judge nothing.
    """
    state, actor, now = state_of(request), actor_of(request), state_of(request).clock()
    refuse_elsewhere(actor, wanted.code, state, _DEED)
    measure_named(wanted.measure)
    if not EARLIEST.date() <= wanted.day <= local_day(now):
        raise Problem(422, "day must be a day that has begun, and not before 1970.")
    reason = words_for_all(wanted.reason, "reason", MAX_REASON)
    by = by_of(request)
    rebase = Rebase(uuid4(), wanted.measure, wanted.code, wanted.day, reason, now, by.who, by.role)
    return _shown(await state.ask(rebasing.declare, rebase, by))


@router.post("/{id}/withdraw", response_model=RebaseItem, summary="Withdraw a rebase", responses=problem(409))
@needs("limits:rebase")
async def post_withdraw(request: Request, id: UUID, withdrawn: WithdrawalWanted) -> RebaseItem:
    """The limits are as if it had never been declared; it stays listed as withdrawn, by whom and why."""
    state, actor = state_of(request), actor_of(request)
    rebase = await state.ask(store.read, id)
    if rebase is None:
        raise Problem(404, "There is no such rebase; GET /api/v1/rebases lists those of a chart.")
    refuse_elsewhere(actor, rebase.code, state, _DEED)
    try:
        by = by_of(request, withdrawn.why)
        return _shown(await state.ask(rebasing.withdraw, id, withdrawn.why, state.clock(), by))
    except Withdrawn:
        raise Problem(409, "This rebase is withdrawn already.") from None


def _shown(rebase: Rebase) -> RebaseItem:
    return RebaseItem.model_validate(asdict(rebase))
