"""Why the worker's body never raises: one that did would lose its batch, and ours does not (design 5.1)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from datetime import UTC, datetime
from typing import Any

import faust
import orjson
import pytest
from kafka import KafkaProducer

from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.ingest.door import Door
from services.ingest.kafka import worker
from services.ingest.kafka.taking import Away, CannotGoOn, Taker, Took
from services.store.database import Database
from tests.integration.doors import event
from tests.kafka.production import Production, until

MESSAGES = 40


def test_a_body_that_raises_loses_events(line: Production) -> None:
    """Faust itself, as its documentation has it: after the exception the batch is never given again."""
    producer = KafkaProducer(bootstrap_servers=line.kafka.address, metrics_enabled=False)
    for number in range(MESSAGES):
        producer.send("flow.quarantine", b"%d" % number)
    producer.flush()
    producer.close()
    first = asyncio.run(_played(line, raises=True))
    again = asyncio.run(_played(line, raises=False))
    assert len(first) < MESSAGES
    assert set(first) | set(again) != set(range(MESSAGES))


async def _played(line: Production, *, raises: bool) -> list[int]:
    """What a plain agent has handled within a few seconds; where it raises, on its first batch."""
    handled: list[int] = []
    app = faust.App(
        "raising", broker=f"kafka://{line.kafka.address}", value_serializer="raw", store="memory://", web_enabled=False,
        topic_disable_leader=True, topic_allow_declare=False, broker_commit_interval=0.2, stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
    )  # fmt: skip
    raised = not raises

    async def body(stream: Any) -> None:
        nonlocal raised
        async for events in stream.noack_take(10, within=0.2):
            if not raised:
                raised = True
                raise RuntimeError("as a database that is away would raise")
            for each in events:
                handled.append(int(each.value))
                await stream.ack(each)

    app.agent(app.topic("flow.quarantine", value_serializer="raw"), name="body")(body)
    await app.start()
    await asyncio.sleep(8)
    await app.stop()
    return handled


class Failing(Taker):
    """Fails as no Taker should, at its first batch."""

    failures = 1

    def take(self, batch: Any) -> Took:
        if Failing.failures:
            Failing.failures -= 1
            raise RuntimeError("a fault of ours")
        return super().take(batch)


class Faltering(Taker):
    """Finds the database away at its second batch, and back at the next look."""

    looks = 0

    def take(self, batch: Any) -> Took:
        Faltering.looks += 1
        if Faltering.looks == 2:
            raise Away("OperationalError")
        return super().take(batch)


def test_a_batch_that_is_tried_again_keeps_its_place(line: Production, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BATCH", 10)
    door = Door(load_system("kent_and_medway"), line.keys, GAUGES)
    sent(line)
    said: list[str] = []

    def end() -> None:
        with contextlib.suppress(AssertionError):
            until(lambda: line.count() == MESSAGES, "all to be in")
        os.kill(os.getpid(), signal.SIGTERM)

    ending = threading.Thread(target=end)
    with Database(line.server.url) as database:
        ending.start()
        worker.run(line.kafka.brokers, database, Faltering(database, door, lambda _: None), said.append)
        ending.join()
    assert line.count() == MESSAGES
    assert Faltering.looks > 3
    assert said == []  # none came before its turn, as after a restore


def sent(line: Production) -> None:
    file, now = line.folder / "events.ndjson", datetime.now(UTC).isoformat()
    file.write_bytes(b"\n".join(orjson.dumps(event(time=now)) for _ in range(MESSAGES)))
    assert line.run("import", str(file)) == 0, line.said()


def test_ours_ends_the_worker_instead_and_the_next_is_given_the_batch_again(line: Production) -> None:
    door = Door(load_system("kent_and_medway"), line.keys, GAUGES)
    sent(line)
    with Database(line.server.url) as database:
        with pytest.raises(CannotGoOn, match="a fault of ours"):
            worker.run(line.kafka.brokers, database, Failing(database, door, lambda _: None), print)
        assert line.count() == 0
    line.worker()
    line.drained()
    assert line.count() == MESSAGES
