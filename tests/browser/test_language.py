"""The visual language: the wall, the phone, the component page, what leaves a board, and what axe finds on each."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.pages import DESK, IN_ED, INSIDE, PHONE, WALL, Watch, open_board, problems

BUDGET_BYTES = 200 * 1024

SIZES = """(selector) => [...document.querySelectorAll(selector)]
    .map((each) => parseFloat(getComputedStyle(each).fontSize) * (each.currentCSSZoom || 1))"""
DRAWN_SIZES = """() => [...document.querySelectorAll('.stage .map text')]
    .map((each) => parseFloat(getComputedStyle(each).fontSize) * Math.abs(each.getScreenCTM().a))"""


def few_people(site: str, count: int) -> list[dict[str, Any]]:
    """So few people in one department that a wall may not say how many."""
    arrived = (datetime.now(UTC) - timedelta(minutes=20)).isoformat()
    return [
        {
            "specversion": "1.0", "source": "urn:nhs:ods:RPA", "subject": f"RPA/FEW{number}", "time": arrived,
            "id": f"few{number}", "type": "ed.arrived",
            "data": {"site": site, "department_type": 1, "unit": f"{site}-MAJORS"},
        }
        for number in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_overview(page: Page, lightship_server: Any, theme: str) -> None:
    for size, view in ((DESK, ""), (WALL, "&wall=1"), (PHONE, "")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        open_board(page, lightship_server, f"/?theme={theme}{view}")
        assert problems(page) == [], f"{size} {view}"
        page.locator(IN_ED).first.focus()
        page.keyboard.press("e")
        expect(page.get_by_role("dialog", name="Explain this number")).to_be_visible()
        assert problems(page) == [], f"explained, {size} {view}"


@pytest.mark.parametrize("view", ["theme=light", "theme=dark", "theme=light&wall=1", "theme=dark&wall=1"])
def test_axe_finds_nothing_on_the_component_page(
    page: Page, watch: Watch, lightship_server: Any, view: str, tmp_path: Path
) -> None:  # fmt: skip
    page.set_viewport_size(WALL if "wall" in view else DESK)  # type: ignore[arg-type]
    page.goto(f"{lightship_server.url}/components.html?{view}")
    expect(page.get_by_role("heading", name="Lightship components")).to_be_visible()
    page.screenshot(path=str(tmp_path / "components.png"), full_page=True)
    assert problems(page) == []
    watch.check()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_wall_is_read_from_afar_and_nothing_of_it_scrolls_or_is_cut(
    page: Page, watch: Watch, lightship_server: Any, theme: str, tmp_path: Path
) -> None:  # fmt: skip
    for scale in (1, 2):
        width, height = WALL["width"] * scale, WALL["height"] * scale
        page.set_viewport_size({"width": width, "height": height})
        open_board(page, lightship_server, f"/?wall=1&theme={theme}")
        expect(page.locator(".stage .map")).to_be_visible()
        page.screenshot(path=str(tmp_path / f"wall-{width}-{theme}.png"))
        page_size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert page_size == [width, height]
        assert page.evaluate(INSIDE) == []
        figures = page.evaluate(SIZES, ".stage .figure:not([data-state=suppressed]) .figure-value")
        assert figures, "a wall without figures"
        assert min(figures) >= 56 * scale
        words = page.evaluate(SIZES, ".stage .quiet, .stage .wall-figure-label, .stage .wall-note, .stage .wall-beside")
        assert min(words) >= 24 * scale
        assert min(page.evaluate(DRAWN_SIZES)) >= 22 * scale
    watch.check()


def test_a_wall_says_neither_in_a_figure_nor_on_the_map_nor_in_a_name_how_few_people_there_are(
    page: Page, lightship_server: Any
) -> None:  # fmt: skip
    assert lightship_server.post_events(few_people("RPA02", 3))["accepted"] == 3
    page.set_viewport_size(WALL)  # type: ignore[arg-type]
    open_board(page, lightship_server, "/?wall=1&theme=light")
    few = page.locator('[data-measure="ed.in_department"][data-site="RPA02"]')
    expect(few).to_have_text("under 5", timeout=10_000)
    assert "3" not in (few.get_attribute("aria-label") or "")
    mark = page.locator('[data-map-site="RPA02"]')
    expect(mark).to_contain_text("under 5 in ED")
    assert "3" not in (mark.get_attribute("aria-label") or "")

    few.click()
    panel = page.get_by_role("dialog", name="Explain this number")
    expect(panel.locator(".explain-value")).to_have_text("under 5")
    expect(panel.locator("tr[aria-current] .spread-value")).to_have_text("under 5")

    page.keyboard.press("Escape")
    page.keyboard.press("w")
    expect(few).to_contain_text("3")


def test_the_keys_turn_the_wall_and_the_night_on_and_off_and_the_address_keeps_them(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    open_board(page, lightship_server)
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "light")
    page.keyboard.press("d")
    expect(root).to_have_attribute("data-theme", "dark")
    page.keyboard.press("w")
    expect(root).to_have_attribute("data-size", "wall")
    expect(page.locator(".stage")).to_be_visible()
    page.reload()
    expect(page.locator(".stage .figure").first).to_be_visible()
    expect(root).to_have_attribute("data-theme", "dark")
    page.keyboard.press("w")
    expect(page.locator(".stage")).to_have_count(0)
    expect(page.locator("table.sites").first).to_be_visible()
    page.keyboard.press("d")
    expect(root).to_have_attribute("data-theme", "light")
    assert page.url.rstrip("/") == lightship_server.url
    watch.check()


def test_a_phone_shows_each_site_as_a_card_with_targets_for_a_thumb(
    page: Page, watch: Watch, lightship_server: Any, tmp_path: Path
) -> None:  # fmt: skip
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    open_board(page, lightship_server)
    page.screenshot(path=str(tmp_path / "phone.png"), full_page=True)
    acute = [site for site in page.request.get(f"{lightship_server.url}/api/v1/overview").json()["sites"]
             if site["kind"] == "acute"]  # fmt: skip
    expect(page.locator(".site-card")).to_have_count(len(acute) + 1)
    heights = page.evaluate("[...document.querySelectorAll('.site-card button')].map((each) => each.offsetHeight)")
    assert min(heights) >= 44
    page.keyboard.press("j")
    expect(page.locator(":focus")).to_have_attribute("data-measure", "ed.in_department")
    expect(page.locator(".site-card[aria-current]")).to_have_count(1)
    watch.check()


def test_a_table_is_saved_and_copied_as_it_is_shown_without_small_numbers(
    page: Page, watch: Watch, lightship_server: Any, tmp_path: Path
) -> None:  # fmt: skip
    assert lightship_server.post_events(few_people("RPA02", 3))["accepted"] == 3
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_board(page, lightship_server)
    expect(page.locator('[data-measure="ed.in_department"][data-site="RPA02"]')).to_contain_text("3", timeout=10_000)
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save Sites, by need as CSV").click()
    saving.value.save_as(tmp_path / "sites.csv")
    assert saving.value.suggested_filename.startswith("sites-by-need-20")
    lines = (tmp_path / "sites.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith('Site,"In ED, all areas"')
    names = [line.split(",")[0] for line in lines[1:-1]]
    assert names == page.locator("table.sites").first.locator("tbody .row-site").all_inner_texts()
    medway = next(line for line in lines if line.startswith("Medway Maritime"))
    assert medway.split(",")[1] == "under 5"

    page.get_by_role("button", name="Copy Sites, by need").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0].startswith("Site\tIn ED, all areas\t")
    watch.check()


def test_a_changed_figure_does_not_move_where_motion_is_not_wanted(page: Page, lightship_server: Any) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{lightship_server.url}/components.html")
    page.get_by_role("button", name="One more").click()
    changed = page.locator(".figure-value.changed").first
    expect(changed).to_have_text("119")
    assert changed.evaluate("(each) => getComputedStyle(each).animationName") == "none"


def test_the_first_load_of_a_board_keeps_to_its_budget(page: Page, watch: Watch, lightship_server: Any) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    open_board(page, lightship_server)
    page.wait_for_load_state("networkidle")
    sizes = {answer.url: len(gzip.compress(answer.body(), 5)) for answer in answers if answer.ok}
    assert any(url.endswith(".js") for url in sizes)
    assert sum(sizes.values()) < BUDGET_BYTES, sizes
    watch.check()
