"""The ED, ambulance and feeds boards in a real browser: live, explained, lost, on a wall; what axe finds."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import (
    DESK,
    INSIDE,
    LIVE_MILLISECONDS,
    LOST_MILLISECONDS,
    WALL,
    Watch,
    arrival,
    expect_connection,
    problems,
)

READY = {
    "/ed": '[data-measure="ed.longest_in_department"][data-site="RVV01"], .wall-table .figure',
    "/ambulance": '[data-measure="ambulance.longest_waiting"][data-site="RVV01"]',
    "/feeds": "text=Feeds, the worst first",
}
WAITING = '[data-measure="ambulance.waiting_handover"][data-site="RVV01"]'


def open_at(page: Page, server: Any, path: str, query: str = "") -> None:
    page.goto(f"{server.url}{path}{query}")
    expect_connection(page, "live", LIVE_MILLISECONDS)
    expect(page.locator(READY[path]).first).to_be_visible(timeout=10_000)


def ambulance(type_: str, minutes_ago: float, journey: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": str(uuid.uuid4()), "source": "urn:nhs:ods:RYD", "subject": f"RYD/{journey}",
        "type": f"ambulance.{type_}", "time": (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat(),
        "data": {"site": "RVV01"} | data,
    }  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", READY)
def test_axe_finds_nothing_on_desk_or_wall_and_a_wall_is_never_cut(
    page: Page, watch: Watch, lightship_server: Any, path: str, theme: str, tmp_path: Path
) -> None:  # fmt: skip
    lightship_server.post_events([ambulance("arrived", 50, "AXE")])
    lightship_server.post_events([arrival() | {"data": {"site": "RVV99", "department_type": 1}}])
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    open_at(page, lightship_server, path, f"?theme={theme}")
    page.screenshot(path=str(tmp_path / f"desk-{theme}.png"), full_page=True)
    assert problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= DESK["width"]
    expect(page.get_by_text("Synthetic people")).to_have_count(0)  # nobody here is
    for scale in (1, 2):
        width, height = WALL["width"] * scale, WALL["height"] * scale
        page.set_viewport_size({"width": width, "height": height})
        open_at(page, lightship_server, path, f"?wall=1&theme={theme}")
        page.screenshot(path=str(tmp_path / f"wall-{width}-{theme}.png"))
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
            width, height,
        ]  # fmt: skip
        assert page.evaluate(INSIDE) == []
        assert problems(page) == []
    watch.check()


def test_an_arrival_waits_for_triage_on_the_ed_board_and_is_explained(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    open_at(page, lightship_server, "/ed")
    figure = page.locator('[data-measure="ed.waiting_for_triage"][data-site="RVV01"]')
    before = int(figure.locator(".figure-value").inner_text())
    lightship_server.post_events([arrival()])
    expect(figure.locator(".figure-value")).to_have_text(str(before + 1), timeout=10_000)

    figure.focus()
    page.keyboard.press("e")
    panel = page.get_by_role("dialog", name="Explain this number")
    expect(panel).to_contain_text("not yet been triaged")
    expect(panel.locator("tr[aria-current] .spread-value")).to_have_text(str(before + 1))
    watch.check()


def test_every_row_is_reached_by_the_keys(page: Page, watch: Watch, lightship_server: Any) -> None:
    open_at(page, lightship_server, "/ed")
    focused = page.locator(":focus")
    for _ in range(20):  # a board takes the keys a moment after it is drawn
        page.keyboard.press("j")
        if focused.count():
            break
        page.wait_for_timeout(250)
    expect(focused).to_have_attribute("data-measure", "ed.in_department")
    page.wait_for_timeout(1_000)  # figures come meanwhile
    expect(focused).to_have_attribute("data-measure", "ed.in_department")
    page.keyboard.press("/")
    page.keyboard.type("Darent")
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("data-site", "RN707")
    watch.check()


def test_an_ambulance_drives_up_waits_past_the_rule_and_hands_over(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    expected = (datetime.now(UTC) + timedelta(minutes=9)).isoformat()
    lightship_server.post_events([
        ambulance("called", 40, "DUE", category="C2", site=None) | {"data": {"category": "C2"}},
        ambulance("conveying", 5, "DUE", expected_at=expected),
    ])  # fmt: skip
    open_at(page, lightship_server, "/ambulance")
    strip = page.locator('tr[data-row="RVV01"] .vehicles')
    expect(strip.locator(".vehicle-due")).to_contain_text("C2", timeout=10_000)

    lightship_server.post_events([ambulance("arrived", 50, "LATE")])
    expect(strip.locator(".vehicle-over")).to_have_count(1, timeout=10_000)
    expect(page.locator(WAITING).first).to_contain_text("1")
    crossed = page.locator('td[data-stands="past"] [data-measure="ambulance.waiting_over_45"][data-site="RVV01"]')
    expect(crossed).to_have_count(1)

    lightship_server.post_events([ambulance("handed_over", 0, "LATE")])
    expect(strip.locator(".vehicle-over")).to_have_count(0, timeout=10_000)
    watch.check()


def test_who_may_not_see_people_sees_the_same_waits_as_bands(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    lightship_server.post_events([ambulance("arrived", 50, "BAND")])
    page.goto(lightship_server.url)
    page.evaluate("fetch('/api/v1/me', {method: 'PUT', headers: {'content-type': 'application/json'}, "
                  "body: JSON.stringify({name: 'viewer'})})")  # fmt: skip
    open_at(page, lightship_server, "/ambulance")
    expect(page.locator('tr[data-row="RVV01"] .band-breach')).to_have_count(1, timeout=10_000)
    expect(page.locator(".vehicles")).to_have_count(0)
    page.goto(f"{lightship_server.url}/feeds")
    expect(page.get_by_text("Viewer may not see the feeds.")).to_be_visible(timeout=10_000)
    watch.check()


def test_a_refused_payload_is_seen_redacted_and_sent_again(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    open_at(page, lightship_server, "/feeds")
    refused = arrival() | {"data": {"site": "RVV99", "department_type": 1}}
    lightship_server.post_events([refused])
    opener = page.locator("table[aria-labelledby=quarantine] .feed-open")
    expect(opener).to_have_count(1, timeout=10_000)
    page.locator('[data-feed="RVV"]').click()
    expect(page.locator("table[aria-labelledby=unmapped]")).to_contain_text("data.site", timeout=10_000)

    opener.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="A refused payload")
    expect(panel).to_contain_text("not a configured site")
    assert refused["subject"] not in panel.inner_text()
    assert problems(page) == []
    panel.get_by_label("Why").fill("Seen by the test")
    panel.get_by_role("button", name="Send it through the door again").click()
    expect(panel).to_contain_text("Refused again")
    watch.check()


def test_a_refused_payload_is_mended_and_taken_in_by_keyboard_and_audited(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    open_at(page, lightship_server, "/feeds")
    lightship_server.post_events([arrival() | {"data": {"site": "RVV99", "department_type": 7}}])
    opener = page.locator("table[aria-labelledby=quarantine] .feed-open")
    expect(opener).to_have_count(1, timeout=10_000)
    opener.press("Enter")
    panel = page.get_by_role("dialog", name="A refused payload")
    form = panel.get_by_role("form", name="Mend the payload and send it again")
    expect(form.get_by_label("Field").first).to_have_value("data.department_type")

    form.get_by_label("Value").first.focus()
    page.keyboard.type("1")
    expect(form.get_by_role("button", name="Mend it")).to_be_visible()
    form.get_by_role("button", name="Another field").press("Enter")
    expect(form.get_by_label("Field").nth(1)).to_be_focused()
    page.keyboard.type("type.of")
    page.keyboard.press("Tab")
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("leads through something that is not an object")
    assert problems(page) == []
    form.get_by_label("Field").nth(1).fill("data.unit")
    form.get_by_label("Value").nth(1).fill("")
    form.get_by_label("Take it out").nth(1).check()
    form.get_by_label("Why").fill("Type 7 is not a department")
    page.keyboard.press("Enter")
    expect(panel).to_contain_text("not sent again yet")
    expect(panel.locator("pre")).to_contain_text('"department_type": 1')
    form.get_by_role("button", name="Send it through the door again").press("Enter")
    expect(panel).to_contain_text("Refused again")
    expect(panel).to_contain_text("not a configured site")
    expect(form.get_by_label("Field").first).to_have_value("data.site")

    form.get_by_label("Value").first.fill("RVV01")
    page.keyboard.press("Enter")
    expect(panel.locator("pre")).to_contain_text('"site": "RVV01"')
    assert problems(page) == []
    form.get_by_role("button", name="Send it through the door again").press("Enter")
    expect(panel).to_contain_text("Taken in: 1 new")
    expect(form).to_have_count(0)
    expect(panel.get_by_text("Taken in: 1 new")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(page.locator("table[aria-labelledby=quarantine]")).to_contain_text("taken in")
    page.context.set_extra_http_headers({"Lightship-Actor": "administrator"})
    entries = page.request.get(f"{lightship_server.url}/api/v1/audit").json()["items"]
    assert [each["what"] for each in entries if each["what"].startswith("quarantine.")] == [
        "quarantine.replay", "quarantine.mend", "quarantine.replay", "quarantine.mend",
    ]  # fmt: skip
    assert {each["why"] for each in entries if each["what"] == "quarantine.mend"} == {"Type 7 is not a department"}

    open_at(page, lightship_server, "/feeds")
    opener.press("Enter")
    expect(panel).to_contain_text("data.site")
    expect(panel.get_by_role("form")).to_have_count(0)
    assert [each for each in watch.complaints if "409" not in each] == []


def test_a_lost_server_is_said_on_the_ambulance_board_and_it_comes_back(page: Page, lightship_server: Any) -> None:
    lightship_server.post_events([ambulance("arrived", 50, "LOST")])
    open_at(page, lightship_server, "/ambulance")
    expect(page.locator('tr[data-row="RVV01"] .vehicle-over')).to_have_count(1, timeout=10_000)
    lightship_server.stop()
    try:
        expect_connection(page, "lost", LOST_MILLISECONDS)
        dotted = page.locator(f"{WAITING} .figure-value").first
        assert dotted.evaluate("each => getComputedStyle(each).textDecorationStyle") == "dotted"
    finally:
        lightship_server.start()
    expect_connection(page, "live", LIVE_MILLISECONDS)
    lightship_server.post_events([ambulance("handed_over", 0, "LOST")])
    expect(page.locator('tr[data-row="RVV01"] .vehicle-over')).to_have_count(0, timeout=10_000)
