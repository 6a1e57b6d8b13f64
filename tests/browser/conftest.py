"""A real server for the browser: `lightship up --no-feed` on a folder of its own, stopped and started at will."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.pages import ARGUMENTS, CHROMIUM, Watch

WAIT_SECONDS = 60
STOP_SECONDS = 120  # it ends what it writes of the past


class LightshipServer:
    """The product itself, without the synthetic people, so that only the test changes a figure."""

    system_site = "RVV01"

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        command = [
            sys.executable, "-m", "services.cli", "up", "--no-open", "--no-feed", "--port", str(self._port),
            "--data-dir", str(self._folder),
        ]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise AssertionError(f"lightship up ended with code {self._process.returncode}")
            try:
                if httpx.get(f"{self.url}/health/ready").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError("lightship up was not ready in time")

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=STOP_SECONDS)

    def database(self) -> psycopg.Connection[Any]:
        """The server's own database, for what no door takes in: a past of weeks."""
        lines = (self._folder / "postgres" / "postmaster.pid").read_text().splitlines()
        return psycopg.connect(host=lines[4], port=int(lines[3]), user="postgres", dbname="postgres", autocommit=True)

    def stop_database(self) -> None:
        """The database dies under the server, which goes on running."""
        os.kill(int((self._folder / "postgres" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGQUIT)

    def post_events(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/api/v1/events", json=events, timeout=30)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


def _some_people() -> list[dict[str, Any]]:
    """A few attendances, so that the board has figures to show."""
    now = datetime.now(UTC)
    events = []
    for number in range(12):
        arrived = (now - timedelta(minutes=30 * number + 5)).isoformat()
        common = {"specversion": "1.0", "source": "urn:nhs:ods:RVV", "subject": f"RVV/B{number}", "time": arrived}
        data = {"site": "RVV01", "department_type": 1, "unit": "RVV01-MAJORS"}
        events.append(common | {"id": f"a{number}", "type": "ed.arrived", "data": data})
    return events


@pytest.fixture
def lightship_server() -> Iterator[LightshipServer]:
    with tempfile.TemporaryDirectory(prefix="lightship-browser-") as folder:
        server = LightshipServer(Path(folder))
        try:
            server.start()
            assert server.post_events(_some_people())["accepted"] == 12
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A desk of 1440 by 900; its last picture is kept in pytest's temporary folder."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="America/New_York")
    opened = context.new_page()
    yield opened
    opened.screenshot(path=str(tmp_path / "last.png"), full_page=True)
    context.close()


@pytest.fixture
def watch(page: Page, lightship_server: Any) -> Watch:
    watching = Watch(host=urlsplit(lightship_server.url).netloc)
    watching.on(page)
    return watching
