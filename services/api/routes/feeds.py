"""The feeds: is each arriving, clean and on time, and what does it leave for somebody to do."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.api.answers import AsAt, Cursor, KnownAt, Limit, as_json, moments, page_of
from services.api.auth import GuardedRoute, actor_of, needs
from services.api.context import AppState, state_of
from services.api.problems import Problem
from services.api.routes.organisations import refuse_unknown
from services.api.schemas_feeds import FeedDetail, Feeds, UnmappedItem, UnmappedPage, WorklistPage
from services.errors import StoreError
from services.live import feeds, worklists
from services.store import quarantine

router = APIRouter(prefix="/api/v1/feeds", tags=["feeds"], route_class=GuardedRoute)


@router.get("", response_model=Feeds, summary="Every feed, the worst first")
@needs("feeds:read")
async def get_feeds(request: Request, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    state = state_of(request)
    t, known_at = moments(state, as_at, known_at)
    past = as_at is not None or known_at is not None
    return as_json(await state.ask(feeds.read_board, state.system, t, known_at=known_at, past=past))


@router.get("/{code}", response_model=FeedDetail, summary="A feed and its rhythm through the week")
@needs("feeds:read")
async def get_feed(request: Request, code: str, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    state = state_of(request)
    _refuse_unknown(state, code)
    t, known_at = moments(state, as_at, known_at)
    try:
        past = as_at is not None
        return as_json(await state.ask(feeds.read_feed, state.system, code, t, known_at=known_at, past=past))
    except KeyError:
        raise Problem(404, "This organisation sends no feed; /api/v1/feeds lists those that do.") from None


@router.get("/{code}/journeys", response_model=WorklistPage, summary="Journeys that somebody should look at")
@needs("worklists:read")
async def get_journeys(
    request: Request,
    code: str,
    reason: Literal["stale", "ghost"] | None = None,
    as_at: AsAt = None,
    known_at: KnownAt = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """At the sites of this provider: silent past their kind's limit, or not named by a later full list of their unit.
    Neither is in any count. A site manager sees those of their own sites.
    """
    state, actor = state_of(request), actor_of(request)
    _refuse_unknown(state, code)
    t, known_at = moments(state, as_at, known_at)
    sites = [site.code for site in state.system.sites if site.provider == code and actor.may_at(site.code)]
    wanted = partial(worklists.read_page, known_at=known_at, reason=reason, cursor=cursor, limit=limit)
    try:
        return as_json(await state.ask(wanted, state.system, sites, t))
    except StoreError as error:
        raise Problem(422, str(error)) from None


@router.get("/{code}/unmapped", response_model=UnmappedPage, summary="Codes that are not configured")
@needs("worklists:read")
async def get_unmapped(request: Request, code: str, cursor: Cursor = None, limit: Limit = 100) -> UnmappedPage:
    """What waits in quarantine because a code of it is not configured, by field and reason."""
    state = state_of(request)
    _refuse_unknown(state, code)
    found, following = await page_of(state, quarantine.unmapped, f"urn:nhs:ods:{code}", cursor, limit)
    return UnmappedPage(items=[UnmappedItem.model_validate(asdict(each)) for each in found], next=following)


def _refuse_unknown(state: AppState, code: str) -> None:
    refuse_unknown(code, state.system.provider_by_code, "provider", "/api/v1/feeds")
