"""The OpenAPI document: what FastAPI makes of the routes, with every error that can come and examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from services.api.auth import Needs, needs_of
from services.api.identity import MAY, is_scope
from services.api.problems import MEDIA_TYPE
from services.api.schemas import ProblemDetail

_PROBLEM = "#/components/schemas/ProblemDetail"
_WHY: Mapping[int, str] = {
    400: "Nothing could be read",
    401: "Nobody is signed in, or the token or API key is not valid",
    403: "The role or the scope does not allow it, or a page of another site sent it",
    404: "There is no such thing",
    405: "The method is not taken here",
    409: "It cannot be done as things are",
    413: "The body is larger than is taken",
    415: "The content type is not taken",
    422: "A parameter or the body is not in the required form",
    500: "A fault of ours, which was logged",
    503: "The database or the picture is away just now; Retry-After says when to try again",
}
_DEPTH = 12
_TOKEN = (
    "A JWT of the identity provider, where people sign in: then every request needs one, those described as open to "
    "everybody too, but for `/health/live` and `/health/ready`."
)


def document_of(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """A function that makes the app's document once."""
    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            made.update(_made(app))
        return made

    return document


def _made(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["ProblemDetail"] = ProblemDetail.model_json_schema(ref_template="#/components/schemas/{model}")
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own shape of an error is never sent
        schemas.pop(unused, None)
    for schema in schemas.values():
        if "examples" in schema:
            schema["examples"] = [_with_nulls(each, schema, schemas) for each in schema["examples"]]
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": _TOKEN},
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, `lightship_...`."},
        "key_header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
    }
    for route in _routes(app.routes):
        declared = needs_of(route.endpoint)
        for method in route.methods or ():
            operation = document["paths"].get(route.path, {}).get(method.lower())
            if operation is not None and declared is not None:
                _complete(operation, declared, schemas)
    return document


def _routes(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _routes(inner.routes)
        elif isinstance(route, APIRoute):
            yield route


def _complete(operation: dict[str, Any], declared: Needs, schemas: Mapping[str, Any]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    for status in sorted(_statuses(operation, declared)):
        responses.setdefault(str(status), _problem(status))
    for answer in responses.values():
        for media in answer.get("content", {}).values():
            if "example" not in media and media.get("schema"):
                media["example"] = example(media["schema"], schemas)
    if declared.scope != "public":
        roles = ", ".join(sorted(role.replace("_", " ") for role in MAY[declared.scope]))
        keys = f" API keys with the scope `{declared.scope}`." if is_scope(declared.scope) else " No API key."
        operation["description"] = f"{operation.get('description', '')}\n\nRoles: {roles}.{keys}".strip()
        shown = ["token", "key", "key_header"] if is_scope(declared.scope) else ["token"]
        operation["security"] = [*({each: []} for each in shown), {}]  # {}: the made-up people of this machine


def _statuses(operation: Mapping[str, Any], declared: Needs) -> set[int]:
    found = {500}
    parameters = operation.get("parameters", [])
    body = "requestBody" in operation
    if declared.scope != "public":
        found |= {401, 403, 503}
    if any(each["in"] == "path" for each in parameters):
        found.add(404)
    if parameters or body:
        found.add(422)
    if body:
        found |= {400, 413}
    return found


def _problem(status: int) -> dict[str, Any]:
    words = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": f"{_WHY[status]}."}
    return {
        "description": _WHY[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM}, "example": words}},
    }


def problem(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: errors that are its own, beside those that every such route has."""
    return {status: _problem(status) for status in statuses}


UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "As the ETag in If-None-Match says, known already"}}


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """One value that a JSON Schema takes, from its own examples, defaults and words. schemas: by name, for $ref."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth + 1)
    if schema.get("examples"):
        return _with_nulls(schema["examples"][0], schema, schemas)
    for key in ("const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return example(schema[key][0], schemas, depth + 1)
    match schema.get("type"):
        case "object":
            return {name: example(each, schemas, depth + 1) for name, each in schema.get("properties", {}).items()}
        case "array":
            return [] if depth > _DEPTH else [example(schema.get("items", {}), schemas, depth + 1)]
        case "string":
            return _TEXTS.get(schema.get("format", ""), "text")
        case "integer":
            return int(schema.get("minimum", 1))
        case "number":
            return float(schema.get("minimum", 1))
        case "boolean":
            return True
    return None


def _with_nulls(found: Any, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """An example as it was written: what makes the document leaves its nulls out."""
    if not isinstance(found, dict):
        return found
    each = schema.get("additionalProperties")
    if isinstance(each, dict) and "$ref" in each:
        return {name: _with_nulls(value, schemas[each["$ref"].rpartition("/")[2]], schemas)
                for name, value in found.items()}  # fmt: skip
    return {**dict.fromkeys(schema.get("required", ())), **found}


_TEXTS: Mapping[str, str] = {
    "date-time": "2026-01-31T09:30:00Z",
    "uuid": "01900000-0000-7000-8000-000000000000",
}
