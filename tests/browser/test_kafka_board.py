"""What waits in Kafka's topics, and which of them nobody reads, on a desk, a phone and a wall."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from services.store import offsets
from services.store.offsets import Partition
from tests.browser.pages import DESK, INSIDE, LIVE_MILLISECONDS, WALL, Watch, expect_connection, problems

TOPICS = ("flow.ed", "flow.bed", "flow.gauge", "flow.quarantine")
PHONE = {"width": 390, "height": 844}


def put(server: Any) -> None:
    """Topics that workers read, of which one lost messages, and a trust's own that nobody reads."""
    with server.database() as connection:
        read = {Partition(topic, number): 5_000 for topic in TOPICS for number in range(3)}
        offsets.note_reached(connection, read, dict.fromkeys(read, 5004))
        unread = {Partition("in.RVV", number): 100 for number in range(3)}
        offsets.note_reached(connection, unread, dict.fromkeys(unread, 500))
        connection.execute("update kafka_offset set asked_at = now() - interval '1 hour' where topic = 'in.RVV'")
        connection.execute("update kafka_offset set asked_at = now() + interval '1 hour' where topic <> 'in.RVV'")
        connection.execute("update kafka_offset set lost = 30 where topic = 'flow.gauge' and partition = 0")


def opened(page: Page, server: Any, query: str = "") -> None:
    page.goto(f"{server.url}/feeds{query}")
    expect_connection(page, "live", LIVE_MILLISECONDS)


def test_a_topic_that_nobody_reads_stands_first_and_is_said_on_a_wall(
    page: Page, watch: Watch, lightship_server: Any, tmp_path: Path
) -> None:  # fmt: skip
    put(lightship_server)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    opened(page, lightship_server)
    rows = page.locator("table[aria-labelledby=kafka] tbody tr")
    expect(rows).to_have_count(5, timeout=15_000)
    for said in ("in.RVV", "not read", "1,200"):
        expect(rows.first).to_contain_text(said)
    expect(rows.nth(1)).to_contain_text("30")
    assert problems(page) == []
    page.screenshot(path=str(tmp_path / "desk.png"), full_page=True)

    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    opened(page, lightship_server)
    expect(rows.first).to_contain_text("in.RVV", timeout=15_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.screenshot(path=str(tmp_path / "phone.png"), full_page=True)

    page.set_viewport_size(WALL)  # type: ignore[arg-type]
    opened(page, lightship_server, "?wall=1")
    line = page.locator(".feeds-wall-kafka")
    expect(line).to_have_text(
        "Kafka 1 of 5 topics is not read: in.RVV. 1,248 messages wait. Kafka dropped 30 unread.", timeout=15_000
    )
    assert page.evaluate(INSIDE) == []
    box = line.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= WALL["width"]
    assert box["y"] + box["height"] <= WALL["height"]
    assert problems(page) == []
    page.screenshot(path=str(tmp_path / "wall.png"))
    watch.check()


def test_without_kafka_nothing_is_said_of_it(page: Page, watch: Watch, lightship_server: Any) -> None:
    opened(page, lightship_server, "?wall=1")
    expect(page.locator(".feeds-wall tbody tr").first).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Kafka")).to_have_count(0)
    watch.check()
