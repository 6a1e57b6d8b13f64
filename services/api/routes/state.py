"""The state of the system: the overview, a site, the measures, the map. Now, or as at a moment as known at another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Literal

import anyio.to_thread
import orjson
from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from services.api.auth import GuardedRoute, needs
from services.api.context import AppState, state_of
from services.api.problems import Problem
from services.api.schemas import Definition, MeasureDetail, Overview, SiteDetail
from services.configuration import boundaries
from services.domain.catalogue import CATALOGUE
from services.domain.clock import Clock
from services.errors import nearest
from services.live import overview

router = APIRouter(prefix="/api/v1", tags=["state"], route_class=GuardedRoute)

Split = Literal["age_band", "neighbourhood", "segment", "high_intensity"]
AsAt = Annotated[AwareDatetime | None, Query(description="The moment to see; now where left out.")]
KnownAt = Annotated[AwareDatetime | None, Query(description="As it was known then; as known now where left out.")]
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # windows that reach back from a moment must not leave the calendar
AHEAD = timedelta(minutes=1)  # a page's clock may run a little before ours
_COMPARED = 60


@router.get("/overview", response_model=Overview, summary="Every site and the system as a whole")
@needs("state:read")
async def get_overview(request: Request, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    state = state_of(request)
    latest = state.hub.latest
    if as_at is None and known_at is None and latest is not None and state.hub.is_kept:
        clock = {**latest.overview["clock"], "now": state.clock()}
        return as_json({**latest.overview, "revision": latest.revision, "clock": clock})
    return as_json(await read_overview(state, as_at, known_at))


@router.get("/sites/{code}", response_model=SiteDetail, summary="A site and its units")
@needs("state:read")
async def get_site(request: Request, code: str, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    state = state_of(request)
    if code not in state.system.site_by_code:
        hint = nearest(code[:_COMPARED], state.system.site_by_code)
        raise Problem(404, f"No site has this code{hint or '; /api/v1/overview lists them'}.")
    t, known_at = moments(state, as_at, known_at)
    return as_json(await state.ask(overview.read_site, state.system, code, t, known_at=known_at))


@router.get("/measures", response_model=list[Definition], summary="The definition of every measure")
@needs("state:read")
async def get_measures(request: Request) -> Response:
    return cacheable(request, _definitions(), "application/json")


@router.get("/measures/{name}", response_model=MeasureDetail, summary="A measure everywhere, with its definition")
@needs("state:read")
async def get_measure(
    request: Request, name: str, as_at: AsAt = None, known_at: KnownAt = None, split: Split | None = None
) -> Response:
    state = state_of(request)
    if name not in CATALOGUE:
        hint = nearest(name[:_COMPARED], CATALOGUE)
        raise Problem(404, f"No measure has this name{hint or '; /api/v1/measures lists them'}.")
    t, known_at = moments(state, as_at, known_at)
    return as_json(await state.ask(overview.read_measure, state.system, name, t, known_at=known_at, split=split))


@router.get("/map", response_model=dict[str, Any], summary="The districts of the system, as GeoJSON")
@needs("state:read")
async def get_map(request: Request) -> Response:
    districts = await anyio.to_thread.run_sync(_districts, state_of(request).system_name)
    return cacheable(request, districts, "application/geo+json")


async def read_overview(state: AppState, as_at: datetime | None, known_at: datetime | None) -> dict[str, Any]:
    """The overview from the store, at a moment as known at another. Raises Problem for a moment that lies ahead."""
    t, known_at = moments(state, as_at, known_at)
    latest = state.hub.latest
    shown: Mapping[str, Any] = (
        latest.overview if latest else {"clock": {"rate": 1.0}, "synthetic": False, "history": None}
    )
    wall = state.wall()
    clock = Clock(state.clock(), wall, shown["clock"]["rate"])
    return await state.ask(
        overview.read, state.system, t, known_at=known_at, clock=clock, wall=wall, synthetic=shown["synthetic"],
        history=shown["history"],
    )  # fmt: skip


def moments(state: AppState, as_at: datetime | None, known_at: datetime | None) -> tuple[datetime, datetime | None]:
    now = state.clock()
    for name, moment in (("as_at", as_at), ("known_at", known_at)):
        if moment is not None and moment > now + AHEAD:
            raise Problem(422, f"{name} lies ahead of the system's clock; what will be is a forecast's to say.")
        if moment is not None and moment < EARLIEST:
            raise Problem(422, f"{name} lies before 1970; nothing was recorded then.")
    return as_at or now, known_at


def as_json(answer: Any) -> Response:
    return Response(orjson.dumps(answer), media_type="application/json")


def cacheable(request: Request, body: bytes, media_type: str) -> Response:
    """An answer that changes only with the configuration: kept by the browser, asked after each time."""
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


@cache
def _definitions() -> bytes:
    return orjson.dumps([overview.describe(measure) for measure in CATALOGUE.values()])


@cache
def _districts(system_name: str | Path) -> bytes:
    return boundaries(system_name)
