"""What the tests of the boards share: sizes, what a page must never do, how it is opened and judged."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, expect

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: Longer than the 15 s of silence after which the page calls itself lost, with room for a slow machine.
LOST_MILLISECONDS = 25_000
LIVE_MILLISECONDS = 30_000
IN_ED = '[data-measure="ed.in_department"][data-site="RVV01"]'
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WALL = {"width": 1920, "height": 1080}
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
INSIDE = """() => ['.figure', 'header *', 'th', 'h2', '.map text']
    .flatMap((each) => [...document.querySelectorAll(`.stage ${each}`)])
    .map((each) => [each.textContent, each.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.left < -1 || box.top < -1 || box.right > innerWidth + 1
        || box.bottom > innerHeight + 1))
    .map(([text]) => text)"""


@dataclass
class Watch:
    """What the page must never do: complain, or ask another host for anything."""

    host: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def on(self, page: Page) -> None:
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self.host:
            self.elsewhere.append(request.url)

    def check(self) -> None:
        assert self.elsewhere == [], "the page asked another host"
        assert self.complaints == [], "the page wrote errors to the console"


def open_board(page: Page, server: Any, address: str = "/") -> None:
    page.goto(server.url.rstrip("/") + address)
    expect_connection(page, "live", LIVE_MILLISECONDS)
    expect(page.locator(IN_ED)).to_be_visible()


def expect_connection(page: Page, state: str, timeout: int) -> None:
    expect(page.locator("html")).to_have_attribute("data-connection", state, timeout=timeout)


def arrival() -> dict[str, Any]:
    """One person walks into the emergency department of William Harvey, now."""
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "type": "ed.arrived",
        "source": "urn:nhs:ods:RVV",
        "subject": f"RVV/TEST-{uuid.uuid4()}",
        "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {
            "site": "RVV01",
            "department_type": 1,
            "arrival_mode": "own_transport",
            "unit": "RVV01-MAJORS",
        },
    }


def problems(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("(rules) => axe.run({runOnly: rules})", RULES)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]
