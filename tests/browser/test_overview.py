"""The system overview in a real browser: live figures, a lost server, the keyboard, and a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import (
    IN_ED,
    LIVE_MILLISECONDS,
    LOST_MILLISECONDS,
    Watch,
    arrival,
    expect_connection,
    open_board,
)


def people_in_ed(page: Page) -> int:
    return int(page.locator(f"{IN_ED} .figure-value").inner_text().replace(",", ""))


def make_a_reading(page: Page, server: Any) -> None:
    """Where nothing has been received yet the figure is a dash: one arrival gives it a first reading."""
    if page.locator(f'{IN_ED}[data-state="absent"]').count():
        server.post_events([arrival()])
    expect(page.locator(f'{IN_ED}:not([data-state="absent"])')).to_be_visible(timeout=10_000)


def test_an_arrival_changes_the_figure_without_a_reload(page: Page, watch: Watch, lightship_server: Any) -> None:
    open_board(page, lightship_server)
    page.evaluate("window.notReloaded = true")
    make_a_reading(page, lightship_server)
    before = people_in_ed(page)

    answer = lightship_server.post_events([arrival()])

    assert answer["accepted"] == 1, answer
    figure = page.locator(f"{IN_ED} .figure-value")
    expect(figure).to_have_text(f"{before + 1:,}", timeout=10_000)
    expect(figure).to_have_class(re.compile(r"\bchanged\b"))
    assert page.evaluate("window.notReloaded") is True
    watch.check()


def test_a_stopped_server_is_said_to_be_lost_and_the_page_comes_back_by_itself(
    page: Page, watch: Watch, lightship_server: Any
) -> None:
    open_board(page, lightship_server)
    page.evaluate("window.notReloaded = true")
    make_a_reading(page, lightship_server)
    before = people_in_ed(page)

    lightship_server.stop()
    try:
        expect_connection(page, "lost", LOST_MILLISECONDS)
        expect(page.locator("#pulse")).to_contain_text(re.compile(r"Lost \d\d:\d\d, \d+ s ago"))
        assert people_in_ed(page) == before, "the last figures stay while the page is lost"
        dotted = page.locator(f"{IN_ED} .figure-value").evaluate("each => getComputedStyle(each).textDecorationStyle")
        assert dotted == "dotted"
    finally:
        lightship_server.start()

    expect_connection(page, "live", LIVE_MILLISECONDS)
    lightship_server.post_events([arrival()])
    expect(page.locator(f"{IN_ED} .figure-value")).to_have_text(f"{before + 1:,}", timeout=10_000)
    assert page.evaluate("window.notReloaded") is True
    assert watch.elsewhere == []


def test_a_picture_that_nobody_keeps_is_lost_though_the_server_still_answers(page: Page, lightship_server: Any) -> None:
    open_board(page, lightship_server)
    lightship_server.stop_database()
    expect_connection(page, "lost", LOST_MILLISECONDS + 15_000)
    assert page.request.get(f"{lightship_server.url}/health/live").ok
    assert page.request.get(f"{lightship_server.url}/api/v1/overview").status == 503


def test_a_number_is_explained_from_the_keyboard(page: Page, watch: Watch, lightship_server: Any) -> None:
    open_board(page, lightship_server)
    definition = page.request.get(f"{lightship_server.url.rstrip('/')}/api/v1/measures/ed.in_department").json()

    page.keyboard.press("j")
    focused = page.locator(":focus")
    expect(focused).to_have_attribute("data-measure", "ed.in_department")
    page.keyboard.press("e")

    panel = page.get_by_role("dialog", name="Explain this number")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text(definition["definition"])
    expect(panel).to_contain_text(definition["source"])
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.locator(":focus")).to_have_attribute("data-measure", "ed.in_department")
    watch.check()


def test_rows_are_walked_found_and_sorted_from_the_keyboard(page: Page, watch: Watch, lightship_server: Any) -> None:
    open_board(page, lightship_server)
    rows = page.locator("table.sites").first.locator("tbody tr")
    codes = [row.get_attribute("data-row") for row in rows.all()]

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(f'tr[data-row="{codes[1]}"]')).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    expect(page.locator(f'tr[data-row="{codes[0]}"]')).to_have_attribute("aria-current", "true")

    page.keyboard.press("/")
    page.keyboard.type("RVV09")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Queen Elizabeth The Queen Mother Hospital")).to_be_visible()
    page.go_back()
    expect(page.locator(IN_ED)).to_be_visible(timeout=10_000)

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")

    heading = page.locator("table.sites").first.locator("thead th").filter(has_text="In ED").first
    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    watch.check()


def test_every_site_is_on_the_map_marks_its_row_and_opens_its_board(
    page: Page, watch: Watch, lightship_server: Any
) -> None:
    open_board(page, lightship_server)
    sites = page.request.get(f"{lightship_server.url.rstrip('/')}/api/v1/overview").json()["sites"]
    expect(page.locator("[data-map-site]")).to_have_count(len(sites))

    page.locator('[data-map-site="RVV01"]').focus()
    expect(page.locator('tr[data-row="RVV01"]')).to_have_attribute("aria-current", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="William Harvey Hospital")).to_be_visible()
    watch.check()


@pytest.mark.parametrize("theme", ["", "?theme=dark"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 1024), (1440, 900), (1920, 1080)])
def test_nothing_runs_over_the_side(
    page: Page, watch: Watch, lightship_server: Any, width: int, height: int, theme: str, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_board(page, lightship_server, f"/{theme}")
    page.screenshot(path=str(tmp_path / f"overview-{width}{'-dark' if theme else ''}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    watch.check()


def test_the_clock_is_that_of_london_wherever_the_browser_is(page: Page, lightship_server: Any) -> None:
    open_board(page, lightship_server)
    shown = page.locator("header time")
    moment = shown.get_attribute("datetime")
    assert moment is not None
    london = page.evaluate(
        "at => new Intl.DateTimeFormat('en-GB', {timeZone: 'Europe/London', hour: '2-digit', minute: '2-digit'})"
        ".format(new Date(at))",
        moment,
    )
    expect(shown).to_contain_text(london)


def test_every_component_is_shown_without_a_server_behind_it(page: Page, watch: Watch, lightship_server: Any) -> None:
    page.goto(lightship_server.url.rstrip("/") + "/components.html")
    expect(page.get_by_role("heading", name="Lightship components")).to_be_visible()
    expect(page.get_by_role("img", name="OPEL 4", exact=True).first).to_be_visible()
    watch.check()
