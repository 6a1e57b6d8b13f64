"""What a server keeps doing: a failure is said and counted, by what kind it is, and ends nothing for good."""

from __future__ import annotations

import threading

import psycopg
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services import duties, logs
from services.duties import Duty
from services.errors import LeaseLost

WAIT_SECONDS = 20


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "AWAY_SECONDS", 0.01)
    monkeypatch.setattr(duties, "FAULT_SECONDS", 0.01)


def counted(name: str) -> float:
    return REGISTRY.get_sample_value("lightship_duty_failures_total", {"duty": name}) or 0.0


def test_a_failure_is_said_by_its_kind_and_the_duty_goes_on() -> None:
    failures: list[Exception] = [
        psycopg.OperationalError("gone"), LeaseLost("another writes"), KeyError("what somebody said"),
        psycopg.errors.UndefinedColumn("no such column"),
    ]  # fmt: skip
    done = threading.Event()

    def do() -> None:
        if failures:
            raise failures.pop(0)
        done.set()
        duty.stopping.wait(WAIT_SECONDS)

    duty = Duty("rounds", do)
    with capture_logs() as lines:
        duty.start()
        assert done.wait(WAIT_SECONDS)
        duty.stop()
    said = [(each["event"], each["log_level"]) for each in lines]
    assert said == [
        ("rounds.database_away", "error"), ("rounds.lease_lost", "warning"), ("rounds.failed", "error"),
        ("rounds.failed", "error"),
    ]  # fmt: skip
    assert counted("rounds") == 4
    assert not any(thread.name == "rounds" for thread in threading.enumerate())


def test_a_duty_that_waits_to_try_again_ends_when_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "FAULT_SECONDS", 3600)
    failed = threading.Event()

    def do() -> None:
        failed.set()
        raise ValueError

    duty = Duty("waiting", do)
    duty.start()
    assert failed.wait(WAIT_SECONDS)
    duty.stop()
    assert not any(thread.name == "waiting" for thread in threading.enumerate())


def test_what_failed_within_a_duty_is_said_with_its_part() -> None:
    duty = Duty("parts", lambda: None)
    with capture_logs() as lines:
        duty.failed(ValueError("quotes a payload"), topic="site:RVV01")
    (said,) = lines
    assert (said["event"], said["topic"]) == ("parts.failed", "site:RVV01")


@pytest.mark.usefixtures("own_logs")
def test_a_fault_is_logged_by_its_type_and_place_and_never_by_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True)
    try:
        raise ValueError("quotes a payload")
    except ValueError as error:
        Duty("lines", lambda: None).failed(error)
    line = capsys.readouterr().err
    assert "lines.failed" in line
    assert "ValueError" in line
    assert "test_duties.py" in line
    assert "quotes a payload" not in line
