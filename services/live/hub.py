"""Fan-out of the picture to sockets: the last revisions, what changed between any two of them, and who has seen what.

A subscriber holds one number, the revision it last sent, never a queue: however slow its client is, the next message
brings it all the way up to date.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

KEPT_REVISIONS = 64
HEARTBEAT_SECONDS = 2.0
VOUCHED_SECONDS = 8.0  # the writer looks at least every second or so; after this nobody may call the picture live

_MOVING = ("as_at", "known_at", "clock", "history")  # in every delta
_LEVELS = ("sites", "places", "providers")
_CHANGING = frozenset(["revision", *_MOVING, *_LEVELS, "totals", "opel", "feeds"])
_ROW = ("opel", "need")  # beside its measures, what a row can change in


@dataclass(frozen=True, slots=True)
class Published:
    """One revision of the overview. shape: all of it that a delta cannot say; where it changes, a snapshot is sent."""

    revision: int
    overview: Mapping[str, Any]
    shape: Any


class Hub:
    """What was published last, and who listens. `publish` may be called from any thread, the rest from the loop's."""

    def __init__(self, kept: int = KEPT_REVISIONS) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._published: OrderedDict[int, Published] = OrderedDict()
        self._latest: Published | None = None
        self._messages: dict[int | None, str] = {}  # to the latest revision, by the one that the client has
        self._subscriptions: set[Subscription] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._vouched_at: float | None = None

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on `publish` wakes the subscribers of this loop."""
        self._loop = loop

    @property
    def latest(self) -> Published | None:
        return self._latest

    def vouch(self) -> None:
        """The writer has just looked: what was published last is how things are."""
        self._vouched_at = time.monotonic()

    @property
    def is_kept(self) -> bool:
        """Whether somebody still keeps the picture; where nobody does, nothing may be sent as if it were live."""
        return self._vouched_at is not None and time.monotonic() - self._vouched_at < VOUCHED_SECONDS

    def publish(self, revision: int, overview: Mapping[str, Any]) -> None:
        """A new revision; the overview must not be changed afterwards."""
        made = Published(revision, overview, _shape(overview))
        self.vouch()
        with self._lock:
            if self._latest is not None and revision <= self._latest.revision:
                # Numbers that go back are those of another store: nothing kept can be compared with them.
                self._published.clear()
            self._messages.clear()
            self._published[revision] = made
            while len(self._published) > self._kept:
                self._published.popitem(last=False)
            self._latest = made
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop closed: nobody listens any more
                loop.call_soon_threadsafe(self._wake)

    @contextlib.contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        subscription = Subscription(self)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def message(self, after: int | None) -> tuple[int, str] | None:
        """The latest revision and the message that brings a client who knows `after` to it; None where it is there.

        Serialised once for all who stand at the same revision.
        """
        with self._lock:
            latest = self._latest
            if latest is None or latest.revision == after:
                return None
            known = self._published.get(after) if after is not None else None
            if known is not None and (known.revision > latest.revision or known.shape != latest.shape):
                known = None
            key = known.revision if known else None
            made = self._messages.get(key)
            if made is None:
                made = self._messages[key] = _message(known, latest)
            return latest.revision, made

    def _wake(self) -> None:
        for subscription in self._subscriptions:
            subscription.wake()


class Subscription:
    """One socket: the revision it last sent, and whether there is a reason to look again."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._wanted = False
        self._greeted = True
        self._changed = asyncio.Event()
        self.sent: int | None = None

    def restart(self, after: int | None) -> None:
        """The client asks for what follows the revision it has; None: for the whole."""
        self.sent = after
        self._wanted = True
        self._greeted = False
        self.wake()

    def wake(self) -> None:
        self._changed.set()

    def take(self) -> str | None:
        """The one message that brings the client up to date; None where it is, or asked for nothing yet."""
        self._changed.clear()
        if not self._wanted:
            return None
        found = self._hub.message(self.sent)
        if found is None:
            return None
        self._greeted = True
        self.sent, message = found
        return message

    async def quiet(self) -> bool:
        """Wait for a change. True after two seconds without one: time for a heartbeat, and at once for a client that
        came back to what it knows already.
        """
        if self._wanted and not self._greeted:
            self._greeted = True
            return True
        try:
            await asyncio.wait_for(self._changed.wait(), HEARTBEAT_SECONDS if self._wanted else None)
        except TimeoutError:
            return True
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


def _message(known: Published | None, latest: Published) -> str:
    body: dict[str, Any] = {"type": "snapshot", "topic": "overview", "revision": latest.revision}
    if known is None:
        body["data"] = {**latest.overview, "revision": latest.revision}
    else:
        body |= {"type": "delta", "previous": known.revision, "data": delta(known.overview, latest.overview)}
    return orjson.dumps(body).decode()
