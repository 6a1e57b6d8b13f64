"""Doors that publish: HTTP, files, trusts' own topics. What they take in comes to the same store as without Kafka."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from kafka import KafkaProducer, TopicPartition
from starlette.testclient import TestClient

from services.api.app import AppState, create_app
from services.api.identity import LocalActors
from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.domain.clock import Clock
from services.ingest.body import MAX_EXPANDED
from services.ingest.door import Door
from services.ingest.kafka.publisher import Publisher
from services.ingest.kafka.topics import QUARANTINE
from services.live import overview
from services.live.hub import Hub
from services.store import quarantine
from services.store.database import Database
from services.store.feeds import read_clock, set_clock
from tests.integration.doors import HERE, event, post
from tests.kafka.histories import history, undisturbed_store
from tests.kafka.production import Production, until

SYSTEM = load_system("kent_and_medway")
LAST = datetime(2026, 1, 12, 6, tzinfo=UTC)


@contextmanager
def api(line: Production) -> Iterator[TestClient]:
    """The API as it publishes, over the line's own store."""
    now = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
    publisher = Publisher(line.kafka.brokers)
    with Database(line.server.url) as database:
        state = AppState(
            system=SYSTEM, database=database, hub=Hub(), door=Door(SYSTEM, line.keys, GAUGES), keys=line.keys,
            clock=lambda: now, wall=lambda: now, identity=LocalActors(SYSTEM), publisher=publisher,
        )  # fmt: skip
        with TestClient(create_app(state), base_url=HERE, client=("127.0.0.1", 50000)) as client:
            yield client
    publisher.close()


def test_the_same_events_give_the_same_overview_embedded_and_through_kafka(line: Production, tmp_path: Path) -> None:
    told = history(tmp_path, days=0.25, scale=0.5)
    line.worker()
    assert line.run("import", "--history", str(told)) == 0, line.said()
    line.drained()
    with line.connection() as connection:
        through = _overviews(connection)
    with undisturbed_store(told, line) as connection:
        embedded = _overviews(connection)
    assert through == embedded
    first = orjson.loads(through[-1])
    assert any(value["value"] for site in first["sites"] for value in site["measures"].values())


def _overviews(connection: Any) -> list[bytes]:
    """The overview at every hour, as it is known."""
    found = []
    for hour in range(1, 7):
        t = LAST.replace(hour=hour)
        made = overview.read(
            connection, SYSTEM, t, known_at=None, clock=read_clock(connection), wall=LAST, synthetic=True, mixed=False,
            history=None, copy_of=None,
        )  # fmt: skip
        made = {key: value for key, value in made.items() if key not in ("clock", "revision")}
        found.append(orjson.dumps(made, option=orjson.OPT_SORT_KEYS))
    return found


def test_an_event_by_http_is_published_before_it_is_accepted_and_comes_to_the_store(line: Production) -> None:
    with api(line) as client:
        answer = post(client, [event(), event(data={"site": "NOWHERE", "department_type": 1})])
        assert answer.status_code == 200, answer.text
        assert (answer.json()["accepted"], answer.json()["quarantined"]) == (1, 1)
        assert line.count() == 0
        assert line.waiting() == 2
        line.worker()
        line.drained()
        assert line.count() == 1
        with line.connection() as connection:
            (held,), _ = quarantine.list_(connection)
        assert str(held.id) == answer.json()["reasons"][0]["quarantine_id"]


@pytest.mark.parametrize("reached", [False, True])
def test_a_sender_is_told_to_send_again_while_kafka_is_away(line: Production, reached: bool) -> None:
    """reached: before, so that what is sent waits in a producer for brokers to come back."""
    with api(line) as client:
        if reached:
            assert post(client, [event()]).json()["accepted"] == 1
        line.kafka.stop()
        answer = post(client, [event()])
        assert answer.status_code == 503
        assert "send it again" in answer.json()["detail"]
        assert answer.headers["Retry-After"]
        line.kafka.start()
        assert post(client, [event()]).json()["accepted"] == 1


@pytest.mark.parametrize("killed", [False, True])
def test_a_trusts_own_topic_is_relayed_under_pseudonyms_and_its_faults_are_sealed(
    line: Production, killed: bool
) -> None:  # fmt: skip
    now = datetime.now(UTC).isoformat()
    number = "999 123 4560"
    good = [event(time=now, nhsnumber=number) for _ in range(40)]
    elsewhere = event(
        time=now, source="urn:nhs:ods:RWF", subject="RWF/V1", data={"site": "RWF01", "department_type": 1}
    )
    bad = [b"{", orjson.dumps(elsewhere), b"", b"[]", orjson.dumps(event(time=now, surprise="Smith"))]
    messages = [orjson.dumps(each) for each in good[:20]] + bad + [orjson.dumps(good[20:30]), *_lines(good[30:])]
    producer = KafkaProducer(bootstrap_servers=line.kafka.address, metrics_enabled=False)
    for message in messages:
        producer.send("in.RVV", message)
    producer.flush()
    producer.close()
    relay = line.command("relay", "RVV")
    line.workers.append(relay)
    if killed:
        until(lambda: line.waiting() > 0, "the first messages to be relayed")
        relay.kill()
        line.workers.append(line.command("relay", "RVV"))
    line.worker()
    until(lambda: line.count() == len(good), "every good event", 60)
    until(lambda: line.count("quarantine") == len(bad), "every bad one", 60)
    with line.connection() as connection:
        held, _ = quarantine.list_(connection)
    assert {each.source for each in held} == {"urn:nhs:ods:RVV"}  # whatever they say themselves
    topics = _everything(line, ["flow.ed", QUARANTINE])
    assert len(topics[QUARANTINE]) >= len(bad)
    for values in topics.values():
        for value in values:
            assert b"9991234560" not in value.replace(b" ", b"")
            assert b"Smith" not in value
            assert b"RVV/V" not in value
    for value in topics[QUARANTINE]:
        assert orjson.loads(value)["ciphertext"]


def _lines(events: list[dict[str, Any]]) -> list[bytes]:
    return [b"\n".join(orjson.dumps(each) for each in events)]


def _everything(line: Production, topics: list[str]) -> dict[str, list[bytes]]:
    consumer = line.reader()
    partitions = [TopicPartition(topic, n) for topic in topics for n in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    ends = consumer.end_offsets(partitions)
    found: dict[str, list[bytes]] = {topic: [] for topic in topics}
    while any(consumer.position(tp) < end for tp, end in ends.items()):
        for tp, records in consumer.poll(timeout_ms=500).items():
            found[tp.topic] += [record.value for record in records]
    consumer.close()
    return found


def test_what_is_written_to_flow_by_somebody_else_is_in_quarantine_and_stops_nothing(line: Production) -> None:
    wall = datetime.now(UTC)
    ahead = timedelta(days=2)
    with line.connection() as connection:
        set_clock(connection, Clock(wall + ahead, wall, 1.0))
    producer = KafkaProducer(bootstrap_servers=line.kafka.address, metrics_enabled=False)
    for value in (b"{", b"", None, b"\xff" * 1000, orjson.dumps(event()), b'{"nhsnumber": "9991234560"}'):
        producer.send("flow.ed", value, key=b"k")
    for value in (b"junk", b'{"digest": "AAAA"}'):
        producer.send(QUARANTINE, value)
    producer.flush()
    producer.close()
    line.worker()
    with api(line) as client:
        assert post(client, [event()]).json()["accepted"] == 1
    line.drained()
    assert line.count() == 1
    with line.connection() as connection:
        held, _ = quarantine.list_(connection)
    assert sum(each.times for each in held) == 8
    assert all(timedelta(0) < each.received_at - wall - ahead < timedelta(minutes=5) for each in held), "the one clock"
    assert all("9991234560" not in str(each) for each in held)


def test_a_refused_body_is_kept_whole_however_well_it_was_packed(line: Production) -> None:
    line.worker()
    body = b'{"id": "' + b"x" * (MAX_EXPANDED - 1024) + b'"}'
    headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
    with api(line) as client:
        answer = client.post("/api/v1/events", content=gzip.compress(body, 1), headers=headers)
        assert (answer.status_code, answer.json()["quarantined"]) == (200, 1), answer.text
        assert client.post("/api/v1/events", content=b"x" * 50 * 1024 * 1024, headers=headers).status_code == 413
        assert post(client, [event()]).json()["accepted"] == 1
    line.drained()
    with line.connection() as connection:
        (held,), _ = quarantine.list_(connection)
        assert quarantine.open_bytes(connection, line.keys, held.id) == body
