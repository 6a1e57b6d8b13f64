"""`lightship up` as a person uses it: start, stop, start again, and what happens when it cannot or was killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest

READY_SECONDS = 45
END_SECONDS = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Up:
    """One run of `lightship up` on a folder."""

    def __init__(self, folder: Path, *options: str, port: int | None = None) -> None:
        self.folder, self.port = folder, port or free_port()
        self._said = Path(tempfile.mkstemp(prefix="lightship-up-")[1])
        command = [
            sys.executable, "-m", "services.cli", "up", "--no-open", "--port", str(self.port), "--data-dir",
            str(folder), *options,
        ]  # fmt: skip
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LIGHTSHIP_")}
        with self._said.open("w") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)

    @property
    def said(self) -> str:
        return self._said.read_text()

    def ready(self) -> Up:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, self.said
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{self.port}/health/ready").status_code == 200:
                    return self
            time.sleep(0.1)
        raise AssertionError(f"not ready: {self.said}")

    def get(self, path: str) -> Any:
        answer = httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, query: str) -> Any:
        with psycopg.connect(f"postgresql://postgres:@/postgres?host={self.folder}/postgres") as connection:
            row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]

    def children(self) -> list[psutil.Process]:
        """Everything that was started with it: the feed and, of no parent's, the database."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        database = self.folder / "postgres" / "postmaster.pid"
        return [*found, psutil.Process(int(database.read_text().splitlines()[0]))]

    def end(self, number: int = signal.SIGINT) -> int:
        """Its exit code, after everything that it started is gone too."""
        everything = self.children()
        assert len(everything) >= 1
        self.process.send_signal(number)
        code = self.process.wait(timeout=END_SECONDS)
        gone, alive = psutil.wait_procs(everything, timeout=2)
        assert gone
        assert alive == []
        return code

    def kill(self) -> None:
        """End it and its database, whatever state they are in; the feed follows by itself."""
        self._said.unlink(missing_ok=True)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
            database = self.folder / "postgres" / "postmaster.pid"
            running = psutil.Process(int(database.read_text().splitlines()[0]))
            if str(self.folder) in " ".join(running.cmdline()):
                running.terminate()
                running.wait(timeout=10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def started(folder: Path) -> Iterator[list[Up]]:
    """What a test started; all of it is ended in the end."""
    runs: list[Up] = []
    yield runs
    for run in runs:
        run.kill()


def test_it_starts_stops_whole_and_resumes_where_it_stopped(folder: Path, started: list[Up]) -> None:
    first = Up(folder, "--history-days", "0.5")
    started.append(first)
    before = complete(first.ready())
    assert before["synthetic"] is True
    assert len(before["sites"]) > 5
    assert before["totals"]["ed.in_department"]["value"] > 0
    events, people = first.ask("select count(*) from event"), first.ask(PEOPLE)
    assert first.end() == 0
    assert "Stopped" in first.said

    second = Up(folder, "--history-days", "0.5")
    started.append(second)
    after = complete(second.ready())
    assert "Resuming where it stopped" in second.said
    assert when(after) >= when(before)
    assert second.ask("select count(*) from event") >= events
    assert second.ask(PEOPLE) >= people
    assert second.ask("select count(distinct digest) from event") == second.ask("select count(*) from event")
    assert second.ask("select count(*) from (select from event group by uid, digest having count(*) > 1) as d") == 0
    stopped_at = second.ask("select origin + (now() - started) * rate from clock")
    assert second.end(signal.SIGTERM) == 0

    time.sleep(2)  # a clock that went on meanwhile would show it
    third = Up(folder, "--no-feed")
    started.append(third)
    third.ready()
    assert third.ask("select origin from clock") - stopped_at < (datetime.now(UTC) - stopped_at) / 2
    assert third.end() == 0


PEOPLE = "select count(distinct person) from event"


def when(overview: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(overview["clock"]["now"])


def complete(run: Up) -> dict[str, Any]:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        overview: dict[str, Any] = run.get("/api/v1/overview")
        if overview["history"]["complete"]:
            return overview
        time.sleep(0.2)
    raise AssertionError(f"the history did not come to its end: {run.said}")


def test_after_a_kill_the_feed_ends_by_itself_and_a_new_start_finds_everything(folder: Path, started: list[Up]) -> None:
    first = Up(folder, "--history-days", "0.1")
    started.append(first)
    first.ready()
    shown = when(first.get("/api/v1/overview"))
    (feed,) = [each for each in first.children() if "feed" in each.cmdline()]
    first.process.kill()
    first.process.wait()
    feed.wait(timeout=END_SECONDS)

    database = folder / "postgres" / "postmaster.pid"
    psutil.Process(int(database.read_text().splitlines()[0])).kill()
    second = Up(folder, "--history-days", "0.1")
    started.append(second)
    assert when(second.ready().get("/api/v1/overview")) >= shown
    assert second.ask("select count(distinct digest) from event") == second.ask("select count(*) from event")
    assert second.end() == 0


def test_a_postmaster_file_that_names_another_process_is_not_believed(folder: Path, started: list[Up]) -> None:
    first = Up(folder, "--no-feed")
    started.append(first)
    assert first.ready().end() == 0
    others = str(os.getpid())
    lines = [others, f"{folder}/postgres", "1700000000", "5432", f"{folder}/postgres", "", "1 0", "ready"]
    (folder / "postgres" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    (folder / "postgres" / ".handle_pids.json").write_text("[4194304]")  # as a killed one leaves it
    second = Up(folder, "--no-feed")
    started.append(second)
    assert second.ready().end() == 0


def test_what_cannot_start_says_why_in_one_line_and_leaves_the_running_one_alone(
    folder: Path, started: list[Up], tmp_path: Path
) -> None:
    running = Up(folder, "--no-feed")
    started.append(running)
    running.ready()
    (tmp_path / "file").touch()
    for refused, words in (
        (Up(tmp_path / "other", "--no-feed", port=running.port), f"Port {running.port} is in use"),
        (Up(folder, "--no-feed"), f"already, at http://127.0.0.1:{running.port}"),
        (Up(tmp_path / "file" / "data", "--no-feed"), "cannot be used"),
        (Up(tmp_path / "open", "--no-feed", "--host", "0.0.0.0"), "does not listen on 0.0.0.0 without sign-in"),
    ):
        started.append(refused)
        assert refused.process.wait(timeout=20) == 1
        assert words in refused.said.replace("\n", " ")
        assert "Traceback" not in refused.said
    assert running.get("/health/ready") == {"status": "ready", "picture": "kept"}
    assert running.end() == 0


def test_a_signal_while_it_starts_ends_it_whole(folder: Path, started: list[Up]) -> None:
    run = Up(folder, "--history-days", "0.1")
    started.append(run)
    end = time.monotonic() + READY_SECONDS
    while "Starting the database" not in run.said and time.monotonic() < end:
        time.sleep(0.02)
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(timeout=END_SECONDS) == 0
    assert [each for each in psutil.process_iter() if str(folder) in " ".join(_command(each))] == []


def _command(process: psutil.Process) -> list[str]:
    try:
        words: list[str] = process.cmdline()
    except psutil.Error:
        return []
    return words
