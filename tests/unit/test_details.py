"""The topics beside the overview: what is sent of a change is what makes the old into the new, and nothing else."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from services.live import details
from services.live.detail_writer import DetailWriter
from services.live.hub import Hub, Subscription

START = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
numbers = st.one_of(st.none(), st.integers(0, 3))
figures = st.fixed_dictionaries({"value": numbers, "absent": st.none(), "n": numbers})
rows = st.fixed_dictionaries({"measures": st.fixed_dictionaries({"a": figures, "b": figures}), "closed": numbers})
topics = st.fixed_dictionaries(
    {
        "as_at": st.integers(0, 9), "name": st.sampled_from(["A", "B"]), "need": numbers,
        "measures": st.fixed_dictionaries({"a": figures}), "units": st.tuples(rows, rows), "tags": st.lists(numbers),
    }
)  # fmt: skip


def topic(drawn: dict[str, Any]) -> dict[str, Any]:
    return {**drawn, "units": [{"code": str(n), **row} for n, row in enumerate(drawn["units"])]}


def apply(before: Any, change: Mapping[str, Any]) -> Any:
    """What a client does with a delta."""
    made = copy.deepcopy(before)
    for key, part in change.items():
        old = made[key]
        if isinstance(old, list) and isinstance(part, dict):
            made[key] = [apply(row, part.get(row["code"], {})) for row in old]
        elif isinstance(old, dict) and "absent" not in old:
            made[key] = apply(old, part)
        else:
            made[key] = part
    return made


@given(topics, topics)
def test_a_change_makes_the_old_into_the_new_and_says_no_more(first: dict[str, Any], second: dict[str, Any]) -> None:
    before, after = topic(first), topic(second)
    change = details.change(before, after)
    assert apply(before, change) == after
    assert set(change) - {"as_at"} == {key for key in after if after[key] != before[key]} - {"as_at"}
    for number, row in change.get("units", {}).items():
        assert before["units"][int(number)] != after["units"][int(number)]
        assert "code" not in row


def test_other_rows_or_another_order_of_them_is_another_shape() -> None:
    first = {"items": [{"code": "a"}, {"code": "b"}]}
    assert details.shape(first) == details.shape(copy.deepcopy(first))
    for other in ({"items": [{"code": "b"}, {"code": "a"}]}, {"items": [{"code": "a"}]}, {"items": [], "x": 1}):
        assert details.shape(first) != details.shape(other)


def test_a_level_that_came_or_went_is_a_change_and_no_other_shape() -> None:
    without, scored = {"opel": None}, {"opel": {"level": 3, "score": 13}}
    assert details.shape(without) == details.shape(scored)
    assert details.change(without, scored) == scored
    assert details.change(scored, without) == without
    assert details.change(scored, {"opel": {"level": 3, "score": 14}}) == {"opel": {"level": 3, "score": 14}}
    assert details.change(scored, scored) == {}


class Source:
    """What a topic is read from: counts how often, and tells who waits."""

    def __init__(self) -> None:
        self.value, self.read = 1, 0
        self.again = threading.Semaphore(0)

    def __call__(self, topic: str) -> dict[str, Any]:
        self.read += 1
        self.again.release()
        return {"as_at": self.read, "topic": topic, "value": self.value}


def published(hub: Hub, name: str) -> Any:
    channel = hub.channel(name)
    return channel.latest if channel else None


def test_a_topic_is_kept_while_somebody_listens_and_a_revision_is_made_when_it_changed() -> None:
    hub, source = Hub(), Source()
    writer = DetailWriter(hub, source, interval_seconds=0.01)
    writer.start()
    try:
        with hub.subscribe() as subscription:
            subscription.restart({"feeds": None})
            for _ in range(3):
                assert source.again.acquire(timeout=5)
            first = published(hub, "feeds")
            assert first.overview["value"] == 1
            for _ in range(2):
                assert source.again.acquire(timeout=5)
            assert published(hub, "feeds") is first, "the passing of time is no revision"
            source.value = 2
            for _ in range(3):
                assert source.again.acquire(timeout=5)
            assert published(hub, "feeds").overview["value"] == 2
            assert published(hub, "feeds").revision > first.revision
            assert hub.watched() == ["feeds"]
            message = orjson.loads(subscription.take() or "")
            assert (message["type"], message["data"]["value"]) == ("snapshot", 2)
            assert subscription.heard() == {"feeds": message["revision"]}
        assert hub.watched() == []
        read = source.read
        assert not source.again.acquire(timeout=0.5) or source.read <= read + 1, "nobody listens, nobody reads"
    finally:
        writer.stop()


def test_a_topic_that_cannot_be_read_keeps_none_of_the_others_from_being_kept() -> None:
    hub, source = Hub(), Source()

    def read(topic: str) -> dict[str, Any]:
        if topic == "feeds":  # the first by name
            raise KeyError(topic)
        return source(topic)

    writer = DetailWriter(hub, read, interval_seconds=0.01)
    writer.start()
    try:
        with hub.subscribe() as subscription:
            subscription.restart({"site:RVV01": None, "feeds": None})
            for value in (1, 2):
                source.value = value
                for _ in range(3):
                    assert source.again.acquire(timeout=5)
                assert published(hub, "site:RVV01").overview["value"] == value
        assert published(hub, "feeds") is None
    finally:
        writer.stop()


def test_a_topic_that_nobody_keeps_any_more_is_not_sent_as_if_it_were_live() -> None:
    hub = Hub()
    hub.publish_detail("feeds", 1, {"as_at": 1, "value": 1})
    channel = hub.channel("feeds")
    assert channel is not None
    channel._vouched_at -= 60
    subscription = Subscription(hub)
    subscription.restart({"feeds": None})
    assert subscription.take() is None
    assert subscription.heard() == {}
    channel.vouch()
    assert subscription.take() is not None


def test_a_fast_topic_never_keeps_another_from_a_client() -> None:
    hub = Hub()
    subscription = Subscription(hub)
    subscription.restart({"site:RVV01": None, "feeds": None})
    seen = []
    for revision in range(1, 5):
        hub.publish_detail("site:RVV01", revision, {"as_at": revision, "value": revision})
        if revision == 1:
            hub.publish_detail("feeds", 1, {"as_at": 1, "value": 1})
        message = orjson.loads(subscription.take() or "")
        seen.append(message["topic"])
    assert seen == ["site:RVV01", "feeds", "site:RVV01", "site:RVV01"]
