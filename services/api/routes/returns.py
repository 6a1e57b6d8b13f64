"""Typing a return for an organisation: which gauges, what they last said, checking, and sending through the door."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from fastapi import APIRouter, Request

from services import returning
from services.api.answers import AHEAD, EARLIEST, AsAt, moments
from services.api.auth import GuardedRoute, actor_of, by_of, needs
from services.api.context import AppState, state_of
from services.api.identity import Actor
from services.api.problems import Problem
from services.api.routes.organisations import refuse_unknown
from services.api.schemas_returns import (
    GaugeReading,
    ReturnAnswer,
    ReturnGauge,
    ReturnLineAnswer,
    ReturnProvider,
    ReturnSheet,
    ReturnWanted,
)
from services.domain.measures import Measure
from services.domain.returns import LONGEST_HOLD, gauges_of, range_of
from services.domain.system import Provider
from services.returning import Line, Reading, Typed

router = APIRouter(prefix="/api/v1/returns", tags=["events"], route_class=GuardedRoute)

USUAL_HOLD = timedelta(hours=24)


@router.get("", response_model=list[ReturnProvider], summary="The organisations that you may type a return for")
@needs("returns:write")
async def get_returns(request: Request) -> list[ReturnProvider]:
    """A site manager types for the provider of their sites."""
    state, actor = state_of(request), actor_of(request)
    return [_described(each) for each in state.system.providers if gauges_of(each) and _may_for(actor, each, state)]


@router.get("/{code}", response_model=ReturnSheet, summary="The gauges of an organisation and what they last said")
@needs("returns:write")
async def get_sheet(request: Request, code: str, as_at: AsAt = None) -> ReturnSheet:
    state = state_of(request)
    provider = _provider(request, code)
    t, _ = moments(state, as_at, None)
    measures = gauges_of(provider)
    ours = returning.sender(state.system.code)
    last = await state.ask(returning.last_readings, code, [measure.name for measure in measures], t, ours)
    items = [_gauge(measure, last.get(measure.name)) for measure in measures]
    return ReturnSheet(as_at=t, provider=_described(provider), items=items)


@router.post("/{code}", response_model=ReturnAnswer, summary="Check or send a return")
@needs("returns:write")
async def post_return(request: Request, code: str, wanted: ReturnWanted) -> ReturnAnswer:
    """Sent as `gauge.reported` events by the integrated care system on the organisation's behalf, through the door that
    every sender uses. A value typed before for the same moment is replaced.
    """
    state = state_of(request)
    provider, now = _provider(request, code), state.clock()
    at = wanted.at or now
    until = wanted.until or at + USUAL_HOLD
    _refuse_times(at, until, now)
    lines = [Typed(each.measure, each.value, each.sure) for each in wanted.values]
    if len({line.measure for line in lines}) < len(lines):
        raise Problem(422, "A measure is in the return twice; say each once.")
    measures = {measure.name: measure for measure in gauges_of(provider)}
    ours = returning.sender(state.system.code)
    found = await state.ask(returning.check, code, lines, measures, at, ours)
    good = all(line.outcome == "ready" for line in found)
    if good and not wanted.check:
        found = await state.take(returning.send, code, lines, at, until, now, by_of(request), ours)
    return ReturnAnswer(at=at, until=until, sent=good and not wanted.check, lines=[_told(line) for line in found])


def _provider(request: Request, code: str) -> Provider:
    """Raises Problem (403, 404)."""
    state, actor = state_of(request), actor_of(request)
    refuse_unknown(code, state.system.provider_by_code, "provider", "/api/v1/returns")
    provider = state.system.provider_by_code[code]
    if not _may_for(actor, provider, state):
        raise Problem(403, f"{actor.title} types returns for the provider of their own sites alone.")
    return provider


def _may_for(actor: Actor, provider: Provider, state: AppState) -> bool:
    sites = [site.code for site in state.system.sites if site.provider == provider.code]
    return actor.may_at(None) or any(actor.may_at(site) for site in sites)


def _refuse_times(at: datetime, until: datetime, now: datetime) -> None:
    if not EARLIEST <= at <= now + AHEAD:
        raise Problem(422, "at must be a moment that has been, and not before 1970.")
    if not at < until <= at + LONGEST_HOLD:
        raise Problem(422, f"until must lie after at, by at most {LONGEST_HOLD.days} days.")


def _described(provider: Provider) -> ReturnProvider:
    return ReturnProvider(
        code=provider.code, name=provider.name, kind=provider.kind, gauges=len(gauges_of(provider))
    )  # fmt: skip


def _gauge(measure: Measure, last: Reading | None) -> ReturnGauge:
    allowed = range_of(measure)
    return ReturnGauge(
        measure=measure.name, title=measure.title, definition=measure.definition, unit=measure.unit,
        least=allowed.least, most=allowed.most, whole=allowed.whole,
        last=GaugeReading(**asdict(last)) if last else None,
    )  # fmt: skip


def _told(line: Line) -> ReturnLineAnswer:
    return ReturnLineAnswer(**asdict(line))
