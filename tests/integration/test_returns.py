"""Typed returns over a real store: one door, an audit entry, corrections that replace, and what a person is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from services.store import audit
from services.store.database import Database
from tests.integration.doors import CENTRE, MANAGER, NOW, Ask, Wheel

BEDS, SLOTS = "community.p2_beds_free", "community.p1_slots_free"


def sent(ask: Ask, code: str = "XMCH", actor: str = CENTRE, at: Any = NOW, **values: Any) -> dict[str, Any]:
    """`values`: by the last word of the community's measures."""
    lines = [{"measure": f"community.{name}"} | (value if isinstance(value, dict) else {"value": value})
             for name, value in values.items()]  # fmt: skip
    answer = ask(actor, "POST", f"/returns/{code}", {"at": at.isoformat(), "values": lines})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def outcomes(told: dict[str, Any]) -> list[str]:
    return [line["outcome"] for line in told["lines"]]


def last(ask: Ask, measure: str = BEDS, code: str = "XMCH", **parameters: Any) -> Any:
    items = ask(CENTRE, "GET", f"/returns/{code}", **parameters).json()["items"]
    return next(each for each in items if each["measure"] == measure)["last"]


def events(database: Database) -> list[tuple[Any, ...]]:
    with database.connection() as connection:
        return connection.execute(
            "select source, subject, type, rank, (data->>'value')::float from event order by recorded_at, rank, sent_at"
        ).fetchall()


def test_a_typed_value_is_an_ordinary_event_and_the_next_figure_of_its_gauge(ask: Ask, database: Database) -> None:
    told = sent(ask, p2_beds_free=14, p1_slots_free=3)
    assert (told["sent"], outcomes(told)) == (True, ["accepted", "accepted"])
    assert sorted(events(database)) == [
        ("urn:nhs:ods:QKS", f"XMCH/{SLOTS}", "gauge.reported", 0, 3.0),
        ("urn:nhs:ods:QKS", f"XMCH/{BEDS}", "gauge.reported", 0, 14.0),
    ]
    figure = ask(CENTRE, "GET", "/providers/XMCH").json()["measures"][BEDS]
    assert (figure["value"], figure["absent"]) == (14.0, None)
    found = last(ask)
    assert (found["value"], found["at"], found["until"], found["typed"]) == (
        14.0, "2026-03-10T12:00:00Z", "2026-03-11T12:00:00Z", True,
    )  # fmt: skip


def test_a_typed_value_does_not_stand_for_ever(ask: Ask, clock: Wheel) -> None:
    sent(ask, p2_beds_free=14)
    clock.now += timedelta(hours=25)
    figure = ask(CENTRE, "GET", "/providers/XMCH").json()["measures"][BEDS]
    assert (figure["value"], figure["absent"]) == (None, "not_provided")
    assert last(ask)["value"] == 14, "what it last said is still told to who types the next"


def machine_says(ask: Ask, at: Any, value: float) -> None:
    event = {
        "specversion": "1.0", "id": f"m{at.isoformat()}", "source": "urn:nhs:ods:XMCH", "subject": f"XMCH/{BEDS}",
        "type": "gauge.reported", "time": at.isoformat(),
        "data": {"organisation": "XMCH", "measure": BEDS, "value": value},
    }  # fmt: skip
    assert ask("feed-engineer", "POST", "/events", [event]).json()["accepted"] == 1


def test_a_typed_value_is_as_old_as_it_is_and_never_as_its_organisations_silent_feed(ask: Ask, clock: Wheel) -> None:
    def beds(**asked: str) -> tuple[Any, ...]:
        found = ask(CENTRE, "GET", "/providers/XMCH", **asked).json()["measures"][BEDS]
        return found["value"], found["as_of"][:16], found["freshness"]

    machine_says(ask, NOW, 14)
    clock.now += timedelta(days=3)
    assert beds() == (14, "2026-03-10T12:00", "lost")
    sent(ask, at=clock.now - timedelta(hours=1), p2_beds_free=9)
    assert beds() == (9, "2026-03-13T11:00", "live")
    slots = ask(CENTRE, "GET", "/providers/XMCH").json()["measures"]["community.p1_waiting"]
    assert slots["freshness"] == "lost", "what nobody typed still rests on the feed"
    then = {"as_at": (clock.now - timedelta(hours=2)).isoformat()}
    assert beds(**then) == (14, "2026-03-10T12:00", "lost")
    service = ask(CENTRE, "GET", "/services/community").json()["providers"]
    shown = next(each for each in service if each["code"] == "XMCH")["measures"][BEDS]
    assert (shown["as_of"][:16], shown["freshness"]) == ("2026-03-13T11:00", "live")
    machine_says(ask, clock.now, 11)
    assert beds() == (11, "2026-03-13T12:00", "live")
    clock.now += timedelta(days=3)
    assert beds() == (11, "2026-03-13T12:00", "lost"), "what the feed said last rests on the feed"


def test_a_typed_value_makes_no_feed_of_the_organisation_look_alive(ask: Ask) -> None:
    sent(ask, p2_beds_free=14)
    feeds = {row["code"]: row for row in ask(CENTRE, "GET", "/feeds").json()["items"]}
    assert (feeds["XMCH"]["state"], feeds["XMCH"]["last_event_at"]) == ("silent", None)


def test_typing_the_same_again_is_a_duplicate_and_another_value_replaces_it(
    ask: Ask, database: Database, clock: Wheel
) -> None:  # fmt: skip
    sent(ask, p2_beds_free=14)
    clock.now += timedelta(minutes=5)
    assert outcomes(sent(ask, p2_beds_free=14)) == ["duplicate"]
    corrected = sent(ask, p2_beds_free=12)
    assert (outcomes(corrected), corrected["lines"][0]["replaces"]) == (["accepted"], True)
    clock.now += timedelta(minutes=5)
    assert outcomes(sent(ask, p2_beds_free=12)) == ["duplicate"], "also of a correction"
    assert outcomes(sent(ask, p2_beds_free=14)) == ["accepted"], "back to what it was is a correction too"
    assert [row[3:] for row in events(database)] == [(0, 14.0), (1, 12.0), (1, 14.0)]
    assert last(ask)["value"] == 14
    history = ask(CENTRE, "GET", "/providers/XMCH", as_at=(NOW + timedelta(minutes=1)).isoformat(),
                  known_at=(NOW + timedelta(minutes=6)).isoformat()).json()  # fmt: skip
    assert history["measures"][BEDS]["value"] == 12, "as known between the corrections"


def test_a_value_of_a_later_moment_leaves_the_earlier_one_as_it_was(ask: Ask, clock: Wheel) -> None:
    sent(ask, p2_beds_free=14)
    clock.now += timedelta(hours=2)
    told = sent(ask, at=NOW + timedelta(hours=2), p2_beds_free=12)
    assert told["lines"][0]["replaces"] is False
    assert last(ask)["value"] == 12
    assert last(ask, as_at=(NOW + timedelta(hours=1)).isoformat())["value"] == 14


def test_a_value_far_from_the_last_is_sent_only_when_somebody_is_sure(ask: Ask, database: Database) -> None:
    sent(ask, p2_beds_free=14, p1_slots_free=3)
    told = sent(ask, p2_beds_free=140, p1_slots_free=4)
    assert (told["sent"], outcomes(told)) == (False, ["confirm", "ready"])
    assert told["lines"][0]["reason"] == "is far from the last, 14"
    assert len(events(database)) == 2, "nothing goes while one line waits"
    sure = sent(ask, p2_beds_free={"value": 140, "sure": True}, p1_slots_free=4)
    assert (sure["sent"], outcomes(sure)) == (True, ["accepted", "accepted"])


def test_what_cannot_be_is_refused_line_by_line_and_nothing_is_sent(ask: Ask, database: Database) -> None:
    told = sent(ask, p2_beds_free=-1, p1_slots_free=2.5, ucr_within_2h=1.2, red_visits_unallocated=3, nonsense=1)
    assert told["sent"] is False
    assert [(line["outcome"], line["reason"]) for line in told["lines"]] == [
        ("refused", "lies between 0 and 100000"),
        ("refused", "is a whole number"),
        ("refused", "lies between 0% and 100%"),
        ("ready", None),
        ("refused", "is not reported by this organisation"),
    ]
    assert events(database) == []


def test_checking_sends_nothing(ask: Ask, database: Database) -> None:
    body = {"values": [{"measure": BEDS, "value": 14}], "check": True}
    told = ask(CENTRE, "POST", "/returns/XMCH", body).json()
    assert (told["sent"], outcomes(told), events(database)) == (False, ["ready"], [])


def test_a_return_is_audited_with_who_typed_it_and_goes_only_with_its_audit(
    ask: Ask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(MANAGER, "POST", "/returns/RVV", {"values": [{"measure": "staffing.red_flags", "value": 2}]}).json()[
        "sent"
    ]
    with database.connection() as connection:
        (entry,), _ = audit.list_(connection, limit=1)
    assert (entry.who, entry.role, entry.what, entry.target) == (MANAGER, "site_manager", "return.send", "RVV")
    assert entry.after is not None
    assert entry.after["lines"] == {"staffing.red_flags": "accepted"}

    def away(*_: Any, **__: Any) -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr("services.returning.audit.write", away)
    body = {"values": [{"measure": BEDS, "value": 14}]}
    assert ask(CENTRE, "POST", "/returns/XMCH", body).status_code == 503
    assert len(events(database)) == 1


def test_a_site_manager_types_for_their_own_provider_and_a_viewer_for_none(ask: Ask) -> None:
    assert [each["code"] for each in ask(MANAGER, "GET", "/returns").json()] == ["RVV"]
    everybody = {each["code"] for each in ask(CENTRE, "GET", "/returns").json()}
    assert {"RVV", "RYY", "RXY", "RYD", "QKS", "E10000016", "XMCH"} <= everybody
    assert ask(MANAGER, "GET", "/returns/RPA").status_code == 403
    assert ask(MANAGER, "POST", "/returns/RPA", {"values": [{"measure": BEDS, "value": 1}]}).status_code == 403
    assert ask("viewer", "GET", "/returns").status_code == 403
    assert "did you mean" in ask(CENTRE, "GET", "/returns/RVX").json()["detail"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"values": []}, "not in the required form"),
        ({"values": [{"measure": BEDS, "value": 1}, {"measure": BEDS, "value": 2}]}, "twice"),
        ({"at": (NOW + timedelta(hours=1)).isoformat(), "values": [{"measure": BEDS, "value": 1}]}, "has been"),
        ({"until": NOW.isoformat(), "values": [{"measure": BEDS, "value": 1}]}, "until must lie after"),
    ],
)
def test_a_return_that_is_not_in_order_is_a_problem(ask: Ask, body: dict[str, Any], words: str) -> None:
    answer = ask(CENTRE, "POST", "/returns/XMCH", body)
    assert (answer.status_code, words in answer.json()["detail"]) == (422, True), answer.text


def test_a_moment_too_old_for_the_door_is_refused_line_by_line_in_its_words(ask: Ask, database: Database) -> None:
    told = sent(ask, at=NOW - timedelta(days=500), p2_beds_free=1)
    assert outcomes(told) == ["refused"]
    assert "more than 400 days ago" in told["lines"][0]["reason"]
    assert events(database) == []
