"""OPEL: everybody's level parameter by parameter, one organisation's, and the editions of the framework."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Concatenate, ParamSpec
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request
from psycopg import Connection
from starlette.responses import Response

from services import declaring
from services.api.answers import AsAt, KnownAt, as_json, cacheable, moments
from services.api.auth import GuardedRoute, actor_of, by_of, needs
from services.api.context import AppState, state_of
from services.api.documents import UNCHANGED, problem
from services.api.problems import Problem
from services.api.schemas import OpelDeclaration
from services.api.schemas_opel import OpelAnswer, OpelEdition, OpelOneAnswer, OpelProposal, OpelRefusal
from services.api.schemas_people import Reasoned
from services.domain.clock import LONDON
from services.domain.declaration import Declaration, Kind, StepRefused, declarations
from services.domain.opel_tables import Edition
from services.errors import unknown
from services.live import opel
from services.live.levels import described, edition_at, told
from services.store import declarations as store

router = APIRouter(prefix="/api/v1/opel", tags=["opel"], route_class=GuardedRoute)

EditionCode = Annotated[
    str | None, Query(description="An edition's code; the one in use at the moment where left out.", max_length=20)
]

P = ParamSpec("P")


@router.get(
    "", response_model=OpelAnswer, summary="Every organisation's level, parameter by parameter", responses=problem(404)
)
@needs("state:read")
async def get_opel(
    request: Request, as_at: AsAt = None, known_at: KnownAt = None, edition: EditionCode = None
) -> Response:
    state = state_of(request)
    t, known_at = moments(state, as_at, known_at)
    chosen = _chosen(state, edition, t)
    return as_json(await state.ask(opel.read, state.system, chosen, t, known_at=known_at))


@router.get(
    "/editions",
    response_model=list[OpelEdition],
    summary="The editions: parameters, bands, cut-offs, sources",
    responses=UNCHANGED,
)
@needs("state:read")
async def get_editions(request: Request) -> Response:
    state = state_of(request)
    today = state.clock().astimezone(LONDON).date()
    made = [described(edition, today) for edition in state.system.opel.editions]
    return cacheable(request, orjson.dumps(made), "application/json")


@router.get("/{code}", response_model=OpelOneAnswer, summary="One organisation's level, parameter by parameter")
@needs("state:read")
async def get_one(
    request: Request, code: str, as_at: AsAt = None, known_at: KnownAt = None, edition: EditionCode = None
) -> Response:
    state = state_of(request)
    _refuse_unknown(state, code)
    t, known_at = moments(state, as_at, known_at)
    chosen = _chosen(state, edition, t)
    return as_json(await state.ask(opel.read_one, state.system, chosen, code, t, known_at=known_at))


def _chosen(state: AppState, code: str | None, t: datetime) -> Edition:
    """The edition asked for, or the one in use at t. Raises Problem (404)."""
    tables = state.system.opel
    if code is None:
        found = edition_at(state.system, t)
        if found is None:
            raise Problem(404, "No edition of OPEL was in use then; name one with edition=.")
        return found
    found = tables.edition(code)
    if found is None:
        codes = [edition.code for edition in tables.editions]
        raise Problem(404, unknown("No edition has this code", code, codes, "/api/v1/opel/editions lists them"))
    return found


@router.get("/{code}/declarations", response_model=list[OpelDeclaration], summary="What people declared and proposed")
@needs("state:read")
async def get_declarations(
    request: Request, code: str, as_at: AsAt = None, known_at: KnownAt = None
) -> list[dict[str, Any]]:
    state = state_of(request)
    _refuse_unknown(state, code)
    t, known_at = moments(state, as_at, known_at)
    steps = await state.ask(store.read, min(t, known_at or t), code)
    return [shown for made in declarations(steps) if (shown := told(made)) is not None]


@router.post(
    "/{code}/declarations", response_model=OpelDeclaration, status_code=201, summary="Propose a level",
    responses=problem(409),
)  # fmt: skip
@needs("opel:propose")
async def post_proposal(request: Request, code: str, proposal: OpelProposal) -> dict[str, Any] | None:
    """For a provider or the system. The control centre then validates and agrees it, or refuses it."""
    state, actor = state_of(request), actor_of(request)
    system, now = state.system, state.clock()
    if code != system.code and code not in system.provider_by_code:
        _refuse_unknown(state, code)
        raise Problem(422, "A level is declared for a provider or the system; a site's or a place's is calculated.")
    sites = [site.code for site in system.sites if site.provider == code]
    if not actor.may_at(None) and not any(actor.may_at(site) for site in sites):
        raise Problem(403, f"{actor.title} acts for no site of this organisation.")
    edition = _chosen(state, None, now)
    calculated = await state.ask(opel.read_one, system, edition, code, now)
    kept = {key: calculated["opel"]["calculated"][key] for key in ("level", "score", "score_least", "score_most")}
    kept["edition"] = edition.code
    return await _taken(state, declaring.propose, code, proposal.level, now, by_of(request, proposal.why), kept)


@router.post(
    "/declarations/{id}/validate", response_model=OpelDeclaration, summary="Say that a proposed level is right",
    responses=problem(409),
)  # fmt: skip
@needs("opel:decide")
async def post_validate(request: Request, id: UUID, reasoned: Reasoned | None = None) -> dict[str, Any] | None:
    return await _follow(request, id, "validated", reasoned.why if reasoned else None)


@router.post(
    "/declarations/{id}/agree", response_model=OpelDeclaration, summary="Declare a validated level",
    responses=problem(409),
)  # fmt: skip
@needs("opel:decide")
async def post_agree(request: Request, id: UUID, reasoned: Reasoned | None = None) -> dict[str, Any] | None:
    """From now on the level is declared, until another is agreed."""
    return await _follow(request, id, "agreed", reasoned.why if reasoned else None)


@router.post(
    "/declarations/{id}/refuse", response_model=OpelDeclaration, summary="Refuse a proposed level, with a reason",
    responses=problem(409),
)  # fmt: skip
@needs("opel:decide")
async def post_refuse(request: Request, id: UUID, refusal: OpelRefusal) -> dict[str, Any] | None:
    return await _follow(request, id, "refused", refusal.why)


async def _follow(request: Request, id: UUID, kind: Kind, why: str | None) -> dict[str, Any] | None:
    state = state_of(request)
    return await _taken(state, declaring.follow, id, kind, state.clock(), by_of(request, why))


async def _taken(
    state: AppState, step: Callable[Concatenate[Connection[Any], P], Declaration], *args: P.args, **kwargs: P.kwargs
) -> dict[str, Any] | None:
    """Take a step. Raises Problem (404, 409)."""
    try:
        return told(await state.ask(step, *args, **kwargs))
    except KeyError:
        raise Problem(404, "There is no such declaration; GET /api/v1/opel/{code}/declarations lists them.") from None
    except StepRefused as error:
        raise Problem(409, str(error)) from None


def _refuse_unknown(state: AppState, code: str) -> None:
    known = opel.codes(state.system)
    if code not in known:
        raise Problem(404, unknown("No organisation has this code", code, known, "/api/v1/opel lists them"))
