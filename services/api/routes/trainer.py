"""Steering the synthetic system: its clock, incidents, silent feeds, saved moments. Of real people there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request
from psycopg import Connection

from services import training
from services.api.auth import GuardedRoute, by_of, needs
from services.api.context import AppState, state_of
from services.api.documents import problem
from services.api.problems import Problem
from services.api.schemas_trainer import (
    ClockWanted,
    IncidentKindDescribed,
    IncidentWanted,
    JumpBegun,
    JumpWanted,
    MomentWanted,
    OrganisationNamed,
    SavedMoment,
    SilenceWanted,
    Trainer,
    TrainingIncident,
    TrainingSilence,
)
from services.domain.system import System
from services.domain.training import KINDS, Injection, Silence, places
from services.live.feeds import SENDING_KINDS
from services.moments import CannotSave, Moment, MomentExists, Moments, NoSuchMoment
from services.store import feeds, synthetic
from services.store import training as store
from services.training import NotSynthetic, Over, Unfit

router = APIRouter(prefix="/api/v1/trainer", tags=["trainer"], route_class=GuardedRoute)

R = TypeVar("R")
_CONFLICT = problem(409)
_STATUS: Mapping[type[Exception], int] = {
    NotSynthetic: 409, Unfit: 422, Over: 404, CannotSave: 409, MomentExists: 409, NoSuchMoment: 404,
}  # fmt: skip


@router.get("", response_model=Trainer, summary="Speed, incidents, silent feeds and saved moments", responses=_CONFLICT)
@needs("feed:steer")
async def get_trainer(request: Request) -> Trainer:
    state = state_of(request)
    return await _done(state, _read, state)


@router.post(
    "/clock", response_model=Trainer, summary="Set the clock's speed, pause it, let it go on", responses=_CONFLICT
)
@needs("feed:steer")
async def post_clock(request: Request, wanted: ClockWanted) -> Trainer:
    """It never goes back. Paused, nothing happens and no figure ages."""
    state, by = state_of(request), by_of(request)
    await _done(state, training.set_clock, by, state.wall(), speed=wanted.speed, paused=wanted.paused)
    return await _done(state, _read, state)


@router.post(
    "/incidents", response_model=TrainingIncident, status_code=201, summary="Begin an incident", responses=_CONFLICT
)
@needs("feed:steer")
async def post_incident(request: Request, wanted: IncidentWanted) -> TrainingIncident:
    made = await _at_now(request, training.inject, state_of(request).system, **dict(wanted))
    return _incident(made, state_of(request).system, made.made_at)


@router.post(
    "/incidents/{id}/end", response_model=Trainer, summary="End an incident before its time", responses=_CONFLICT
)
@needs("feed:steer")
async def post_incident_end(request: Request, id: UUID) -> Trainer:
    """What it has brought stays: who came is treated, who was to come within the hour still comes, closed beds open."""
    await _at_now(request, training.end_injection, id)
    return await get_trainer(request)


@router.post(
    "/silences", response_model=TrainingSilence, status_code=201, summary="Let a feed fall silent", responses=_CONFLICT
)
@needs("feed:steer")
async def post_silence(request: Request, wanted: SilenceWanted) -> TrainingSilence:
    """What it would have sent arrives when it speaks again, and is recorded then."""
    made = await _at_now(request, training.silence, state_of(request).system, **dict(wanted))
    return _silence(made, state_of(request).system, made.made_at)


@router.post("/silences/{id}/end", response_model=Trainer, summary="Let a silent feed speak again", responses=_CONFLICT)
@needs("feed:steer")
async def post_silence_end(request: Request, id: UUID) -> Trainer:
    await _at_now(request, training.end_silence, id)
    return await get_trainer(request)


@router.post("/moments", response_model=SavedMoment, status_code=201, summary="Save this moment", responses=_CONFLICT)
@needs("feed:steer")
async def post_moment(request: Request, wanted: MomentWanted) -> SavedMoment:
    """A copy of the whole store, made while it runs."""
    state, by = state_of(request), by_of(request)
    saved = _saved(state)
    url = state.database.url
    return _moment(await _done(state, training.save_moment, by, saved, url, wanted.name, state.wall()))


@router.post(
    "/jump", response_model=JumpBegun, status_code=202, summary="Jump to a saved moment, or back", responses=_CONFLICT
)
@needs("feed:steer")
async def post_jump(request: Request, wanted: JumpWanted) -> JumpBegun:
    """The server opens a copy of the moment under a clock that goes on from it; what is left stays as it is."""
    state, by = state_of(request), by_of(request)
    await _done(state, training.jump, by, _saved(state), wanted.name, state.wall())
    return JumpBegun(name=wanted.name)


async def _at_now(request: Request, deed: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    """Do it at the system's now, in the name of who asks. Raises Problem where it is refused."""
    state, by = state_of(request), by_of(request)

    def do(connection: Connection[Any]) -> R:
        return deed(connection, by, _now(connection, state), *args, **kwargs)

    return await _done(state, do)


async def _done(state: AppState, call: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    """What the store answers. Raises Problem where it refuses."""
    try:
        return await state.ask(call, *args, **kwargs)
    except tuple(_STATUS) as refused:
        raise Problem(_STATUS[type(refused)], str(refused)) from None


def _now(connection: Connection[Any], state: AppState) -> datetime:
    return feeds.read_clock(connection).at(state.wall())


def _saved(state: AppState) -> Moments:
    if state.moments is None:
        raise Problem(409, "This server uses a database of your own: moments of it are yours to save and restore.")
    return state.moments


def _read(connection: Connection[Any], state: AppState) -> Trainer:
    if synthetic.read(connection) is None:
        raise NotSynthetic
    found, now, system = store.read(connection), _now(connection, state), state.system
    copy = state.moments.opened() if state.moments else None
    return Trainer(
        now=now, speed=found.speed, paused=found.paused,
        kinds=[
            IncidentKindDescribed(
                kind=each.kind, title=each.title, means=each.means, size_means=each.size_means, size=each.size,
                above=each.least, at_most=each.most, hours=each.hours,
                organisations=[_organisation(code, system) for code in places(each.kind, system)],
            )
            for each in KINDS.values()
        ],
        sources=[
            OrganisationNamed(code=each.code, name=each.name)
            for each in system.providers if each.kind in SENDING_KINDS
        ],
        incidents=[_incident(each, system, now) for each in found.injections],
        silences=[_silence(each, system, now) for each in found.silences],
        moments=[_moment(each) for each in state.moments.saved()] if state.moments else [],
        moment=copy.name if copy else None, copied_at=copy.at if copy else None, may_save=state.moments is not None,
    )  # fmt: skip


def _organisation(code: str, system: System) -> OrganisationNamed:
    return OrganisationNamed(code=code, name=_name(code, system))


def _name(code: str, system: System) -> str:
    if code == system.code:
        return f"Everywhere in {system.name}"
    if code in system.site_by_code:
        return system.site_by_code[code].name
    if code in system.unit_by_code:
        unit = system.unit_by_code[code]
        return f"{unit.name}, {system.site_by_code[unit.site].short_name}"
    if code in system.provider_by_code:
        return system.provider_by_code[code].name
    return next((place.name for place in system.places if place.code == code), code)


def _incident(it: Injection, system: System, now: datetime) -> TrainingIncident:
    return TrainingIncident(
        id=it.id, kind=it.kind, organisation=it.organisation, name=_name(it.organisation, system), size=it.size,
        at=it.at, until=it.until, end=max(it.at, it.end), state=it.state(now), who=it.who,
    )  # fmt: skip


def _silence(it: Silence, system: System, now: datetime) -> TrainingSilence:
    return TrainingSilence(
        id=it.id, source=it.source, name=_name(it.source, system), since=it.since, until=it.until,
        end=max(it.since, it.end), state=it.state(now), who=it.who,
    )  # fmt: skip


def _moment(it: Moment) -> SavedMoment:
    return SavedMoment(
        name=it.name, saved_at=it.saved_at, system_at=it.system_at, who=it.who, size=it.size
    )  # fmt: skip
