"""By the keyboard alone: Tab reaches everything that can be pressed on every board, in the light of the focus."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.pages import LIVE_MILLISECONDS, Watch, expect_connection
from tests.browser.test_states import BOARDS, READY

#: Tells of each element that takes the focus whether one sees it: the yellow is on it, or on a shape within it.
_LISTEN = """() => {
  window.reached = new Set(); window.unseen = [];
  const yellow = 'rgb(255, 235, 59)';
  const keys = ['boxShadow', 'backgroundColor', 'fill'];
  const shows = (each) => keys.some((key) => getComputedStyle(each)[key].includes(yellow));
  document.addEventListener('focusin', ({target}) => {
    window.reached.add(target);
    if (![target, ...target.querySelectorAll('rect, circle')].some(shows))
      window.unseen.push(target.outerHTML.slice(0, 120));
  });
}"""
_PRESSABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex="0"]')]
    .filter((each) => !each.disabled && each.getClientRects().length > 0)
    .filter((each) => getComputedStyle(each).visibility !== 'hidden')"""


def not_reached(page: Page) -> list[str]:
    """Tabs through the page once: what the focus did not come to, or came to unseen."""
    page.evaluate(_LISTEN)
    many = page.evaluate(f"({_PRESSABLE})().length")
    assert many > 10, "a board with nothing to press"
    for _ in range(many + 2):
        page.keyboard.press("Tab")
    missed = f"({_PRESSABLE})().filter((each) => !reached.has(each)).map((each) => each.outerHTML.slice(0, 120))"
    found: list[str] = page.evaluate(f"{missed}.concat(unseen)")
    return found


def test_tab_reaches_everything_and_one_sees_where_it_is(page: Page, watch: Watch, lightship_server: Any) -> None:
    found = {}
    for board, address in BOARDS.items():
        page.goto(f"{lightship_server.url}{address}?theme=light")
        expect_connection(page, "live", LIVE_MILLISECONDS)
        expect(page.locator(READY.get(board, "main:not(.waiting)"))).to_be_visible(timeout=20_000)
        page.wait_for_load_state("networkidle")
        found[board] = not_reached(page)
    assert {board: each for board, each in found.items() if each} == {}
    watch.check()
