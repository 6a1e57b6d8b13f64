"""Notes on moments over a real store: who may write them, where they are read, what is refused, and withdrawal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from services.store import audit
from services.store.database import Database
from tests.integration.doors import CENTRE, MANAGER, NOW, Ask, Wheel

TEN, NOON = NOW - timedelta(hours=2), NOW


@pytest.fixture
def ask(ask: Ask) -> Ask:
    """Ask of notes: `ask(CENTRE, "POST", address below notes, json)`."""
    return lambda actor, method, address="", body=None, **more: ask(actor, method, f"/notes{address}", body, **more)


def written(ask: Ask, actor: str = CENTRE, **changes: Any) -> dict[str, Any]:
    body = {"scope": "RVV01", "text": "CT scanner down", "at": TEN.isoformat()} | changes
    answer = ask(actor, "POST", "", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def texts(ask: Ask, **parameters: Any) -> list[str | None]:
    return [each["text"] for each in ask("viewer", "GET", "", **parameters).json()["items"]]


def test_a_note_is_read_by_all_with_who_wrote_it_and_when(ask: Ask) -> None:
    until = (TEN + timedelta(hours=1, minutes=50)).isoformat()
    made = written(ask, until=until, measure="ed.over_12h")
    (found,) = ask("viewer", "GET", "", scope="RVV01").json()["items"]
    assert found == made
    assert (found["who"], found["role"], found["scope"], found["scope_name"]) == (
        CENTRE, "control_centre", "RVV01", "William Harvey",
    )  # fmt: skip
    assert (found["at"], found["until"], found["made_at"]) == (
        "2026-03-10T10:00:00Z", "2026-03-10T11:50:00Z", "2026-03-10T12:00:00Z",
    )  # fmt: skip
    assert found["withdrawn"] is None


def test_a_note_without_a_moment_is_of_now(ask: Ask) -> None:
    assert ask(CENTRE, "POST", "", {"scope": "QKS", "text": "Heavy snow"}).json()["at"] == "2026-03-10T12:00:00Z"


def test_a_note_is_read_where_it_concerns_somebody(ask: Ask) -> None:
    """Up: what a site is part of; down: what is part of it; never beside it."""
    for scope in ("RVV01", "RVV", "east_kent", "QKS", "RPA"):
        written(ask, scope=scope, text=scope)
    assert set(texts(ask, scope="RVV01")) == {"RVV01", "RVV", "east_kent", "QKS"}
    assert set(texts(ask, scope="RVV01-MAJORS")) == {"RVV01", "RVV", "east_kent", "QKS"}
    assert set(texts(ask, scope="RPA02")) == {"RPA", "QKS"}
    assert set(texts(ask, scope="RVV")) == {"RVV01", "RVV", "QKS"}
    assert set(texts(ask, scope="east_kent")) == {"RVV01", "east_kent", "QKS"}
    assert set(texts(ask)) == set(texts(ask, scope="QKS")) == {"RVV01", "RVV", "east_kent", "QKS", "RPA"}


def test_notes_are_asked_for_by_measure_and_by_the_time_they_are_about(ask: Ask) -> None:
    hour = timedelta(hours=1)
    written(ask, text="of everything", at=TEN.isoformat())
    written(ask, text="of ED", at=(TEN + hour).isoformat(), measure="ed.in_department")
    written(ask, text="of beds", at=(TEN - hour).isoformat(), measure="beds.ga_free", until=TEN.isoformat())
    assert texts(ask) == ["of ED", "of everything", "of beds"]
    assert texts(ask, measure="ed.in_department") == ["of ED", "of everything"]
    assert texts(ask, **{"from": TEN.isoformat()}) == ["of ED", "of everything", "of beds"], "it lasted until then"
    assert texts(ask, **{"from": (TEN + hour / 2).isoformat()}) == ["of ED"]
    assert texts(ask, to=TEN.isoformat()) == ["of everything", "of beds"]


def test_a_note_is_known_from_the_moment_it_was_written_and_its_withdrawal_from_its_own(
    ask: Ask, clock: Wheel
) -> None:  # fmt: skip
    made = written(ask)
    clock.now += timedelta(hours=2)
    ask(CENTRE, "POST", f"/{made['id']}/withdraw", {"why": "It was Medway"})
    clock.now += timedelta(hours=1)
    assert texts(ask, known_at=(NOON - timedelta(seconds=1)).isoformat()) == []
    (then,) = ask(CENTRE, "GET", "", known_at=(NOON + timedelta(hours=1)).isoformat()).json()["items"]
    (now,) = ask(CENTRE, "GET").json()["items"]
    assert (then["withdrawn"], now["withdrawn"]["why"]) == (None, "It was Medway")
    assert (then["text"], now["text"]) == (None, None), "its words may be what was wrong with it"
    assert (now["withdrawn"]["who"], now["withdrawn"]["at"]) == (CENTRE, "2026-03-10T14:00:00Z")


def test_writing_and_withdrawing_are_audited_without_the_words(ask: Ask, database: Database) -> None:
    made = written(ask, MANAGER, text="Lift out of use")
    assert ask(MANAGER, "POST", f"/{made['id']}/withdraw", {"why": "Mended"}).status_code == 200
    assert ask(MANAGER, "POST", f"/{made['id']}/withdraw", {"why": "Mended"}).status_code == 409
    with database.connection() as connection:
        entries, _ = audit.list_(connection, limit=2)
        for table in ("note", "note_withdrawal"):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                connection.execute(f"delete from {table}")
    assert [(each.who, each.role, each.what, each.target, each.why) for each in entries] == [
        (MANAGER, "site_manager", "note.withdraw", made["id"], "Mended"),
        (MANAGER, "site_manager", "note.write", made["id"], None),
    ]
    assert "Lift" not in str(entries)


def test_a_note_or_its_withdrawal_that_cannot_be_audited_is_not_kept(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise psycopg.OperationalError

    kept = written(ask, text="Lift out of use")
    monkeypatch.setattr("services.store.audit.write", away)
    assert ask(CENTRE, "POST", "", {"scope": "QKS", "text": "Heavy snow"}).status_code == 503
    assert ask(CENTRE, "POST", f"/{kept['id']}/withdraw", {"why": "Mended"}).status_code == 503
    assert texts(ask) == ["Lift out of use"]


@pytest.mark.parametrize(
    ("actor", "changes", "status", "words"),
    [
        (MANAGER, {"scope": "RPA02"}, 403, "their own sites alone"),
        (MANAGER, {"scope": "RVV"}, 403, "their own sites alone"),
        ("planner", {}, 403, "may not do this"),
        ("viewer", {}, 403, "may not do this"),
        (CENTRE, {"scope": "RVV08"}, 422, "did you mean"),
        (CENTRE, {"scope": "RVV01-MAJORS"}, 422, "No site, provider, place or system"),
        (CENTRE, {"measure": "ed.over_13h"}, 422, "did you mean"),
        (CENTRE, {"at": (NOW + timedelta(hours=1)).isoformat()}, 422, "a moment that has been"),
        (CENTRE, {"at": "1969-12-31T23:00:00Z"}, 422, "not before 1970"),
        (CENTRE, {"until": TEN.isoformat()}, 422, "until must lie after at"),
        (CENTRE, {"until": (TEN + timedelta(days=32)).isoformat()}, 422, "at most 31 days"),
        (CENTRE, {"text": ""}, 422, "one line of 1 to 280"),
        (CENTRE, {"text": "   "}, 422, "one line of 1 to 280"),
        (CENTRE, {"text": "two\nlines"}, 422, "one line of 1 to 280"),
        (CENTRE, {"text": "x" * 281}, 422, "one line of 1 to 280"),
        (CENTRE, {"text": "Bed 4, 999 123 4543, moved"}, 422, "may be an NHS number"),
        (CENTRE, {"text": "９９９．１２３．４５４３"}, 422, "may be an NHS number"),
    ],
)
def test_what_cannot_be_written_is_a_problem_that_says_why_and_repeats_nothing(
    ask: Ask, actor: str, changes: dict[str, Any], status: int, words: str
) -> None:
    answer = ask(actor, "POST", "", {"scope": "RVV01", "text": "CT down", "at": TEN.isoformat()} | changes)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]
    assert "999" not in answer.text
    assert texts(ask) == []


def test_only_who_may_write_there_withdraws_a_note_there(ask: Ask) -> None:
    made = written(ask, scope="RPA02")
    assert ask(MANAGER, "POST", f"/{made['id']}/withdraw", {"why": "Wrong"}).status_code == 403
    assert ask(CENTRE, "POST", f"/{uuid4()}/withdraw", {"why": "Wrong"}).status_code == 404
    assert ask(CENTRE, "POST", f"/{made['id']}/withdraw", {"why": ""}).status_code == 422


def test_notes_are_read_by_pages_and_two_of_one_moment_are_not_lost_between_them(ask: Ask) -> None:
    for number in range(5):
        written(ask, text=str(number))
    first = ask("viewer", "GET", "", limit=3).json()
    rest = ask("viewer", "GET", "", limit=3, cursor=first["next"]).json()
    assert sorted(each["text"] for each in first["items"] + rest["items"]) == list("01234")
    assert rest["next"] is None
    for cursor in ("garbage", "💥"):
        assert ask("viewer", "GET", "", cursor=cursor).status_code == 422
    assert ask("viewer", "GET", "", scope="RVV99").status_code == 422
    assert ask("viewer", "GET", "", known_at=datetime(2027, 1, 1, tzinfo=UTC).isoformat()).status_code == 422
