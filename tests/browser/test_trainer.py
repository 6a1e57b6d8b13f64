"""The trainer's page: only of synthetic people, by keyboard, in each size and theme; a pause is said on every board."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.store import synthetic
from tests.browser.pages import DESK, IN_ED, PHONE, Watch, arrival, expect_connection, open_board, problems

LIVE_MILLISECONDS = 30_000


@pytest.fixture
def synthetic_server(lightship_server: Any) -> Any:
    """Its people count as synthetic from now on; no feed runs, so that only the test changes anything."""
    now = datetime.now(UTC)
    with lightship_server.database() as connection:
        run = synthetic.Run(1, 1.0, now - timedelta(days=1), now, now, drawable=True, share=1.0)
        synthetic.begin(connection, run)
        connection.execute(
            "insert into clock (origin, started, rate) values (%s, %s, 1) on conflict do nothing", (now, now)
        )
    return lightship_server


def open_trainer(page: Page, server: Any, query: str = "") -> None:
    page.goto(f"{server.url}/trainer{query}")
    expect_connection(page, "live", LIVE_MILLISECONDS)
    expect(page.get_by_role("heading", name="Begin an incident")).to_be_visible(timeout=LIVE_MILLISECONDS)


def test_real_people_are_not_steered(page: Page, watch: Watch, lightship_server: Any) -> None:
    page.goto(f"{lightship_server.url}/trainer")
    expect(page.get_by_text("there is nothing to steer")).to_be_visible(timeout=LIVE_MILLISECONDS)
    expect(page.get_by_role("link", name="Synthetic people")).to_have_count(0)
    watch.check()


def test_it_is_steered_by_keyboard_and_a_pause_is_never_shown_as_live(
    page: Page, watch: Watch, synthetic_server: Any
) -> None:  # fmt: skip
    open_board(page, synthetic_server, "/")
    page.get_by_role("link", name="Synthetic people").press("Enter")
    expect(page.get_by_text("Nothing was asked for")).to_be_visible(timeout=LIVE_MILLISECONDS)

    form = page.get_by_role("form", name="Begin an incident")
    form.get_by_label("What happens").select_option("Ambulance wave")
    form.get_by_label("Where").select_option("Medway Maritime Hospital")
    form.get_by_label("Size").fill("9")
    form.get_by_label("Size").press("Enter")
    expect(page.get_by_text("at most 5")).to_be_visible()
    form.get_by_label("Size").fill("2")
    form.get_by_label("Size").press("Enter")
    row = page.get_by_role("row", name="Ambulance wave Medway Maritime Hospital")
    expect(row).to_contain_text("2 times the usual calls")
    expect(row).to_contain_text("until")
    page.get_by_role("button", name="Silence it").press("Enter")
    expect(page.get_by_role("row", name="Silent feed")).to_contain_text("since")
    row.get_by_role("button", name="End").press("Enter")
    expect(row).to_contain_text("over since")

    page.get_by_role("button", name="60 an hour a minute").press("Enter")
    expect(page.locator(".header-notes")).to_contain_text("60 times real speed")
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.locator("#pulse")).to_contain_text("Paused")
    expect(page.locator(".header-notes")).to_contain_text("Clock paused")
    expect(page.locator("#pulse")).not_to_contain_text("Live")
    open_board(page, synthetic_server, "/?wall=1")
    expect(page.locator("#pulse")).to_contain_text("Paused")
    watch.check()


def test_axe_finds_nothing_on_it(page: Page, watch: Watch, synthetic_server: Any) -> None:
    for theme, size in itertools.product(("light", "dark"), (DESK, PHONE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        open_trainer(page, synthetic_server, f"?theme={theme}")
        if page.get_by_text("Nothing was asked for").is_visible():
            page.get_by_role("button", name="Begin it").click()
        expect(page.get_by_role("row", name="Surge").first).to_be_visible()
        assert problems(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    watch.check()


def test_a_jump_takes_the_page_and_every_other_open_board_to_the_copy_and_back(
    page: Page, watch: Watch, synthetic_server: Any
) -> None:
    other = page.context.new_page()
    watch.on(other)
    open_board(other, synthetic_server, "/")
    expect(other.locator(IN_ED)).to_contain_text("12")
    open_trainer(page, synthetic_server)
    page.get_by_label("Save this moment as").fill("twelve people")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("button", name="Jump to twelve people")).to_be_visible()
    synthetic_server.post_events([arrival(), arrival()])
    expect(other.locator(IN_ED)).to_contain_text("14")

    page.get_by_role("button", name="Jump to twelve people").press("Enter")
    expect(page.get_by_text("Opening twelve people")).to_be_visible()
    expect(page.get_by_text("This is a copy of twelve people")).to_be_visible(timeout=LIVE_MILLISECONDS)
    expect(other.locator(IN_ED)).to_contain_text("12", timeout=LIVE_MILLISECONDS)
    expect_connection(other, "live", LIVE_MILLISECONDS)
    expect(other.locator(".header-notes")).to_contain_text("copy of twelve people")
    synthetic_server.post_events([arrival()])
    expect(other.locator(IN_ED)).to_contain_text("13", timeout=LIVE_MILLISECONDS)  # when the copy's clock is there

    again = page.get_by_role("button", name="Jump to twelve people")
    again.press("Enter")
    expect(other.locator(IN_ED)).to_contain_text("12", timeout=LIVE_MILLISECONDS)
    expect(again).to_be_enabled(timeout=LIVE_MILLISECONDS)
    page.get_by_role("button", name="Go back").press("Enter")
    expect(other.locator(IN_ED)).to_contain_text("14", timeout=LIVE_MILLISECONDS)
    expect(page.get_by_text("This is a copy of")).to_have_count(0, timeout=LIVE_MILLISECONDS)
    watch.check()


def test_a_store_that_took_in_a_synthetic_event_says_so_on_every_board_at_once(
    page: Page, watch: Watch, lightship_server: Any
) -> None:
    open_board(page, lightship_server, "/")
    expect(page.get_by_text("Synthetic people")).to_have_count(0)
    lightship_server.post_events([arrival() | {"synthetic": True}])
    expect(page.get_by_text("Synthetic people and others")).to_be_visible()
    for address in ("/?wall=1", "/ed", "/site/RVV01", "/feeds", "/return"):
        page.goto(lightship_server.url + address)
        expect(page.get_by_text("Synthetic people and others")).to_be_visible(timeout=LIVE_MILLISECONDS)
    page.goto(f"{lightship_server.url}/trainer")
    expect(page.get_by_text("no synthetic system runs here")).to_be_visible(timeout=LIVE_MILLISECONDS)
    watch.complaints = [each for each in watch.complaints if "409" not in each]  # the browser's own line for it
    watch.check()
