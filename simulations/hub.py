"""The transfer-of-care hub: who waits for the services of pathways 1 to 3, and the starts these have each day.

A council's service of one pathway at a place begins with so many people a day (pathways.yaml). The hub gives its starts
to those who have waited longest past the day on which they could have gone: at two in the afternoon those of tomorrow,
at nine in the morning what is left of today's. A start that nobody takes is kept for a while, since a free bed is free
tomorrow too. Where nothing is configured, everybody goes on their day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from simulations.days import HOLIDAY_DISCHARGES, NAMED_DISCHARGES, bank_holiday, date_of
from simulations.levers import Lever
from simulations.shape import DISCHARGE_WEEKDAYS, HOUR, local_hour
from simulations.world import World

if TYPE_CHECKING:
    from simulations.inpatient import Stay

TOMORROW_DECIDED, TODAY_DECIDED = 14, 9  # local hours
KEPT_DAYS = {1: 0.5, 2: 2.0, 3: 3.0}  # starts not taken are kept, up to so many days' worth (assumption)
LEAST_KEPT = 1.0
#: Of those who wait so many days past their day, so many a day are placed elsewhere at a price (assumption).
SPOT_DAYS, SPOT_SHARE = 5, 0.12
_WEEK = 7

Agreed = Callable[["Stay", int], None]  # told who may go, and on which day


class Service:
    """One council's service of a pathway at a place."""

    def __init__(self, pathway: int, council: str, place: str, starts: list[tuple[date, float]]) -> None:
        """starts: a day, each from a day on, in order; none: as many as come."""
        self.pathway, self.council, self.place = pathway, council, place
        self._starts = starts
        self.offered = 0  # today: what was kept and what is new
        self.free = 0  # of these
        self.tomorrow = 0  # free of tomorrow's, once they are known
        self._to_come = 0.5  # of a start: shares of a day add up
        self._sequence = 0
        self.waiting: list[tuple[int, int, Stay]] = []  # a heap: the day on which they could go

    @property
    def is_limited(self) -> bool:
        return bool(self._starts)

    def a_day(self, day: int) -> float:
        """Starts of a mean day, as configured for this one."""
        found = date_of(day)
        return next((starts for since, starts in reversed(self._starts) if since <= found), 0.0)

    def join(self, stay: Stay, day: int) -> None:
        self._sequence += 1
        heappush(self.waiting, (day, self._sequence, stay))

    def open_tomorrow(self, mean: float) -> None:
        self._to_come += mean
        self.tomorrow = int(self._to_come)
        self._to_come -= self.tomorrow

    def begin_day(self, day: int) -> None:
        most = int(max(LEAST_KEPT, KEPT_DAYS[self.pathway] * self.a_day(day)))
        self.offered = self.free = min(self.free, most) + self.tomorrow
        self.tomorrow = 0


class Hub:
    def __init__(self, world: World, agreed: Agreed) -> None:
        self._world, self._agreed = world, agreed
        self._random = world.stream("hub")
        #: Of services that are lost: whether somebody cannot go for it. Asked again at every decision.
        self.lost: list[Callable[[Stay], bool]] = []
        rows: dict[tuple[int, str, str], list[tuple[date, float]]] = {}
        for row in sorted(world.system.pathways, key=lambda row: row.valid_from):
            rows.setdefault((row.pathway, row.council, row.place), []).append((row.valid_from, row.starts_per_day))
        self._services = {key: Service(*key, starts) for key, starts in rows.items()}
        today = world.day
        for service in self._services.values():
            service.open_tomorrow(self._mean(service, today))
            service.begin_day(today)
        world.at((world.now // HOUR + 1) * HOUR, self._hour)

    def __iter__(self) -> Iterator[Service]:
        return iter(self._services.values())

    def join(self, stay: Stay, day: int) -> None:
        """Accepted for a pathway: they could go from this day on."""
        self._service(stay).join(stay, day)

    def is_lost(self, stay: Stay) -> bool:
        return sum(lost(stay) for lost in self.lost) > 0  # each is asked, since each counts whom it holds

    def _service(self, stay: Stay) -> Service:
        """Of their council here, else elsewhere, else of whoever serves this place, else one without limit."""
        pathway, council, place = stay.pathway or 1, stay.council, stay.ward.site.place
        found = self._services.get((pathway, council, place))
        if found is None:
            limited = [each for each in self if each.pathway == pathway and each.is_limited]
            near = [each for each in limited if each.council == council] or [
                each for each in limited if each.place == place
            ]
            found = near[0] if near else Service(pathway, council, place, [])
            self._services[pathway, council, place] = found
        return found

    # Decisions ----------------------------------------------------------------------------------------------------

    def _hour(self, _: object = None) -> None:
        world, today = self._world, self._world.day
        hour = local_hour(world.now)
        for service in dict.fromkeys(self):
            if hour == 0:
                service.begin_day(today)
            elif hour == TODAY_DECIDED:
                service.free = self._give(service, today, service.free)
            elif hour == TOMORROW_DECIDED:
                service.open_tomorrow(self._mean(service, today + 1))
                service.tomorrow = self._give(service, today + 1, service.tomorrow)
                self._buy(service, today + 1)
        world.at((world.now // HOUR + 1) * HOUR, self._hour)

    def _mean(self, service: Service, day: int) -> float:
        """Starts of a day: fewer at weekends and on holidays; a service has no more than it has however many come."""
        week_day, name = (day + 3) % _WEEK, bank_holiday(day)
        share = DISCHARGE_WEEKDAYS[week_day] if name is None else NAMED_DISCHARGES.get(name, HOLIDAY_DISCHARGES)
        lever = self._world.levers.of(Lever.STARTS, service.place, service.council)
        return service.a_day(day) * share * lever * min(1.0, self._world.scale)

    def _give(self, service: Service, day: int, free: int) -> int:
        """Starts of a day to whoever could go by then, the longest past their day first; answers how many are left."""
        passed = []
        while service.waiting and service.waiting[0][0] <= day and (free > 0 or not service.is_limited):
            entry = heappop(service.waiting)
            if self.is_lost(entry[2]):
                passed.append(entry)
                continue
            free -= service.is_limited
            self._agreed(entry[2], day)
        for entry in passed:
            heappush(service.waiting, entry)
        return free

    def _buy(self, service: Service, day: int) -> None:
        """Places outside the service for some of those who have waited long."""
        random = self._random
        if not service.waiting or service.waiting[0][0] > day - SPOT_DAYS:
            return
        bought = [
            entry for entry in sorted(service.waiting)
            if entry[0] <= day - SPOT_DAYS and random.random() < SPOT_SHARE and not self.is_lost(entry[2])
        ]  # fmt: skip
        gone = {number for _, number, _ in bought}
        service.waiting = [entry for entry in service.waiting if entry[1] not in gone]
        heapify(service.waiting)
        for _, _, stay in bought:
            self._agreed(stay, day)
