"""A history as files: the same bytes each time, and under its name only what is whole."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.domain.clock import LONDON
from services.errors import LightshipError
from simulations.delivery import Asked, Delivery, span
from simulations.history_file import whole_file, write
from simulations.incidents import incident
from simulations.misbehaviour_plan import Misbehaviour
from tests.hospitals import START, SYSTEM

ASKED = Asked(
    3, 1.0, START, START + timedelta(days=1.5),
    (incident(SYSTEM, "surge", START + timedelta(hours=3), START + timedelta(hours=9), "AAA01"),),
    Misbehaviour.model_validate({"late": [{"share": 0.1}], "ghost": [{"share": 0.1}]}),
)  # fmt: skip


def nothing(_: float) -> None:
    """Nobody looks."""


def lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_the_same_history_is_the_same_bytes_packed_or_not_with_its_truth_or_without(tmp_path: Path) -> None:
    plain, packed, truth = tmp_path / "a.ndjson", tmp_path / "b.ndjson.gz", tmp_path / "truth.ndjson"
    events, size = write(SYSTEM, ASKED, plain, truth, nothing)
    assert write(SYSTEM, ASKED, packed, None, nothing)[0] == events == len(lines(plain)) > 3000
    assert size == plain.stat().st_size
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    once = packed.read_bytes()
    time.sleep(1.1)  # a stamp of the time in the packed file would show
    write(SYSTEM, ASKED, packed, None, nothing)
    assert packed.read_bytes() == once
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ndjson", "b.ndjson.gz", "truth.ndjson"]


def test_events_are_in_the_order_of_their_delivery_as_the_senders_send_them(tmp_path: Path) -> None:
    write(SYSTEM, ASKED, tmp_path / "a.ndjson", None, nothing)
    events = lines(tmp_path / "a.ndjson")
    live = [event["recordedat"] for event in events if event["recordedat"] > f"{START:%Y-%m-%dT%H:%M:%SZ}"]
    assert live == sorted(live)
    assert all(event["recordedat"] >= event["sentat"] for event in events)
    assert any(event["recordedat"] > event["sentat"] for event in events)  # late
    assert {event["nhsnumber"][:3] for event in events if "nhsnumber" in event} == {"999"}
    assert {event["synthetic"] for event in events} == {True}
    assert "AAA/" in {event["subject"][:4] for event in events}


def test_the_truth_tells_each_line_kind_and_moment_first(tmp_path: Path) -> None:
    write(SYSTEM, ASKED, tmp_path / "a.ndjson", tmp_path / "truth.ndjson", nothing)
    told = lines(tmp_path / "truth.ndjson")
    assert {tuple(line)[:2] for line in told} == {("kind", "at")}
    kinds = {line["kind"] for line in told}
    assert {"incident", "incident_over", "count", "late", "ghost"} <= kinds
    hours = {line["at"] for line in told if line["kind"] == "count"}
    assert len(hours) == 37  # each full hour of a day and a half, the first and the last among them


def test_what_is_delivered_does_not_depend_on_how_far_each_step_asks() -> None:
    whole = Delivery(SYSTEM, ASKED)
    steps = Delivery(SYSTEM, ASKED)
    found = list(steps.opening())
    for minutes in (7, 61, 240, 59, 719, 1074):
        found += steps.advance(START + timedelta(minutes=minutes))
    found += steps.advance(ASKED.end)
    assert [each["id"] for each in found] == [each["id"] for each in whole.history()]


def test_a_file_that_breaks_off_leaves_nothing_and_what_was_there_before_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text("before")

    def broken_off() -> None:
        with whole_file(tmp_path / "a.ndjson") as out:
            out.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert [path.name for path in tmp_path.iterdir()] == ["a.ndjson"]
    assert (tmp_path / "a.ndjson").read_text() == "before"


def test_where_nothing_can_be_written_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LightshipError, match=r"nowhere/a.ndjson .*cannot be written \(No such file.*check the folder"):
        write(SYSTEM, ASKED, tmp_path / "a.ndjson", tmp_path / "nowhere" / "a.ndjson", nothing)
    assert list(tmp_path.iterdir()) == []


def test_a_history_of_days_begins_and_ends_at_londons_midnight_though_the_clocks_change() -> None:
    begins, ends = span(365, "2026-01-12", datetime(2026, 6, 1, tzinfo=UTC))
    assert (begins, ends) == (datetime(2026, 1, 12, tzinfo=UTC), datetime(2027, 1, 12, tzinfo=UTC))
    begins, ends = span(3, "2026-03-28", begins)
    assert ends == datetime(2026, 3, 31, tzinfo=LONDON).astimezone(UTC)
    assert (ends - begins) == timedelta(hours=71)
    assert span(2, None, datetime(2026, 1, 12, 15, tzinfo=UTC)) == (
        datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 1, 12, tzinfo=UTC),
    )  # fmt: skip
    assert span(1, "2026-01-12T06:00:00+03:00", begins)[0] == datetime(2026, 1, 12, 3, tzinfo=UTC)


@pytest.mark.parametrize("start", ["soon", "2026-02-30", "day 1", ""])
def test_a_start_that_is_no_date_is_refused_with_one_that_is(start: str) -> None:
    with pytest.raises(LightshipError, match="such as 2026-01-12"):
        span(7, start, START)


def command(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "services.cli", "feed", "history", *map(str, arguments)],
        env=os.environ | {"LIGHTSHIP_DATA_DIR": str(folder / "data"), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # As at a terminal: whatever runs in the background of a shell is begun with Ctrl-C ignored, and hands that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def test_the_command_stopped_half_way_leaves_no_file_and_needs_no_database(tmp_path: Path) -> None:
    process = command(tmp_path, "--days", 400, "--start", "2025-01-01", "--output", tmp_path / "a.ndjson")
    limit = time.monotonic() + 60
    part = tmp_path / "a.ndjson.part"
    while not part.exists() or not part.stat().st_size:  # in the middle of it, not at its first instant
        assert process.poll() is None
        assert time.monotonic() < limit
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_killed_half_way_it_is_made_anew_and_whole_with_its_truth_and_says_so(tmp_path: Path) -> None:
    made = ("--days", 6, "--start", "2025-01-01", "--scale", 0.2)
    file, truth = tmp_path / "a.ndjson.gz", tmp_path / "truth.ndjson"
    part = tmp_path / "truth.ndjson.part"
    process = command(tmp_path, *made, "--output", file, "--truth", truth)
    limit = time.monotonic() + 60
    while not part.exists() or not part.stat().st_size:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < limit
        time.sleep(0.01)
    process.send_signal(signal.SIGSTOP)
    _, err = command(tmp_path, *made, "--output", file).communicate(timeout=60)
    assert "is being written by another run" in err
    assert "made anew" not in err
    process.kill()
    process.communicate(timeout=30)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ndjson.gz.part", "truth.ndjson.part"]

    again = command(tmp_path, *made, "--output", file, "--truth", truth)
    _, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert "made anew" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ndjson.gz", "truth.ndjson"]
    events = gzip.decompress(file.read_bytes()).splitlines()
    told = orjson.loads(truth.read_bytes().splitlines()[-1])
    assert orjson.loads(events[-1])["recordedat"] > "2025-01-06T23"
    assert told["at"] == "2025-01-07T00:00:00Z"


def test_the_command_tells_machines_what_it_made(tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson.gz"
    process = command(tmp_path, "--days", 0.05, "--start", "2026-01-12", "--scale", 0.1, "--output", file, "--json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    told = orjson.loads(out)
    assert told["events"] == len(gzip.decompress(file.read_bytes()).splitlines())
    assert (told["start"], told["seed"]) == ("2026-01-12T00:00:00+00:00", 1)
    same = command(tmp_path, "--start", "2026-01-12", "--output", file, "--truth", file)
    assert "name the same file" in same.communicate(timeout=60)[1]
