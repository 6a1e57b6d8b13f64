"""The processes of production on one database: `live` writes the picture, `api` shows it, and each may die."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time as wall_time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from websockets.sync.client import ClientConnection, connect

from benchmarks.kafka.broker import free_port
from services.ingest.identity import KeyRing
from services.store.database import migrate
from services.store.embedded import embedded
from tests.integration.doors import event
from tests.integration.test_metrics import scraped

WAIT_SECONDS = 40
RVV = "urn:nhs:ods:RVV"


@dataclass
class Processes:
    """`lightship` commands on one database."""

    environment: dict[str, str]
    output: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        with self.output.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.cli", *words],
                env=self.environment | more,
                stdout=output,
                stderr=output,
            )
        self.running.append(process)
        return process

    def api(self, **more: str) -> tuple[subprocess.Popen[bytes], str]:
        port = free_port()
        process = self.start("api", "--demonstration", "--port", str(port), **more)
        return process, f"http://127.0.0.1:{port}"

    def said(self) -> str:
        return self.output.read_text(errors="replace")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    KeyRing.load(tmp_path / "keys", create=True)
    with embedded(tmp_path / "postgres") as url:
        migrate(url)
        environment = {
            **os.environ, "LIGHTSHIP_DATABASE_URL": url, "LIGHTSHIP_KEYS_DIR": str(tmp_path / "keys"),
            "LIGHTSHIP_DATA_DIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path),
        }  # fmt: skip
        made = Processes(environment, tmp_path / "output")
        made.output.touch()
        yield made
        for process in made.running:
            if process.poll() is None:
                process.kill()
            process.wait()


def until(happens: Callable[[], Any], what: str) -> Any:
    end = wall_time.monotonic() + WAIT_SECONDS
    while wall_time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError, OSError):
            if found := happens():
                return found
        wall_time.sleep(0.1)
    raise AssertionError(f"waited {WAIT_SECONDS} s for {what}")


def read_on(line: ClientConnection) -> None:
    while True:
        line.recv(timeout=6)


def is_heard(port: int) -> bool:
    return ("lightship_feed_age_seconds", (("source", RVV),)) in scraped(port)


def ready(address: str) -> bool:
    return httpx.get(f"{address}/health/ready").status_code == 200


def picture(address: str) -> str:
    return str(httpx.get(f"{address}/health/ready").json()["picture"])


def arrive(address: str) -> None:
    body = event(time=datetime.now(UTC).isoformat())
    answer = httpx.post(f"{address}/api/v1/events", json=[body])
    assert answer.json()["accepted"] == 1, answer.text


def attendances(address: str) -> float:
    sites = httpx.get(f"{address}/api/v1/overview").json()["sites"]
    return next(site["measures"]["ed.attendances_today"]["value"] for site in sites if site["code"] == "RVV01") or 0


def has_arrived(address: str) -> bool:
    return attendances(address) == 1


def ends(process: subprocess.Popen[bytes], within_seconds: float) -> None:
    began = wall_time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert wall_time.monotonic() - began < within_seconds


def test_two_apis_show_the_one_picture_and_every_process_ends_when_told(processes: Processes) -> None:
    live = processes.start("live")
    (one, first), (two, second) = processes.api(), processes.api()
    for address in (first, second):
        until(partial(ready, address), f"{address}: {processes.said()}")
    arrive(first)
    for address in (first, second):
        until(partial(has_arrived, address), f"the arrival at {address}")
    with connect(second.replace("http", "ws") + "/api/v1/live") as line:
        line.send('{"subscribe": ["overview", "site:RVV01"]}')
        topics = {orjson.loads(line.recv(timeout=20)).get("topic") for _ in range(2)}
    assert topics == {"overview", "site:RVV01"}
    for process in (one, two, live):
        ends(process, 10)


def test_a_second_writer_takes_over_and_until_then_nothing_is_called_live(processes: Processes) -> None:
    live = processes.start("live")
    _, address = processes.api()
    until(partial(ready, address), processes.said())
    other = processes.start("live")
    with connect(address.replace("http", "ws") + "/api/v1/live") as line:
        line.send('{"subscribe": ["overview"]}')
        assert orjson.loads(line.recv(timeout=20))["type"] == "snapshot"
        other.send_signal(signal.SIGSTOP)
        live.kill()
        with pytest.raises(TimeoutError):  # a page hears nothing, and says so
            read_on(line)
        until(lambda: picture(address) == "stale", "/health/ready to say so")
        other.send_signal(signal.SIGCONT)
        assert orjson.loads(line.recv(timeout=30))["type"] in ("delta", "snapshot", "heartbeat")
    arrive(address)
    until(partial(has_arrived, address), "the arrival under the other writer")
    assert picture(address) == "kept"


def test_an_api_without_identity_does_not_start_and_says_what_to_set(processes: Processes) -> None:
    assert processes.start("api").wait(30) == 1
    assert "Set LIGHTSHIP_ISSUER, LIGHTSHIP_AUDIENCE, LIGHTSHIP_JWKS_FILE" in processes.said()
    assert processes.start("api", "--demonstration", "--host", "0.0.0.0").wait(30) == 1
    assert "without sign-in" in processes.said()


def test_processes_wait_for_the_database_to_be_there(processes: Processes) -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    waiting = [processes.start("live", LIGHTSHIP_DATABASE_URL=nowhere)]
    until(lambda: "Waiting: the database does not answer" in processes.said(), "it to be said")
    assert all(process.poll() is None for process in waiting)


def test_every_process_answers_prometheus(processes: Processes) -> None:
    ports = [free_port() for _ in range(3)]
    processes.start("live", LIGHTSHIP_METRICS_PORT=str(ports[0]))
    _, address = processes.api(LIGHTSHIP_METRICS_PORT=str(ports[1]))
    processes.start("feed", "live", "--history-days", "0", LIGHTSHIP_METRICS_PORT=str(ports[2]))
    until(partial(ready, address), processes.said())
    for port in ports:
        found = until(partial(scraped, port), f"metrics at {port}")
        assert any(name == "process_cpu_seconds_total" for name, _ in found)
        assert any(name == "lightship_build_info" for name, _ in found)
    arrive(address)
    for port in ports[:2]:
        until(partial(is_heard, port), f"the age of the feed at {port}")
    until(lambda: scraped(ports[1])["lightship_event_loop_lag_seconds_count", ()], "the event loop to be timed")
    written, shown = (
        {name: value for (name, labels), value in scraped(port).items() if dict(labels).get("source") in (None, RVV)}
        for port in ports[:2]
    )
    assert written["lightship_picture_lease_held"] == 1
    assert shown["lightship_picture_vouched"] == 1
    for each in (written, shown):
        assert each["lightship_picture_revision"] > 0
        assert each["lightship_picture_age_seconds"] < 8
        assert 0 <= each["lightship_feed_age_seconds"] < WAIT_SECONDS


def test_an_age_grows_while_the_writer_is_away(processes: Processes) -> None:
    port = free_port()
    live = processes.start("live")
    _, address = processes.api(LIGHTSHIP_METRICS_PORT=str(port))
    until(partial(ready, address), processes.said())
    live.kill()

    def age() -> float:
        return scraped(port)["lightship_picture_age_seconds", ()]

    until(lambda: age() > 8, "the picture to age")
