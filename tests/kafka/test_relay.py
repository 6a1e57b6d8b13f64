"""The door of trusts' own topics, as a process on real Kafka and PostgreSQL: it waits, it ends, it loses nothing."""

from __future__ import annotations

import contextlib
import math
import signal
import subprocess
import time as wall_time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import orjson
import pytest
from kafka import KafkaProducer

from benchmarks.kafka.broker import free_port
from tests.integration.doors import event
from tests.integration.test_metrics import scraped
from tests.kafka.production import Production, until

AWAY_SECONDS = 12  # longer than a session of the group


class Relayed:
    """A relay that has published something already. count: of the events that were sent."""

    def __init__(self, line: Production) -> None:
        self.line, self.port, self.count = line, free_port(), 0
        self.process: subprocess.Popen[bytes] = line.command("relay", "RVV", LIGHTSHIP_METRICS_PORT=str(self.port))
        line.workers.append(self.process)
        self.send(3)
        until(lambda: line.waiting() == 3, "the first events to be relayed")

    def send(self, count: int) -> None:
        producer = KafkaProducer(bootstrap_servers=self.line.kafka.address, metrics_enabled=False)
        for _ in range(count):
            producer.send("in.RVV", orjson.dumps(event(time=datetime.now(UTC).isoformat())))
        producer.flush()
        producer.close()
        self.count += count

    def lag(self) -> float:
        """NaN where it is not known."""
        told = [value for (name, _), value in scraped(self.port).items() if name == "lightship_relay_lag_messages"]
        return sum(told) if told else math.nan


@pytest.fixture
def relayed(line: Production) -> Relayed:
    return Relayed(line)


def test_it_waits_while_the_brokers_are_away_and_loses_nothing(relayed: Relayed) -> None:
    line = relayed.line
    until(lambda: relayed.lag() == 0, "the lag to be known")
    line.kafka.stop(signal.SIGKILL)
    until(lambda: math.isnan(relayed.lag()), "the lag not to be known any more")
    wall_time.sleep(AWAY_SECONDS)
    assert relayed.process.poll() is None, line.said()
    line.kafka.start()
    relayed.send(5)
    line.worker()
    until(lambda: line.count() == relayed.count, "every event", 90)
    assert relayed.process.poll() is None, line.said()
    until(lambda: relayed.lag() == 0, "the lag to be known again")


def test_it_waits_while_the_database_is_away_and_loses_nothing(relayed: Relayed) -> None:
    line = relayed.line
    line.server.cut_off()
    relayed.send(5)
    until(lambda: "relay.waiting" in line.said(), "it to say that it waits")
    until(lambda: scraped(relayed.port)["lightship_relay_waiting", ()] == 1, "Prometheus to be told")
    assert relayed.process.poll() is None
    line.server.back()
    line.worker()
    until(lambda: line.count() == relayed.count, "every event", 90)
    assert scraped(relayed.port)["lightship_relay_waiting", ()] == 0


@pytest.mark.parametrize("away", ["nothing", "brokers", "database", "brokers as it publishes"])
def test_sigterm_ends_it_within_ten_seconds(relayed: Relayed, away: str) -> None:
    line = relayed.line
    if away == "brokers":
        line.kafka.stop(signal.SIGKILL)
        wall_time.sleep(6)  # so that it is in the middle of asking them
    elif away != "nothing":
        line.server.cut_off()
        relayed.send(1)
        until(lambda: "relay.waiting" in line.said(), "it to say that it waits")
    if away == "brokers as it publishes":
        line.kafka.stop(signal.SIGKILL)
        line.server.back()
        wall_time.sleep(6)
    began = wall_time.monotonic()
    relayed.process.send_signal(signal.SIGTERM)
    assert relayed.process.wait(60) == 0, line.said()
    assert wall_time.monotonic() - began < 10


def test_sigterm_ends_an_api_within_ten_seconds_while_a_sender_waits_for_brokers(line: Production) -> None:
    port = free_port()
    api = line.command("api", "--demonstration", "--port", str(port))
    line.workers.append(api)
    address = f"http://127.0.0.1:{port}"
    live = line.command("live")
    line.workers.append(live)

    def sent() -> bool:
        with contextlib.suppress(httpx.TransportError):
            body = [event(time=datetime.now(UTC).isoformat())]
            return httpx.post(f"{address}/api/v1/events", json=body, timeout=40).status_code == 200
        return False

    until(sent, "a first event to be accepted")
    line.kafka.stop(signal.SIGKILL)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(sent)
        wall_time.sleep(3)
        began = wall_time.monotonic()
        api.send_signal(signal.SIGTERM)
        assert api.wait(60) == 0, line.said()
        assert wall_time.monotonic() - began < 10
        assert not answer.result(), "what is not acknowledged is not accepted"
