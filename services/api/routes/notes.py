"""Notes on moments: written by people, read beside the figures they explain, withdrawn and never deleted."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime

from services import noting
from services.api.answers import AHEAD, EARLIEST, Cursor, KnownAt, Limit, moments, page_of
from services.api.asked import measure_named, words_for_all
from services.api.auth import GuardedRoute, actor_of, by_of, needs
from services.api.context import state_of
from services.api.documents import problem
from services.api.problems import Problem
from services.api.schemas_notes import NoteItem, NotePage, NoteWanted
from services.api.schemas_withdrawals import WithdrawalWanted
from services.api.scoping import refuse_elsewhere
from services.domain.notes import MAX_TEXT, Note, concerned
from services.domain.system import System
from services.domain.withdrawals import Withdrawn
from services.store import notes as store

router = APIRouter(prefix="/api/v1/notes", tags=["state"], route_class=GuardedRoute)

LONGEST = timedelta(days=31)
_DEED = "writes notes"


@router.get("", response_model=NotePage, summary="Notes on moments, the latest moment first")
@needs("state:read")
async def get_notes(
    request: Request,
    scope: Annotated[str | None, Query(max_length=60, description="A unit, site, provider, place or system.")] = None,
    measure: Annotated[str | None, Query(max_length=80, description="Those of it and of everything.")] = None,
    from_: Annotated[AwareDatetime | None, Query(alias="from", description="About this moment or later.")] = None,
    to: Annotated[AwareDatetime | None, Query(description="About this moment or earlier.")] = None,
    known_at: KnownAt = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> NotePage:
    """Those about the scope, what it is part of, and what is part of it; the whole system where none is named."""
    state = state_of(request)
    now, known_at = moments(state, None, known_at)
    try:
        codes = concerned(scope or state.system.code, state.system)
    except KeyError:
        raise Problem(422, "No unit, site, provider, place or system has this code.") from None
    wanted = store.Wanted(codes, known_at or now, from_, to, measure)
    found, following = await page_of(state, store.list_, wanted, cursor, limit)
    return NotePage(items=[_shown(note, state.system) for note in found], next=following)


@router.post("", response_model=NoteItem, status_code=201, summary="Write a note")
@needs("notes:write")
async def post_note(request: Request, wanted: NoteWanted) -> NoteItem:
    """A site manager writes on their own sites."""
    state, actor, now = state_of(request), actor_of(request), state_of(request).clock()
    refuse_elsewhere(actor, wanted.scope, state, _DEED)
    if wanted.measure is not None:
        measure_named(wanted.measure)
    at = wanted.at or now
    _refuse_times(at, wanted.until, now)
    text = words_for_all(wanted.text, "text", MAX_TEXT)
    by = by_of(request)
    note = Note(uuid4(), wanted.scope, wanted.measure, at, wanted.until, text, now, by.who, by.role)
    return _shown(await state.ask(noting.write, note, by), state.system)


@router.post("/{id}/withdraw", response_model=NoteItem, summary="Withdraw a note", responses=problem(409))
@needs("notes:write")
async def post_withdraw(request: Request, id: UUID, withdrawn: WithdrawalWanted) -> NoteItem:
    """It stays listed as withdrawn, by whom and why; its words are not shown again."""
    state, actor = state_of(request), actor_of(request)
    note = await state.ask(store.read, id)
    if note is None:
        raise Problem(404, "There is no such note; GET /api/v1/notes lists them.")
    refuse_elsewhere(actor, note.scope, state, _DEED)
    try:
        by = by_of(request, withdrawn.why)
        return _shown(await state.ask(noting.withdraw, id, withdrawn.why, state.clock(), by), state.system)
    except Withdrawn:
        raise Problem(409, "This note is withdrawn already.") from None


def _refuse_times(at: datetime, until: datetime | None, now: datetime) -> None:
    if not EARLIEST <= at <= now + AHEAD:
        raise Problem(422, "at must be a moment that has been, and not before 1970.")
    if until is not None and not at < until <= at + LONGEST:
        raise Problem(422, f"until must lie after at, by at most {LONGEST.days} days.")


def _shown(note: Note, system: System) -> NoteItem:
    fields: dict[str, Any] = asdict(note)
    return NoteItem.model_validate({**fields, "scope_name": _name_of(note.scope, system)})


def _name_of(code: str, system: System) -> str:
    """What a scope is called; its code where configuration has it no more."""
    if code == system.code:
        return system.name
    named: dict[str, str] = {place.code: place.name for place in system.places}
    named |= {provider.code: provider.short_name for provider in system.providers}
    named |= {site.code: site.short_name for site in system.sites}
    return named.get(code, code)
