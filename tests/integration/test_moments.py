"""Saved moments of a real embedded store: saved while it runs, jumped to by a running server, left, opened again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.moments import CannotSave, MomentExists, Moments, NoSuchMoment, store_folder
from tests.integration.test_up import Up

JUMP_SECONDS = 60


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    run = Up(tmp_path / "data", "--history-days", "0.1", "--speed", "60")
    yield run
    for folder in ("data", "data/jumped"):
        run.folder = tmp_path / folder
        run.kill()


def feed(folder: Path, *words: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LIGHTSHIP_")}
    command = [sys.executable, "-m", "services.cli", "feed", *words, "--data-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask(up: Up, address: str, body: dict[str, Any]) -> None:
    answer = httpx.post(f"http://127.0.0.1:{up.port}/api/v1/trainer{address}", json=body, timeout=30)
    assert answer.is_success, answer.text


def trainer(up: Up, moment: str | None) -> dict[str, Any]:
    """What steers the store of that moment, once it is the one that is open."""
    end = time.monotonic() + JUMP_SECONDS
    while time.monotonic() < end:
        try:
            answer = httpx.get(f"http://127.0.0.1:{up.port}/api/v1/trainer", timeout=5)
            if answer.status_code == 200 and answer.json()["moment"] == moment:
                told: dict[str, Any] = answer.json()
                return told
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(up.said)


def at(told: dict[str, Any], key: str = "now") -> datetime:
    return datetime.fromisoformat(told[key])


def test_a_jump_opens_a_copy_that_goes_on_from_its_moment_and_leaves_the_rest_as_it_was(up: Up) -> None:
    up.ready()
    before = trainer(up, None)
    ask(up, "/incidents", {"kind": "surge", "organisation": "RVV01", "hours": 6, "size": 2})
    feed(up.folder, "save", "before the rush")
    (saved,) = trainer(up, None)["moments"]
    assert saved["name"] == "before the rush"
    assert at(saved, "system_at") >= at(before)
    ask(up, "/clock", {"speed": 600})
    time.sleep(3)
    left = trainer(up, None)
    assert at(left) > at(saved, "system_at") + timedelta(minutes=15)

    feed(up.folder, "jump", "before the rush")
    there = trainer(up, "before the rush")
    assert at(saved, "system_at") <= at(there) < at(left) + timedelta(hours=2)
    assert there["speed"] == 60  # as it was then
    assert [each["kind"] for each in there["incidents"]] == ["surge"]
    overview = up.ready().get("/api/v1/overview")
    assert overview["synthetic"]
    assert overview["revision"] > 10**9  # none that a page of the store that was left can know

    # The clock of the copy goes on, and people with it.
    end = time.monotonic() + 30
    while at(trainer(up, "before the rush")) < at(there) + timedelta(minutes=2):
        assert time.monotonic() < end
        time.sleep(0.2)

    ask(up, "/clock", {"paused": True})
    ask(up, "/jump", {"name": None})
    back = trainer(up, None)
    assert at(back) >= at(left)  # where it was left: no time passed meanwhile
    assert at(back) < at(left) + timedelta(hours=3)
    assert (back["speed"], back["paused"]) == (600, False)
    assert [each["name"] for each in back["moments"]] == ["before the rush"]
    assert not (up.folder / "jumped").exists()
    assert up.end() == 0


def test_what_cannot_be_saved_or_opened_leaves_nothing_behind(tmp_path: Path) -> None:
    moments = Moments(tmp_path)
    now = datetime.now(UTC)
    nowhere = "postgresql:///?host=/nowhere"
    for name, why in (("one", "could not be copied"), ("../one", "letters")):
        copy = moments.saving(name, nowhere, system_at=now, saved_at=now, who="test")
        with pytest.raises(CannotSave, match=why), copy:
            raise AssertionError("nothing was copied")
    assert moments.saved() == []
    assert list((tmp_path / "moments").iterdir()) == []
    with pytest.raises(NoSuchMoment):
        moments.ask("one")
    assert not moments.is_asked
    assert store_folder(tmp_path) == tmp_path / "postgres"


def test_one_moment_is_saved_at_a_time(tmp_path: Path, database_url: str) -> None:
    moments, now = Moments(tmp_path), datetime.now(UTC)

    def save(name: str) -> Any:
        return moments.saving(name, database_url, system_at=now, saved_at=now, who="test")

    with save("one"):
        for name in ("one", "two"):
            with pytest.raises(CannotSave, match="being saved just now"), save(name):
                raise AssertionError("two at once")
    assert [each.name for each in moments.saved()] == ["one"]
    with pytest.raises(MomentExists), save("one"):
        raise AssertionError("written over")


def test_a_jump_that_was_killed_half_way_is_done_again(tmp_path: Path) -> None:
    moments = Moments(tmp_path)
    saved = tmp_path / "moments" / "one"
    (saved / "postgres").mkdir(parents=True)
    (saved / "postgres" / "PG_VERSION").write_text("18")
    told = {"saved_at": "2026-03-10T12:00:00Z", "system_at": "2026-03-10T12:00:00Z", "who": "test", "size": 2}
    (saved / "moment.json").write_text(json.dumps(told))
    moments.ask("one")
    (tmp_path / "jumped.part" / "postgres").mkdir(parents=True)  # of the one that was killed
    assert moments.opened() is None
    jumped = moments.jump()
    assert jumped is not None
    assert (jumped.name, jumped.system_at) == ("one", datetime(2026, 3, 10, 12, tzinfo=UTC))
    opened = moments.opened()
    assert opened is not None
    assert (opened.name, moments.is_asked) == ("one", False)
    assert (store_folder(tmp_path) / "PG_VERSION").read_text() == "18"
    assert moments.jump() is None
    (store_folder(tmp_path) / "worked on").touch()
    moments.ask("one")
    assert moments.jump() == jumped
    assert not (store_folder(tmp_path) / "worked on").exists()
    moments.ask(None)
    assert moments.jump() is None
    assert store_folder(tmp_path) == tmp_path / "postgres"
    moments.forget("one")
    assert moments.saved() == []
