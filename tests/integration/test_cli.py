"""The command `lightship`, on a data directory and a database of its own."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from psycopg import Connection
from typer.testing import CliRunner

from services import cli
from services.configuration import load_system
from services.domain.catalogue import CATALOGUE
from services.domain.clock import LONDON
from services.domain.events import EVENT_TYPES
from services.domain.measures import combine
from services.ingest.identity import KeyRing
from services.store.database import Database
from services.store.picture import read_atoms
from tests.property.test_fold import stored

PUBLISHED = Path("config/kent_and_medway/data/kent_no_criteria_to_reside_daily.csv")
NHS_NUMBER = "9990000018"  # of the range for tests
INVALID_NHS_NUMBER = "9990000019"
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def lightship(
    own_logs: None, connection: Connection[Any], database_url: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> Iterator[Run]:  # fmt: skip
    """The command as `main` runs it, on an empty store; nothing it ever says may name the planted person."""
    connection.execute("truncate quarantine")
    monkeypatch.setenv("LIGHTSHIP_DATABASE_URL", database_url)
    monkeypatch.setenv("LIGHTSHIP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LIGHTSHIP_KEYS_DIR", str(tmp_path / "keys"))
    KeyRing.load(tmp_path / "keys", create=True)
    everything = io.StringIO()

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["lightship", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        found = capfd.readouterr()
        everything.write(found.out + found.err)
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0 if code is None else 1, found.out, found.err)

    yield run
    for number in (NHS_NUMBER, INVALID_NHS_NUMBER):
        assert number not in re.sub(r"[ -]", "", everything.getvalue()), "the command said whom an event is about"


def raw(type_: str, visit: str, minutes_ago: int, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    when = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    return {
        "specversion": "1.0", "id": f"{visit} {type_} {when}", "source": "urn:nhs:ods:RVV", "type": type_,
        "subject": f"RVV/{visit}", "time": when, "sentat": when, "nhsnumber": NHS_NUMBER, "data": data, **more,
    }  # fmt: skip


def arrival(visit: str = "V1", site: str = "RVV01", **more: Any) -> dict[str, Any]:
    return raw("ed.arrived", visit, 90, {"site": site, "department_type": 1}, **more)


def ndjson(path: Path, *lines: dict[str, Any] | str) -> Path:
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def count(connection: Connection[Any], table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


def test_a_broken_line_in_the_middle_of_a_file_is_quarantined_and_the_others_are_taken(
    lightship: Run, connection: Connection[Any], tmp_path: Path
) -> None:
    file = ndjson(
        tmp_path / "events.ndjson",
        arrival(),
        '{"type": "ed.seen", "nhsnumber": "' + NHS_NUMBER,
        "",
        arrival("V2", nhsnumber=INVALID_NHS_NUMBER),
        arrival("V3", site="RVV99"),
        raw("ed.seen", "V1", 30, {"site": "RVV01"}),
    )
    said = lightship("import", "--json", file)
    assert said.code == 0
    told = said.json
    assert (told["accepted"], told["duplicate"], told["quarantined"]) == (3, 0, 2)
    assert [reason["index"] for reason in told["reasons"]] == [1, 3]
    assert "JSON" in told["reasons"][0]["reason"]
    assert told["reasons"][1]["field"] == "data.site"
    assert (count(connection, "event"), count(connection, "quarantine")) == (3, 2)
    flags = connection.execute("select flag, count(*) from event group by 1 order by 1 nulls last").fetchall()
    assert flags == [("invalid_nhs_number", 1), (None, 2)]


def test_a_file_is_read_as_strictly_as_a_request(lightship: Run, connection: Connection[Any], tmp_path: Path) -> None:
    twice = json.dumps(arrival()).replace('"subject":', '"subject": "RVV/V9", "subject":')
    deep = json.dumps(arrival("V2") | {"data": {"site": [[[[[[[["RVV01"]]]]]]]]}})
    marked = "\ufeff" + json.dumps(arrival("V3"))  # a byte order mark, as spreadsheets write one
    said = lightship("import", "--json", ndjson(tmp_path / "events.ndjson", marked, twice, deep, "[]"))
    assert (said.json["accepted"], said.json["quarantined"]) == (1, 3)
    assert "twice" in said.json["reasons"][0]["reason"]
    assert "nested" in said.json["reasons"][1]["reason"]


def test_importing_twice_gives_only_duplicates_whether_packed_or_not(lightship: Run, tmp_path: Path) -> None:
    file = ndjson(tmp_path / "events.ndjson", arrival(), arrival("V2"))
    packed = tmp_path / "events.ndjson.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert "2 accepted, 0 known already, 0 quarantined" in lightship("import", file).out
    assert "0 accepted, 4 known already, 0 quarantined" in lightship("import", file, packed).out


def test_a_json_array_is_taken_like_its_lines(lightship: Run, tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    file.write_text("\ufeff\n" + json.dumps([arrival(), arrival("V2")], indent=2))
    assert lightship("import", "--json", file).json["accepted"] == 2


def test_a_packed_file_that_is_cut_short_is_said_to_be(
    lightship: Run, connection: Connection[Any], tmp_path: Path
) -> None:
    whole = gzip.compress(ndjson(tmp_path / "events", *(arrival(f"V{n}") for n in range(500))).read_bytes())
    cut = tmp_path / "cut.ndjson.gz"
    cut.write_bytes(whole[: len(whole) // 2])
    said = lightship("import", cut)
    assert said.code == 1
    assert "cut.ndjson.gz cannot be read" in said.err
    assert 0 < count(connection, "event") < 500, "what came before the cut is kept"
    assert len(said.err.splitlines()) == 1, said.err


def test_a_published_file_gives_readings_that_the_reported_measure_shows(
    lightship: Run, connection: Connection[Any], tmp_path: Path
) -> None:
    lines = PUBLISHED.read_text().splitlines()[:50]
    file = tmp_path / PUBLISHED.name
    file.write_text("\n".join(lines) + "\n")
    figures = [line.split(",") for line in lines[1:]]
    said = lightship("import", "--json", file)
    assert (said.json["accepted"], said.json["quarantined"]) == (len(figures), 0)
    measure = CATALOGUE["reported.no_criteria_to_reside"]
    system = load_system()
    for organisation, day, number in (figures[0], figures[20]):
        noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=LONDON)
        atoms = read_atoms(connection, system, noon, measures=[measure])[None]
        assert combine(measure, atoms, [(organisation, None)]).value == float(number)
        assert combine(measure, atoms, [("RVV", None)]).value is None
    before = datetime.fromisoformat(figures[0][1]).replace(hour=7, tzinfo=LONDON)
    assert combine(measure, read_atoms(connection, system, before, measures=[measure])[None], [("RN7", None)]).absent
    again = lightship("import", "--json", file)
    assert (again.json["accepted"], again.json["duplicate"]) == (0, len(figures))


def test_a_refused_event_is_listed_shown_mended_and_replayed(
    lightship: Run, connection: Connection[Any], tmp_path: Path
) -> None:
    lightship("import", ndjson(tmp_path / "bad.ndjson", arrival(site="RVV99")))
    (held,) = lightship("quarantine", "list", "--json").json
    assert (held["state"], held["type"], held["source"]) == ("held", "ed.arrived", "urn:nhs:ods:RVV")

    shown = lightship("quarantine", "show", held["id"])
    assert shown.json["field"] == "data.site"
    assert "redacted" in shown.json["redacted"]["nhsnumber"]

    refused = lightship("quarantine", "replay", held["id"])
    assert refused.code == 1
    assert "Refused again: data.site is not a configured site" in refused.err
    assert count(connection, "event") == 0

    assert lightship("quarantine", "mend", held["id"], "--set", 'data.site="RVV01"').code == 0
    assert lightship("quarantine", "show", held["id"]).json["state"] == "mended"
    assert "Accepted" in lightship("quarantine", "replay", held["id"]).out
    assert lightship("quarantine", "show", held["id"]).json["state"] == "replayed"
    assert count(connection, "event") == 1
    assert lightship("import", "--json", ndjson(tmp_path / "good.ndjson", arrival())).json["duplicate"] == 1


def test_the_list_of_the_quarantine_gives_ids_that_can_be_copied(lightship: Run, tmp_path: Path) -> None:
    assert "Nothing is in quarantine" in lightship("quarantine", "list").out
    lightship("import", ndjson(tmp_path / "bad.ndjson", arrival(site="RVV99"), arrival("V2", site="RVV98")))
    ids = {held["id"] for held in lightship("quarantine", "list", "--json").json}
    listed = lightship("quarantine", "list").out
    assert len(ids) == 2
    assert [id_ for id_ in ids if id_ not in listed] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("import", "nowhere/events.ndjson"), "There is no file nowhere/events.ndjson. Check the name and the folder."),
        (("quarantine", "show", "01900000-0000-7000-8000-000000000000"), "see `lightship quarantine list`"),
        (("quarantine", "replay", "01900000-0000-7000-8000-000000000000"), "quarantine"),
        (("quarantine", "mend", "01900000-0000-7000-8000-000000000000", "--set", "data.site"), "field=value"),
    ],
)
def test_what_cannot_be_done_is_one_line_that_says_what_to_do(
    lightship: Run, arguments: tuple[str, ...], says: str
) -> None:
    said = lightship(*arguments)
    assert said.code == 1
    assert said.out == ""
    assert len(said.err.splitlines()) == 1, said.err
    assert says in said.err


def test_the_process_itself_ends_with_1_and_one_line(database_url: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "LIGHTSHIP_DATABASE_URL": database_url, "LIGHTSHIP_KEYS_DIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path), "LIGHTSHIP_DATA_DIR": str(tmp_path),
    }  # fmt: skip
    KeyRing.load(tmp_path, create=True)
    missing = tmp_path / ("a-folder-with-a-long-name" * 3) / "events.ndjson"
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", "import", str(missing)],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [f"lightship: There is no file {missing}. Check the name and the folder."]


def test_replaying_everything_leaves_every_subject_as_it_was_and_mends_one_that_was_wrong(
    lightship: Run, database: Database, connection: Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "ed.in_department"  # its readings stand for those of all, which take a minute
    monkeypatch.setattr("services.live.readings.CATALOGUE", {name: CATALOGUE[name]})
    lightship("import", ndjson(
        tmp_path / "events.ndjson", arrival(), arrival("V2"), raw("ed.seen", "V1", 30, {"site": "RVV01"}),
        raw("ed.departed", "V1", 10, {"site": "RVV01", "reason": "discharged"}),
        raw("event.cancelled", "V1", 5, {}, cancels="select:ed.departed"),
    ))  # fmt: skip
    before = stored(database)
    assert len(before) == 2
    assert "2 subjects folded again" in lightship("replay").out
    assert stored(database) == before
    connection.execute("update subject set phases = '{}', ended_at = null where key = %s", (min(before),))
    connection.execute("delete from subject where key = %s", (max(before),))
    lightship("replay")
    assert stored(database) == before


def test_the_schema_prints_every_event_type(lightship: Run) -> None:
    schemas = lightship("schema").json
    assert set(schemas) == set(EVENT_TYPES)
    assert schemas["ed.arrived"]["properties"]["data"]


def test_the_schemas_of_every_kind_are_printed_and_written(lightship: Run, tmp_path: Path) -> None:
    assert lightship("schema", "--kind", "asyncapi").json["asyncapi"] == "3.0.0"
    folder = tmp_path / "new" / "schemas"
    lightship("schema", "--out", folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "asyncapi.json",
        "events.json",
        "network.json",
        "openapi.json",
    ]
    assert json.loads((folder / "openapi.json").read_text())["openapi"].startswith("3.")
    lightship("schema", "--kind", "events", "--out", tmp_path / "one")
    assert set(json.loads((tmp_path / "one" / "events.json").read_text())) == set(EVENT_TYPES)


def test_a_key_is_shown_once_and_is_not_in_the_database(lightship: Run, connection: Connection[Any]) -> None:
    said = lightship("keys", "create", "East Kent feed", "--scope", "events:write", "--days", "30")
    token = said.out.strip()
    assert len(token) > 20
    assert "valid 30 days" in said.err
    rows = connection.execute("select to_jsonb(api_key)::text from api_key").fetchall()
    assert rows
    assert not [row for row in rows if token in row[0]]


def commands() -> list[tuple[str, ...]]:
    """Every command and group of commands, as typed."""
    found: list[tuple[str, ...]] = []

    def walk(command: Any, path: tuple[str, ...]) -> None:
        found.append(path)
        for name, sub in getattr(command, "commands", {}).items():
            walk(sub, (*path, name))

    walk(typer.main.get_command(cli.app), ())
    return found


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli.app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output
    assert len(result.output.split()) > 8, "help that says nothing"


def test_the_commands_of_the_readme_are_all_there() -> None:
    assert {("up",), ("import",), ("replay",), ("schema",), ("quarantine", "list"), ("bench", "start")} <= set(
        commands()
    )
