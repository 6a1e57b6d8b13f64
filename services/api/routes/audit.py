"""The audit: who did what."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.api.auth import GuardedRoute, needs
from services.api.context import state_of
from services.api.problems import Problem
from services.api.schemas import AuditEntry, AuditPage
from services.errors import StoreError
from services.store import audit
from services.store.audit import MAX_PAGE

router = APIRouter(prefix="/api/v1", tags=["people"], route_class=GuardedRoute)


@router.get("/audit", response_model=AuditPage, summary="Who did what, newest first")
@needs("audit:read")
async def get_audit(
    request: Request,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
) -> AuditPage:
    try:
        entries, following = await state_of(request).ask(audit.list_, cursor, limit)
    except StoreError as error:
        raise Problem(422, str(error)) from None
    return AuditPage(items=[AuditEntry.model_validate(asdict(entry)) for entry in entries], next=following)
