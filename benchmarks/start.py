"""Time to a first live board and to seven days of history, on a fresh folder, through `lightship up` itself."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import Any

import httpx
import psycopg

LIMIT_SECONDS = 300


def run(history_days: float = 7) -> dict[str, Any]:
    """Start on an empty folder, wait for the first board and for the whole history; both in seconds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="lightship-bench-") as folder:
        began = time.monotonic()
        command = [
            sys.executable, "-m", "services.cli", "up", "--no-open", "--port", str(port), "--data-dir", folder,
            "--history-days", str(history_days),
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
                first = _wait(process, began, lambda: client.get("/health/ready").status_code == 200)
                overview = client.get("/api/v1/overview").json()
                whole = _wait(process, began, lambda: client.get("/api/v1/overview").json()["history"]["complete"])
                counts = _counts(folder)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
    shown = overview["totals"]["ed.in_department"]["value"]
    return {
        "first_board_seconds": round(first, 2), "history_seconds": round(whole, 2), "history_days": history_days,
        "budget": {"first_board_seconds": 15, "history_seconds": 60}, "in_department_on_first_board": shown, **counts,
    }  # fmt: skip


def _wait(process: subprocess.Popen[bytes], began: float, done: Any) -> float:
    while time.monotonic() - began < LIMIT_SECONDS:
        if process.poll() is not None:
            raise SystemExit(f"lightship up ended with code {process.returncode}")
        try:
            if done():
                return time.monotonic() - began
        except (httpx.TransportError, KeyError):
            pass
        time.sleep(0.1)
    raise SystemExit(f"not there after {LIMIT_SECONDS} s")


def _counts(folder: str) -> dict[str, int]:
    """Events and journeys behind the figures, from the running database's own socket."""
    url = f"postgresql://postgres:@/postgres?host={folder}/postgres"
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select (select count(*) from event), (select count(*) from subject where kind in "
            "('ed', 'stay', 'ambulance', 'virtual_ward'))"
        ).fetchone()
    return {"events": row[0], "journeys": row[1]} if row else {}
