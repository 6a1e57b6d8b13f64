"""People are conserved: what must hold of the written events, whoever wrote them.

Arrivals and departures of a day are counted event by event; who is in place at its two ends comes from following each
person; and they must agree, for every department, same-day unit, ward (a move is leaving one and coming to another),
virtual ward, ambulance queue, response team (from referred to seen), place of safety and for out of area. Beside that
nobody leaves who never came, nobody comes twice, nobody is in two places at once, and every unit.census names exactly
those whom the events put there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.domain.clock import LONDON
from simulations.journeys import (
    BY_UNIT,
    DAY,
    DOORS,
    EPOCH,
    MOVES,
    Journey,
    Journeys,
    Presence,
    entered,
    london,
    moment,
    presences,
)

#: One person is in one of these at a time. A virtual ward is a place too, and so is waiting to be seen at home. An
#: ambulance's queue is not: the department's clock begins at 15 minutes, while the handover goes on. Nor is being held
#: under section 136 in a department.
ONE_PLACE = frozenset({"ed", "sdec", "bed", "virtual_ward", "ucr", "mental_health", "out_of_area", "s136"})

Place = tuple[str, str]  # service, and the ward or team or else the site


@dataclass(frozen=True)
class Balance:
    """One service's day: before + arrivals must be departures + after."""

    day: date
    place: Place
    before: int
    arrivals: int
    departures: int
    after: int

    @property
    def holds(self) -> bool:
        return self.before + self.arrivals == self.departures + self.after


@dataclass(frozen=True)
class Verdict:
    balances: tuple[Balance, ...]
    faults: tuple[str, ...]  # in words: what, who, when
    censuses: int  # how many were compared

    @property
    def holds(self) -> bool:
        return not self.faults and all(balance.holds for balance in self.balances)


class Conservation:
    """Reads raw CloudEvents as the recorder does. Keeps every presence of the run: for days and months, not for years.

    start: aware, midnight in London; days: how many are balanced.
    """

    def __init__(self, start: datetime, days: int) -> None:
        self._first = london(int(start.timestamp())) // DAY
        self._start = int(start.timestamp())
        self._days = days
        self._journeys = Journeys(self._settled)
        self._doors: dict[tuple[int, Place], Counter[str]] = defaultdict(Counter)
        self._presences: list[tuple[Presence, str, str | None]] = []
        self._censuses: list[tuple[int, str, frozenset[str]]] = []
        self._faults: list[str] = []

    def take(self, event: dict[str, Any]) -> None:
        if event["type"] == "unit.census" and "visits" in event["data"]:
            data = event["data"]
            self._censuses.append((moment(event["time"]), data["unit"], frozenset(data["visits"])))
            return
        self._journeys.take(event)

    def finish(self) -> Verdict:
        self._journeys.finish()
        self._two_places()
        self._compare_censuses()
        return Verdict(tuple(self._balances()), tuple(self._faults), len(self._censuses))

    def _fault(self, what: str, at: int, subject: str) -> None:
        self._faults.append(f"{what} ({subject}, {datetime.fromtimestamp(at, LONDON).isoformat()})")

    # Doors and presences ------------------------------------------------------------------------------------------

    def _settled(self, journey: Journey) -> None:
        """The doors as the events say them, and apart from that where the person was."""
        last: dict[str, Place] = {}  # by the events' first word
        for at, _, type_, data, _ in journey.lines:
            if type_ not in DOORS:
                continue
            word = type_[: type_.index(".")]
            if DOORS[type_][1]:
                if type_ in MOVES and word in last:
                    self._through(last[word], at, "departures")
                service, site, unit = entered(type_, data)
                last[word] = service, unit or site
                self._through(last[word], at, "arrivals")
                continue
            before = last.pop(word, None)
            if before is None and type_ == "mh.left":
                continue  # they never had a bed
            service = before[0] if before else DOORS[type_][0]
            # Where the event of leaving names the place itself, that is believed.
            named = data.get("unit" if service in BY_UNIT else "site")
            self._through((service, named or (before[1] if before else "")), at, "departures")
        for presence in presences(journey, self._fault):
            if presence.leave is not None and presence.leave < presence.enter:
                self._fault(f"{presence.service}: left before coming", presence.leave, journey.subject)
            self._presences.append((presence, journey.subject, journey.person))

    def _through(self, place: Place, at: int, which: str) -> None:
        day = london(at) // DAY - self._first
        if 0 <= day < self._days:
            self._doors[day, place][which] += 1

    def _balances(self) -> Iterable[Balance]:
        inside: dict[Place, Counter[int]] = defaultdict(Counter)  # by day's beginning, steps of who is in place
        for presence, _, _ in self._presences:
            steps = inside[presence.service, presence.unit or presence.site]
            steps[max(0, london(presence.enter) // DAY - self._first + 1)] += 1
            if presence.leave is not None:
                steps[max(0, london(presence.leave) // DAY - self._first + 1)] -= 1
        for place in sorted(inside.keys() | {place for _, place in self._doors}):
            level = inside[place][0]
            for day in range(self._days):
                after = level + inside[place][day + 1]
                doors = self._doors.get((day, place), Counter())
                when = EPOCH + timedelta(days=self._first + day)
                yield Balance(when, place, level, doors["arrivals"], doors["departures"], after)
                level = after

    # One place at a time ------------------------------------------------------------------------------------------

    def _two_places(self) -> None:
        by_person: dict[str, list[tuple[Presence, str]]] = defaultdict(list)
        for presence, subject, person in self._presences:
            if person is not None and presence.service in ONE_PLACE:
                by_person[person].append((presence, subject))
        for were in by_person.values():
            were.sort(key=lambda entry: (entry[0].enter, entry[0].leave or 1 << 60))
            until, before = -1, ""
            for presence, subject in were:
                if presence.enter < until:
                    self._fault(f"in two places at once: {presence.service} and {before}", presence.enter, subject)
                leave = 1 << 60 if presence.leave is None else presence.leave
                if leave > until:
                    until, before = leave, f"{presence.service} of {subject}"

    def _compare_censuses(self) -> None:
        by_ward: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for presence, subject, _ in self._presences:
            if presence.unit is not None:
                leave = 1 << 60 if presence.leave is None else presence.leave
                by_ward[presence.unit].append((presence.enter, leave, subject))
        for rows in by_ward.values():
            rows.sort()
        for at, unit, named in self._censuses:
            rows = by_ward.get(unit, [])
            come = rows[: bisect_right(rows, (at, 1 << 61, ""))]
            # Who comes or leaves in the very second of the census may be named or not.
            sure = {subject for enter, leave, subject in come if enter < at < leave}
            may = {subject for enter, leave, subject in come if enter <= at <= leave}
            if not sure <= named <= may:
                wrong = sorted(sure - named | named - may)
                self._fault(f"the census of {unit} and the events differ in {len(wrong)}", at, wrong[0])
