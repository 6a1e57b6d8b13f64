"""The topics: what stands on each, how it is parted, how long it is kept. None is ever compacted.

Facts of one subject stand on one partition, since the subject is their key: one worker then folds a whole journey. The
state does not depend on it (it is a function of the set of facts), only how often a journey is folded does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from services.domain.events import EVENT_TYPES
from services.domain.facts import Fact
from services.errors import LightshipError

QUARANTINE = "flow.quarantine"
_EVERY = "every"  # the topic of a type that may stand on each
#: Longer than any outage and than the time between two backups: a restored database reads again from here.
_FLOW_KEPT = timedelta(days=14)
#: As long as the store keeps what was refused.
_QUARANTINE_KEPT = timedelta(days=30)
#: A trust's own topic names people: it is kept no longer than a bank holiday's weekend takes to notice a fault.
_IN_KEPT = timedelta(days=4)
#: Partitions are how many workers can share a topic. Departments and beds say most.
_BUSY, _QUIET = 6, 3
_BUSY_TOPICS = frozenset(["flow.ed", "flow.bed"])
_CALL_MILLISECONDS = 15_000
#: Of a message: a trust's may hold a body of events.
_LARGE_BYTES = 4 * 1024 * 1024
#: What is refused may be a whole body, unpacked 64 MiB, in base64; a broker takes requests of 100 MiB.
LARGEST_BYTES = 96 * 1024 * 1024
_IN = re.compile(r"in\.([A-Z0-9]{3,9})")
_ADDRESS = re.compile(r"[A-Za-z0-9._-]+:\d{1,5}")
_PSEUDONYMS = ("j_", "p_")

#: What facts stand on, in the order of the design.
FLOW: tuple[str, ...] = tuple(dict.fromkeys(row.topic for row in EVENT_TYPES.values() if row.topic != _EVERY))


#: What workers take into the store.
TAKEN_IN: tuple[str, ...] = (*FLOW, QUARANTINE)


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    partitions: int
    kept: timedelta


def topics(sources: Iterable[str]) -> list[Topic]:
    """Every topic of a system. sources: the ODS codes of those that send by Kafka, each on a topic of its own."""
    flow = [Topic(name, _BUSY if name in _BUSY_TOPICS else _QUIET, _FLOW_KEPT) for name in FLOW]
    return [*flow, Topic(QUARANTINE, 1, _QUARANTINE_KEPT), *(Topic(f"in.{code}", _QUIET, _IN_KEPT) for code in sources)]


def source_of(topic: str) -> str:
    """The source that writes a topic `in.<ODS code>`. Raises LightshipError for another name."""
    found = _IN.fullmatch(topic)
    if found is None:
        raise LightshipError("A sender's topic is named in.<its ODS code>, such as in.RVV.")
    return f"urn:nhs:ods:{found[1]}"


def topic_of(fact: Fact) -> str:
    """The topic of a fact. One that may stand on each stands with what it is about, where its subject tells."""
    topic = EVENT_TYPES[fact.type].topic
    if topic != _EVERY:
        return topic
    if fact.selects and (selected := EVENT_TYPES[fact.selects].topic) != _EVERY:
        return selected
    if fact.subject.startswith(_PSEUDONYMS):
        return "flow.ed"  # a pseudonym does not tell what kind of journey it stands for
    if "." in fact.subject:
        return "flow.gauge"
    return "flow.bed" if "/" in fact.subject else "flow.system"


def missing(brokers: str, names: Iterable[str]) -> list[str] | None:
    """Which of these topics are missing; None where no broker answers. Raises LightshipError for what is no address."""
    for each in brokers.split(","):
        if not _ADDRESS.fullmatch(each.strip()):
            raise LightshipError("LIGHTSHIP_KAFKA is a list of host:port, such as kafka:9092 or a:9092,b:9092.")
    try:
        admin = _admin(brokers)
        try:
            there = set(admin.list_topics())
        finally:
            admin.close()
    except KafkaError:
        return None
    return [name for name in names if name not in there]


def _admin(brokers: str) -> KafkaAdminClient:
    return KafkaAdminClient(
        bootstrap_servers=brokers, request_timeout_ms=_CALL_MILLISECONDS, bootstrap_timeout_ms=_CALL_MILLISECONDS
    )


def create(brokers: str, wanted: Iterable[Topic], *, replicas: int = 1) -> list[str]:
    """Make the topics that are missing; answers their names. What is there is left as somebody set it.

    Raises LightshipError where the brokers cannot be reached or refuse.
    """
    wanted = list(wanted)
    try:
        admin = _admin(brokers)
        try:
            there = set(admin.list_topics())
            lacking = [topic for topic in wanted if topic.name not in there]
            if lacking:
                admin.create_topics([_new(topic, replicas) for topic in lacking], timeout_ms=_CALL_MILLISECONDS)
            return [topic.name for topic in lacking]
        finally:
            admin.close()
    except TopicAlreadyExistsError:  # somebody else made them meanwhile
        return create(brokers, wanted, replicas=replicas)
    except KafkaError as error:
        raise LightshipError(
            f"Kafka at {brokers} does not make the topics ({error}): check LIGHTSHIP_KAFKA."
        ) from error


def _new(topic: Topic, replicas: int) -> NewTopic:
    return NewTopic(
        name=topic.name, num_partitions=topic.partitions, replication_factor=replicas,
        topic_configs={
            "cleanup.policy": "delete",
            "retention.ms": str(int(topic.kept / timedelta(milliseconds=1))),
            "min.insync.replicas": str(max(1, replicas - 1)),
            "message.timestamp.type": "LogAppendTime",
            "max.message.bytes": str(LARGEST_BYTES if topic.name == QUARANTINE else _LARGE_BYTES),
        },
    )  # fmt: skip
