"""The boards' types from the API's own schemas: `python -m tools.api_types [write|check]`.

The OpenAPI document gives the answers and requests, the AsyncAPI document the socket's messages. `check` fails where
`frontend/src/api/generated.ts` is not what they give.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from typing import Any

from services.api.app import openapi
from services.api.asyncapi import document
from services.api.messages import SENT
from tools.boards import FRONTEND, script

GENERATED = FRONTEND / "src" / "api" / "generated.ts"
_UNSEEN = frozenset(["title", "examples", "default"])


def main(arguments: list[str]) -> int:
    wanted = arguments[0] if arguments else "write"
    found = generate(schemas())
    if wanted == "write":
        GENERATED.write_text(found)
        return 0
    if GENERATED.is_file() and GENERATED.read_text() == found:
        return 0
    print(
        "Types: frontend/src/api/generated.ts is out of date; write it anew: python -m tools.api_types", file=sys.stderr
    )
    return 1


def schemas() -> dict[str, Any]:
    """The JSON Schema of every model of the API and of the socket, by its name, as types need it."""
    told = document()["components"]["schemas"]
    given = openapi()["components"]["schemas"] | {model.__name__: told[model.__name__] for model in SENT}
    return {name: _bare(schema) for name, schema in sorted(given.items())}


def digest(given: Mapping[str, Any]) -> str:
    """Of the schemas: it stands in the generated file, so that an old one is known without Node."""
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:16]


def generate(given: Mapping[str, Any]) -> str:
    """The TypeScript of schemas. Raises SystemExit where Node refuses."""
    made = script("types", json.dumps(given))
    return f"// Made from the API's schemas ({digest(given)}) by `python -m tools.api_types`; not to be edited.\n{made}"


def _bare(schema: Any, *, of_properties: bool = False) -> Any:
    """Without what says nothing of a type: a property's title would become a type of its own."""
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema.replace("#/components/schemas/", "#/$defs/") if isinstance(schema, str) else schema
    return {
        key: _bare(value, of_properties=key == "properties" and not of_properties)
        for key, value in schema.items()
        if of_properties or key not in _UNSEEN
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
