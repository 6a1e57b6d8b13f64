"""What is in force, in a real browser: on the overview and on a site's board, now and in the past, and told late."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from services.domain.clock import LONDON
from tests.browser.pages import DESK, LIVE_MILLISECONDS, PHONE, WALL, Watch, expect_connection, problems

SECONDS = 10_000
DIVERT = {"from_site": "RVV01", "to_site": "RVV09", "kind": "ambulance", "reason": "crowding"}
NONE = ".agreed-none, .wall-agreed-none"


def step(type_: str, reference: str, minutes_ago: float, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "source": "urn:nhs:ods:RVV", "id": str(uuid.uuid4()), "type": type_, "subject": "RVV",
        "time": (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat(),
        "data": {"reference": reference, **data},
    }  # fmt: skip


def open_board(page: Page, url: str) -> None:
    page.goto(url)
    expect_connection(page, "live", LIVE_MILLISECONDS)


def test_a_divert_comes_and_goes_without_a_reload_and_the_past_keeps_it(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    open_board(page, lightship_server.url)
    expect(page.locator(NONE)).to_contain_text("No incident, divert or mutual aid in force, by 1 of", timeout=SECONDS)

    until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    lightship_server.post_events([
        step("divert.requested", "D1", 50, **DIVERT), step("divert.agreed", "D1", 40, **DIVERT, until=until),
        step("incident.declared", "I1", 30, kind="critical", site="RVV09"),
    ])  # fmt: skip
    shown = page.get_by_role("region", name="In force").locator(".agreed")
    expect(shown).to_have_count(2, timeout=SECONDS)
    expect(shown.nth(0)).to_contain_text("Critical incident")
    expect(shown.nth(1)).to_contain_text("William Harvey to QEQM")
    expect(page.locator(NONE)).to_have_count(0)
    for size, view in ((DESK, ""), (PHONE, ""), (WALL, "?wall=1"), (DESK, "?theme=dark")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        open_board(page, f"{lightship_server.url}/{view}")
        expect(page.locator(".agreed")).to_have_count(2)
        assert problems(page) == [], f"{size} {view}"
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]

    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    lightship_server.post_events([step("divert.ended", "D1", 0), step("incident.stood_down", "I1", 0)])
    expect(page.locator(".agreed")).to_have_count(0, timeout=SECONDS)
    expect(page.locator(NONE)).to_be_visible()

    now = datetime.now(LONDON)
    begin, at, end = (f"{now - timedelta(minutes=back):%Y-%m-%dT%H:%M}" for back in (60, 20, 0))
    page.goto(f"{lightship_server.url}/?replay={begin}/{end}&known=now&at={at}")
    expect_connection(page, "past", SECONDS)
    expect(page.locator(".agreed")).to_have_count(2, timeout=SECONDS)
    watch.check()


def test_a_sites_board_says_what_concerns_it_and_nothing_where_nothing_does(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    lightship_server.post_events([
        step("divert.agreed", "D1", 40, **DIVERT), step("incident.declared", "I1", 30, kind="major", site="RVV09"),
    ])  # fmt: skip
    for site, words in (("RVV01", ["Divert"]), ("RVV09", ["Major incident", "Divert"]), ("RVV02", [])):
        for view in ("", "?wall=1"):
            open_board(page, f"{lightship_server.url}/site/{site}{view}")
            expect(page.locator("main:not(.waiting)")).to_be_visible(timeout=SECONDS)
            expect(page.locator(".agreed")).to_have_count(len(words))
            for each in words:
                expect(page.locator(".agreed").filter(has_text=each)).to_have_count(1)
            expect(page.locator(NONE)).to_have_count(0)
    assert problems(page) == []
    watch.check()


def test_what_a_silent_feed_told_is_held_and_says_since_when(page: Page, lightship_server: Any) -> None:
    source = {"source": "urn:nhs:ods:RPA", "subject": "RPA"}
    lightship_server.post_events([step("incident.declared", "I1", 900, kind="digital") | source])
    for view in ("", "?wall=1"):
        open_board(page, f"{lightship_server.url}/{view}")
        held = page.locator('.agreed[data-freshness="lost"]')
        expect(held).to_contain_text("Digital incident", timeout=SECONDS)
        expect(held).to_contain_text("lost ")
        assert held.locator(".agreed-what").evaluate("each => getComputedStyle(each).textDecorationStyle") == "dotted"
