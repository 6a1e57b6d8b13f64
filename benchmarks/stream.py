"""Kafka -> Faust -> store beside a Faust agent that does nothing, on Apache Kafka itself; import from file; the delay.

Nothing: an agent that takes the same raw bytes of the same topics under the same `noack_take`, acknowledges them and
does nothing with them. Through: a worker (`lightship ingest`) on a fresh store. Both are processes of their own, one
after the other, and their rates are from the first of their messages to the last. File: the same events by the import
of one process, without Kafka. Delay: from before an event is sent to the door until boards have read the figure that it
changes, at a steady rate, by way of Kafka and a worker. Broker, database and what is measured share the machine's
cores; only the ratios count.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
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
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.kafka.broker import Broker, broker, free_port
from benchmarks.live import event_to_socket
from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.domain.facts import Fact
from services.errors import LightshipError
from services.ingest.door import Door
from services.ingest.files import import_file
from services.ingest.identity import KeyRing
from services.ingest.intake import Intake, Taken
from services.ingest.kafka.publisher import Publisher
from services.ingest.kafka.topics import create, topics
from services.store.database import Database, migrate
from services.store.embedded import embedded
from simulations.feed import SyntheticSystem

AT_ONCE = 5_000  # published before acknowledgements are waited for
SOCKETS, EVENTS_EACH_SECOND, SECONDS = 20, 500, 20
BUDGET, AIM = 0.5, 0.7
_LIMIT_SECONDS = 900
_POLL_SECONDS = 0.05


def run(events: int = 60_000, rounds: int = 3, progress: Callable[[float], None] = lambda _: None) -> dict[str, Any]:
    """Rates in events a second, through / nothing of each round and their median, and milliseconds of the delay."""
    system = load_system()
    with tempfile.TemporaryDirectory(prefix="lightship-bench-") as room:
        folder = Path(room)
        keys = KeyRing.load(folder / "keys", create=True)
        door = Door(system, keys, GAUGES, max_age_days=4000)
        sent = _sent(events)
        with broker(folder / "kafka") as kafka:
            create(kafka.brokers, topics([]))
            published = _publish(kafka, [_fact(door, raw) for raw in sent])
            progress(0.2)
            found: list[dict[str, float]] = []
            for number in range(rounds):
                nothing = _nothing(kafka, events, f"nothing-{number}")
                through = _through(kafka, folder, events, f"store-{number}")
                found.append({"nothing": nothing, "through": through, "ratio": round(through / nothing, 3)})
                progress(0.2 + 0.5 * (number + 1) / rounds)
        whole = _import(folder, door, sent)
        progress(0.8)
        with broker(folder / "kafka-live") as kafka:
            create(kafka.brokers, topics([]))
            delay = _delay(kafka, folder)
    return {
        "events": events, "published_each_second": published, "rounds": found,
        "ratio": sorted(each["ratio"] for each in found)[rounds // 2], "budget": BUDGET, "aim": AIM,
        "import_each_second": whole,
        "produced_to_glass": {"events_each_second": EVENTS_EACH_SECOND, "sockets": SOCKETS, "seconds": SECONDS} | delay,
    }  # fmt: skip


def _sent(events: int) -> list[bytes]:
    """Whole days of Kent, as senders send them, in the order in which they do."""
    system = load_system()
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=30)
    feed = SyntheticSystem(system, start, seed=1)
    made = [orjson.dumps(each) for each in feed.opening()]
    hours = 0
    while len(made) < events:
        hours += 6
        made += [orjson.dumps(each) for each in feed.advance(start + timedelta(hours=hours))]
    return made[-events:]


def _fact(door: Door, raw: bytes) -> Fact:
    now = datetime.now(UTC)
    return door.plain(raw, now, now) or door.admit(orjson.loads(raw), now, now)


def _publish(kafka: Broker, facts: list[Fact]) -> float:
    publisher = Publisher(kafka.brokers)
    began = time.perf_counter()
    for first in range(0, len(facts), AT_ONCE):
        batch = facts[first : first + AT_ONCE]
        publisher.facts(batch, [True] * len(batch))
    publisher.close()
    return round(len(facts) / (time.perf_counter() - began))


def _nothing(kafka: Broker, events: int, group: str) -> float:
    """The rate of the agent that does nothing, as its own process has timed it."""
    command = [sys.executable, "-m", "benchmarks.stream_nothing", kafka.address, str(events), group]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=_LIMIT_SECONDS, check=True, env=_environment())
    return float(done.stdout)


def _through(kafka: Broker, folder: Path, events: int, name: str) -> float:
    """The rate of a worker: from its first message to the commit of its last, by its own metrics."""
    port = free_port()
    with embedded(folder / name) as url:
        migrate(url)
        with _process("ingest", kafka=kafka, url=url, folder=folder, LIGHTSHIP_METRICS_PORT=str(port)):
            began = done = 0.0
            until = time.monotonic() + _LIMIT_SECONDS
            while done < events:
                if time.monotonic() > until:
                    raise LightshipError(f"The worker had taken in {done:.0f} of {events} after {_LIMIT_SECONDS} s.")
                time.sleep(_POLL_SECONDS)
                first, done = _taken(port)
                began = first or began
            return round(events / (time.time() - began))


def _taken(port: int) -> tuple[float, float]:
    """When the worker's first message came (seconds since 1970, 0 for none yet), and how many are in."""
    try:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    except httpx.TransportError:
        return 0.0, 0.0
    first = done = 0.0
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "lightship_ingest_first_message_seconds":
                first = sample.value
            elif sample.name == "lightship_ingest_events_total":
                done += sample.value
    return first, done


def _import(folder: Path, door: Door, sent: list[bytes]) -> float:
    file = folder / "events.ndjson"
    file.write_bytes(b"\n".join(sent))
    with embedded(folder / "import") as url:
        migrate(url)
        with Database(url) as database:
            began, taken = time.perf_counter(), Taken()
            for _ in import_file(Intake(database, door), file, "kent_and_medway", taken):
                pass
            if taken.quarantined:
                raise LightshipError(f"{taken.quarantined} of the benchmark's own events were refused.")
            return round(len(sent) / (time.perf_counter() - began))


def _delay(kafka: Broker, folder: Path) -> dict[str, Any]:
    port = free_port()
    with embedded(folder / "live") as url:
        migrate(url)
        words = ["up", "--no-feed", "--no-open", "--port", str(port)]
        with (
            _process("ingest", kafka=kafka, url=url, folder=folder),
            _process(*words, kafka=kafka, url=url, folder=folder),
        ):
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
                until = time.monotonic() + _LIMIT_SECONDS
                while not _ready(client):
                    if time.monotonic() > until:
                        raise LightshipError("The boards did not come up.")
                    time.sleep(0.2)
            return asyncio.run(event_to_socket(port, SOCKETS, EVENTS_EACH_SECOND, SECONDS))


def _ready(client: httpx.Client) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return client.get("/health/ready").status_code == 200
    return False


@contextlib.contextmanager
def _process(*words: str, kafka: Broker, url: str, folder: Path, **more: str) -> Iterator[None]:
    environment = _environment() | {
        "LIGHTSHIP_KAFKA": kafka.address, "LIGHTSHIP_DATABASE_URL": url, "LIGHTSHIP_DATA_DIR": str(folder),
        "LIGHTSHIP_KEYS_DIR": str(folder / "keys"), **more,
    }  # fmt: skip
    with (folder / "output").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.cli", *words], env=environment, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
