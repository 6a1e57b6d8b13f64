"""The topics: what stands on each, how it is parted, how long it is kept. None is ever compacted.

Facts of one subject stand on one partition, since the subject is their key: one worker then folds a whole journey. The
state does not depend on it (it is a function of the set of facts), only how often a journey is folded does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from services.domain.events import EVENT_TYPES
from services.domain.facts import Fact
from services.errors import LightshipError
from services.ingest.kafka.brokers import Brokers
from services.ingest.kafka.reach import reached

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


def missing(brokers: Brokers, names: Iterable[str]) -> list[str]:
    """Which of these topics are missing. Raises NotReached."""
    with reached(brokers) as client:
        there = set(client.list_topics())
    return [name for name in names if name not in there]


@dataclass(frozen=True, slots=True)
class Standing:
    """How the topics stand. there: names of ours that are there; missing: that are not; different: in words, what is
    less than it was made with.
    """

    there: tuple[str, ...]
    missing: tuple[str, ...]
    different: tuple[str, ...]


def standing(brokers: Brokers, sources: Iterable[str]) -> Standing:
    """How the topics stand, of those of trusts' own the ones that there are. sources: ODS codes of all who may have
    one. Raises NotReached, KafkaError.
    """
    with reached(brokers) as client:
        parts = {each["name"]: len(each["partitions"]) for each in client.describe_topics()}
        wanted = [each for each in topics(sources) if each.name in parts or not _IN.fullmatch(each.name)]
        there = [each for each in wanted if each.name in parts]
        resources = [ConfigResource(ConfigResourceType.TOPIC, each.name) for each in there]
        found = client.describe_configs(resources, config_filter="all").get("topic", {}) if there else {}
    return Standing(
        tuple(each.name for each in there), tuple(each.name for each in wanted if each.name not in parts),
        tuple(
            f"{each.name} {said}"
            for each in there
            for said in _different(each, parts[each.name], {k: v["value"] for k, v in found[each.name].items()})
        ),
    )  # fmt: skip


def _different(topic: Topic, partitions: int, configured: Mapping[str, str]) -> Iterator[str]:
    wanted = _configured(topic)
    if partitions < topic.partitions:
        yield f"has {partitions} partitions, not {topic.partitions}: fewer workers can share it"
    if "compact" in configured["cleanup.policy"]:
        yield "is compacted: of each subject Kafka drops all but the last"
    kept, least = int(configured["retention.ms"]), int(wanted["retention.ms"])
    if -1 < kept < least:
        yield f"is kept for {kept / 86_400_000:g} days, not {topic.kept.days}"
    if int(configured["retention.bytes"]) >= 0:
        yield "is cut by its size (retention.bytes), whatever was read"
    if int(configured["max.message.bytes"]) < int(wanted["max.message.bytes"]):
        yield f"takes messages of {configured['max.message.bytes']} bytes, not {wanted['max.message.bytes']}"


def create(brokers: Brokers, wanted: Iterable[Topic], *, replicas: int = 1) -> list[str]:
    """Make the topics that are missing; answers their names. What is there is left as somebody set it.

    Raises LightshipError where the brokers cannot be reached or refuse.
    """
    wanted = list(wanted)
    try:
        with reached(brokers) as client:
            there = set(client.list_topics())
            lacking = [topic for topic in wanted if topic.name not in there]
            if lacking:
                client.create_topics([_new(topic, replicas) for topic in lacking], timeout_ms=_CALL_MILLISECONDS)
            return [topic.name for topic in lacking]
    except TopicAlreadyExistsError:  # somebody else made them meanwhile
        return create(brokers, wanted, replicas=replicas)
    except KafkaError as error:
        raise LightshipError(
            f"Kafka at {brokers} does not make the topics ({error}): check LIGHTSHIP_KAFKA."
        ) from error


def _new(topic: Topic, replicas: int) -> NewTopic:
    return NewTopic(
        name=topic.name, num_partitions=topic.partitions, replication_factor=replicas,
        topic_configs=_configured(topic) | {"min.insync.replicas": str(max(1, replicas - 1))},
    )  # fmt: skip


def _configured(topic: Topic) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(int(topic.kept / timedelta(milliseconds=1))),
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(LARGEST_BYTES if topic.name == QUARANTINE else _LARGE_BYTES),
    }
