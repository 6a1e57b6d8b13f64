"""Rebases over a real store: who may declare one, what it does to the chart and since when, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from services.store import audit
from services.store.database import Database
from tests.conftest import forget_readings
from tests.integration.doors import CENTRE, MANAGER, NOW, Ask, Wheel

PLANNER = "planner"
MEASURE, CODE = "ed.in_department", "RVV01"
FIRST = datetime(2026, 2, 10, tzinfo=UTC)
BEFORE, AFTER = [10.0, 12.0] * 7, [20.0, 22.0] * 7  # 28 whole days, 10 February to 9 March
STEP = "2026-02-24"


@pytest.fixture
def ask(ask: Ask, database: Database) -> Iterator[Ask]:
    """Ask of a store that keeps 28 days of one figure, an hour a day that stands for the rest of it."""
    with database.connection() as connection:
        forget_readings(connection)
        connection.execute("insert into series (measure, level, code, id) values (%s, 'site', %s, 7)", (MEASURE, CODE))
        for number, value in enumerate(BEFORE + AFTER):
            day = FIRST + timedelta(days=number)
            connection.execute(
                "insert into reading_hour (series, hour, known_at, value, absent, marks) values (7, %s, %s, %s, 0, 12)",
                (day, day + timedelta(hours=1), value),
            )
        connection.execute("update reading_progress set begin_at = %s, from_at = %s, until = %s", (FIRST, FIRST, NOW))
    yield ask
    with database.connection() as connection:
        forget_readings(connection)


def declared(ask: Ask, actor: str = PLANNER, **changes: Any) -> dict[str, Any]:
    body = {"measure": MEASURE, "code": CODE, "day": STEP, "reason": "Twelve beds opened"} | changes
    answer = ask(actor, "POST", "/rebases", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def chart(ask: Ask, **asked: Any) -> dict[str, Any]:
    parameters = {"code": CODE, "resolution": "1d"} | asked
    found: dict[str, Any] = ask("viewer", "GET", f"/measures/{MEASURE}/history", **parameters).json()
    return found


def means(answer: dict[str, Any]) -> list[float | None]:
    return [part["limits"] and part["limits"]["mean"] for part in answer["spc"]["parts"]]


def test_a_shift_is_advised_upon_and_the_limits_move_by_a_persons_word_alone(ask: Ask) -> None:
    plain = chart(ask)
    assert means(plain) == [16]
    assert plain["spc"]["advice"] == {"at": "2026-02-24T00:00:00+00:00", "points": 14, "side": 1}
    made = declared(ask)
    stepped = chart(ask)
    assert means(stepped) == [11, 21]
    assert stepped["spc"]["advice"] is None
    assert {point["cause"] for point in stepped["spc"]["points"]} == {None}
    before, after = stepped["spc"]["parts"]
    assert (before["at"][:10], before["until"][:10], before["points"], before["rebases"]) == (
        "2026-02-10", "2026-02-23", 14, [],
    )  # fmt: skip
    assert (after["at"][:10], after["until"][:10], after["points"]) == (STEP, "2026-03-09", 14)
    (why,) = after["rebases"]
    assert (why["id"], why["day"], why["reason"], why["who"]) == (made["id"], STEP, "Twelve beds opened", PLANNER)
    assert ask("viewer", "GET", f"/measures/{MEASURE}/history", code="RVV", resolution="1d").json()["spc"] is None


def test_few_days_since_then_give_trial_limits_that_judge_nothing_and_one_gives_none(ask: Ask) -> None:
    declared(ask, day="2026-03-05")
    trial = chart(ask)
    assert trial["spc_reason"] == "Too few days to judge: 5 of 12. The limits drawn are trial limits."
    assert [(part["trial"], part["limits"] is None) for part in trial["spc"]["parts"]] == [
        (False, False),
        (True, False),
    ]
    assert (trial["spc"]["variation"], trial["spc"]["points"][-1]["variation"]) == (None, None)
    assert trial["spc"]["points"][0]["variation"] is not None, "what was before is judged by limits of its own"
    declared(ask, day="2026-03-09")
    one = chart(ask)
    assert (one["spc"]["parts"][2]["limits"], one["spc"]["variation"]) == (None, None)
    assert one["spc_reason"] == "Too few days to judge: the limits begin again with the second whole day."
    declared(ask, day="2026-03-10")
    assert len(chart(ask)["spc"]["parts"]) == 3, "today is no whole day yet"


def test_a_rebase_is_known_from_when_it_was_declared_and_its_withdrawal_from_its_own(ask: Ask, clock: Wheel) -> None:
    made = declared(ask)
    clock.now += timedelta(hours=2)
    back = ask(CENTRE, "POST", f"/rebases/{made['id']}/withdraw", {"why": "The beds closed again"})
    assert (back.status_code, back.json()["reason"]) == (200, None)
    clock.now += timedelta(hours=1)
    assert means(chart(ask, to=NOW.isoformat())) == [16]
    then = (NOW + timedelta(hours=1)).isoformat()
    assert means(chart(ask, to=NOW.isoformat(), known_at=then)) == [11, 21]
    assert means(chart(ask, to=NOW.isoformat(), known_at=(NOW - timedelta(seconds=1)).isoformat())) == [16]
    (listed,) = ask("viewer", "GET", "/rebases", measure=MEASURE, code=CODE).json()["items"]
    assert (listed["reason"], listed["withdrawn"]["who"]) == (None, CENTRE)
    (earlier,) = ask("viewer", "GET", "/rebases", measure=MEASURE, code=CODE, known_at=then).json()["items"]
    assert (earlier["reason"], earlier["withdrawn"]) == (None, None), "its words may be what was wrong with it"


def test_declaring_and_withdrawing_are_audited_without_the_words(ask: Ask, database: Database) -> None:
    made = declared(ask)
    assert ask(PLANNER, "POST", f"/rebases/{made['id']}/withdraw", {"why": "Wrong day"}).status_code == 200
    assert ask(PLANNER, "POST", f"/rebases/{made['id']}/withdraw", {"why": "Wrong day"}).status_code == 409
    with database.connection() as connection:
        entries, _ = audit.list_(connection, limit=2)
        for table in ("rebase", "rebase_withdrawal"):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                connection.execute(f"delete from {table}")
    about = {"measure": MEASURE, "code": CODE, "day": STEP}
    assert [(each.who, each.what, each.target, each.why, each.before, each.after) for each in entries] == [
        (PLANNER, "rebase.withdraw", made["id"], "Wrong day", about, None),
        (PLANNER, "rebase.declare", made["id"], None, None, about),
    ]


def test_a_rebase_or_its_withdrawal_that_cannot_be_audited_is_not_kept(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise psycopg.OperationalError

    kept = declared(ask)
    monkeypatch.setattr("services.store.audit.write", away)
    body = {"measure": MEASURE, "code": CODE, "day": "2026-03-03", "reason": "Beds opened"}
    assert ask(PLANNER, "POST", "/rebases", body).status_code == 503
    assert ask(PLANNER, "POST", f"/rebases/{kept['id']}/withdraw", {"why": "Wrong day"}).status_code == 503
    assert means(chart(ask)) == [11, 21]


@pytest.mark.parametrize(
    ("actor", "changes", "status", "words"),
    [
        (MANAGER, {}, 403, "may not do this"),
        ("viewer", {}, 403, "may not do this"),
        ("administrator", {}, 403, "may not do this"),
        (PLANNER, {"code": "RVV08"}, 422, "did you mean"),
        (PLANNER, {"code": "RVV01-MAJORS"}, 422, "No site, provider, place or system"),
        (PLANNER, {"measure": "ed.over_13h"}, 422, "did you mean"),
        (PLANNER, {"day": "2026-03-11"}, 422, "a day that has begun"),
        (PLANNER, {"day": "1969-12-31"}, 422, "not before 1970"),
        (PLANNER, {"reason": "   "}, 422, "one line of 1 to 280"),
        (PLANNER, {"reason": "two\nlines"}, 422, "reason is one line of 1 to 280"),
        (PLANNER, {"day": "tomorrow"}, 422, "day is a date such as"),
        (PLANNER, {"reason": "Bed 4, 999 123 4543, moved"}, 422, "may be an NHS number"),
    ],
)
def test_what_cannot_be_declared_is_a_problem_that_says_why_and_repeats_nothing(
    ask: Ask, actor: str, changes: dict[str, Any], status: int, words: str
) -> None:
    body = {"measure": MEASURE, "code": CODE, "day": STEP, "reason": "Beds opened"} | changes
    answer = ask(actor, "POST", "/rebases", body)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]
    assert "999" not in answer.text
    assert means(chart(ask)) == [16]


def test_rebases_are_read_by_pages(ask: Ask) -> None:
    for number in range(5):
        declared(ask, reason=str(number))
    first = ask("viewer", "GET", "/rebases", measure=MEASURE, code=CODE, limit=3).json()
    rest = ask("viewer", "GET", "/rebases", measure=MEASURE, code=CODE, limit=3, cursor=first["next"]).json()
    assert sorted(each["reason"] for each in first["items"] + rest["items"]) == list("01234")
    assert rest["next"] is None
    assert ask("viewer", "GET", "/rebases", measure=MEASURE, cursor="garbage").status_code == 422
    assert ask(PLANNER, "POST", f"/rebases/{uuid4()}/withdraw", {"why": "Wrong"}).status_code == 404
    (part,) = (each for each in chart(ask)["spc"]["parts"] if each["rebases"])
    assert len(part["rebases"]) == 5, "a day declared twice begins one part"
