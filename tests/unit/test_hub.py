"""The hub: a delta says what changed and nothing else, and one message brings whoever listens up to date."""

from __future__ import annotations

import asyncio
import copy
import itertools
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.live import hub as hub_module
from services.live.hub import Hub, Subscription, delta

START = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
MEASURES = ("ed.in_department", "beds.ga_free")
SITES = ("RVV01", "RPA02")


def value(number: float | None = 3, as_of: datetime | None = START) -> dict[str, Any]:
    return {
        "value": number, "unit": "people", "numerator": None, "denominator": None, "n": None,
        "absent": None if number is not None else "not_due", "reason": None, "as_of": as_of, "freshness": "live",
    }  # fmt: skip


def overview(at: datetime = START, **changes: dict[str, Any]) -> dict[str, Any]:
    """changes: a site's code -> its measures that are not 3."""
    return {
        "as_at": at, "known_at": at, "revision": 0, "synthetic": True, "system": {"code": "QKS", "name": "Kent"},
        "history": {"complete": True, "from": None, "share": 1.0}, "clock": {"now": at, "rate": 1.0},
        "sites": [
            {"code": code, "name": code, "opel": None, "need": 0.5,
             "measures": {name: value() for name in MEASURES} | changes.get(code, {})}
            for code in SITES
        ],
        "totals": {name: value() for name in MEASURES},
        "opel": None,
        "places": [{"code": "east_kent", "name": "East Kent", "measures": {name: value() for name in MEASURES}}],
        "providers": [{"code": "RVV", "name": "East Kent", "measures": {name: value() for name in MEASURES}}],
        "agreed": [],
        "feeds": [{"source": "urn:nhs:ods:RVV", "state": "live", "last_event_at": at, "facts": 1}],
    }  # fmt: skip


def apply(picture: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """What a client does with a delta, as frontend/src/store/picture.ts does."""
    made = copy.deepcopy(picture)
    for key in ("as_at", "known_at", "clock", "history", "opel", "agreed", "feeds"):
        made[key] = change.get(key, made[key])
    made["totals"] |= change.get("totals", {})
    for level in ("sites", "places", "providers"):
        for row in made[level]:
            part = change.get(level, {}).get(row["code"], {})
            row["measures"] |= part.get("measures", {})
            for key in ("need", "opel"):
                row[key] = part.get(key, row.get(key))
    return made


def without_ages(picture: dict[str, Any]) -> dict[str, Any]:
    """A picture to compare: what a delta leaves out on purpose, cut to the minute or dropped; as JSON would be."""
    made: dict[str, Any] = orjson.loads(orjson.dumps(picture))
    rows = [row for level in ("sites", "places", "providers") for row in made[level]]
    for measures in [made["totals"], *(row["measures"] for row in rows)]:
        for each in measures.values():
            each["as_of"] = each["as_of"] and each["as_of"][:16]
    for feed in made["feeds"]:
        feed["last_event_at"] = feed["last_event_at"][:18]
        feed.pop("facts")
    for row in rows:
        row.setdefault("need", None)
        row.setdefault("opel", None)
    made.pop("revision")
    return made


def read(message: str | None) -> dict[str, Any]:
    assert message is not None, "a message was due and none came"
    found: dict[str, Any] = orjson.loads(message)
    return found


def subscribed(hub: Hub, after: int | None = None) -> Subscription:
    subscription = Subscription(hub)
    subscription.restart({"overview": after})
    return subscription


def test_a_delta_holds_only_the_measure_that_changed() -> None:
    changed = value(4)
    found = delta(overview(), overview(START + timedelta(seconds=1), RVV01={"ed.in_department": changed}))
    assert found.pop("as_at") == START + timedelta(seconds=1)
    assert set(found) == {"known_at", "clock", "history", "sites"}
    assert found["sites"] == {"RVV01": {"measures": {"ed.in_department": changed}}}


def test_a_level_that_changed_or_went_away_is_told_of_its_own_row_and_of_the_system() -> None:
    before, after = overview(), overview()
    before["opel"], after["opel"] = {"level": 2}, {"level": 3}
    before["sites"][0]["opel"] = {"level": 4}
    found = delta(before, after)
    assert found["opel"] == {"level": 3}
    assert found["sites"] == {before["sites"][0]["code"]: {"opel": None}}


def test_a_delta_of_nothing_still_says_the_time() -> None:
    assert set(delta(overview(), overview())) == {"as_at", "known_at", "clock", "history"}


def test_a_newer_fact_behind_the_same_figure_is_no_change_within_a_minute_and_one_after_it() -> None:
    def aged(seconds: int) -> dict[str, Any]:
        return overview(RVV01={"beds.ga_free": value(as_of=START + timedelta(seconds=seconds))})

    assert "sites" not in delta(aged(1), aged(59))
    assert "sites" in delta(aged(59), aged(60))


def test_small_steps_of_age_cannot_add_up_unseen() -> None:
    steps = [overview(RVV01={"beds.ga_free": value(as_of=START + timedelta(seconds=20 * n))}) for n in range(10)]
    told = [step for before, step in itertools.pairwise(steps) if "sites" in delta(before, step)]
    assert len(told) == 3


def test_a_feed_that_fell_silent_is_a_change_and_one_more_fact_is_not() -> None:
    before, busier, silent = overview(), overview(), overview()
    busier["feeds"][0]["facts"] = 2
    silent["feeds"][0]["state"] = "silent"
    assert "feeds" not in delta(before, busier)
    assert delta(before, silent)["feeds"] == silent["feeds"]


_values = st.builds(
    value,
    st.one_of(st.none(), st.integers(0, 4)),
    st.one_of(st.none(), st.integers(0, 200).map(lambda seconds: START + timedelta(seconds=seconds))),
)
_measures = st.fixed_dictionaries(dict.fromkeys(MEASURES, _values))
_levels = st.one_of(st.none(), st.fixed_dictionaries({"level": st.integers(1, 4)}))


@st.composite
def pictures(draw: st.DrawFn) -> dict[str, Any]:
    made = overview(START + timedelta(seconds=draw(st.integers(0, 200))))
    made["totals"] = draw(_measures)
    for level in ("sites", "places", "providers"):
        for row in made[level]:
            row["measures"] = draw(_measures)
            row["opel"] = draw(_levels)
    made["opel"] = draw(_levels)
    made["sites"][0]["need"] = draw(st.floats(0, 2))
    made["agreed"] = draw(st.sampled_from([[], [{"reference": "D1"}], [{"reference": "D2"}]]))
    made["feeds"][0]["state"] = draw(st.sampled_from(["live", "silent"]))
    return made


@given(st.lists(pictures(), min_size=1, max_size=6), st.data())
def test_snapshot_and_deltas_together_equal_the_latest_snapshot(
    stories: list[dict[str, Any]], data: st.DataObject
) -> None:
    hub = Hub()
    subscription = subscribed(hub)
    held: dict[str, Any] | None = None
    for revision, picture in enumerate(stories, 1):
        hub.publish(revision, picture)
        if revision < len(stories) and data.draw(st.booleans()):
            continue  # a slow client: several revisions pass
        message = read(subscription.take())
        assert message["type"] == ("snapshot" if held is None else "delta")
        held = message["data"] if held is None else apply(held, message["data"])
    assert held is not None
    assert without_ages(held) == without_ages(stories[-1])


def test_a_slow_client_gets_one_message_for_many_revisions() -> None:
    hub = Hub()
    subscription = subscribed(hub)
    hub.publish(1, overview())
    assert read(subscription.take())["type"] == "snapshot"
    for revision in range(2, 40):
        hub.publish(revision, overview(RVV01={"beds.ga_free": value(revision)}))
    message = read(subscription.take())
    assert (message["type"], message["previous"], message["revision"]) == ("delta", 1, 39)
    assert message["data"]["sites"]["RVV01"]["measures"]["beds.ga_free"]["value"] == 39
    assert subscription.take() is None


def test_a_client_further_behind_than_what_is_kept_gets_a_snapshot() -> None:
    hub = Hub(kept=4)
    subscription = subscribed(hub)
    hub.publish(1, overview())
    subscription.take()
    for revision in range(2, 7):
        hub.publish(revision, overview())
    assert read(subscription.take())["type"] == "snapshot"


@pytest.mark.parametrize(("after", "kind"), [(1, "delta"), (None, "snapshot"), (77, "snapshot"), (-1, "snapshot")])
def test_who_comes_back_gets_a_delta_from_a_known_revision_and_else_a_snapshot(after: int | None, kind: str) -> None:
    hub = Hub()
    hub.publish(1, overview())
    hub.publish(2, overview(RVV01={"beds.ga_free": value(9)}))
    message = read(subscribed(hub, after).take())
    assert message["type"] == kind
    assert message["revision"] == 2
    assert kind == "delta" or message["data"]["revision"] == 2


def test_revisions_that_go_back_belong_to_another_store_and_are_not_compared() -> None:
    hub = Hub()
    hub.publish(500, overview())
    hub.publish(3, overview(RVV01={"beds.ga_free": value(1)}))
    assert read(subscribed(hub, 500).take())["type"] == "snapshot"


def test_what_a_delta_cannot_say_is_sent_whole() -> None:
    hub = Hub()
    hub.publish(1, overview())
    renamed = overview()
    renamed["sites"][0]["name"] = "Another name"
    hub.publish(2, renamed)
    assert read(subscribed(hub, 1).take())["type"] == "snapshot"


def test_two_hundred_sockets_cost_one_serialisation(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = hub_module.Channel._made

    def counted(*given: Any) -> str:
        made.append(1)
        return real(*given)

    monkeypatch.setattr(hub_module.Channel, "_made", counted)
    hub = Hub()
    subscriptions = [subscribed(hub) for _ in range(200)]
    hub.publish(1, overview())
    assert all(each.take() for each in subscriptions)
    hub.publish(2, overview(RVV01={"beds.ga_free": value(9)}))
    assert all(each.take() for each in subscriptions)
    assert len(made) == 2, "one snapshot and one delta, whoever listens"


def test_publishing_from_another_thread_wakes_who_waits() -> None:
    async def story() -> None:
        hub = Hub()
        hub.bind(asyncio.get_running_loop())
        with hub.subscribe() as subscription:
            subscription.restart({"overview": None})
            assert subscription.take() is None
            assert await subscription.quiet(), "the greeting of a client that asked before there was anything"
            threading.Timer(0.01, hub.publish, (1, overview())).start()
            assert not await asyncio.wait_for(subscription.quiet(), 1.5)
            assert read(subscription.take())["revision"] == 1

    asyncio.run(story())


def test_quiet_brings_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "HEARTBEAT_SECONDS", 0.01)
    hub = Hub()
    hub.publish(1, overview())
    subscription = subscribed(hub)
    assert subscription.take() is not None
    assert asyncio.run(asyncio.wait_for(subscription.quiet(), 1))


def test_what_was_heard_while_nothing_may_be_sent_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nobody keeps the picture `take` is not asked: a wait that ended at once for ever would hold up the rest."""
    monkeypatch.setattr(hub_module, "HEARTBEAT_SECONDS", 5)
    subscription = Subscription(Hub())
    subscription.restart({"overview": None})
    subscription._greeted = True

    async def story() -> None:
        assert not await asyncio.wait_for(subscription.quiet(), 1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(subscription.quiet(), 0.05)

    asyncio.run(story())
