"""Logs: a JSON object a line where they are collected, and nobody's data in them whatever was raised."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import Any

import pytest
import structlog

from services import logs

NUMBER = "9991234560"


@pytest.fixture
def collected(own_logs: None, capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    """Standard error, with logs configured as JSON on it."""
    logs.configure(as_json=True)
    return capsys


def lines(collected: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in collected.readouterr().err.splitlines()]


def fail() -> None:
    raise ValueError(f"bad person {NUMBER}")


def test_what_we_and_what_libraries_log_is_an_object_a_line(collected: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("ours").warning("ingest.waiting", seconds=2)
    logging.getLogger("uvicorn.error").error("It went %s", "wrong")
    logging.getLogger("aiokafka").info("not worth a line")
    ours, theirs = lines(collected)
    assert (ours["event"], ours["level"], ours["seconds"]) == ("ingest.waiting", "warning", 2)
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("It went wrong", "error", "uvicorn.error")
    assert ours["at"].endswith("Z")


def test_of_an_exception_the_type_and_the_place_are_logged_and_never_its_text(
    collected: pytest.CaptureFixture[str],
) -> None:
    try:
        fail()
    except ValueError as error:
        structlog.get_logger("ours").error("ingest.ended", exc_info=error)
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n%s", error)
    logged = lines(collected)
    assert len(logged) == 2
    for line in logged:
        assert line["error"] == "ValueError"
        assert line["where"][-1].endswith(" fail")
    assert NUMBER not in json.dumps(logged)


def test_a_line_that_cannot_be_written_is_told_of_without_what_it_was_to_say(
    collected: pytest.CaptureFixture[str],
) -> None:
    (handler,) = (each for each in logging.getLogger().handlers if type(each).__module__ == logs.__name__)
    handler.handle(logging.LogRecord("uvicorn.error", logging.ERROR, "", 1, "%d", (NUMBER,), None))  # no number
    (told,) = lines(collected)
    assert (told["event"], told["error"]) == ("log.line_not_written", "TypeError")
    assert NUMBER not in json.dumps(told)


@pytest.mark.parametrize(("kind", "is_json"), [("json", True), ("console", False), ("", True)])
def test_a_process_logs_as_it_is_told_and_as_json_where_nobody_looks_on(kind: str, is_json: bool) -> None:
    said = begun("structlog.get_logger().info('hello', n=1)", kind)
    assert said.returncode == 0
    assert said.stderr.startswith("{") == is_json, said.stderr
    assert "hello" in said.stderr


def test_what_nobody_met_is_a_line_without_its_text_where_lines_are_collected() -> None:
    said = begun(f"raise ValueError('{NUMBER}')", "json")
    assert said.returncode == 1
    assert json.loads(said.stderr)["event"] == "process.failed"
    assert NUMBER not in said.stderr


def test_another_kind_of_log_is_refused_with_what_there_is() -> None:
    command = [sys.executable, "-m", "services.cli", "schema"]
    said = subprocess.run(
        command, env={**os.environ, "LIGHTSHIP_LOG": "xml"}, capture_output=True, text=True, check=False
    )
    assert said.returncode == 1
    assert "LIGHTSHIP_LOG is json or console" in said.stderr


def begun(code: str, kind: str) -> subprocess.CompletedProcess[str]:
    """A process that logs, with its standard error in a file."""
    whole = f"import structlog\nfrom services import logs\nlogs.from_environment()\n{code}"
    environment = {**os.environ, "LIGHTSHIP_LOG": kind, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, "-c", whole], env=environment, capture_output=True, text=True, check=False)


def test_what_a_library_says_over_and_over_comes_once_a_minute_with_how_often(
    collected: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("services.logs.wall_time.monotonic", lambda: now)
    theirs = logging.getLogger("kafka.net")
    for node in range(40):
        theirs.error("Connection to %s lost", node)
    theirs.warning("Connection to %s lost", 1)
    theirs.error("Something else")
    for text in ("refused", "timed out"):
        theirs.error("Node 3: %s", text)
    now += logs.SELDOM_SECONDS
    theirs.error("Connection to %s lost", 7)
    said = [(line["event"], line["level"], line.get("repeated")) for line in lines(collected) if "logger" in line]
    assert said == [
        ("Connection to 0 lost", "error", None), ("Connection to 1 lost", "warning", None),
        ("Something else", "error", None), ("Node 3: refused", "error", None), ("Node 3: timed out", "error", None),
        ("Connection to 7 lost", "error", 39),
    ]  # fmt: skip


def test_exceptions_that_libraries_log_come_each_time(collected: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        try:
            fail()
        except ValueError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    assert [line["error"] for line in lines(collected)] == ["ValueError", "ValueError"]


def test_of_our_own_lines_none_is_left_out(collected: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        structlog.get_logger("ours").warning("ingest.waiting")
    assert len(lines(collected)) == 3
