"""What people add and look back at, in a real browser: a past night, a note, a typed return, a declared level."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.pages import (
    DESK,
    IN_ED,
    LIVE_MILLISECONDS,
    PHONE,
    WALL,
    Watch,
    expect_connection,
    open_board,
    problems,
)

LONDON = ZoneInfo("Europe/London")
SLOW = 15_000


def last_evening() -> datetime:
    """19:00 in London of the last whole night."""
    now = datetime.now(LONDON)
    days = 1 if now.hour >= 7 else 2
    return (now - timedelta(days=days)).replace(hour=19, minute=0, second=0, microsecond=0)


def replay_of(evening: datetime, at: str = "") -> str:
    morning = (evening + timedelta(days=1)).replace(hour=7)
    return f"replay={evening:%Y-%m-%dT%H:%M}/{morning:%Y-%m-%dT%H:%M}&known=now{at}"


def arrivals(at: datetime, count: int) -> list[dict[str, Any]]:
    return [
        {"specversion": "1.0", "source": "urn:nhs:ods:RVV", "subject": f"RVV/{at:%d%H}-{number}",
         "id": f"{at:%d%H}-{number}", "type": "ed.arrived", "time": at.astimezone(UTC).isoformat(),
         "data": {"site": "RVV01", "department_type": 1, "unit": "RVV01-MAJORS"}}
        for number in range(count)
    ]  # fmt: skip


def keep_days(server: Any, measure: str, code: str, days: int) -> None:
    """Readings of the days before today: an hour of each UTC day that stands for the rest of it."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = (measure, code)
    with server.database() as connection:
        number = "select id from series where measure = %s and level = 'site' and code = %s"
        row = connection.execute(number, asked).fetchone()
        if row is None:
            connection.execute(
                "insert into series (measure, level, code, id) "
                "select %s, 'site', %s, coalesce(max(id), 0) + 1 from series", asked,
            )  # fmt: skip
            row = connection.execute(number, asked).fetchone()
        for back in range(1, days + 1):
            day = today - timedelta(days=back)
            connection.execute(
                "insert into reading_hour (series, hour, known_at, value, absent, marks) "
                "values (%s, %s, %s, %s, 0, 12)",
                (row[0], day, day + timedelta(hours=1), 40 + back % 3),
            )


@pytest.fixture
def at_once(page: Page) -> list[int]:
    """How many reads of a past moment were open at once, at every change."""
    open_: set[Request] = set()
    seen: list[int] = [0]

    def asked(request: Request) -> None:
        if "as_at=" in request.url:
            open_.add(request)
            seen.append(len(open_))

    page.on("request", asked)
    page.on("requestfinished", lambda request: open_.discard(request))
    page.on("requestfailed", lambda request: open_.discard(request))
    return seen


def test_a_past_night_is_played_on_any_board_and_never_taken_for_now(
    page: Page, watch: Watch, lightship_server: Any, at_once: list[int]
) -> None:  # fmt: skip
    evening = last_evening()
    lightship_server.post_events(arrivals(evening - timedelta(hours=1), 1))
    lightship_server.post_events(arrivals(evening + timedelta(hours=2), 3))
    open_board(page, lightship_server)
    page.keyboard.press("r")
    expect_connection(page, "past", SLOW)
    player = page.get_by_role("region", name="The past, played back")
    expect(player).to_contain_text("19:00", timeout=SLOW)
    expect(page.locator("#pulse")).to_contain_text("Not live: as at 19:00")
    expect(player.get_by_role("button", name="Play")).to_be_focused()

    at = f"&at={evening + timedelta(hours=4):%Y-%m-%dT%H:%M}"
    page.goto(f"{lightship_server.url}/?{replay_of(evening, at)}")
    expect(page.locator(f"{IN_ED} .figure-value").first).to_have_text("4", timeout=SLOW)
    slider = player.get_by_role("slider", name="Moment")
    slider.press("End")
    expect(page.locator("#pulse")).to_contain_text("as at 07:00", timeout=SLOW)
    slider.press("Home")
    expect(page.locator("#pulse")).to_contain_text("as at 19:00", timeout=SLOW)
    expect(page.locator(f"{IN_ED} .figure-value").first).to_have_text("1")
    page.locator("main h2").first.click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#pulse")).to_contain_text("as at 19:05", timeout=SLOW)
    page.keyboard.press("Space")
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("#pulse")).to_contain_text("as at 19:3", timeout=SLOW)
    page.keyboard.press("Space")
    expect(player.get_by_role("button", name="Play")).to_be_visible()
    expect(page).to_have_url(re.compile(r"at=\d{4}-\d\d-\d\dT19:3"), timeout=5_000)
    assert max(at_once) <= 3, "a replay takes two requests at once, and the day behind it a third"

    page.get_by_role("link", name="ED", exact=True).click()
    expect(page).to_have_url(re.compile(r"/ed\?replay=.*&at="))
    expect(page.locator("#pulse")).to_contain_text("as at 19:3", timeout=SLOW)
    expect(page.locator(f"{IN_ED} .figure-value").first).to_have_text("1", timeout=SLOW)
    page.keyboard.press("l")
    expect_connection(page, "live", LIVE_MILLISECONDS)
    expect(player).to_have_count(0)
    expect(page).to_have_url(f"{lightship_server.url}/ed")
    watch.check()


def test_every_board_is_whole_in_the_past_and_axe_finds_nothing(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    evening = last_evening()
    lightship_server.post_events(arrivals(evening + timedelta(hours=2), 3))
    at = f"&at={evening + timedelta(hours=4):%Y-%m-%dT%H:%M}"
    boards = ["/", "/ed", "/ambulance", "/beds", "/discharge", "/virtual-wards", "/community", "/feeds", "/site/RVV01"]
    shown = [(board, DESK, "") for board in boards]
    shown += [("/ed", WALL, "&wall=1&theme=dark"), ("/", PHONE, ""), ("/site/RVV01", PHONE, "")]
    for board, size, view in shown:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(f"{lightship_server.url}{board}?{replay_of(evening, at)}{view}")
        expect_connection(page, "past", SLOW)
        expect(page.locator("main:not(.waiting)")).to_be_visible(timeout=SLOW)
        expect(page.locator("#pulse")).to_contain_text("as at 23:00")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], board
        assert problems(page) == [], f"{board} {size}"
    watch.check()


def test_a_note_is_written_read_and_withdrawn_by_keyboard(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    open_board(page, lightship_server)
    page.locator(IN_ED).first.press("Enter")
    panel = page.get_by_role("dialog", name="Explain this number")
    panel.get_by_role("button", name="Add a note").press("Enter")
    form = panel.get_by_role("form", name="A note on a moment")
    expect(form.get_by_label("What happened")).to_be_focused()
    page.keyboard.type("Call 999 123 4543")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("may be an NHS number")
    assert problems(page) == []
    page.keyboard.press("Control+A")
    page.keyboard.type("CT scanner down")
    form.get_by_role("combobox").select_option(label="East Kent Hospitals")
    form.get_by_role("button", name="Write the note").press("Enter")
    note = panel.get_by_role("listitem").filter(has_text="CT scanner down")
    expect(note).to_contain_text("East Kent Hospitals")
    expect(note).to_contain_text("desk")
    expect(form).to_have_count(0)
    note.get_by_role("button", name="Withdraw note 1").press("Enter")
    page.keyboard.type("It was Medway")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("listitem").filter(has_text="It was Medway")).to_contain_text("withdrawn by desk")
    expect(panel).not_to_contain_text("CT scanner down")
    page.context.set_extra_http_headers({"Lightship-Actor": "viewer"})
    open_board(page, lightship_server)
    page.locator(IN_ED).first.press("Enter")
    expect(panel).to_contain_text("It was Medway")
    expect(panel.get_by_role("button", name="Add a note")).to_have_count(0)
    assert [each for each in watch.complaints if "422" not in each] == []


def test_the_limits_of_a_chart_begin_again_by_a_persons_word_and_by_keyboard(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    noon = datetime.now(LONDON).replace(hour=12, minute=0, second=0, microsecond=0)
    keep_days(lightship_server, "ed.in_department", "RVV01", 20)
    open_board(page, lightship_server)
    page.locator(IN_ED).first.press("Enter")
    panel = page.get_by_role("dialog", name="Explain this number")
    limits = panel.get_by_role("region", name="Limits of the chart")
    limits.get_by_role("button", name="Begin the limits again").press("Enter")
    form = limits.get_by_role("form")
    expect(form.get_by_label("What changed")).to_be_focused()
    page.keyboard.type("Call 999 123 4543")
    form.get_by_label("First day").fill(f"{noon - timedelta(days=4):%Y-%m-%d}")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("may be an NHS number")
    assert problems(page) == []
    form.get_by_label("What changed").fill("Same day emergency care moved")
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)
    expect(limits.get_by_role("listitem")).to_contain_text("Same day emergency care moved")
    chart = panel.locator(".spc-chart")
    expect(chart.locator(".spc-step")).to_have_count(1, timeout=SLOW)
    expect(chart).to_have_attribute("aria-label", re.compile("Limits begin again on .*: Same day emergency care moved"))
    expect(chart.locator(".spc-mean")).to_have_count(2)
    assert problems(page) == []
    limits.get_by_role("button", name=re.compile("Withdraw the limits from")).press("Enter")
    page.keyboard.type("It was the week before")
    page.keyboard.press("Enter")
    expect(limits.get_by_role("listitem")).to_contain_text("withdrawn by desk")
    expect(limits).not_to_contain_text("Same day emergency care moved")
    expect(chart.locator(".spc-step")).to_have_count(0, timeout=SLOW)
    page.context.set_extra_http_headers({"Lightship-Actor": "site-manager-rvv01"})
    open_board(page, lightship_server)
    page.locator(IN_ED).first.press("Enter")
    expect(limits).to_contain_text("It was the week before")
    expect(limits.get_by_role("button")).to_have_count(0)
    assert [each for each in watch.complaints if "422" not in each] == []


def test_a_return_is_typed_asked_about_sent_corrected_and_taken_along(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    page.goto(f"{lightship_server.url}/return?for=XMCH")
    beds = page.get_by_label("Pathway 2 beds free", exact=True)
    beds.fill("14")
    page.get_by_label("Urgent community response in 2 hours").fill("170")
    page.keyboard.press("Enter")
    expect(page.locator("tr", has_text="Urgent community response in 2 hours")).to_contain_text(
        "Refused: it lies between 0% and 100%"
    )
    page.get_by_label("Urgent community response in 2 hours").fill("70")
    page.get_by_role("button", name="Send 2 of 13").click()
    row = page.locator("tr", has=page.get_by_text("Pathway 2 beds free", exact=True))
    expect(row.locator(".return-said")).to_have_text("Sent")
    expect(row.locator(".return-last")).to_contain_text("14 beds")
    beds.fill("140")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("It is far from the last, 14")
    row.get_by_label("It is right").check()
    page.get_by_role("button", name="Send 2 of 13").click()
    expect(row).to_contain_text("it replaces what was typed for this moment")
    expect(row.locator(".return-last")).to_contain_text("140 beds")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save Medway Community Healthcare, Community services as CSV").click()
    lines = saving.value.path().read_text(encoding="utf-8-sig").splitlines()
    (beds_line,) = [line for line in lines if line.startswith("Pathway 2 beds free,140 beds,")]
    assert beds_line.endswith(",140,beds,Sent; it replaces what was typed for this moment")
    assert problems(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert problems(page) == []
    page.context.set_extra_http_headers({"Lightship-Actor": "viewer"})
    page.goto(f"{lightship_server.url}/return")
    expect(page.get_by_text("Viewer may not type returns")).to_be_visible(timeout=SLOW)
    watch.check()


def test_a_level_is_proposed_by_a_site_and_declared_by_the_control_centre(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    def act_as(name: str, address: str) -> None:
        page.context.set_extra_http_headers({"Lightship-Actor": name})
        page.goto(lightship_server.url + address)
        page.locator("[data-opel]").first.press("Enter")

    panel = page.get_by_role("dialog", name="OPEL")
    act_as("control-centre", "/")
    propose = panel.get_by_role("form", name="Propose a level")
    propose.get_by_label("OPEL 4").check()
    propose.get_by_label("Why").fill("Two hospitals on divert")
    assert problems(page) == []
    propose.get_by_role("button", name="Propose").click()
    expect(panel).to_contain_text("Proposed by control centre")
    act_as("viewer", "/")
    expect(panel).to_contain_text("Two hospitals on divert", timeout=SLOW)
    expect(panel).to_contain_text("The control centre validates")
    expect(panel.get_by_role("form")).to_have_count(0)
    act_as("desk", "/")
    panel.get_by_role("button", name="Refuse").click()
    expect(panel).to_contain_text("Say why it is refused.")
    panel.get_by_role("button", name="Validate").click()
    expect(panel).to_contain_text("Validated by desk")
    panel.get_by_role("button", name="Agree").click()
    expect(panel).to_contain_text("How OPEL 4 was declared")
    assert problems(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".tiles .opel-headline")).to_contain_text("declared", timeout=SLOW)
    watch.check()
