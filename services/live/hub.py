"""Fan-out of the picture to sockets: the last revisions, what changed between any two of them, and who has seen what.

A subscriber holds one number a topic, the revision it last sent, never a queue: however slow its client is, the next
message brings it all the way up to date.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from services.live import details

OVERVIEW = "overview"
KEPT_REVISIONS = 64
KEPT_DETAILS = 8
HEARTBEAT_SECONDS = 2.0
VOUCHED_SECONDS = 8.0  # the writer looks at least every second or so; after this nobody may call the picture live

_MOVING = ("as_at", "known_at", "clock", "history")  # in every delta
_LEVELS = ("sites", "places", "providers")
_CHANGING = frozenset(["revision", *_MOVING, *_LEVELS, "totals", "opel", "agreed", "feeds"])
_ROW = ("opel", "need")  # beside its measures, what a row can change in


@dataclass(frozen=True, slots=True)
class Published:
    """One revision of a topic. shape: all of it that a delta cannot say; where it changes, a snapshot is sent."""

    revision: int
    overview: Mapping[str, Any]
    shape: Any


class Channel:
    """A topic: its last revisions, and what was made of them for who stands at the same one. Safe from any thread."""

    def __init__(
        self, topic: str, kept: int, shape: Callable[[Mapping[str, Any]], Any],
        change: Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]],
    ) -> None:  # fmt: skip
        self._topic, self._kept, self._shape, self._change = topic, kept, shape, change
        self._lock = threading.Lock()
        self._published: OrderedDict[int, Published] = OrderedDict()
        self._messages: dict[int | None, str] = {}  # to the latest revision, by the one that the client has
        self._vouched_at = time.monotonic()
        self.latest: Published | None = None

    def vouch(self) -> None:
        self._vouched_at = time.monotonic()

    @property
    def is_kept(self) -> bool:
        return self.latest is not None and time.monotonic() - self._vouched_at < VOUCHED_SECONDS

    def publish(self, revision: int, data: Mapping[str, Any]) -> None:
        made = Published(revision, data, self._shape(data))
        self.vouch()
        with self._lock:
            if self.latest is not None and revision <= self.latest.revision:
                # Numbers that go back are those of another store: nothing kept can be compared with them.
                self._published.clear()
            self._messages.clear()
            self._published[revision] = made
            while len(self._published) > self._kept:
                self._published.popitem(last=False)
            self.latest = made

    def message(self, after: int | None) -> tuple[int, str] | None:
        """The latest revision and the message that brings a client who knows `after` to it; None where it is there.

        Serialised once for all who stand at the same revision.
        """
        with self._lock:
            latest = self.latest
            if latest is None or latest.revision == after:
                return None
            known = self._published.get(after) if after is not None else None
            if known is not None and (known.revision > latest.revision or known.shape != latest.shape):
                known = None
            key = known.revision if known else None
            made = self._messages.get(key)
            if made is None:
                made = self._messages[key] = self._made(known, latest)
            return latest.revision, made

    def _made(self, known: Published | None, latest: Published) -> str:
        body: dict[str, Any] = {"type": "snapshot", "topic": self._topic, "revision": latest.revision}
        if known is None:
            body["data"] = {**latest.overview, "revision": latest.revision}
        else:
            body |= {
                "type": "delta", "previous": known.revision, "data": self._change(known.overview, latest.overview),
            }  # fmt: skip
        return orjson.dumps(body).decode()


class Hub:
    """What was published last, and who listens. `publish` may be called from any thread, `subscribe` from the loop's.

    The overview is always kept; other topics while somebody listens to them (`watched`).
    """

    def __init__(self, kept: int = KEPT_REVISIONS) -> None:
        self._overview = Channel(OVERVIEW, kept, _shape, delta)
        self._others: dict[str, Channel] = {}
        self._subscriptions: set[Subscription] = set()
        self._listeners: Counter[str] = Counter()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._vouched_at: float | None = None
        self.asked = threading.Event()  # somebody wants a topic that nobody wanted before

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on `publish` wakes the subscribers of this loop."""
        self._loop = loop

    @property
    def latest(self) -> Published | None:
        """The overview."""
        return self._overview.latest

    def vouch(self) -> None:
        """The writer has just looked: what was published last is how things are."""
        self._vouched_at = time.monotonic()

    @property
    def is_kept(self) -> bool:
        """Whether somebody still keeps the picture; where nobody does, nothing may be sent as if it were live."""
        return self._vouched_at is not None and time.monotonic() - self._vouched_at < VOUCHED_SECONDS

    def publish(self, revision: int, overview: Mapping[str, Any]) -> None:
        """A new revision; the overview must not be changed afterwards."""
        self._overview.publish(revision, overview)
        self.vouch()
        self._ring()

    def publish_detail(self, topic: str, revision: int, data: Mapping[str, Any]) -> None:
        """A new revision of another topic; the data must not be changed afterwards."""
        channel = self._others.get(topic)
        if channel is None:
            channel = self._others[topic] = Channel(topic, KEPT_DETAILS, details.shape, details.change)
        channel.publish(revision, data)
        self._ring()

    def channel(self, topic: str) -> Channel | None:
        return self._overview if topic == OVERVIEW else self._others.get(topic)

    def forget(self, topic: str) -> None:
        self._others.pop(topic, None)

    def watched(self) -> list[str]:
        """The topics that somebody listens to, beside the overview."""
        return sorted(self._listeners - Counter({OVERVIEW: self._listeners[OVERVIEW]}))

    def changed_wishes(self, before: Iterable[str], after: Iterable[str]) -> None:
        """A subscription listens to other topics than before."""
        listeners = self._listeners.copy()
        listeners.subtract(list(before))
        listeners.update(list(after))
        if set(+listeners) - set(self._listeners):
            self.asked.set()
        self._listeners = +listeners

    @contextlib.contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        subscription = Subscription(self)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            self.changed_wishes(subscription.sent, ())

    def _ring(self) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop closed: nobody listens any more
                loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for subscription in self._subscriptions:
            subscription.wake()


class Subscription:
    """One socket: by topic the revision it last sent, and whether there is a reason to look again."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._greeted = True
        self._changed = asyncio.Event()
        self.sent: dict[str, int | None] = {}

    def restart(self, after: Mapping[str, int | None]) -> None:
        """The client asks, by topic, for what follows the revision it has; None: for the whole. Other topics end."""
        self._hub.changed_wishes(self.sent, after)
        self.sent = dict(after)
        self._greeted = not after
        self.wake()

    def wake(self) -> None:
        self._changed.set()

    def take(self) -> str | None:
        """One message that brings the client up to date with one topic; None where it is, or asked for nothing yet.

        The topic that was served goes last, so that a fast one never keeps another from a slow client.
        """
        self._changed.clear()
        for topic, sent in list(self.sent.items()):
            channel = self._hub.channel(topic)
            kept = channel is not None and (topic == OVERVIEW or channel.is_kept)
            found = channel.message(sent) if channel and kept else None
            if found is not None:
                self._greeted = True
                del self.sent[topic]
                self.sent[topic], message = found
                return message
        return None

    def heard(self) -> dict[str, int | None]:
        """The revision that the client has of each topic that somebody still keeps."""
        channels = {topic: self._hub.channel(topic) for topic in self.sent}
        return {
            topic: self.sent[topic]
            for topic, channel in channels.items()
            if topic == OVERVIEW or (channel is not None and channel.is_kept)
        }

    async def quiet(self) -> bool:
        """Wait for a change. True after two seconds without one: time for a heartbeat, and at once for a client that
        came back to what it knows already.
        """
        if self.sent and not self._greeted:
            self._greeted = True
            return True
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS if self.sent else None):
                await self._changed.wait()
        except TimeoutError:
            return True
        # Heard, though nothing may be sent: while nobody keeps the picture `take` is not asked, and a wait for what has
        # happened already would never give way to anything else.
        self._changed.clear()
        return False


def delta(previous: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """What changed from one overview to the next of the same shape.

    A figure whose only change is the age of the newest fact behind it, within one minute, has not changed; nor has a
    feed within ten seconds. Both cut time into fixed pieces, so small steps cannot add up unseen.
    """
    found: dict[str, Any] = {key: current[key] for key in _MOVING}
    for level in _LEVELS:
        before = {row["code"]: row for row in previous[level]}
        rows = {row["code"]: _row(before[row["code"]], row) for row in current[level] if row["code"] in before}
        changed = {code: row for code, row in rows.items() if row}
        if changed:
            found[level] = changed
    totals = _measures(previous["totals"], current["totals"])
    if totals:
        found["totals"] = totals
    if previous.get("opel") != current.get("opel"):
        found["opel"] = current["opel"]
    if previous.get("agreed") != current.get("agreed"):
        found["agreed"] = current["agreed"]
    if _feeds(previous["feeds"]) != _feeds(current["feeds"]):
        found["feeds"] = current["feeds"]
    return found


def _row(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    measures = _measures(before["measures"], after["measures"])
    if measures:
        found["measures"] = measures
    return found | {key: after[key] for key in _ROW if before.get(key) != after.get(key)}


def _measures(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if name not in before or not _same(before[name], value)}


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    if before == after:
        return True
    first, second = dict(before), dict(after)
    return _cut(first.pop("as_of", None), 60) == _cut(second.pop("as_of", None), 60) and first == second


def _feeds(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    # `facts` grows with every event, as the times do.
    return [
        {key: _cut(value, 10) if key.endswith("_at") else value for key, value in row.items() if key != "facts"}
        for row in rows
    ]


def _cut(moment: Any, seconds: int) -> int | None:
    if moment is None:
        return None
    read = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
    return int(read.timestamp() // seconds)


def _shape(overview: Mapping[str, Any]) -> Any:
    levels = {
        level: [
            {key: value for key, value in row.items() if key not in ("measures", *_ROW)} | {"has": set(row["measures"])}
            for row in overview[level]
        ]
        for level in _LEVELS
    }
    still = {key: value for key, value in overview.items() if key not in _CHANGING}
    return still, levels, set(overview["totals"])
