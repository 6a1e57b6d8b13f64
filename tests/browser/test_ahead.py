"""What a picture may carry of what is ahead has its place on the boards, and nothing stands there without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.pages import DESK, LIVE_MILLISECONDS, WALL, expect_connection, problems
from tests.browser.seeing import faults

HOUR_MS = 3_600_000


def ahead(now_ms: int) -> dict[str, Any]:
    alert = {
        "where": "William Harvey", "what": "Ambulance handover over 45 min", "value": "41", "against": "of 45 min",
        "owner": None, "ownedSince": None,
    }  # fmt: skip
    expected = alert | {"state": "expected", "probability": 0.93, "skill": {"share": 0.24, "against": "last week"}}
    hours = [
        {"at": now_ms + hour * HOUR_MS, "level": {"1": 0, "2": 0.2, "3": 0.8 - hour / 60, "4": hour / 60}}
        for hour in range(24)
    ]
    return {
        "alerts": [
            expected | {"id": str(number), "at": now_ms + number * 50 * 60_000} for number in range(1, 6)
        ] + [alert | {"id": "0", "state": "breached", "probability": None, "at": now_ms - 12 * 60_000, "owner": "SCC"}],
        "levels": {"hours": {"RVV01": hours, "RVV09": hours}, "skill": {"share": 0.28, "against": "last week"}},
    }  # fmt: skip


def carry(page: Page) -> None:
    """Every picture of the system that the server sends says what is ahead, as a forecast will."""

    def told(route: WebSocketRoute, message: str | bytes) -> None:
        said = json.loads(message)
        if said.get("topic") == "overview" and said["type"] == "snapshot":
            said["data"]["ahead"] = ahead(page.evaluate("Date.now()"))
        route.send(json.dumps(said))

    def opened(route: WebSocketRoute) -> None:
        route.connect_to_server().on_message(lambda message: told(route, message))

    page.route_web_socket("**/api/v1/live", opened)


def open_at(page: Page, server: Any, address: str) -> None:
    page.goto(f"{server.url}{address}")
    expect_connection(page, "live", LIVE_MILLISECONDS)
    expect(page.locator("main:not(.waiting)")).to_be_visible(timeout=20_000)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_ahead_has_its_place_on_desk_and_wall(
    page: Page, lightship_server: Any, theme: str, tmp_path: Path
) -> None:  # fmt: skip
    carry(page)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    open_at(page, lightship_server, f"/?theme={theme}")
    expect(page.locator(".alerts .alert")).to_have_count(6)
    expect(page.locator('tr[data-row="RVV01"] .row-ahead .strip-words')).to_contain_text("38%")
    expect(page.locator('tr[data-row="RN707"] .row-ahead')).to_contain_text("no forecast")
    page.screenshot(path=str(tmp_path / "overview-desk.png"))
    found = faults(page, wall=False) + problems(page)
    page.set_viewport_size(WALL)  # type: ignore[arg-type]
    open_at(page, lightship_server, f"/?wall=1&theme={theme}")
    expect(page.locator(".wall-alerts .alert")).to_have_count(4)
    expect(page.locator(".wall-alerts h2")).to_contain_text("4 of 6, worst first")
    page.screenshot(path=str(tmp_path / "overview-wall.png"))
    found += faults(page, wall=True) + problems(page)
    open_at(page, lightship_server, f"/ed?wall=1&theme={theme}")
    expect(page.locator(".wall-ahead .strip-bar").first).to_be_visible()
    page.screenshot(path=str(tmp_path / "ed-wall.png"))
    found += faults(page, wall=True) + problems(page)
    assert found == []


def test_nothing_stands_in_the_place_of_a_forecast_that_nobody_made(page: Page, lightship_server: Any) -> None:
    for address in ("/", "/?wall=1", "/ed?wall=1"):
        open_at(page, lightship_server, address)
        expect(page.locator(".alerts, .wall-alerts, .wall-ahead, .row-ahead, .strip")).to_have_count(0)
