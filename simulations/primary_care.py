"""General practice as the integrated care board counts it: appointments, same-day demand, out of hours, 111 to GP.

Counts and not journeys: practices send none. About 1.4 million appointments are held on a weekday in England, of which
some 44 % on the day they were booked (from memory); Kent and Medway has 1.9 of England's 57 million people. What goes
from 111 to general practice, and how many wait out of hours, are assumptions.
"""

from __future__ import annotations

from simulations.messages import iso
from simulations.shape import HOUR, MINUTE, hourly, local_hour
from simulations.ways_in import APPOINTMENT_HOURS, WaysIn
from simulations.world import World, poisson

APPOINTMENTS_A_DAY = 1_400_000 * 1.9 / 57
SAME_DAY = 0.44
REQUESTS = 1.15  # asked for on the day, for each appointment held on the day (assumption)
#: People ask in the morning, when the lines open (assumption).
REQUEST_HOURS = hourly((0.0,) * 8 + (0.42, 0.15, 0.10, 0.08, 0.05, 0.05, 0.06, 0.05, 0.03, 0.01) + (0.0,) * 6)
TO_GP = 0.38  # of calls to 111
OUT_OF_HOURS = 0.30  # of those while surgeries are shut wait for a contact at the end of the hour, with those before
CLEARED = 0.55  # of those who wait are spoken to in an hour
DAY_TOLD = 20  # local hour at which the day is reported
_APPOINTMENTS, _SAME_DAY = "primary_care.appointments", "primary_care.same_day_share"
_SO_FAR, _REQUESTS = "primary_care.appointments_today", "primary_care.same_day_requests"
_WAITING, _TO_GP = "primary_care.out_of_hours_waiting", "nhs111.to_gp"


class PrimaryCare:
    def __init__(self, world: World, ways: WaysIn) -> None:
        self._world, self._ways = world, ways
        self._random = world.stream("primary care")
        self._icb = world.system.code
        self._so_far = self._same_day = self._requests = self._to_gp = self._waiting = 0

    def hour(self, _: object = None) -> None:
        """On the hour: what happened in the one before."""
        now = self._world.now
        if now % HOUR == 0:
            self._counts(now)
        self._world.at((now // HOUR + 1) * HOUR, self.hour)

    def _counts(self, now: int) -> None:
        random, scale, ways, before = self._random, self._world.scale, self._ways, now - HOUR
        hour = local_hour(before)
        if hour == 0:
            self._so_far = self._same_day = self._requests = self._to_gp = 0
        a_day = APPOINTMENTS_A_DAY * scale
        held = poisson(random, a_day * ways.appointments(before) * APPOINTMENT_HOURS[hour])
        on_the_day = min(held, poisson(random, held * SAME_DAY))
        self._so_far += held
        self._same_day += on_the_day
        self._requests += poisson(random, a_day * ways.requests(before) * SAME_DAY * REQUESTS * REQUEST_HOURS[hour])
        directed = poisson(random, ways.calls_111(before) * scale * TO_GP)
        self._to_gp += directed
        self._waiting -= sum(random.random() < CLEARED for _ in range(self._waiting))
        self._waiting += poisson(random, directed * OUT_OF_HOURS) if ways.shut(before) else 0
        for measure, count in (
            (_SO_FAR, self._so_far), (_REQUESTS, self._requests), (_TO_GP, self._to_gp), (_WAITING, self._waiting),
        ):  # fmt: skip
            self._gauge(measure, float(count), now, HOUR + 30 * MINUTE)
        if local_hour(now) == DAY_TOLD:
            self._gauge(_APPOINTMENTS, float(self._so_far), now, 25 * HOUR)
            if self._so_far:
                self._gauge(_SAME_DAY, round(self._same_day / self._so_far, 3), now, 25 * HOUR)

    def _gauge(self, measure: str, value: float, at: int, holds: int) -> None:
        data = {"organisation": self._icb, "measure": measure, "value": value, "until": iso(at + holds)}
        self._world.outbox.send("gauge.reported", self._icb, f"{self._icb}/{measure}", at, data)
