"""The board of one site in a real browser: live, lost, by keyboard, for each role, on desk, wall and phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import IN_ED, LIVE_MILLISECONDS, LOST_MILLISECONDS, Watch, arrival, expect_connection, problems

SIZES = {"desk": (1440, 900), "phone": (390, 844), "wall": (1920, 1080), "large-wall": (3840, 2160)}


def open_site(page: Page, server: Any, address: str = "/site/RVV01") -> None:
    page.goto(server.url + address)
    expect_connection(page, "live", LIVE_MILLISECONDS)
    expect(page.locator("main h2").first).to_be_visible(timeout=10_000)


def people_in_majors(page: Page) -> int:
    return int(page.locator(".waits tr", has_text="Majors").locator(".waits-people").inner_text())


def test_an_arrival_moves_the_figure_the_area_and_the_marks(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    open_site(page, lightship_server)
    expect(page).to_have_title("Lightship: William Harvey")
    expect(page.locator(".waits .wait")).to_have_count(12)
    assert people_in_majors(page) == 12
    assert lightship_server.post_events([arrival()])["accepted"] == 1
    expect(page.locator(f"{IN_ED} .figure-value")).to_have_text("13", timeout=5_000)
    expect(page.locator('.beds-explain[data-site="RVV01-MAJORS"]')).to_have_text("13 of 36")
    expect(page.locator(".waits tr", has_text="Majors").locator(".waits-people")).to_have_text("13", timeout=10_000)
    watch.check()


def test_a_figure_of_the_site_and_one_of_a_unit_are_explained(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    open_site(page, lightship_server)
    panel = page.get_by_role("dialog", name="Explain this number")
    page.locator('[data-measure="ed.waiting_to_be_seen"]').press("Enter")
    expect(panel).to_contain_text("William Harvey Hospital")
    page.keyboard.press("Escape")
    page.locator('.beds-explain[data-site="RVV01-MAJORS"]').press("Enter")
    expect(panel).to_contain_text("Majors, William Harvey Hospital")
    expect(panel.locator("tr[aria-current]")).to_contain_text("Majors")
    watch.check()


def test_the_board_is_whole_without_marks_for_those_who_may_not_see_them(
    page: Page, lightship_server: Any
) -> None:  # fmt: skip
    page.context.set_extra_http_headers({"Lightship-Actor": "viewer"})
    open_site(page, lightship_server)
    expect(page.get_by_text("Marks of people are for managers of the site")).to_be_visible(timeout=10_000)
    expect(page.locator(".waits")).to_have_count(0)
    expect(page.locator('.beds-explain[data-site="RVV01-MAJORS"]')).to_have_text("12 of 36")


@pytest.mark.parametrize(
    ("code", "shown", "not_shown"),
    [
        ("RVV02", ["Urgent treatment centre"], ["Beds", "Ambulance", "Virtual ward", "Ready to leave"]),
        ("RYYXWHIT", ["Beds", "Ready to leave"], ["Urgent treatment centre", "Ambulance", "Virtual ward"]),
        ("RYYXVWEK", ["Virtual ward"], ["Beds", "Ambulance", "Urgent treatment centre", "Ready to leave"]),
    ],
)
def test_a_smaller_site_shows_only_what_applies_to_it(
    page: Page, watch: Watch, lightship_server: Any, code: str, shown: list[str], not_shown: list[str]
) -> None:  # fmt: skip
    open_site(page, lightship_server, f"/site/{code}")
    for name in shown:
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    for name in [*not_shown, "OPEL, parameter by parameter"]:
        expect(page.get_by_role("heading", name=name)).to_have_count(0)
    watch.check()


def test_a_code_that_no_site_has_leads_back(page: Page, lightship_server: Any) -> None:
    page.goto(f"{lightship_server.url}/site/RZZ99")
    expect(page.get_by_text("No site has this code")).to_be_visible(timeout=10_000)


def test_a_lost_server_is_said_and_found_again(page: Page, lightship_server: Any) -> None:
    open_site(page, lightship_server)
    lightship_server.stop()
    expect_connection(page, "lost", LOST_MILLISECONDS)
    expect(page.locator(IN_ED)).to_be_visible()
    lightship_server.start()
    expect_connection(page, "live", LIVE_MILLISECONDS)


def test_the_overview_finds_the_site(page: Page, watch: Watch, lightship_server: Any) -> None:
    page.goto(lightship_server.url)
    expect(page.locator('tr[data-row="RVV01"] a')).to_have_attribute("href", "/site/RVV01", timeout=10_000)
    page.keyboard.press("/")
    page.keyboard.type("harv")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="William Harvey Hospital")).to_be_visible()
    watch.check()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_it_fits_the_screen_and_axe_finds_nothing(
    page: Page, watch: Watch, lightship_server: Any, size: str, theme: str, tmp_path: Path
) -> None:  # fmt: skip
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    wall = "&wall=1" if "wall" in size else ""
    open_site(page, lightship_server, f"/site/RVV01?theme={theme}{wall}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(tmp_path / f"site-{size}-{theme}.png"), full_page=not wall)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if wall:
        assert page.evaluate("document.documentElement.scrollHeight") <= height
    assert problems(page) == []
    watch.check()


def test_a_wall_withholds_how_few_people_there_are(page: Page, lightship_server: Any) -> None:
    event = arrival()
    event["data"] |= {"site": "RVV09", "unit": "RVV09-MAJORS"}
    assert lightship_server.post_events([event])["accepted"] == 1
    page.set_viewport_size({"width": 1920, "height": 1080})
    open_site(page, lightship_server, "/site/RVV09?wall=1&theme=light")
    few = page.locator('[data-measure="ed.in_department"][data-site="RVV09"]')
    expect(few).to_have_text("under 5", timeout=10_000)
    expect(page.locator(".site-wall-units li", has_text="Majors")).to_contain_text("under 5")
    few.click()
    panel = page.get_by_role("dialog", name="Explain this number")
    expect(panel.locator(".explain-value")).to_have_text("under 5")
