"""Every board, calm and in a surge, with a silent feed, without data and lost, on walls, a desk and a phone.

Each board is opened once a state and drawn at every size: what must be said is said, no words are cut or cover others,
axe finds nothing, and a picture is kept. LIGHTSHIP_PICTURES names the folder for them; without it they are in pytest's.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from services.configuration import load_system
from tests.browser.conftest import LightshipServer
from tests.browser.pages import LIVE_MILLISECONDS, LOST_MILLISECONDS, expect_connection, problems
from tests.browser.seeing import faults
from tests.browser.worlds import CALM, SURGE, Pressure, world

BOARDS = {
    "overview": "/", "site": "/site/RVV01", "ed": "/ed", "ambulance": "/ambulance", "beds": "/beds",
    "discharge": "/discharge", "virtual-wards": "/virtual-wards", "community": "/community", "feeds": "/feeds",
}  # fmt: skip
#: What comes after the first figures.
READY = {"overview": ".map", "site": ".breakdown, .site-wall-why", "feeds": ".rhythm, .feeds-wall"}
#: In a surge something is past its line there, at any hour of the day.
CROSSED = ("overview", "site", "ed", "ambulance", "beds")
WALLS = ("wall", "wall-4k")
#: In the order in which a page goes through them. A wall at night, a larger one by day.
SIZES = {"desk": (1440, 900), "phone": (390, 844), "wall": (1920, 1080), "wall-4k": (3840, 2160)}
NIGHT = ("wall",)  # said, not left to the sun: the sheet of pictures says which is which
SILENT_FOR = {"RVV": timedelta(hours=3)}
AT_ONCE = 4000
MAIN_MILLISECONDS = 20_000
#: Figures of the hospitals whose feed fell silent that do not say so. Ambulances are another feed's.
UNSAID = """[...document.querySelectorAll('.figure[data-site^=RVV]')]
    .filter((each) => !/^(ambulance|mh|s136)/.test(each.dataset.measure))
    .concat([...document.querySelectorAll('.site-wall-units b')]).filter((each) => each.dataset.state === 'live')
    .map((each) => each.getAttribute('aria-label') ?? each.textContent)"""
#: Figures that show a number.
NUMBERS = """[...document.querySelectorAll('.figure:not([data-state=absent])')]
    .map((each) => each.getAttribute('aria-label'))"""
#: Other words that are a nought.
NOUGHTS = """[...document.querySelectorAll('main :is(td, th, b, span, p)')]
    .filter((each) => !each.children.length && /^0(\\.0%)?$/.test(each.textContent.trim()))
    .map((each) => each.parentElement.textContent)"""
#: Figures that show a number as if it were fact.
PLAIN = """[...document.querySelectorAll('.figure:not([data-state=absent]) .figure-value, .site-wall-units b')]
    .filter((each) => getComputedStyle(each).textDecorationStyle !== 'dotted').map((each) => each.textContent)"""

#: Parts of a wall that hold more than they have room for; letters may reach a little out of their lines.
BURST = """[...document.querySelectorAll('.wall > *, .site-wall > *, .service-wall > *')]
    .filter((part) => part.scrollHeight > part.clientHeight + 8).map((part) => part.className)"""

#: Cards with a table that has no copy and CSV of its own.
KEPT = """[...document.querySelectorAll('main .card')]
    .filter((card) => card.querySelectorAll('table').length > card.querySelectorAll('.take-away').length)
    .map((card) => card.innerText.slice(0, 40))"""


@contextmanager
def served(pressure: Pressure | None, silent: dict[str, timedelta] | None = None) -> Iterator[LightshipServer]:
    """A server with a world in it; None: an empty store."""
    with tempfile.TemporaryDirectory(prefix="lightship-states-") as folder:
        server = LightshipServer(Path(folder))
        try:
            server.start()
            if pressure is not None:
                events = world(load_system(), pressure, datetime.now(UTC), silent)
                for first in range(0, len(events), AT_ONCE):
                    assert server.post_events(list(events[first : first + AT_ONCE]))["quarantined"] == 0
            yield server
        finally:
            server.stop()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    kept = os.environ.get("LIGHTSHIP_PICTURES")
    folder = Path(kept) if kept else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[[LightshipServer, str], Page]]:
    """Opens a board by day, on a desk, and waits until its figures are there."""
    with ExitStack() as stack:
        context = browser.new_context(timezone_id="America/New_York", reduced_motion="reduce")
        stack.callback(context.close)

        def open_board(server: LightshipServer, board: str) -> Page:
            page = context.new_page()
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(f"{server.url}{BOARDS[board]}?theme=light")
            expect_connection(page, "live", LIVE_MILLISECONDS)
            expect(page.locator(READY.get(board, "main:not(.waiting)"))).to_be_visible(timeout=MAIN_MILLISECONDS)
            page.wait_for_load_state("networkidle")  # what is fetched beside the figures: definitions, marks, the map
            return page

        yield open_board


def drawn(page: Page, state: str, board: str, pictures: Path, check: Callable[[Page, str], list[str]]) -> list[str]:
    """The board at every size: the faults that it shows, each with its size; a picture of each is kept."""
    found: list[str] = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        wall, theme = size in WALLS, "dark" if size in NIGHT else "light"
        if wall and page.locator(".stage").count() == 0:
            page.keyboard.press("w")
        expect(page.locator(".stage")).to_have_count(1 if wall else 0)
        if page.locator("html").get_attribute("data-theme") != theme:
            page.keyboard.press("d")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        expect(page.locator(READY.get(board, "main")).first).to_be_visible(timeout=MAIN_MILLISECONDS)
        page.screenshot(path=str(pictures / f"{state}-{board}-{size}.png"), full_page=not wall)
        told = faults(page, wall=wall) + check(page, size)
        told += [f"holds more than it has room for: {each}" for each in page.evaluate(BURST) if wall]
        if size != "wall-4k":  # the same page as the smaller wall, drawn twice as large
            told += problems(page)
        found += [f"{board}, {size}: {each}" for each in told]
    return found


def walk(
    server: LightshipServer, opened: Callable[[LightshipServer, str], Page], state: str, pictures: Path,
    check: Callable[[str, Page, str], list[str]],
) -> list[str]:  # fmt: skip
    found: list[str] = []
    for board in BOARDS:
        page = opened(server, board)
        found += drawn(page, state, board, pictures, lambda page, size, board=board: check(board, page, size))  # type: ignore[misc]
        page.close()
    return found


def clean(found: list[str]) -> None:
    assert not found, "\n".join(found)


def missing(page: Page, *words: str) -> list[str]:
    """Those of the words that the page does not say."""
    text = " ".join(page.locator("body").inner_text().split())
    return [f"does not say {each}" for each in words if not re.search(each, text)]


def edges(page: Page) -> int:
    return page.locator('[data-stands="past"]').count()


def test_a_calm_system_is_quiet(opened: Callable[[LightshipServer, str], Page], pictures: Path) -> None:
    def check(board: str, page: Page, size: str) -> list[str]:
        told = missing(page, "Live", "9 of 9 feeds on time")
        told += missing(page, "No incident, divert or mutual aid in force, by 4 of 4") if board == "overview" else []
        loud = page.locator("main").inner_text().count("OPEL 4")
        told += [f"cannot be taken along: {each}" for each in page.evaluate(KEPT)] if size == "desk" else []
        return told + ["says OPEL 4"] * bool(loud)

    with served(CALM) as server:
        clean(walk(server, opened, "calm", pictures, check))


def test_a_surge_is_seen_at_once(opened: Callable[[LightshipServer, str], Page], pictures: Path) -> None:
    def check(board: str, page: Page, size: str) -> list[str]:
        told = missing(page, "Live", *(["OPEL 4"] if board in ("overview", "site") else []))
        if board in ("overview", "site"):
            told += missing(
                page, "Critical incident", r"Divert of ambulances.* since (\w{3} )?\d\d:\d\d", "Mutual aid, 6 staff"
            )
        if size in WALLS and board in CROSSED and not edges(page):
            told.append("no line is past")
        return told

    with served(SURGE) as server:
        clean(walk(server, opened, "surge", pictures, check))


def test_what_rests_on_a_silent_feed_says_so(opened: Callable[[LightshipServer, str], Page], pictures: Path) -> None:
    def check(board: str, page: Page, size: str) -> list[str]:
        told = missing(page, r"East Kent Hospitals.* lost (\w{3} )?\d\d:\d\d" if size in WALLS else "1 silent")
        if board == "overview":
            told += missing(page, r"in force, by 3 of 4 feeds; East Kent Hospitals lost (\w{3} )?\d\d:\d\d")
        if board in ("overview", "site", "ed", "beds", "discharge"):
            told += missing(page, r"lost (\w{3} )?\d\d:\d\d")
        return told + [f"unsaid: {each}" for each in page.evaluate(UNSAID)]

    with served(CALM, SILENT_FOR) as server:
        clean(walk(server, opened, "silent", pictures, check))


def test_without_data_no_figure_is_nought_and_the_page_says_what_to_do(
    opened: Callable[[LightshipServer, str], Page], pictures: Path
) -> None:
    def check(board: str, page: Page, size: str) -> list[str]:
        told = missing(page, "Nothing has been received yet")
        told += ["says that nothing is in force"] * (board == "overview" and not missing(page, "in force"))
        noughts = [] if board == "feeds" else page.evaluate(NOUGHTS)  # that no payload came is a fact
        return told + [f"a number: {each}" for each in page.evaluate(NUMBERS) + noughts]

    with served(None) as server:
        clean(walk(server, opened, "nodata", pictures, check))


def test_a_lost_connection_is_said_everywhere_and_since_when(
    opened: Callable[[LightshipServer, str], Page], pictures: Path
) -> None:
    found: list[str] = []
    with served(SURGE) as server:
        pages = {board: opened(server, board) for board in BOARDS}
        server.stop()
        for board, page in pages.items():
            expect_connection(page, "lost", LOST_MILLISECONDS)

            def check(page: Page, size: str) -> list[str]:
                framed = page.evaluate("getComputedStyle(document.body, '::after').borderTopWidth")
                told = missing(page, r"Lost \d\d:\d\d, \d+ (s|min) ago") + [
                    f"plain: {each}" for each in page.evaluate(PLAIN)
                ]
                told += ["says that feeds are on time"] * bool(
                    page.locator("header").get_by_text("feeds on time").count()
                )
                return told if framed == "6px" else [*told, "no frame"]

            found += drawn(page, "lost", board, pictures, check)
    clean(found)
