"""API keys of machines: list, make, revoke. A person's doing, never a machine's."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request

from services import tending
from services.api.auth import GuardedRoute, by_of, needs
from services.api.context import state_of
from services.api.problems import Problem
from services.api.schemas_people import Key, KeyMade, KeyWanted, Reasoned
from services.errors import StoreError
from services.store import keys

router = APIRouter(prefix="/api/v1/keys", tags=["people"], route_class=GuardedRoute)


@router.get("", response_model=list[Key], summary="Every API key, newest first; never the tokens")
@needs("keys:manage")
async def get_keys(request: Request) -> list[Key]:
    return [Key.model_validate(asdict(key)) for key in await state_of(request).ask(keys.list_)]


@router.post("", response_model=KeyMade, status_code=201, summary="Make an API key")
@needs("keys:manage")
async def post_key(request: Request, wanted: KeyWanted) -> KeyMade:
    """The token is in this answer alone; only its hash is kept."""
    state = state_of(request)
    now = state.wall()
    try:
        key, token = await state.ask(
            tending.create_key, by_of(request, wanted.why), name=wanted.name, scopes=wanted.scopes,
            source=wanted.source, now=now, expires_at=now + timedelta(days=wanted.days), system_at=state.clock(),
        )  # fmt: skip
    except StoreError as error:
        raise Problem(422, str(error)) from None
    return KeyMade.model_validate(asdict(key) | {"token": token})


@router.post("/{id}/revoke", status_code=204, summary="From now on the key opens nothing")
@needs("keys:manage")
async def post_revoke(request: Request, id: UUID, revoking: Reasoned | None = None) -> None:
    state = state_of(request)
    why = revoking.why if revoking else None
    try:
        await state.ask(tending.revoke_key, by_of(request, why), id, now=state.wall(), system_at=state.clock())
    except StoreError:
        raise Problem(404, "There is no such API key; /api/v1/keys lists them.") from None
