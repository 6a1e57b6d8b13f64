"""Misbehaviour on demand: between what the world's senders say and what is delivered.

Clean events go in, in the order of `sentat`; delivered ones come out in the order of their delivery, which each states
as `recordedat`. A kind draws from a stream of its own, so that one more in the plan moves no other; and how far each
call asks has no influence. What was done is written to the truth, a line each:

    {"kind": "ghost", "at": <said>, "source", "id", "type", "subject", "did", ...}

with what a reader needs to know what to expect: `refused` kinds by the id, `true` and `told` of a gauge, `stated` of a
wrong clock. `minute_clocks` and windows of `silent` and `closed_zeros` are a line for each source and window.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from heapq import heappop, heappush
from random import Random
from typing import Any

from services.domain.clock import LONDON
from simulations import misbehaviour_plan as plan
from simulations import misdeeds
from simulations.messages import iso
from simulations.misdeeds import Deed, Event, epoch
from simulations.shape import DAY, HOUR, MINUTE, local_seconds

SLACK = 16 * MINUTE  # the opening comes in the order of time, which a sender's quarter of an hour may lie behind
NEVER = 1 << 61
Window = tuple[int, int]
Key = tuple[int, int, int]  # delivered at, number, part


@dataclass
class _Doing:
    """One entry of the plan at work."""

    kind: str
    index: int
    act: Any
    random: Random
    begins: int
    until: int
    share: float | None
    next_at: int | None = None  # of those by day
    windows: dict[str, list[Window]] = field(default_factory=dict)
    told: set[Any] = field(default_factory=set)  # sources and windows written to the truth

    def of(self, source: str) -> bool:
        return not self.act.sources or source in self.act.sources

    def hits(self, said: int) -> bool:
        """Whether an event that it can befall, said now, is one of those that it does. Draws."""
        if not self.begins <= said < self.until:
            return False
        if self.share is not None:
            return self.random.random() < self.share
        gap = DAY / self.act.per_day
        if self.next_at is None:
            self.next_at = said + int(self.random.expovariate(1 / gap))
        if said < self.next_at:
            return False
        self.next_at = said + int(self.random.expovariate(1 / gap))
        return True


class Deliveries:
    """The stage. tell: called with (kind, at, **facts) for every act, such as `Truth.record`."""

    def __init__(self, plan_: plan.Misbehaviour, seed: int, tell: Callable[..., None] = lambda *_, **__: None) -> None:
        self._seed = seed
        self._tell = tell
        self._number = 0
        self._others = 0  # second numbers given
        self._waiting: list[tuple[Key, Event]] = []
        self._held: dict[str, tuple[int, int, Event, int]] = {}  # by journey: until when, number, event, not before
        self._limits: list[tuple[int, int, str]] = []  # of the held: until when, number, journey
        self._places: dict[str, dict[str, str]] = {}  # where those are whose end does not say it, by journey
        self._totals: dict[str, tuple[int, float]] = {}  # since midnight, by gauge: London's day, total
        self._doing = {
            kind: [self._begin(kind, index, act) for index, act in enumerate(getattr(plan_, kind))]
            for kind in plan.Misbehaviour.model_fields
        }
        self._of: dict[tuple[str, str], list[tuple[_Doing, bool]]] = {}
        self._clocks: dict[str, tuple[list[_Doing], list[_Doing]]] = {}
        self._silences: dict[str, list[_Doing]] = {}

    def of(self, events: Iterable[Event], until: datetime | None = None) -> Iterator[Event]:
        """What is delivered of these events, and of those before them.

        until: give what is delivered by then, and keep the rest for the next call (live, and a history that ends
        then); None: nothing follows, so give all. Events must come in the order of `sentat`, those of an opening
        a quarter of an hour aside.
        """
        for event in events:
            said = epoch(event["sentat"])
            self._take(event, said)
            if self._waiting and self._waiting[0][0][0] <= said - SLACK:
                yield from self._due(said - SLACK)
        yield from self._due(NEVER if until is None else int(until.timestamp()))

    # What is said -------------------------------------------------------------------------------------------------

    def _take(self, event: Event, said: int) -> None:
        type_, source = event["type"], event["source"].rpartition(":")[2]
        number = self._number = self._number + 1
        self._expire(said)
        if type_ in misdeeds.PLACES:
            self._places[event["subject"]] = misdeeds.place(event)
        was_at = self._places.pop(event["subject"], None) if type_ in misdeeds.ENDS else None
        late, hold, which = 0, 0, 0.0
        chosen: tuple[_Doing, Deed] | None = None
        is_plain = "replaces" not in event and "cancels" not in event
        for doing, of_some in self._that_befall(source, type_):
            if of_some and not (is_plain and misdeeds.can_befall(doing.kind, doing.act, event)):
                continue
            if doing.kind == "midnight_counters":
                self._count(event)
            if not (self._in_window(doing, source, said) if doing.kind == "closed_zeros" else doing.hits(said)):
                continue
            if doing.kind == "late":
                late += min(
                    int(doing.act.most_hours * HOUR),
                    int(doing.act.median_minutes * MINUTE * doing.random.lognormvariate(0, doing.act.spread)),
                )
                which = doing.random.random()
            elif doing.kind == "out_of_order":
                hold = int(doing.act.wait_hours * HOUR)
            else:
                deed = self._deed(doing, event, said)
                if chosen is None and deed is not None and self._undisturbed(source, deed):
                    chosen = doing, deed
        if chosen is None and not late and not hold:  # as most are
            self._deliver(event, source, said, number, [((event, said), 0)], 0)
            return
        deed = Deed([(event, said)], "")
        if chosen is not None:
            doing, deed = chosen
            if doing.kind == "ghost" and was_at is not None:
                deed.facts.update(was_at)
            if doing.kind == "merged":
                other, self._others = misdeeds.other_number(self._others)
                deed = misdeeds.under(deed, other)
            self._record(doing.kind, event, said, deed.did, **deed.facts)
        delays = [deed.delay] * len(deed.messages)
        if late and delays:  # one of them, so that a correction may come before what it names
            part = int(which * len(delays))
            delays[part] += late
            message, moment = deed.messages[part]
            self._record("late", message, moment, "delivered late", minutes=round(late / MINUTE, 1))
        self._deliver(event, source, said, number, list(zip(deed.messages, delays, strict=True)), hold)

    def _deliver(
        self, event: Event, source: str, said: int, number: int, messages: list[tuple[misdeeds.Said, int]], hold: int
    ) -> None:
        """Puts what is said of an event where it waits for its delivery. hold: how long the first of it may wait for
        the next of its journey.
        """
        journey, after = event["subject"], said
        stamped = self._stamped(event, source, said)
        for part, ((message, moment), delay) in enumerate(messages):
            delivered = self._delivered(source, moment, delay, event)
            if delivered is None:
                continue
            after = after if part else delivered
            if hold and not part:
                self._let_go(journey, said, said, number)
                self._record("out_of_order", message, said, "delivered after the next of its journey")
                self._held[journey] = delivered + hold, number, stamped(message), delivered
                heappush(self._limits, (delivered + hold, number, journey))
            else:
                self._put((delivered, number, part), stamped(message))
                if hold:
                    self._let_go(journey, said, delivered, number)
        if not hold:
            self._let_go(journey, said, after, number)

    def _let_go(self, journey: str, said: int, after: int, number: int) -> None:
        """What was held until the next event of its journey follows that one."""
        held = self._held.get(journey)
        if held is not None and held[0] > said:
            del self._held[journey]
            due = max(after, held[3])  # an opening comes in the order of what happened, so the next may be told first
            self._put((self._spoken(held[2]["source"].rpartition(":")[2], due), number, 9), held[2])

    def _expire(self, until: int) -> None:
        """What was held and has waited long enough."""
        while self._limits and self._limits[0][0] <= until:
            limit, number, journey = heappop(self._limits)
            held = self._held.get(journey)
            if held is not None and held[1] == number:
                del self._held[journey]
                self._put((self._spoken(held[2]["source"].rpartition(":")[2], limit), number, 0), held[2])

    def _deed(self, doing: _Doing, event: Event, said: int) -> Deed | None:
        if doing.kind == "midnight_counters":
            _, total = self._totals[event["subject"]]
            return misdeeds.told(event, said, total, "the total since midnight")
        return _TELLERS[doing.kind](doing.act, doing.random, event, said)

    def _count(self, event: Event) -> None:
        """Since-midnight totals: a figure at midnight is of the hour before it, so of the old day."""
        key, day = event["subject"], local_seconds(epoch(event["time"]) - 1) // DAY
        before, total = self._totals.get(key, (day, 0.0))
        self._totals[key] = day, (total if before == day else 0.0) + event["data"]["value"]

    def _that_befall(self, source: str, type_: str) -> list[tuple[_Doing, bool]]:
        """What of the plan can befall such an event, in the plan's order, and whether only some of these."""
        found = self._of.get((source, type_))
        if found is None:
            found = self._of[source, type_] = [
                (doing, kind not in ("late", "out_of_order"))
                for kind, row in self._doing.items()
                if kind in _BEFALLS and _BEFALLS[kind](type_)
                for doing in row
                if doing.of(source)
            ]
        return found

    def _begin(self, kind: str, index: int, act: Any) -> _Doing:
        begins = int(act.begins.timestamp()) if act.begins else -NEVER
        until = int(act.until.timestamp()) if act.until else NEVER
        return _Doing(
            kind,
            index,
            act,
            Random(f"{self._seed}/misbehaviour/{kind}/{index}"),
            begins,
            until,
            getattr(act, "share", None),
        )

    # Clocks -------------------------------------------------------------------------------------------------------

    def _stamped(self, event: Event, source: str, said: int) -> Callable[[Event], Event]:
        """How the sender's clock stamps what is said of an event, all of it as when the event itself was said."""
        row = self._clocks.get(source)
        if row is None:
            row = self._clocks[source] = (
                [doing for doing in self._doing["clock_change"] if doing.of(source)],
                [doing for doing in self._doing["minute_clocks"] if doing.of(source)],
            )
        early = any(doing.begins <= said < doing.until for doing in row[0]) and _in_changed_hour(said)
        if early:
            stated = iso(epoch(event["time"]) - HOUR)
            self._record("clock_change", event, said, "an hour too early", stated=stated)
        cut = False
        for doing in row[1]:
            if doing.begins <= said < doing.until:
                cut = True
                if source not in doing.told:
                    doing.told.add(source)
                    self._of_source("minute_clocks", source, doing.begins, doing.until, said, "cut to the minute")
        return _STAMPS[early, cut]

    def _undisturbed(self, source: str, deed: Deed) -> bool:
        """Whether all of a deed is told under one clock and by a sender who speaks: the parts could not be ordered, or
        a wrong event would never be mended.
        """
        if len(deed.messages) < 2:
            return True
        first, last = deed.messages[0][1], deed.messages[-1][1]
        for doing in self._doing["clock_change"]:
            if doing.of(source) and _near_changed_hour(first, last):
                return False
        return not any(
            not doing.act.backlog and self._window(doing, source, moment)
            for doing in self._silent(source)
            for _, moment in deed.messages
        )

    # Delivery -----------------------------------------------------------------------------------------------------

    def _delivered(self, source: str, said: int, delay: int, event: Event) -> int | None:
        """When it is delivered; None for never."""
        for doing in self._silent(source):
            if not doing.act.backlog and (window := self._window(doing, source, said)):
                self._of_window(doing, source, window, "said nothing, and never will")
                self._record("silent", event, said, "never sent")
                return None
        return self._spoken(source, said + delay)

    def _spoken(self, source: str, moment: int) -> int:
        """A moment, or the place in the backlog of the silence it falls into."""
        for doing in self._silent(source):
            while doing.act.backlog and (window := self._window(doing, source, moment)):
                self._of_window(doing, source, window, "said nothing, and then all of it")
                begins, ends = window
                share = (moment - begins) / max(1, ends - begins)
                moment = ends + int(share * doing.act.backlog_minutes * MINUTE)
        return moment

    def _silent(self, source: str) -> list[_Doing]:
        found = self._silences.get(source)
        if found is None:
            found = self._silences[source] = [doing for doing in self._doing["silent"] if doing.of(source)]
        return found

    def _in_window(self, doing: _Doing, source: str, said: int) -> bool:
        window = self._window(doing, source, said)
        if window:
            self._of_window(doing, source, window, "zeros from a closed feed")
        return window is not None

    def _window(self, doing: _Doing, source: str, moment: int) -> Window | None:
        """The window of a source that a moment lies in."""
        if not doing.begins <= moment < doing.until:
            return None
        if doing.act.per_day is None:
            return doing.begins, doing.until
        day = moment // DAY
        for each in range(day - int(doing.act.hours // 24) - 1, day + 1):
            for window in self._windows_of(doing, source, each):
                if window[0] <= moment < window[1]:
                    return window
        return None

    def _windows_of(self, doing: _Doing, source: str, day: int) -> list[Window]:
        """The windows that begin on a day: drawn by the day, so that it does not matter which is asked for first."""
        key = f"{source}/{day}"
        found = doing.windows.get(key)
        if found is None:
            random = Random(f"{self._seed}/misbehaviour/{doing.kind}/{doing.index}/{key}")
            found, moment = [], day * DAY + random.expovariate(doing.act.per_day / DAY)
            while moment < (day + 1) * DAY:
                begins = max(int(moment), doing.begins)
                found.append((begins, min(begins + int(doing.act.hours * HOUR), doing.until)))
                moment += random.expovariate(doing.act.per_day / DAY)
            doing.windows[key] = found
        return found

    def _put(self, key: Key, event: Event) -> None:
        heappush(self._waiting, (key, event))

    def _due(self, until: int) -> Iterator[Event]:
        self._expire(until)
        waiting = self._waiting
        while waiting and waiting[0][0][0] <= until:
            (moment, _, _), event = heappop(waiting)
            yield {**event, "recordedat": iso(moment)}

    # The truth ----------------------------------------------------------------------------------------------------

    def _record(self, kind: str, event: Event, said: int, did: str, **facts: Any) -> None:
        source = event["source"].rpartition(":")[2]
        named = {"source": source, "id": event["id"], "type": event["type"], "subject": event["subject"]}
        self._tell(kind, said, **named, did=did, **facts)

    def _of_window(self, doing: _Doing, source: str, window: Window, did: str) -> None:
        if (source, window) not in doing.told:
            doing.told.add((source, window))
            self._of_source(doing.kind, source, *window, max(window[0], 0), did)

    def _of_source(self, kind: str, source: str, begins: int, until: int, at: int, did: str) -> None:
        facts = {"from": None if begins == -NEVER else iso(begins), "until": None if until == NEVER else iso(until)}
        self._tell(kind, at, source=source, did=did, **facts)


def _shifted(by: Callable[[int], int]) -> Callable[[Event], Event]:
    return lambda message: {**message, **{key: iso(by(epoch(message[key]))) for key in ("time", "sentat")}}


#: By whether a clock is an hour too early, and whether it shows minutes alone.
_STAMPS: dict[tuple[bool, bool], Callable[[Event], Event]] = {
    (False, False): lambda message: message,
    (True, False): _shifted(lambda moment: moment - HOUR),
    (False, True): _shifted(lambda moment: moment // MINUTE * MINUTE),
    (True, True): _shifted(lambda moment: (moment - HOUR) // MINUTE * MINUTE),
}


@lru_cache(maxsize=64)
def _changes(year: int) -> tuple[int, ...]:
    """The two moments of a year at which London's clocks change, epoch seconds: the last Sunday of a month at 01:00."""
    found = []
    for month in (3, 10):
        day = datetime(year, month, 31, 1, tzinfo=UTC)
        day -= timedelta(days=(day.weekday() + 1) % 7)
        found.append(int(day.timestamp()))
    assert all(_offset(each - 1) != _offset(each) for each in found)
    return tuple(found)


def _offset(moment: int) -> timedelta | None:
    return datetime.fromtimestamp(moment, LONDON).utcoffset()


def _in_changed_hour(said: int) -> bool:
    """The hour that a local clock reads wrongly: 01:00 to 02:00 UTC. In spring the clock has not gone forward yet and
    is read as if it had; in autumn it reads the same hour a second time, which is taken for the first.
    """
    changes = _changes(datetime.fromtimestamp(said, UTC).year)
    index = bisect_right(changes, said) - 1
    return index >= 0 and said - changes[index] < HOUR


def _near_changed_hour(first: int, last: int) -> bool:
    return any(
        first < change + 2 * HOUR and last >= change - HOUR
        for change in _changes(datetime.fromtimestamp(last, UTC).year)
    )


def _is_gauge(type_: str) -> bool:
    return type_ == "gauge.reported"


def _is_no_correction(type_: str) -> bool:
    return type_ not in ("event.cancelled", "person.merged")


#: Of which types a kind can befall events; the rest is decided by the event.
_BEFALLS: dict[str, Callable[[str], bool]] = {
    "ghost": misdeeds.ENDS.__contains__,
    "cancelled": misdeeds.is_of_journey,
    "corrected": misdeeds.is_of_journey,
    "merged": misdeeds.is_of_journey,
    "duplicate": _is_no_correction,
    "censuses_later": "unit.census".__eq__,
    "renamed_labels": _is_gauge,
    "dummy_values": _is_gauge,
    "closed_zeros": _is_gauge,
    "inverted_percentages": _is_gauge,
    "midnight_counters": _is_gauge,
    "late": lambda _: True,
    "out_of_order": misdeeds.is_of_journey,
}
_TELLERS: dict[str, misdeeds.Teller] = {
    "ghost": misdeeds.ghost,
    "cancelled": misdeeds.cancelled,
    "corrected": misdeeds.corrected,
    "merged": misdeeds.merged,
    "duplicate": misdeeds.duplicate,
    "censuses_later": misdeeds.census_later,
    "renamed_labels": misdeeds.renamed,
    "dummy_values": misdeeds.dummy,
    "closed_zeros": misdeeds.zero,
    "inverted_percentages": misdeeds.inverted,
}
