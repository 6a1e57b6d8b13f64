"""Replications on a real Dask cluster: the same answer as here, and clear words where the cluster cannot give it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services import workers
from services.cli import app
from services.errors import LightshipError
from services.flow_model.engine.replications import Stopped, replications
from services.workers import build, cluster_of, refuse_others, workers_of
from tests.networks import document, exponential, network

WARD = document(
    200,
    arrivals={"in": {"to": "desk", "of": "patient", "rate": 3, "dispersion": 0.1}},
    stations={"desk": {"servers": 4, "service": exponential(1), "next": "ward"}},
    pools={"ward": {"beds": 12, "stay": exponential(3)}},
)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`dask scheduler` and two processes of `dask worker`, as somebody would start them."""
    folder = tmp_path_factory.mktemp("dask")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    log = (folder / "log").open("w")
    started = [
        subprocess.Popen(
            [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show"],
            stdout=log, stderr=log, cwd=folder,
        ),
        subprocess.Popen(
            [*dask, "worker", address, "--nworkers", "2", "--nthreads", "1", "--no-dashboard"],
            stdout=log, stderr=log, cwd=folder,
        ),
    ]  # fmt: skip
    try:
        until = time.monotonic() + 60
        while True:
            try:
                with cluster_of(address) as its:
                    if its.number == 2:
                        break
            except LightshipError:
                assert time.monotonic() < until, (folder / "log").read_text()
                time.sleep(0.3)
        yield address
    finally:
        for each in reversed(started):
            each.terminate()
        for each in started:
            each.wait(20)
        log.close()


def test_a_cluster_gives_the_answer_that_this_process_gives(
    scheduler: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "ward.json"
    file.write_text(json.dumps(WARD))
    call = ["simulate", str(file), "--replications", "24", "--seed", "5", "--keep-draws", "--json"]
    here = CliRunner().invoke(app, [*call, "--workers", "1"], catch_exceptions=False)
    monkeypatch.setenv("LIGHTSHIP_DASK", scheduler)
    there = CliRunner().invoke(app, call, catch_exceptions=False)
    assert there.stdout == here.stdout
    assert json.loads(there.stdout)["replications"] == 24


def test_a_stop_leaves_nothing_on_the_cluster(scheduler: str) -> None:
    from distributed import Client

    made = network(WARD)
    done: list[int] = []
    with workers_of(0, scheduler) as its, pytest.raises(Stopped):
        replications(
            made, 5_000, 1, executor=its.executor, workers=its.number, progress=done.append, stop=lambda: len(done) > 20
        )
    assert 20 < len(done) < 1_000
    with Client(scheduler, timeout=5, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        until = time.monotonic() + 20
        while client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)):
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_worker_that_would_give_another_answer_is_refused() -> None:
    mine = build()
    refuse_others(mine, {"tcp://a:1": mine})
    with pytest.raises(LightshipError, match=r"The process at tcp://b:2 would give other answers.*numpy='1.0'"):
        refuse_others(mine, {"tcp://a:1": mine, "tcp://b:2": replace(mine, numpy="1.0")})


def test_a_cluster_that_is_not_there_or_has_no_workers_is_said_at_once_and_nothing_runs_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "ward.json"
    file.write_text(json.dumps(WARD))
    monkeypatch.setenv("LIGHTSHIP_DASK", f"tcp://127.0.0.1:{free_port()}")
    began = time.monotonic()
    with pytest.raises(LightshipError, match=r"LIGHTSHIP_DASK=tcp://127.0.0.1:\d+: no scheduler answers"):
        CliRunner().invoke(app, ["simulate", str(file), "--replications", "2"], catch_exceptions=False)
    assert time.monotonic() - began < 30
    with pytest.raises(LightshipError, match="no scheduler answers"), workers_of(0, "nonsense://x"):
        pass


def test_a_port_where_something_else_listens_is_no_scheduler() -> None:
    """Something that takes a connection and says nothing, as a database or the dashboard's port would."""
    began = time.monotonic()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with (
            pytest.raises(LightshipError, match=r"no scheduler answers there \(nothing that speaks Dask within"),
            cluster_of(f"tcp://127.0.0.1:{silent.getsockname()[1]}"),
        ):
            pass
    assert time.monotonic() - began < 20
    with pytest.raises(LightshipError, match=r"missing port number.*Name it as tcp://HOST:8786"), cluster_of("host"):
        pass


def test_a_cluster_that_lost_its_workers_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The only worker is killed while it works, and no other comes."""
    monkeypatch.setattr(workers, "ALONE_SECONDS", 3)
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    where: dict[str, Any] = {"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [
        subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **where),
        subprocess.Popen([*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"], **where),
    ]
    done: list[int] = []

    def told(number: int) -> None:
        done.append(number)
        if number == 20:
            started[1].kill()

    try:
        until = time.monotonic() + 60
        while True:
            try:
                with cluster_of(address):
                    break
            except LightshipError:
                assert time.monotonic() < until
                time.sleep(0.3)
        with pytest.raises(LightshipError, match="lost its workers"), workers_of(0, address) as its:
            replications(
                network(WARD), 5_000, 1, executor=its.executor, workers=its.number, progress=told, stop=its.stop
            )
        assert 20 <= len(done) < 5_000
    finally:
        for each in reversed(started):
            each.kill()
            each.wait(20)


def test_a_cluster_of_something_else_is_refused(tmp_path: Path) -> None:
    """A scheduler and a worker that find no Lightship: one without workers first, then with one."""
    port, elsewhere = free_port(), {**os.environ, "PYTHONPATH": str(tmp_path)}
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "__init__.py").write_text("")  # hides ours, as where it is not installed
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    where: dict[str, Any] = {
        "cwd": tmp_path,
        "env": elsewhere,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    started = [
        subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **where)
    ]
    try:
        assert "has no workers" in until_said(address, "has no workers")
        started.append(subprocess.Popen([*dask, "worker", address, "--nthreads", "1", "--no-dashboard"], **where))
        assert "cannot say which Lightship it has" in until_said(address, "cannot say")
    finally:
        for each in reversed(started):
            each.terminate()
            each.wait(20)


def until_said(address: str, what: str) -> str:
    """What is said of a cluster once it says that, or after a minute."""
    until = time.monotonic() + 60
    while True:
        with pytest.raises(LightshipError) as caught, cluster_of(address):
            pass
        if what in str(caught.value) or time.monotonic() > until:
            return str(caught.value)
        time.sleep(0.3)
