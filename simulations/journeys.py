"""Journeys read back from written events, for those who count what the synthetic system did.

Nothing of the generator is used: raw CloudEvents go in, in order of `sentat` as `SyntheticSystem.opening` and `advance`
yield them, and journeys come out once they are over and nothing more is sent of them. Cancelled and replaced events are
gone from them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any

from services.domain.clock import LONDON

Line = tuple[int, int, str, dict[str, Any], str]  # epoch seconds, sequence, type, data, id
HOUR, DAY = 3600, 86400
EPOCH = date(1970, 1, 1)
GRACE_HOURS = 6.0
#: A journey with one of these is over, unless more is sent within the grace.
CLOSING = frozenset({
    "ed.departed", "sdec.departed", "bed.left", "virtual_ward.discharged", "ambulance.cleared", "ucr.responded",
    "mh.left", "s136.left",
})  # fmt: skip
#: What says where somebody is and what they wait for; the rest of what is sent is passed over.
READ = CLOSING | {
    "ed.arrived", "ed.decision_to_admit", "sdec.arrived", "bed.admitted", "bed.transferred", "virtual_ward.onboarded",
    "ambulance.arrived",
    "ambulance.handed_over", "discharge.criteria_not_met", "discharge.criteria_met_again", "ucr.referred",
    "mh.referred", "mh.admitted", "mh.placed_out_of_area", "s136.arrived",
}  # fmt: skip
_hours: dict[str, int] = {}
_days: dict[int, int] = {}


def moment(text: str) -> int:
    """Epoch seconds of an RFC 3339 time; a generator's `...Z` costs half a microsecond."""
    if text[-1] == "Z" and len(text) == 20:
        hour = _hours.get(text[:13])
        if hour is None:
            hour = _hours[text[:13]] = int(datetime.fromisoformat(text[:13] + ":00:00+00:00").timestamp())
        return hour + int(text[14:16]) * 60 + int(text[17:19])
    return int(datetime.fromisoformat(text).timestamp())


def london(at: int) -> int:
    """The moment as London's clock reads it, so that // and % give local days and hours."""
    hour = at // HOUR
    offset = _days.get(hour)
    if offset is None:
        delta = datetime.fromtimestamp(hour * HOUR, UTC).astimezone(LONDON).utcoffset()
        assert delta is not None  # London always has one
        offset = _days[hour] = int(delta.total_seconds())
    return at + offset


class Journey:
    """One subject's lines in order of time. `person` is the NHS number as sent, None where nobody said."""

    __slots__ = ("lines", "person", "subject")

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.person: str | None = None
        self.lines: list[Line] = []


class Journeys:
    """Gathers events by subject and hands each journey over once.

    settled: called with every journey that is over; `finish` hands over those that are not.
    """

    def __init__(self, settled: Callable[[Journey], None], grace_hours: float = GRACE_HOURS) -> None:
        self._settled = settled
        self._grace = int(grace_hours * HOUR)
        self._open: dict[str, Journey] = {}
        self._closing: deque[tuple[int, str]] = deque()
        self._sequence = 0

    def take(self, event: dict[str, Any]) -> None:
        type_ = event["type"]
        amends = "cancels" in event or "replaces" in event
        if type_ not in READ and not amends:
            return
        subject = event["subject"]
        journey = self._open.get(subject)
        if journey is None:
            if type_ not in READ:
                return  # of an event that is not read
            journey = self._open[subject] = Journey(subject)
        if journey.person is None:
            journey.person = event.get("nhsnumber")
        at = moment(event["time"])
        self._sequence = sequence = self._sequence + 1
        if amends and not self._amend(journey, event):
            return
        if type_ not in READ:
            return
        journey.lines.append((at, sequence, type_, event["data"], event["id"]))
        if type_ in CLOSING and event["data"].get("reason") != "sdec":  # same-day care goes on with the journey
            closing = self._closing
            closing.append((at, subject))
            while closing[0][0] < at - self._grace:
                self._settle(closing.popleft()[1])

    def _amend(self, journey: Journey, event: dict[str, Any]) -> bool:
        """Take out the line that a cancel or a replacement names; False where it is not here."""
        named = event.get("cancels") or event["replaces"]
        lines = journey.lines
        kind, _, selected = named.partition(":")
        for index in range(len(lines) - 1, -1, -1):
            if lines[index][2] == selected if kind == "select" else lines[index][4] == named:
                del lines[index]
                return True
        return "replaces" in event

    def _settle(self, subject: str) -> None:
        journey = self._open.get(subject)
        if journey is None:
            return
        if not any(line[2] in CLOSING and line[3].get("reason") != "sdec" for line in journey.lines):
            return  # its end was cancelled
        del self._open[subject]
        self._hand(journey)

    def _hand(self, journey: Journey) -> None:
        journey.lines.sort(key=_ORDER)
        if journey.lines:
            self._settled(journey)

    def finish(self) -> None:
        """Nothing more is sent: hand over what is left, open journeys too."""
        for journey in self._open.values():
            self._hand(journey)
        self._open.clear()
        self._closing.clear()


_ORDER = itemgetter(0, 1)


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody was there from `enter` to `leave` (epoch seconds; None: still there at the end of the events).

    service: one of DOORS, or s136_ed; unit: the ward or team, where it has one.
    said: the unit that the event of leaving named, if it named one.
    """

    service: str
    site: str
    unit: str | None
    enter: int
    leave: int | None
    said: str | None = None


#: Entering and leaving, by service. An ambulance waits to hand over, `ucr` waits at home to be seen, and out of area is
#: a place of the site that has charge of the person. The first word of a type says which end belongs to what.
DOORS = {
    "ed.arrived": ("ed", True), "ed.departed": ("ed", False),
    "sdec.arrived": ("sdec", True), "sdec.departed": ("sdec", False),
    "virtual_ward.onboarded": ("virtual_ward", True), "virtual_ward.discharged": ("virtual_ward", False),
    "ambulance.arrived": ("ambulance", True), "ambulance.handed_over": ("ambulance", False),
    "ucr.referred": ("ucr", True), "ucr.responded": ("ucr", False),
    "mh.admitted": ("mental_health", True), "mh.placed_out_of_area": ("out_of_area", True),
    "mh.left": ("mental_health", False),
    "s136.arrived": ("s136", True), "s136.left": ("s136", False),
    "bed.admitted": ("bed", True), "bed.transferred": ("bed", True), "bed.left": ("bed", False),
}  # fmt: skip
#: Said of somebody who is in already, they are a move.
MOVES = frozenset({"bed.transferred", "mh.admitted", "mh.placed_out_of_area", "s136.arrived"})
BY_UNIT = frozenset({"bed", "virtual_ward", "mental_health", "s136", "ucr"})


def entered(type_: str, data: dict[str, Any]) -> tuple[str, str, str | None]:
    """Service, site and unit that somebody came to. In a department they are held, but are in no suite."""
    service, _ = DOORS[type_]
    if service == "s136" and data["place"] == "ed":
        service = "s136_ed"
    return service, data["site"], data.get("unit") if service in BY_UNIT else None


def presences(journey: Journey, faults: Callable[[str, int, str], None] | None = None) -> Iterator[Presence]:
    """Where one journey was, in order of leaving. `faults` is told (what, when, subject) of what cannot be."""

    def fault(what: str, at: int) -> None:
        if faults:
            faults(what, at, journey.subject)

    inside: dict[str, tuple[int, str, str, str | None]] = {}  # by first word: since, service, site, unit
    for at, _, type_, data, _ in journey.lines:
        door = DOORS.get(type_)
        if door is None:
            continue
        word = type_[: type_.index(".")]
        before = inside.pop(word, None)
        if door[1]:
            if before is None:
                if type_ == "bed.transferred":
                    fault("moved to another ward without being in a bed", at)
            elif type_ in MOVES:
                yield Presence(*before[1:], before[0], at)
            else:
                fault(f"{door[0]}: came in twice", at)
            inside[word] = (at, *entered(type_, data))
        elif before is not None:
            since, service, site, unit = before
            said = data.get("unit") if service in BY_UNIT else None
            if data.get("site", site) != site or (said is not None and said != unit):
                fault(f"{service}: left from where they were not", at)
            yield Presence(service, site, unit, since, at, said)
        elif type_ != "mh.left":  # most of whom never had a bed
            fault(f"{door[0]}: left without having come", at)
    for since, service, site, unit in inside.values():
        yield Presence(service, site, unit, since, None)
