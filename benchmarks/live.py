"""From an event to every open board, and the overview with a long history, through `lightship up` itself.

Event to socket: events are posted at a steady rate, in small bodies as a feed sends them; every tenth of a second one
of them holds a crowd of arrivals at a hospital that otherwise gets none but those of the synthetic feed, which are far
fewer than a crowd, and each of the sockets is watched for the attendances it adds. The time is from before the body is
sent until the delta is read. The clients share the machine's cores.
Overview: GET /api/v1/overview one after another, now and as at random moments of the last 30 days (or of the history):
as known now, and as it was known then.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
from websockets.asyncio.client import ClientConnection, connect

from services.configuration import load_system
from services.store.readings import KEPT_DAYS

PROBE = "ed.attendances_today"
PROBES_EACH_SECOND = 10
CROWD = 20  # arrivals of a probe: one alone could not be told from one of the synthetic feed's
BODIES_EACH_SECOND = 20
WARM_UP_SECONDS = 3
LIMIT_SECONDS = 4 * 3600
AS_AT_DAYS = 30
MOMENTS = 200  # of fewer, the 99th percentile would be the one that was slowest
LARGEST = 6  # tables whose size is told


def run(
    history_days: float = 365, sockets: int = 200, events_each_second: int = 500, seconds: int = 30,
    progress: Callable[[float], None] = lambda _: None, folder: Path | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Milliseconds at the 50th and 99th percentile, and the size of the database, beside the budgets of design 10.

    folder: a data folder to keep; with a history in it that history is measured. Without one, a new one for this run.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with contextlib.ExitStack() as stack:
        data = str(folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="lightship-bench-")))
        command = [
            sys.executable, "-m", "services.cli", "up", "--no-open", "--port", str(port), "--data-dir", data,
            "--history-days", str(history_days),
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                history_days = _filled(process, client, progress)
                _import_published(data)
                _settled(data)
                events, tables, years = _size(data, history_days)
                now = _timed(client, ["/api/v1/overview"] * 300)
                moments = list(_past(min(history_days, AS_AT_DAYS), MOMENTS))
                past = _timed(client, [f"/api/v1/overview?as_at={moment}" for moment in moments])
                then = _timed(client, [f"/api/v1/overview?as_at={moment}&known_at={moment}" for moment in moments])
                clock = client.get("/api/v1/overview").json()["clock"]["now"]
                _behind[0] = datetime.now(UTC) - datetime.fromisoformat(clock)
                heard = asyncio.run(event_to_socket(port, sockets, events_each_second, seconds))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
    return {
        "history_days": history_days, "events": events, "database_mb": round(sum(tables.values()) / 1e6),
        "database_gb_a_year": {"all": round(sum(years.values()) / 1e9, 2)} | {
            name: round(size / 1e9, 2) for name, size in list(years.items())[:LARGEST]
        },
        "overview_now": now, "overview_as_at": past, "overview_as_known_then": then,
        "event_to_socket": {"sockets": sockets, "events_each_second": events_each_second, "seconds": seconds} | heard,
        "budget_p99_ms": {
            "overview_now": 50, "overview_as_at": 1000, "overview_as_known_then": 1000, "event_to_socket": 250,
        },
    }  # fmt: skip


def _filled(process: subprocess.Popen[bytes], client: httpx.Client, progress: Callable[[float], None]) -> float:
    """Wait for the history; returns how many days it has."""
    began = time.monotonic()
    while time.monotonic() - began < LIMIT_SECONDS:
        if process.poll() is not None:
            raise SystemExit(f"lightship up ended with code {process.returncode}")
        try:
            if client.get("/health/ready").status_code == 200:
                overview = client.get("/api/v1/overview").json()
                history = overview["history"]
                progress(history["share"])
                if history["complete"]:
                    lasts = datetime.fromisoformat(overview["clock"]["now"]) - datetime.fromisoformat(history["from"])
                    return round(lasts / timedelta(days=1), 1)
        except (httpx.TransportError, KeyError):
            pass
        time.sleep(0.5)
    raise SystemExit(f"the history was not there after {LIMIT_SECONDS} s")


def _import_published(folder: str) -> None:
    """The published daily figures come in by import, as they do for whoever runs it."""
    data = Path(__file__).resolve().parent.parent / "config" / "kent_and_medway" / "data"
    files = sorted(str(path) for path in data.glob("*_daily*.csv"))
    command = [sys.executable, "-m", "services.cli", "import", *files, "--json"]
    url = f"postgresql://postgres:@/postgres?host={folder}/postgres"
    done = subprocess.run(
        command,
        env=os.environ | {"LIGHTSHIP_DATABASE_URL": url, "LIGHTSHIP_DATA_DIR": folder},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"lightship import ended with code {done.returncode}")


def _settled(folder: str) -> None:
    """Wait until nothing of the start goes on: the feed is at the present, and so are the readings, with what was
    imported."""
    with psycopg.connect(f"postgresql://postgres:@/postgres?host={folder}/postgres", autocommit=True) as connection:
        began = time.monotonic()
        while time.monotonic() - began < LIMIT_SECONDS:
            row = connection.execute(
                """
                select reached_at > at - interval '5 seconds' and until > at - interval '6 minutes'
                    and facts = (select sum(facts) from feed)
                        - (select count(*) from event where recorded_at > reading_progress.until)
                from synthetic, reading_progress, (select origin + (now() - started) * rate as at from clock) as clock
                """
            ).fetchone()
            if row and row[0]:
                return
            time.sleep(0.5)
    raise SystemExit(f"the feed had not gone live after {LIMIT_SECONDS} s")


def _size(folder: str, days: float) -> tuple[int, dict[str, int], dict[str, int]]:
    """How many events; the bytes of each table with its indexes, the largest first, and those after a year.

    Five-minute readings are kept for their days, all else grows.
    """
    with psycopg.connect(f"postgresql://postgres:@/postgres?host={folder}/postgres") as connection:
        tables: dict[str, int] = dict(
            connection.execute(
                "select relname, pg_total_relation_size(relid) from pg_stat_user_tables order by 2 desc"
            ).fetchall()
        )
        row = connection.execute("select count(*) from event").fetchone()
    assert row is not None
    fine = KEPT_DAYS / min(days, KEPT_DAYS)
    years = {name: round(size * (fine if name == "reading" else 365 / days)) for name, size in tables.items()}
    return int(row[0]), tables, years


def _past(days: float, count: int) -> Iterator[str]:
    """Random moments of the last days."""
    chance = random.Random(1)
    for _ in range(count):
        yield f"{datetime.now(UTC) - timedelta(days=chance.random() * days):%Y-%m-%dT%H:%M:%SZ}"


def _timed(client: httpx.Client, addresses: list[str]) -> dict[str, float]:
    taken = []
    for address in addresses:
        began = time.perf_counter()
        answer = client.get(address)
        taken.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}: {answer.text[:200]}")
    return _percentiles(taken)


def _percentiles(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "p50_ms": round(1000 * ordered[len(ordered) // 2], 1),
        "p99_ms": round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 1),
        "n": len(ordered),
    }


async def event_to_socket(port: int, sockets: int, events_each_second: int, seconds: int) -> dict[str, Any]:
    system = load_system()
    emergency = [site for site in system.sites if site.ed_type == 1]
    probed, *others = emergency
    sent: list[float] = []
    taken: list[float] = []
    address = f"ws://127.0.0.1:{port}/api/v1/live"
    lines = [await connect(address, max_size=None, compression=None) for _ in range(sockets)]
    base = await asyncio.gather(*(_subscribed(line, probed.code) for line in lines))
    watching = [asyncio.create_task(_watch(line, probed.code, base[0], sent, taken)) for line in lines]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        began = time.perf_counter()
        bodies = (seconds + WARM_UP_SECONDS) * BODIES_EACH_SECOND
        posting: set[asyncio.Task[None]] = set()
        for number in range(bodies):
            await asyncio.sleep(max(0.0, began + number / BODIES_EACH_SECOND - time.perf_counter()))
            probing = number % (BODIES_EACH_SECOND // PROBES_EACH_SECOND) == 0
            warm = number < WARM_UP_SECONDS * BODIES_EACH_SECOND
            count = events_each_second // BODIES_EACH_SECOND - (CROWD if probing else 0)
            body = _body(number, count, [(site.code, site.provider) for site in others])
            if probing:
                crowd = [_arrival(f"P{number}N{each}", probed.code, probed.provider) for each in range(CROWD)]
                body = b"\n".join(filter(None, [body, *crowd]))
                sent.append(float("inf") if warm else time.perf_counter())
            posting.add(asyncio.create_task(_post(client, body)))
            posting = {task for task in posting if not task.done() or task.result()}
        await asyncio.gather(*posting)
        lasted = time.perf_counter() - began
    await asyncio.sleep(2)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    await asyncio.gather(*(line.close() for line in lines))
    probes = sum(at != float("inf") for at in sent)
    return _percentiles(taken) | {
        "probes": probes, "heard": round(len(taken) / max(1, probes * sockets), 4),
        "posted_each_second": round(bodies * (events_each_second // BODIES_EACH_SECOND) / lasted),
    }  # fmt: skip


async def _post(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/api/v1/events", content=body, headers={"Content-Type": "application/x-ndjson"})
    if answer.status_code not in (200, 202) or answer.json()["quarantined"]:
        raise SystemExit(f"the benchmark's own events were refused: {answer.text[:300]}")


async def _subscribed(line: ClientConnection, site: str) -> float:
    """The probed figure as the first snapshot has it."""
    await line.send('{"subscribe": ["overview"], "after": {"overview": null}}')
    while True:
        message = orjson.loads(await line.recv())
        if message["type"] == "snapshot":
            return next(row["measures"][PROBE]["value"] for row in message["data"]["sites"] if row["code"] == site) or 0


async def _watch(line: ClientConnection, site: str, base: float, sent: list[float], taken: list[float]) -> None:
    """Notes when each further attendance is heard of, for as long as the line lasts."""
    seen = 0
    async for text in line:
        message = orjson.loads(text)
        if message["type"] == "heartbeat":
            continue
        rows = message["data"].get("sites", {})
        row = rows.get(site) if message["type"] == "delta" else next(r for r in rows if r["code"] == site)
        figure = (row or {}).get("measures", {}).get(PROBE)
        if figure is None or figure["value"] is None:
            continue
        at, count = time.perf_counter(), int(figure["value"] - base) // CROWD
        for number in range(seen, min(count, len(sent))):
            if sent[number] != float("inf"):
                taken.append(at - sent[number])
        seen = max(seen, count)


_RUN = f"{int(time.time()):x}"  # no two runs on one folder speak of the same visits


_behind = [timedelta(0)]  # the system's clock, which stood still while a kept folder was stopped


def _body(number: int, events: int, sites: list[tuple[str, str]]) -> bytes:
    """Arrivals, triage and departures of a minute's people: as many leave as come."""
    lines = []
    for index in range(events):
        site, provider = sites[index % len(sites)]
        visit, step = f"B{number // 3}N{index}", number % 3
        if step == 0:
            lines.append(_arrival(visit, site, provider))
        elif step == 1:
            lines.append(_event("ed.triaged", visit, provider, {"site": site, "acuity": 3}))
        else:
            lines.append(_event("ed.departed", visit, provider, {"site": site, "reason": "discharged"}))
    return b"\n".join(lines)


def _arrival(visit: str, site: str, provider: str) -> bytes:
    return _event("ed.arrived", visit, provider, {"site": site, "department_type": 1, "arrival_mode": "other"})


def _event(type_: str, visit: str, provider: str, data: dict[str, Any]) -> bytes:
    happened = datetime.now(UTC) - _behind[0]
    return orjson.dumps({
        "specversion": "1.0", "id": f"{visit}-{type_}", "source": f"urn:nhs:ods:{provider}",
        "subject": f"{provider}/BENCH{_RUN}{visit}", "type": type_, "time": f"{happened:%Y-%m-%dT%H:%M:%SZ}",
        "data": data,
    })  # fmt: skip
