"""What events and messages look like, generated from the models that check them."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from services.api import asyncapi
from services.api.answers import cacheable
from services.api.auth import GuardedRoute, needs
from services.api.documents import UNCHANGED
from services.domain.events import json_schemas

router = APIRouter(prefix="/api/v1", tags=["schemas"], route_class=GuardedRoute)


@router.get(
    "/schemas/events", response_model=dict[str, Any], summary="The JSON Schema of every event type", responses=UNCHANGED
)
@needs("public")
async def get_event_schemas(request: Request) -> Response:
    return cacheable(request, _events())


@router.get(
    "/schemas/asyncapi",
    response_model=dict[str, Any],
    summary="Events and the socket, as AsyncAPI",
    responses=UNCHANGED,
)
@needs("public")
async def get_asyncapi(request: Request) -> Response:
    return cacheable(request, _asyncapi())


@router.get("/openapi.json", response_model=dict[str, Any], summary="This document", responses=UNCHANGED)
@needs("public")
async def get_document(request: Request) -> Response:
    return cacheable(request, orjson.dumps(request.app.openapi()))


@cache
def _events() -> bytes:
    return orjson.dumps(json_schemas())


@cache
def _asyncapi() -> bytes:
    return orjson.dumps(asyncapi.document())
