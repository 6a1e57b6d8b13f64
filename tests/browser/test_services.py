"""The boards of beds, discharge, virtual wards and the community in a browser: figures that change, states, axe."""

from __future__ import annotations

import re
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
    PHONE,
    WALL,
    Watch,
    expect_connection,
    problems,
)

BOARDS = ("beds", "discharge", "virtual-wards", "community")
FIRST = {"beds": "beds.tonight", "discharge": "discharge.no_criteria_to_reside",
         "virtual-wards": "virtual_ward.on_caseload", "community": "ucr.waiting"}  # fmt: skip
#: Room for the topic, which is read once a second.
SECONDS = 10_000


def told(type_: str, subject: str, minutes_ago: float = 1, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "source": "urn:nhs:ods:RVV", "id": str(uuid.uuid4()), "type": type_,
        "subject": f"RVV/{subject}", "time": (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat(),
        "data": data,
    }  # fmt: skip


def ward_unit(page: Page, server: Any, site: str, bed_kind: str) -> str:
    units = page.request.get(f"{server.url}/api/v1/units?site={site}").json()["items"]
    return str(next(unit["code"] for unit in units if unit["bed_kind"] == bed_kind))


def admitted(subject: str, unit: str) -> dict[str, Any]:
    return told("bed.admitted", subject, 30, site="RVV01", unit=unit, bed_kind="ga_adult", admission="emergency")


def figure(page: Page, measure: str, site: str) -> Any:
    return page.locator(f'[data-measure="{measure}"][data-site="{site}"] .figure-value').first


def open_board(page: Page, server: Any, board: str, view: str = "") -> None:
    page.goto(f"{server.url}/{board}{view}")
    expect_connection(page, "live", LIVE_MILLISECONDS)
    expect(figure(page, FIRST[board], "system")).to_be_visible(timeout=SECONDS)


def number(page: Page, measure: str, site: str) -> int:
    return int(figure(page, measure, site).inner_text().replace(",", "").replace("\u2212", "-"))


def test_a_bed_taken_and_one_expected_change_tonight_without_a_reload(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    open_board(page, lightship_server, "beds")
    unit = ward_unit(page, lightship_server, "RVV01", "ga_adult")
    before = number(page, "beds.tonight", "RVV01")

    lightship_server.post_events([admitted("T1", unit)])
    expect(figure(page, "beds.tonight", "RVV01")).to_have_text(f"{before - 1:+,}", timeout=SECONDS)

    due = datetime.now(UTC) + timedelta(seconds=1)
    plan = told("discharge.planned", "T1", site="RVV01", expected_at=due.isoformat(), certainty="definite")
    lightship_server.post_events([plan])
    expect(figure(page, "beds.adult_due", "RVV01")).to_have_text("1", timeout=SECONDS)
    expect(figure(page, "beds.tonight", "RVV01")).to_have_text(f"{before:+,}")
    watch.check()


def test_closed_beds_say_why_and_a_ward_shows_them(page: Page, watch: Watch, lightship_server: Any) -> None:
    open_board(page, lightship_server, "beds")
    unit = ward_unit(page, lightship_server, "RVV01", "ga_adult")
    closed = told("unit.capacity", "x", site="RVV01", unit=unit, core=20, closed=6, reason="infection")
    lightship_server.post_events([closed | {"subject": unit}])

    tile = page.locator(".tile").filter(has_text="G&A closed")
    expect(tile).to_contain_text("6 infection", timeout=SECONDS)
    figure(page, "beds.adult_free", "RVV01").locator("..").locator("..").focus()
    expect(page.get_by_role("heading", name=re.compile("Wards of William Harvey"))).to_be_visible()
    expect(page.locator(".beds-rest").filter(has_text="6 closed")).to_be_visible(timeout=SECONDS)
    watch.check()


def test_no_criteria_to_reside_is_counted_where_and_why(page: Page, watch: Watch, lightship_server: Any) -> None:
    open_board(page, lightship_server, "discharge")
    unit = ward_unit(page, lightship_server, "RVV01", "ga_adult")
    lightship_server.post_events([
        admitted("T1", unit),
        told("discharge.criteria_not_met", "T1", site="RVV01", pathway=2, delay="awaiting_bed", council="medway"),
    ])  # fmt: skip
    for measure in ("no_criteria_to_reside", "delayed_bed", "no_criteria_p2", "no_criteria_medway"):
        expect(figure(page, f"discharge.{measure}", "RVV01")).to_have_text("1", timeout=SECONDS)
    expect(figure(page, "discharge.no_criteria_kent", "RVV01")).to_have_text("0")
    watch.check()


def test_a_referral_is_counted_by_its_direction_and_a_person_on_a_virtual_ward_by_its_team(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    open_board(page, lightship_server, "virtual-wards")
    unit = ward_unit(page, lightship_server, "XMCHVW", "virtual")
    here = {"site": "XMCHVW", "unit": unit}
    events = [told("virtual_ward.referred", f"V{each}", 20, **here, pathway="frailty", direction="step_down")
              for each in range(2)]  # fmt: skip
    events.append(told("virtual_ward.onboarded", "V0", 5, **here))
    source = {"source": "urn:nhs:ods:XMCH"}
    lightship_server.post_events([
        each | source | {"subject": each["subject"].replace("RVV/", "XMCH/")} for each in events
    ])  # fmt: skip
    expect(figure(page, "virtual_ward.on_caseload", "XMCHVW")).to_have_text("1", timeout=SECONDS)
    expect(figure(page, "virtual_ward.referrals_waiting", "XMCHVW")).to_have_text("1")
    expect(page.locator(".tile").filter(has_text="Referred today")).to_contain_text("2 step down")
    expect(page.locator(".beds tbody tr").first).to_contain_text("1 of ")
    watch.check()


def test_people_at_home_and_in_departments_are_counted_where_they_wait(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    open_board(page, lightship_server, "community")
    units = page.request.get(f"{lightship_server.url}/api/v1/units?site=XMCHVW").json()["items"]
    team = next(unit["code"] for unit in units if unit["kind"] == "response_team")
    home = {"source": "urn:nhs:ods:XMCH"}
    here = {"site": "XMCHVW", "unit": team}
    referred = told("ucr.referred", "U1", 150, **here, referral_source="gp", urgency="two_hour")
    lightship_server.post_events([
        referred | home | {"subject": "XMCH/U1"},
        told("ed.arrived", "M1", 800, site="RVV01", department_type=1),
        told("ed.streamed", "M1", 790, site="RVV01", stream="mental_health"),
    ])  # fmt: skip
    expect(figure(page, "ucr.waiting", "XMCHVW")).to_have_text("1", timeout=SECONDS)
    expect(figure(page, "ucr.waiting_over_2h", "XMCHVW")).to_have_text("1")
    expect(figure(page, "ed.mental_health_over_12h", "RVV01")).to_have_text("1")
    expect(page.locator(".tile").filter(has_text="In EDs for mental health")).to_contain_text("1 over 12 h")

    seen = told("ucr.responded", "U1", 1, **here, outcome="stays_home")
    lightship_server.post_events([seen | home | {"subject": "XMCH/U1"}])
    expect(figure(page, "ucr.waiting", "XMCHVW")).to_have_text("0", timeout=SECONDS)
    expect(page.locator(".tile").filter(has_text="Urgent response in 2 h")).to_contain_text("0 of 1, last 24 h")
    expect(page.locator("#hubs-title a")).to_have_attribute("href", "/virtual-wards")
    watch.check()


def test_what_an_organisation_reports_is_explained_as_its_own(
    page: Page, watch: Watch, lightship_server: Any
) -> None:  # fmt: skip
    data = {"organisation": "RYY", "measure": "community.p1_slots_free", "value": 7}
    event = told("gauge.reported", "x", **data) | {  # type: ignore[arg-type]
        "source": "urn:nhs:ods:RYY",
        "subject": "RYY/community.p1_slots_free",
    }
    lightship_server.post_events([event])
    open_board(page, lightship_server, "discharge")
    expect(figure(page, "community.p1_slots_free", "RYY")).to_have_text("7", timeout=SECONDS)
    page.locator('[data-measure="community.p1_slots_free"][data-site="RYY"]').press("Enter")
    panel = page.get_by_role("dialog", name="Explain this number")
    expect(panel).to_contain_text("Pathway 1 slots free, Kent Community Health NHS Foundation Trust")
    expect(panel).to_contain_text("Home care and reablement starts still free today.")
    watch.check()


@pytest.mark.parametrize("board", BOARDS)
def test_a_lost_server_keeps_the_figures_and_says_so(page: Page, lightship_server: Any, board: str) -> None:
    open_board(page, lightship_server, board)
    before = figure(page, FIRST[board], "system").inner_text()
    lightship_server.stop()
    expect_connection(page, "lost", LOST_MILLISECONDS)
    assert figure(page, FIRST[board], "system").inner_text() == before
    style = "each => getComputedStyle(each).textDecorationStyle"
    absent = page.locator(f'[data-measure="{FIRST[board]}"][data-site="system"][data-state="absent"]').count()
    assert absent or figure(page, FIRST[board], "system").evaluate(style) == "dotted"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("board", BOARDS)
def test_axe_finds_nothing_and_nothing_runs_over_the_side(
    page: Page, watch: Watch, lightship_server: Any, board: str, theme: str, tmp_path: Path
) -> None:  # fmt: skip
    unit = ward_unit(page, lightship_server, "RVV01", "ga_adult")
    lightship_server.post_events([admitted("T1", unit)])
    for size, view in ((DESK, ""), (PHONE, ""), (WALL, "&wall=1")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        open_board(page, lightship_server, board, f"?theme={theme}{view}")
        name = f"{board}-{theme}-{size['width']}.png"
        page.screenshot(path=str(tmp_path / name), full_page=not view)
        assert problems(page) == [], f"{size} {view}"
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.locator(f'[data-measure="{FIRST[board]}"]').first.focus()
        page.keyboard.press("e")
        expect(page.get_by_role("dialog", name="Explain this number")).to_be_visible()
        assert problems(page) == [], f"explained, {size} {view}"
    watch.check()


@pytest.mark.parametrize("board", BOARDS)
def test_a_wall_does_not_scroll_and_cuts_nothing(
    page: Page, watch: Watch, lightship_server: Any, board: str
) -> None:  # fmt: skip
    for scale in (1, 2):
        size = {"width": WALL["width"] * scale, "height": WALL["height"] * scale}
        page.set_viewport_size(size)  # type: ignore[arg-type]
        open_board(page, lightship_server, board, "?wall=1")
        page_size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert page_size == [size["width"], size["height"]]
        assert page.evaluate(INSIDE) == []
    watch.check()
