"""Facts on `flow.*`: what is read is what was sent, and nothing that a door of ours did not write."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.domain.facts import Fact
from services.errors import RefusedEvent
from services.ingest.kafka.topics import FLOW, source_of, topic_of, topics
from services.ingest.kafka.wire import Reader, written
from tests.misbehaving import EVERYTHING, folded, told


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    return folded(told(EVERYTHING, days=1.5).delivered).facts


def test_every_fact_is_read_as_it_was_sent(facts: list[Fact]) -> None:
    reader = Reader()
    for number, fact in enumerate(facts):
        travelled = reader.read(written(fact, synthetic=number % 2 == 0))
        assert travelled.fact == fact
        assert travelled.synthetic is (number % 2 == 0)
    # Among them is all that is unusual.
    assert {fact.rank for fact in facts} == {0, 1, 2}
    assert any(fact.selects for fact in facts) or any(fact.target for fact in facts)
    assert any(fact.person_merged for fact in facts)
    assert any(fact.sent_at == fact.time for fact in facts)
    assert len({fact.type for fact in facts}) > 30


def test_what_travels_names_nobody(facts: list[Fact]) -> None:
    for fact in facts:
        event = orjson.loads(written(fact))
        assert not {"nhsnumber", "nhsnumbermerged"} & event.keys()
        assert event["id"] == fact.uid


def test_every_fact_has_a_topic_and_a_subject_keeps_to_the_topics_of_its_types(facts: list[Fact]) -> None:
    assert {topic_of(fact) for fact in facts} <= set(FLOW)
    assert {topic.name for topic in topics(["RVV"])} == {*FLOW, "flow.quarantine", "in.RVV"}
    assert source_of("in.RVV") == "urn:nhs:ods:RVV"


GOOD: dict[str, Any] = {
    "specversion": "1.0", "id": "0" * 32, "source": "urn:nhs:ods:RVV", "subject": "j_" + "A" * 22, "type": "ed.arrived",
    "time": "2026-03-10T11:30:00Z", "recordedat": "2026-03-10T11:31:00Z",
    "data": {"site": "RVV01", "department_type": 1},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": "RVV/V1234567"}, "subject"),
        ({"subject": "j_short"}, "subject"),
        ({"id": "A31-417"}, "id"),
        ({"person": "9991234560"}, "person"),
        ({"nhsnumber": "9991234560"}, None),
        ({"surprise": 1}, None),
        ({"type": "ed.vanished"}, "type"),
        ({"time": "2026-03-10T11:30:00"}, "time"),
        ({"data": {"site": "RVV01"}}, "data"),
        ({"data": {"site": "RVV01", "department_type": 1, "name": "Smith"}}, "data"),
        ({"data": []}, "data"),
        ({"replaces": "1" * 32}, "sentat"),
        ({"replaces": "A31", "sentat": "2026-03-10T11:30:00Z"}, "replaces"),
        ({"cancels": "1" * 32, "sentat": "2026-03-10T11:30:00Z"}, "cancels"),
        ({"source": "somebody"}, "source"),
        ({"follows": "RVV/V1"}, "follows"),
        ({"recordedat": None}, None),
        ({"specversion": "0.3"}, None),
    ],
)  # fmt: skip
def test_what_no_door_of_ours_writes_is_refused_and_not_repeated(change: dict[str, Any], field: str | None) -> None:
    assert Reader().read(orjson.dumps(GOOD)).fact.type == "ed.arrived"
    with pytest.raises(RefusedEvent) as refusal:
        Reader().read(orjson.dumps(GOOD | change))
    assert refusal.value.field == field
    for value in change.values():
        assert str(value) not in refusal.value.reason or value is None
    assert refusal.value.__context__ is None


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"a":' * 5000, b"1e999", b"{}"])
def test_what_is_no_event_is_refused(raw: bytes) -> None:
    with pytest.raises(RefusedEvent):
        Reader().read(raw)
