"""The system's places, providers, sites and units: lists and single ones, now or as at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.api.answers import AsAt, KnownAt, as_json, cacheable, moments
from services.api.auth import GuardedRoute, needs
from services.api.context import state_of
from services.api.documents import UNCHANGED
from services.api.problems import Problem
from services.api.routes.state import read_overview
from services.api.schemas import (
    PlaceDetail,
    Places,
    ProviderDetail,
    Providers,
    ServiceDetail,
    Sites,
    SystemIdentity,
    UnitDetail,
    Units,
)
from services.errors import unknown
from services.live import organisations, service

router = APIRouter(prefix="/api/v1", tags=["state"], route_class=GuardedRoute)


@router.get("/system", response_model=SystemIdentity, summary="The system as it is configured", responses=UNCHANGED)
@needs("state:read")
async def get_system(request: Request) -> Response:
    return cacheable(request, orjson.dumps(organisations.described(state_of(request).system)))


@router.get("/sites", response_model=Sites, summary="Every site with its main figures")
@needs("state:read")
async def get_sites(request: Request, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    shown = await read_overview(state_of(request), as_at, known_at)
    return as_json({"as_at": shown["as_at"], "known_at": shown["known_at"], "items": shown["sites"]})


@router.get("/places", response_model=Places, summary="Every place with its main figures")
@needs("state:read")
async def get_places(request: Request, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    shown = await read_overview(state_of(request), as_at, known_at)
    return as_json({"as_at": shown["as_at"], "known_at": shown["known_at"], "items": shown["places"]})


@router.get("/providers", response_model=Providers, summary="Every provider with its main figures")
@needs("state:read")
async def get_providers(request: Request, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    state = state_of(request)
    shown = await read_overview(state, as_at, known_at)
    rows = {row["code"]: row for row in shown["providers"]}
    items = [
        organisations.provider_of(each) | {"measures": {}} | rows.get(each.code, {}) for each in state.system.providers
    ]
    return as_json({"as_at": shown["as_at"], "known_at": shown["known_at"], "items": items})


@router.get("/places/{code}", response_model=PlaceDetail, summary="A place with every figure")
@needs("state:read")
async def get_place(request: Request, code: str, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    state = state_of(request)
    found = {place.code: place for place in state.system.places}
    refuse_unknown(code, found, "place", "/api/v1/places")
    t, known_at = moments(state, as_at, known_at)
    sites = [site for site in state.system.sites if site.place == code]
    figures = await state.ask(organisations.read_level, state.system, sites, code, t, known_at=known_at)
    return as_json({"code": code, "name": found[code].name, **figures})


@router.get("/providers/{code}", response_model=ProviderDetail, summary="A provider with every figure")
@needs("state:read")
async def get_provider(request: Request, code: str, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    state = state_of(request)
    refuse_unknown(code, state.system.provider_by_code, "provider", "/api/v1/providers")
    t, known_at = moments(state, as_at, known_at)
    sites = [site for site in state.system.sites if site.provider == code]
    figures = await state.ask(organisations.read_level, state.system, sites, code, t, known_at=known_at)
    return as_json({**organisations.provider_of(state.system.provider_by_code[code]), **figures})


@router.get("/units", response_model=Units, summary="Every unit with its capacity and figures")
@needs("state:read")
async def get_units(
    request: Request,
    site: Annotated[str | None, Query(description="Those of one site.", examples=["RVV01"])] = None,
    as_at: AsAt = None,
    known_at: KnownAt = None,
) -> Response:
    """422 where no site has the code."""
    state = state_of(request)
    if site is not None and site not in state.system.site_by_code:
        known = state.system.site_by_code
        raise Problem(422, unknown("No site has this code", site, known, "/api/v1/sites lists them"))
    wanted = state.system.sites if site is None else [state.system.site_by_code[site]]
    t, known_at = moments(state, as_at, known_at)
    return as_json(await state.ask(organisations.read_units, state.system, wanted, t, known_at=known_at))


@router.get("/units/{code}", response_model=UnitDetail, summary="A unit with its capacity and figures")
@needs("state:read")
async def get_unit(request: Request, code: str, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    state = state_of(request)
    refuse_unknown(code, state.system.unit_by_code, "unit", "/api/v1/units")
    t, known_at = moments(state, as_at, known_at)
    site = state.system.site_by_code[state.system.unit_by_code[code].site]
    found = await state.ask(organisations.read_units, state.system, [site], t, known_at=known_at)
    row = next(row for row in found["items"] if row["code"] == code)
    return as_json({"as_at": found["as_at"], "known_at": found["known_at"], **row})


def refuse_unknown(code: str, known: Iterable[str], what: str, listed: str) -> None:
    """Raises Problem (404) for a code that nothing has."""
    names = list(known)
    if code not in names:
        raise Problem(404, unknown(f"No {what} has this code", code, names, f"{listed} lists them"))


@router.get("/services/{name}", response_model=ServiceDetail, summary="The measures of a service at every level")
@needs("state:read")
async def get_service(request: Request, name: str, as_at: AsAt = None, known_at: KnownAt = None) -> Response:
    state = state_of(request)
    if name not in service.SERVICES:
        otherwise = "the first word of a measure is one"
        raise Problem(404, unknown("No service has this name", name, service.SERVICES, otherwise))
    t, known_at = moments(state, as_at, known_at)
    return as_json(await state.ask(service.read, state.system, name, t, known_at=known_at))
