"""Tests about the code itself: what must never be written, and what must never be forgotten.

Each rule is a function from source text to findings, and is shown to find what it looks for.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.domain import phases as phases_module
from services.domain.catalogue import CATALOGUE, OVERVIEW
from services.domain.events import EVENT_MODELS, EVENT_TYPES, json_schemas
from services.domain.payloads import Payload
from simulations.feed import PRODUCED
from tools.api_types import GENERATED

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("services", "simulations", "benchmarks", "tools", "tests")
LONGEST_MODULE = 450
#: Made by a tool, not by us; found by name at any depth.
_MADE = {".git", ".venv", "node_modules", "dist", "build", "__pycache__", ".hypothesis"} | {
    ".mypy_cache", ".ruff_cache", ".pytest_cache",
}  # fmt: skip

#: Event types that no phase is made from, and why not.
PHASELESS = {
    "ed.bed_allocated": "an allocated bed is not an occupied one; the admission makes the phase",
    "ambulance.assigned": "the response runs from the call to the scene, whoever was assigned on the way",
    "ambulance.pre_alerted": "a warning; the conveying phase already says that somebody is coming",
    "ambulance.cohorted": "people cohorted still wait for handover, and the clock of that wait goes on",
    "virtual_ward.escalated": "the person stays on the caseload until discharged from it",
    "discharge.ready_date_set": "a date, not an interval; delay is counted from the criteria to reside",
    "event.cancelled": "it removes facts, and is consumed by the fold",
    "person.updated": "about a person; journeys say themselves what they are split by",
    "person.merged": "an edge between people; journeys keep their own key",
}
#: Event types that the synthetic feed does not send yet, and why not.
NOT_PRODUCED: dict[str, str] = {}
#: What the store may import beside the domain and the errors, and why.
STORE_ALSO = {
    ("services/store/quarantine.py", "services.ingest.identity"): "the ring whose keys seal a payload",
    ("services/store/quarantine.py", "services.ingest.sealing"): "a payload is sealed in the very function that writes",
}

_IO = frozenset(
    """aiohttp asyncio fastapi fileinput glob http httpx io logging multiprocessing os pathlib psycopg psycopg_pool
    requests select shelve shutil signal socket sqlite3 ssl structlog subprocess sys tempfile threading time typer
    urllib urllib3 uvicorn websockets yaml yoyo""".split()  # noqa: SIM905 - a list of words
)
_SQL = re.compile(
    r"""\s*(select\b.*\bfrom\b | select\s+[\w.]+\s*\( | select\s+\d | insert\s+into\b | update\s+[\w."]+\s+set\b
    | delete\s+from\b | with\s+(recursive\s+)?\w+\s+as\s+(materialized\s+)?\( | truncate\s+\w | merge\s+into\b
    | (create|alter|drop)\s+(table|index|view|type|function|role|schema)\b | (notify|listen|unlisten)\s+\w+\s*$)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def modules(*folders: str) -> list[Path]:
    found = [
        path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if not _MADE & set(path.parts)
    ]
    assert found, f"no modules under {folders}"
    return found


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(source: str) -> set[str]:
    """Dotted names of what a module imports, anywhere in it; `from a import b` gives a and a.b."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def naive_datetimes(source: str) -> list[int]:
    """Lines that make or read a moment without a time zone."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        last = called.rpartition(".")[2]
        keywords = {keyword.arg for keyword in node.keywords}
        naive = (
            last in ("utcnow", "utcfromtimestamp")
            or called in ("datetime.today", "datetime.datetime.today", "date.today", "datetime.date.today")
            or (last == "now" and "datetime" in called and not node.args and "tz" not in keywords)
            or (last == "fromtimestamp" and "datetime" in called and len(node.args) < 2 and "tz" not in keywords)
            or (called in ("datetime", "datetime.datetime") and len(node.args) < 8 and "tzinfo" not in keywords)
        )
        if naive:
            found.append(node.lineno)
    return found


def statements(source: str) -> list[str]:
    """String constants that read as SQL; docstrings do not count."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in docstrings and _SQL.match(node.value)
    ]


def texts() -> Iterator[tuple[str, bytes]]:
    """Every file of ours, whatever its kind."""
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [name for name in inside if name not in _MADE and not name.endswith(".egg-info")]
        for name in names:
            path = Path(folder, name)
            if path.is_file():
                yield shown(path), path.read_bytes()


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now()", "datetime.utcnow()", "datetime.datetime.now()", "datetime.fromtimestamp(1)", "date.today()",
        "datetime.utcfromtimestamp(1)", "datetime(2026, 1, 1)", "datetime.today()",
    ],
)  # fmt: skip
def test_the_rule_on_moments_finds_a_naive_one(source: str) -> None:
    assert naive_datetimes(source) == [1]


def test_the_rule_on_moments_lets_an_aware_one_pass() -> None:
    aware = "datetime.now(UTC); datetime.now(tz=UTC); datetime(2026, 1, 1, tzinfo=UTC); datetime.fromtimestamp(1, UTC)"
    assert naive_datetimes(aware) == []


@pytest.mark.parametrize(
    "source",
    [
        "run('select 1')", "x = 'SELECT a FROM b'", "f'insert into {t} values (1)'", "'update subject set a = 1'",
        "'''\n  delete from event'''", "'with a as (select 1) table a'", "'listen lightship'", "'select now()'",
        "'truncate event'",
    ],
)  # fmt: skip
def test_the_rule_on_sql_finds_a_statement(source: str) -> None:
    assert statements(f"def f():\n    {source}\n    return 1" if source.startswith("run") else f"a = {source}")


def test_the_rule_on_sql_lets_words_and_docstrings_pass() -> None:
    assert statements('"""select a from b"""\nx = "select:ed.seen"') == []
    assert statements('def f():\n    """Insert into the store."""\n    return "with a view", "update now"') == []


def test_no_module_makes_a_naive_moment() -> None:
    found = {shown(path): naive_datetimes(path.read_text()) for path in modules(*ROOMS)}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_sql_is_written_in_the_store_alone() -> None:
    elsewhere = [path for path in modules("services") if not shown(path).startswith("services/store/")]
    found = {shown(path): statements(path.read_text()) for path in elsewhere}
    assert {path: sql for path, sql in found.items() if sql} == {}
    assert any(statements(path.read_text()) for path in modules("services/store"))


def test_the_domain_knows_only_itself_and_does_no_input_or_output() -> None:
    for path in modules("services/domain"):
        for name in imports(path.read_text()):
            first = name.partition(".")[0]
            assert first not in _IO, f"{shown(path)} imports {name}"
            if first in ("services", "simulations", "benchmarks", "tests", "tools") and name != "services":
                assert f"{name}.".startswith("services.domain."), f"{shown(path)} imports {name}"
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert not [call.lineno for call in calls if ast.unparse(call.func) in ("open", "print", "input")], shown(path)


def test_the_store_knows_the_domain_and_the_errors_alone() -> None:
    used = set()
    for path in modules("services/store"):
        for name in imports(path.read_text()):
            if not name.startswith("services."):
                continue
            allowed = ("services.domain.", "services.errors.", "services.store.")
            if f"{name}.".startswith(allowed):
                continue
            excused = [key for key in STORE_ALSO if key[0] == shown(path) and f"{name}.".startswith(f"{key[1]}.")]
            assert excused, f"{shown(path)} imports {name}"
            used.update(excused)
    assert used == set(STORE_ALSO), "an exception is no longer needed"


def test_the_flow_model_but_for_its_service_knows_the_domain_alone_and_does_no_input_or_output() -> None:
    for path in modules("services/flow_model"):
        if shown(path) == "services/flow_model/service.py":
            continue
        for name in imports(path.read_text()):
            first = name.partition(".")[0]
            assert first not in _IO, f"{shown(path)} imports {name}"
            if first in ROOMS and name != "services":
                allowed = ("services.domain.", "services.errors.", "services.flow_model.")
                assert f"{name}.".startswith(allowed), f"{shown(path)} imports {name}"


@pytest.mark.parametrize("room", ["ingest", "live", "store", "domain"])
def test_nothing_behind_the_api_knows_it(room: str) -> None:
    for path in modules(f"services/{room}"):
        names = imports(path.read_text())
        assert not [name for name in names if f"{name}.".startswith(("services.api.", "services.cli.", "fastapi."))], (
            f"{shown(path)} imports the api"
        )


def test_every_event_type_has_a_payload_that_refuses_unknown_keys_and_a_schema() -> None:
    schemas = json_schemas()
    for name, event_type in EVENT_TYPES.items():
        assert issubclass(event_type.payload, Payload), name
        assert event_type.payload.model_config.get("extra") == "forbid", name
        assert schemas[name]["properties"]["type"]["const"] == name
        assert schemas[name]["additionalProperties"] is False, name
        assert event_type.topic, name
    assert set(schemas) == set(EVENT_MODELS) == set(EVENT_TYPES)


def test_every_event_type_makes_or_ends_a_phase_or_is_known_not_to() -> None:
    rules = sorted(Path(phases_module.__file__).parent.glob("phases*.py"))
    nodes = [node for path in rules for node in ast.walk(ast.parse(path.read_text()))]
    named = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    folded = {name for name in EVENT_TYPES if name in named}
    assert set(EVENT_TYPES) - folded == set(PHASELESS), "fold it in services/domain/phases*.py, or say here why not"
    assert all(PHASELESS.values())


def test_every_event_type_is_produced_by_the_synthetic_system_or_is_known_not_to_be() -> None:
    assert set(EVENT_TYPES) - PRODUCED == set(NOT_PRODUCED), "send it from simulations/, or say here why not"
    assert set(EVENT_TYPES) >= PRODUCED


def test_every_event_type_has_a_test() -> None:
    """Schema, phase and producer are asked for above; some test beside this one must name the type."""
    others = [path.read_text() for path in modules("tests") if path != Path(__file__)]
    assert [name for name in EVENT_TYPES if not any(f'"{name}"' in text for text in others)] == []


def test_every_measure_has_a_definition_a_source_and_what_its_kind_needs() -> None:
    assert len(CATALOGUE) >= 25
    for name, measure in CATALOGUE.items():
        assert measure.name == name
        assert measure.title, name
        assert measure.definition.endswith("."), f"{name}: a definition is a sentence"
        assert measure.source, name
        assert measure.numerator, name
        assert bool(measure.denominator) == (measure.kind in ("share", "mean")), name
        assert (measure.quantile is not None) == (measure.kind == "quantile"), name
        assert measure.target is None or measure.target_source, f"{name}: where does the target come from?"
    assert set(OVERVIEW) <= set(CATALOGUE)


def test_no_two_measures_share_a_title() -> None:
    titles = [measure.title.casefold() for measure in CATALOGUE.values()]
    assert sorted(titles) == sorted(set(titles))


def test_no_module_is_longer_than_can_be_held_in_mind() -> None:
    rooms = [room for room in ROOMS if room != "tests"]
    lengths = {shown(path): len(path.read_text().splitlines()) for path in modules(*rooms)}
    written = set((ROOT / "frontend" / "src").rglob("*.ts*")) - {GENERATED}
    for path in written:
        lengths[shown(path)] = len(path.read_text().splitlines())
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_file_says_where_a_package_registry_is() -> None:
    addresses = [".".join(parts).encode() for parts in (
        ("pypi", "org"), ("registry", "npmjs", "org"), ("files", "pythonhosted", "org"), ("registry", "yarnpkg", "com"),
    )]  # fmt: skip
    files = dict(texts())
    assert "README.md" in files
    assert [(path, name) for path, text in files.items() for name in addresses if name in text] == []


def test_the_make_targets_that_the_documents_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    named = {
        (shown(path), target)
        for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / ".ci" / "run"]
        for target in re.findall(r"(?:^|`)make ([a-z][a-z-]*)", path.read_text(), re.MULTILINE)
    }
    assert {("README.md", "up"), ("README.md", "test")} <= named
    assert [each for each in sorted(named) if each[1] not in targets] == []


def _named(source: str) -> tuple[set[str], set[str], set[str]]:
    """Names that a module reads, the dotted names it imports, and the attributes it reads."""
    names, imported, attributes = set(), set(), set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=str(module)):
                imported |= {f"{module}.{each.name}" for each in node.names}
            case ast.Name(id=name):
                names.add(name)
            case ast.Attribute(attr=name):
                attributes.add(name)
    return names, imported, attributes


def unused(sources: dict[str, str]) -> list[str]:
    """The functions and classes of dotted modules that none of the modules names; what is decorated is another's."""
    read = {module: _named(source) for module, source in sources.items()}
    found = []
    for module, source in sources.items():
        for node in ast.parse(source).body:
            if (
                not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                or node.name in read[module][0]
            ):
                continue
            if node.decorator_list and not isinstance(node, ast.ClassDef):
                continue
            if not any(
                f"{module}.{node.name}" in imported or (module in imported and node.name in attributes)
                for _, imported, attributes in read.values()
            ):
                found.append(f"{module}.{node.name}")
    return found


def test_the_rule_on_unused_code_finds_it() -> None:
    used = {
        "a": "def f(): ...\ndef g(): ...\ndef h(): ...\nh()",
        "b.c": "from a import f\nimport b",
        "b": "def k(): ...",
    }
    assert unused(used) == ["a.g", "b.k"]


def test_nothing_is_kept_for_the_tests_alone() -> None:
    rooms = {room: modules(room) for room in ROOMS if room != "tests"}
    sources = {
        str(path.relative_to(ROOT).with_suffix("")).replace("/", ".").removesuffix(".__init__"): path.read_text()
        for paths in rooms.values() for path in paths
    }  # fmt: skip
    assert unused(sources) == []
