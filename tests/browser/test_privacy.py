"""Nothing that names a person reaches a browser: not the page, not what it keeps, not what it was sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from playwright.sync_api import Page, Response, WebSocket, expect

from tests.browser.pages import IN_ED, open_board
from tests.integration.test_privacy import PLANTED, SURNAME, WORDS, bad_events, found, good_events

KEPT = """() => JSON.stringify([
    Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, document.title, location.href,
    performance.getEntries().map((entry) => entry.name),
])"""


class Heard:
    """Everything that the page was sent, and everything it said."""

    def __init__(self, page: Page) -> None:
        self.places: list[tuple[str, bytes]] = []
        self.frames = 0
        self._answers: list[Response] = []
        page.on("console", lambda said: self.places.append(("the console", said.text.encode())))
        page.on("pageerror", lambda error: self.places.append(("an error", str(error).encode())))
        page.on("response", lambda answer: self._answers.append(answer))
        page.on("websocket", self._socket)

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._frame)
        socket.on("framesent", self._frame)

    def _frame(self, frame: str | bytes) -> None:
        self.frames += 1
        self.places.append(("the socket", frame if isinstance(frame, bytes) else frame.encode()))

    def read_answers(self) -> None:
        for answer in self._answers:
            self.places.append((f"the headers of {answer.url}", str(answer.headers).encode()))
            if answer.ok and answer.status != 304:
                self.places.append((answer.url, answer.body()))


def send(server: Any) -> dict[str, Any]:
    """Planted values in good events and in bad ones, in the last half hour."""
    earlier = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    good = [each | {"time": earlier} | ({"sentat": earlier} if "sentat" in each else {}) for each in good_events()]
    bad = [each for word in WORDS for each in bad_events(word)]
    answer = httpx.post(f"{server.url}/api/v1/events", json=good + bad, timeout=60)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    assert told["accepted"] >= len(good)
    assert told["quarantined"] > 200
    return told


def test_no_person_is_in_the_page_or_in_what_it_was_sent(page: Page, lightship_server: Any) -> None:
    heard = Heard(page)
    send(lightship_server)
    open_board(page, lightship_server)
    figure = page.locator(IN_ED)
    before = figure.inner_text()
    send_one_more(lightship_server)
    expect(figure).not_to_have_text(before)
    figure.click()
    expect(page.get_by_role("dialog", name="Explain this number")).to_be_visible()
    for path in ("quarantine?limit=500", "sites/RVV01", "measures/ed.in_department?split=age_band", "events"):
        page.evaluate("(path) => fetch('/api/v1/' + path).then((answer) => answer.text())", path)

    heard.read_answers()
    assert heard.frames > 1
    assert any("/quarantine" in where for where, _ in heard.places)
    heard.places.append(("the page", page.content().encode()))
    heard.places.append(("what the page keeps", page.evaluate(KEPT).encode()))
    assert not found(PLANTED, heard.places)


def test_the_search_finds_what_a_page_does_hold(page: Page, lightship_server: Any) -> None:
    heard = Heard(page)
    page.goto(lightship_server.url)
    page.evaluate("(name) => { localStorage.setItem('who', name); console.log(name) }", SURNAME)
    kept = page.evaluate(KEPT)
    assert json.loads(kept)
    assert found([SURNAME], [("what the page keeps", kept.encode())])
    assert found([SURNAME], heard.places)


def send_one_more(server: Any) -> None:
    arrived = (datetime.now(UTC) - timedelta(minutes=2)).isoformat()
    server.post_events([{
        "specversion": "1.0", "id": f"{SURNAME}-1", "source": "urn:nhs:ods:RVV", "subject": f"RVV/{SURNAME}-1",
        "time": arrived, "type": "ed.arrived", "nhsnumber": PLANTED[0],
        "data": {"site": "RVV01", "department_type": 1, "unit": "RVV01-MAJORS"},
    }])  # fmt: skip
