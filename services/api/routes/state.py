"""The state of the system: the overview, a site, the measures, the map. Now, or as at a moment as known at another."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import anyio.to_thread
import orjson
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.api.answers import AsAt, KnownAt, as_json, cacheable, moments
from services.api.asked import measure_named
from services.api.auth import GuardedRoute, needs
from services.api.context import AppState, state_of
from services.api.documents import UNCHANGED
from services.api.problems import Problem
from services.api.schemas import Definition, MeasureDetail, Overview, SiteDetail
from services.configuration import boundaries
from services.domain.catalogue import CATALOGUE
from services.domain.clock import Clock
from services.errors import unknown
from services.live import overview

router = APIRouter(prefix="/api/v1", tags=["state"], route_class=GuardedRoute)

Split = Literal["age_band", "neighbourhood", "segment", "high_intensity"]


@router.get("/overview", response_model=Overview, summary="Every site and the system as a whole")
@needs("state:read")
async def get_overview(request: Request, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    return as_json(await read_overview(state_of(request), as_at, known_at))


@router.get("/sites/{code}", response_model=SiteDetail, summary="A site and its units")
@needs("state:read")
async def get_site(request: Request, code: str, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    state = state_of(request)
    if code not in state.system.site_by_code:
        sites = state.system.site_by_code
        raise Problem(404, unknown("No site has this code", code, sites, "/api/v1/overview lists them"))
    t, known_at = moments(state, as_at, known_at)
    return as_json(await state.ask(overview.read_site, state.system, code, t, known_at=known_at))


@router.get(
    "/measures", response_model=list[Definition], summary="The definition of every measure", responses=UNCHANGED
)
@needs("state:read")
async def get_measures(request: Request) -> Response:
    return cacheable(request, _definitions())


@router.get("/measures/{name}", response_model=MeasureDetail, summary="A measure everywhere, with its definition")
@needs("state:read")
async def get_measure(
    request: Request, name: str, as_at: AsAt = None, known_at: KnownAt = None, split: Split | None = None
) -> Response:
    state = state_of(request)
    measure_named(name, 404)
    t, known_at = moments(state, as_at, known_at)
    return as_json(await state.ask(overview.read_measure, state.system, name, t, known_at=known_at, split=split))


class GeoJson(JSONResponse):
    media_type = "application/geo+json"


@router.get(
    "/map",
    response_model=dict[str, Any],
    response_class=GeoJson,
    summary="The districts, as GeoJSON",
    responses=UNCHANGED,
)
@needs("state:read")
async def get_map(request: Request) -> Response:
    districts = await anyio.to_thread.run_sync(_districts, state_of(request).system_name)
    return cacheable(request, districts, GeoJson.media_type)


async def read_overview(state: AppState, as_at: datetime | None, known_at: datetime | None) -> dict[str, Any]:
    """The overview at a moment as known at another: the live one where somebody keeps it, else from the store.

    Raises Problem (422) for a moment that lies ahead.
    """
    latest = state.hub.latest
    if as_at is None and known_at is None and latest is not None and state.hub.is_kept:
        moving = {"revision": latest.revision, "clock": {**latest.overview["clock"], "now": state.clock()}}
        return {**latest.overview, **moving}
    t, known_at = moments(state, as_at, known_at)
    shown = latest.overview if latest else await anyio.to_thread.run_sync(state.about)
    wall = state.wall()
    clock = Clock(state.clock(), wall, shown["clock"]["rate"] if latest else 1.0)
    return await state.ask(
        overview.read, state.system, t, known_at=known_at, clock=clock, wall=wall, synthetic=shown["synthetic"],
        mixed=shown["mixed"], copy_of=shown["copy_of"], history=shown["history"],
    )  # fmt: skip


@cache
def _definitions() -> bytes:
    return orjson.dumps([overview.describe(measure) for measure in CATALOGUE.values()])


@cache
def _districts(system_name: str | Path) -> bytes:
    return boundaries(system_name)
