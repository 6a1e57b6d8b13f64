"""What the front end and the server have in common: the shapes of the API, and the addresses of the boards."""

from __future__ import annotations

import re

from services.api.boards import BOARDS, is_board
from tools.api_types import GENERATED, digest, schemas
from tools.boards import FRONTEND


def test_the_boards_types_are_made_from_the_schemas_of_now() -> None:
    told = re.search(r"schemas \((\w+)\)", GENERATED.read_text())
    assert told is not None
    assert told[1] == digest(schemas()), "write the types anew: python -m tools.api_types"


def test_a_field_that_went_away_or_changed_its_type_makes_the_types_old() -> None:
    whole = schemas()
    value = whole["Value"]
    fewer = value | {"properties": {name: each for name, each in value["properties"].items() if name != "freshness"}}
    other = value | {"properties": value["properties"] | {"n": {"type": "string"}}}
    assert len({digest(whole | {"Value": each}) for each in (value, fewer, other)}) == 3


def test_what_says_nothing_of_a_type_makes_no_types_old() -> None:
    told = schemas()["Overview"]
    assert "title" not in told
    assert "examples" not in told["properties"]["revision"]
    assert "title" in schemas()["Definition"]["properties"], "a field of that name stays"


def test_every_board_has_an_address_that_is_served_and_no_other_has() -> None:
    routes = (FRONTEND / "src" / "boards" / "routes.ts").read_text()
    paths = [path.replace("\\/", "/").removeprefix("/") for path in re.findall(r"path: /\^(.*?)\$/", routes)]
    assert sorted(path.replace("(", "").replace(")", "") for path in paths) == sorted(BOARDS)
    assert is_board("site/RVV01")
    assert is_board("")
    assert not is_board("site/")
    assert not is_board("nowhere")
