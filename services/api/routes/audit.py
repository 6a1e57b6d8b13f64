"""The audit: who did what."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request

from services.api.answers import Cursor, Limit, page_of
from services.api.auth import GuardedRoute, needs
from services.api.context import state_of
from services.api.schemas_people import AuditEntry, AuditPage
from services.store import audit

router = APIRouter(prefix="/api/v1", tags=["people"], route_class=GuardedRoute)


@router.get("/audit", response_model=AuditPage, summary="Who did what, newest first")
@needs("audit:read")
async def get_audit(
    request: Request,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> AuditPage:
    entries, following = await page_of(state_of(request), audit.list_, cursor, limit)
    return AuditPage(items=[AuditEntry.model_validate(asdict(entry)) for entry in entries], next=following)
