"""The focus stays on what it stands on while live figures move the rows of a table, and replace what stands in them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.pages import LIVE_MILLISECONDS, Watch, arrival, expect_connection

WILLIAM_HARVEY, DARENT_VALLEY = "RVV01", "RN707"
TABLE = "table[aria-labelledby=ed-flow]"
ARRIVALS = TABLE + ' [data-measure="ed.arrivals_last_hour"][data-site="{}"]'
#: Chromium moves an element with its focus; Safari has no such way, and takes the focus from what is moved.
AS_SAFARI = "delete Element.prototype.moveBefore"


def arrivals(site: str, number: int) -> list[dict[str, Any]]:
    source = f"urn:nhs:ods:{site[:3]}"
    data = {"site": site, "department_type": 1}
    return [
        event | {"source": source, "subject": event["subject"].replace("RVV/", f"{site[:3]}/"), "data": data}
        for event in (arrival() for _ in range(number))
    ]


def open_by_arrivals(page: Page, server: Any) -> None:
    server.post_events(arrivals(DARENT_VALLEY, 1))
    page.goto(f"{server.url}/ed")
    expect_connection(page, "live", LIVE_MILLISECONDS)
    page.locator(TABLE).get_by_role("button", name="Arrivals last hour").click()
    expect_first(page, WILLIAM_HARVEY)


def expect_first(page: Page, site: str) -> None:
    expect(page.locator(f"{TABLE} tbody [data-row]").first).to_have_attribute("data-row", site, timeout=20_000)


def test_a_focused_figure_keeps_the_focus_whichever_row_is_moved(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    page.add_init_script(AS_SAFARI)
    open_by_arrivals(page, lightship_server)
    # Of two rows that change places only one is moved, and not always the one that rises: each has its turn.
    page.locator(ARRIVALS.format(DARENT_VALLEY)).focus()
    lightship_server.post_events(arrivals(DARENT_VALLEY, 15))
    expect_first(page, DARENT_VALLEY)
    expect(page.locator(":focus")).to_have_attribute("data-site", DARENT_VALLEY)
    lightship_server.post_events(arrivals(WILLIAM_HARVEY, 15))
    expect_first(page, WILLIAM_HARVEY)
    expect(page.locator(":focus")).to_have_attribute("data-site", DARENT_VALLEY)
    page.keyboard.press("k")
    expect(page.locator(":focus")).to_have_attribute("data-measure", "ed.arrivals_last_hour")
    watch.check()


def test_a_focused_link_of_a_row_keeps_the_focus(page: Page, lightship_server: Any) -> None:
    page.add_init_script(AS_SAFARI)
    open_by_arrivals(page, lightship_server)
    for rising in (DARENT_VALLEY, WILLIAM_HARVEY):
        page.locator(f'{TABLE} a[href="/site/{DARENT_VALLEY}"]').focus()
        lightship_server.post_events(arrivals(rising, 20))
        expect_first(page, rising)
        expect(page.locator(":focus")).to_have_attribute("href", f"/site/{DARENT_VALLEY}")


def test_a_reason_that_becomes_a_figure_hands_it_the_focus(page: Page, watch: Watch, lightship_server: Any) -> None:
    page.goto(f"{lightship_server.url}/ed")
    expect_connection(page, "live", LIVE_MILLISECONDS)
    figure = page.locator(ARRIVALS.format(DARENT_VALLEY))
    expect(figure).to_have_class("row-reason", timeout=20_000)
    figure.focus()
    lightship_server.post_events(arrivals(DARENT_VALLEY, 1))
    expect(figure).to_have_class("figure figure-row", timeout=20_000)
    expect(figure).to_be_focused()
    watch.check()


def test_focus_that_somebody_takes_away_stays_away(page: Page, lightship_server: Any) -> None:
    page.add_init_script(AS_SAFARI)
    open_by_arrivals(page, lightship_server)
    page.locator(ARRIVALS.format(DARENT_VALLEY)).focus()
    page.locator(".foot span").first.click()
    for rising in (DARENT_VALLEY, WILLIAM_HARVEY):
        lightship_server.post_events(arrivals(rising, 20))
        expect_first(page, rising)
        expect(page.locator(":focus")).to_have_count(0)
