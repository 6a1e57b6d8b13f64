"""The tier of TimescaleDB itself: its WASM build, on Node, which takes one connection at a time."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import psycopg
import pytest

from benchmarks.kafka.broker import free_port
from services.store.database import Database, migrate
from tests import tiers

SERVER = Path(__file__).parent / "server"


@contextlib.contextmanager
def serving() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A fresh TimescaleDB in memory: its URL, and the process."""
    if which("node") is None or which("npm") is None:
        tiers.missing("Node 20.19 or later with npm")
    if not (SERVER / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=SERVER, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    server = subprocess.Popen(
        ["node", "server.mjs", str(port)], cwd=SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        yield f"postgresql://postgres:postgres@127.0.0.1:{port}/postgres?sslmode=disable", server
    finally:
        assert server.stdin is not None
        server.stdin.close()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextlib.contextmanager
def served() -> Iterator[str]:
    """A fresh TimescaleDB in memory: its URL."""
    with serving() as (url, _):
        yield url


@pytest.fixture(scope="session", autouse=True)
def one_statement_at_a_time() -> Iterator[None]:
    """This build sometimes answers a pipeline of statements with nothing."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(psycopg.Pipeline, "is_supported", lambda: False)
        yield


@pytest.fixture(scope="session")
def timescale_url() -> Iterator[str]:
    """A fresh TimescaleDB, migrated."""
    with served() as url:
        migrate(url)
        yield url


@pytest.fixture
def timescale(timescale_url: str) -> Iterator[Database]:
    with Database(timescale_url, size=1) as database:
        yield database
