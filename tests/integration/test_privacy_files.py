"""Nothing that names a person can be read after a file was imported: not in the store, nor in what the command says."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg import Connection

from tests.integration.test_privacy import (
    ADDRESS,
    BORN,
    NAME,
    NHS,
    PLANTED,
    POSTCODE,
    SPACED,
    SURNAME,
    bad_events,
    found,
    good_events,
    in_files,
    in_plain,
    in_tables,
)

WORDS = (NHS, SPACED, f"{NAME} {SURNAME}", BORN, "19/03/1947", ADDRESS, POSTCODE)
DISCHARGES = "date,nhs_trust22_code,discharged_total,discharged_by_1700,discharged_between_1701_2359"
Said = tuple[int, str]
Run = Callable[..., Said]


@pytest.fixture
def lightship(connection: Connection[None], database_url: str, tmp_path: Path) -> Iterator[Run]:
    """The command itself, on an empty store; all that it ever says is searched in the end."""
    connection.execute("truncate quarantine")
    heard: list[tuple[str, bytes]] = []
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LIGHTSHIP_")}
    environment |= {"LIGHTSHIP_DATABASE_URL": database_url, "LIGHTSHIP_DATA_DIR": str(tmp_path / "data")}
    first = subprocess.run(
        [sys.executable, "-c", "import sys, pathlib; from services.ingest.identity import KeyRing;"
         "KeyRing.load(pathlib.Path(sys.argv[1]), create=True)", str(tmp_path / "data" / "keys")],
        check=True, env=environment,
    )  # fmt: skip
    assert first.returncode == 0

    def run(*arguments: object) -> Said:
        command = [sys.executable, "-m", "services.cli", *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
        heard.append((f"what `{arguments[0]}` said", done.stdout + done.stderr))
        return done.returncode, done.stdout.decode()

    yield run
    assert len(heard) > 2
    assert not found(PLANTED, heard)


def nothing_is_readable(lightship: Run, connection: Connection[None], least: int) -> None:
    """Look at the quarantine by every command, then search the store."""
    code, listed = lightship("quarantine", "list", "--json", "--limit", 500)
    assert code == 0
    items = json.loads(listed)
    assert len(items) >= least, "the bad ones must be in quarantine, or there is nothing to search"
    lightship("quarantine", "list")
    for item in items[:: max(1, len(items) // 3)]:
        assert lightship("quarantine", "show", item["id"])[0] == 0
        lightship("quarantine", "replay", item["id"])
    assert not found(PLANTED, in_tables(connection))
    assert not in_plain(PLANTED, in_files(connection))


def test_a_published_file_with_a_person_in_it(lightship: Run, connection: Connection[None], tmp_path: Path) -> None:
    rows = ["2026-01-31,RVV,100,60,40"]
    for word in WORDS:
        rows += [
            f"{word},RVV,1,2,3", f"2026-01-30,{word},1,2,3", f"2026-01-30,RVV,{word},2,3",
            f"2026-01-30,RVV,1,2,3,{word}", f'2026-01-30,RVV,1,2,"{word}', f"{word}", f'"{word}",RVV,"{word}"',
        ]  # fmt: skip
    file = tmp_path / "trust_discharges_daily.csv"
    file.write_text("\n".join([DISCHARGES, *rows]) + "\n")
    code, said = lightship("import", file, "--json")
    assert code == 0
    assert json.loads(said)["accepted"] >= 3
    lightship("import", file)
    nothing_is_readable(lightship, connection, least=40)


@pytest.mark.parametrize("header", [f"{DISCHARGES},{SURNAME} {NHS}", f"date,nhs_trust22_code,discharged_total,{BORN}",
                                    f"{SURNAME},{NHS},{BORN}", f'"{SURNAME},{DISCHARGES}'])  # fmt: skip
def test_a_published_file_with_a_person_in_its_header(
    lightship: Run, connection: Connection[None], tmp_path: Path, header: str
) -> None:
    columns = header.count(",") + 1
    file = tmp_path / "trust_discharges_daily.csv"
    rows = [["2026-01-31", "RVV", "1", "2", "3", NHS][:columns], ["2026-01-30", NHS, SURNAME, "2", "3", BORN][:columns]]
    file.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n")
    lightship("import", file)
    lightship("import", file, "--json")
    nothing_is_readable(lightship, connection, least=0)


@pytest.mark.parametrize("form", ["lines", "array", "gzip", "cut"])
def test_a_file_of_events_with_a_person_in_it(
    lightship: Run, connection: Connection[None], tmp_path: Path, form: str
) -> None:
    earlier = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    events = [json.dumps(each | {"time": earlier} | ({"sentat": earlier} if "sentat" in each else {}))
              for each in good_events()]  # fmt: skip
    events += [json.dumps(each) for word in WORDS for each in list(bad_events(word))[::4]]
    broken = [f'{{"id": "{SURNAME}", "nhsnumber": "{SPACED}', SURNAME, f'["{NHS}"]', f'"{BORN}"', f'{{"{NHS}": 1e999}}']
    lines = "\n".join([*events, *broken]).encode()
    content, name = {
        "lines": (lines, "events.ndjson"),
        "array": (b"[" + b",".join(each.encode() for each in events) + b"]", "events.json"),
        "gzip": (gzip.compress(lines), "events.ndjson.gz"),
        "cut": (gzip.compress(lines)[:-30], "events.ndjson.gz"),
    }[form]
    (tmp_path / name).write_bytes(content)
    code, said = lightship("import", tmp_path / name, "--json")
    lightship("import", tmp_path / name)
    if form != "cut":
        assert code == 0
        assert json.loads(said)["accepted"] + json.loads(said)["duplicate"] >= len(good_events())
    nothing_is_readable(lightship, connection, least=100 if form != "cut" else 0)
