"""What a day is like before anybody reaches a door: calls to 111, surgeries, and who sends people on.

The same day stands behind the counts of the integrated care board (primary_care.py, returns.py) and behind those who
come: where more ring 111 more are sent by it, and where surgeries see fewer people, fewer are sent by them and a few
more come by themselves. Shares by way in are assumptions: of those who ring 111 about one in ten is
sent to a door, and eight in ten of those who walk in come by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulations.days import HOLIDAY_CALLS_111, Runs, bank_holiday, monthly
from simulations.levers import Lever
from simulations.people import Person
from simulations.shape import (
    CALLS_111_HOURS,
    CALLS_111_WEEKDAYS,
    DAY,
    hourly,
    local_hour,
    local_seconds,
    weekday,
)
from simulations.world import World

#: How days differ beyond season and weekday for all doors at once, as the standard deviation of a logarithm and the
#: memory from one day to the next; and how many surgeries see beside what is usual (assumptions, all four).
COMMON_SPREAD, COMMON_MEMORY = 0.03, 0.6
SURGERIES_SPREAD, SURGERIES_MEMORY = 0.06, 0.5
CALLS_111_A_DAY = 937 * 1.9  # Bristol's 937 a day for about a million people, for Kent and Medway's 1.9 million
CALLS_111_MORE = 3  # a busy day's factor is felt to this power at 111 (assumption: minor illness first)
REQUESTS_MORE = 2  # and in what is asked of surgeries on the day (assumption)
#: 111 is busiest in December and January (assumption).
CALLS_111_MONTHS = (1.06, 1.02, 1.01, 1.00, 0.98, 0.96, 0.95, 0.94, 0.96, 1.00, 1.02, 1.10)

APPOINTMENT_WEEKDAYS = (1.14, 1.02, 0.99, 0.95, 0.90, 0.05, 0.02)
APPOINTMENT_HOURS = hourly((0.0,) * 8 + (0.13, 0.15, 0.15, 0.11, 0.06, 0.08, 0.11, 0.10, 0.07, 0.04) + (0.0,) * 6)
SURGERY = range(8, 19)  # local hours
HOLIDAY_APPOINTMENTS = 0.02  # as on a Sunday
UNMET = 0.15  # of the share by which surgeries see fewer people than usual, so many more walk in (assumption)

#: Of those who walk in, by stream, the share that somebody sent: as on a usual day, with surgeries open.
SENT: Mapping[str, Mapping[str, float]] = {
    "majors": {"gp": 0.22, "nhs111": 0.06, "community_team": 0.04},
    "resus": {"gp": 0.12, "nhs111": 0.05, "community_team": 0.03},
    "mental_health": {"gp": 0.10, "nhs111": 0.06, "community_team": 0.10},
    "minors": {"gp": 0.05, "nhs111": 0.04, "community_team": 0.01},
    "paediatric": {"gp": 0.16, "nhs111": 0.07, "community_team": 0.02},
    "utc": {"gp": 0.08, "nhs111": 0.10, "community_team": 0.01},
    "sdec": {"gp": 0.66, "nhs111": 0.24, "community_team": 0.10},
}
OUT_OF_HOURS = {"gp": 0.15, "nhs111": 1.35}  # times the shares above while surgeries are shut
CARE_HOME = {"75-84": 0.04, "85+": 0.14}  # of these ages, brought or sent by a care home
CALLED_BY_111 = 0.18  # of those whom an ambulance brings (domain.md 5.3: 13 % of triaged calls go to C2 and C3)
MOST_SENT = 0.9  # of those who walk in, however busy 111 is


class WaysIn:
    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.stream("ways in")
        self._common = Runs(world.stream("days"), COMMON_SPREAD, COMMON_MEMORY)
        self._surgeries = Runs(world.stream("days/surgeries"), SURGERIES_SPREAD, SURGERIES_MEMORY)
        self._places = sorted({site.place for site in world.system.sites if site.ed_type})

    # How busy it is ---------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> float:
        """Today at all doors, as a multiple of the usual."""
        return self._common.of(self._world.day)

    @property
    def unmet(self) -> float:
        """On those who walk in: what surgeries do not see today."""
        return 1 + UNMET * (1 - self._surgeries.of(self._world.day))

    def need(self, place: str = "") -> float:
        """What incidents do to how many ring 111, ask a surgery or are referred at home: of a place, or of all."""
        levers, everybody = self._world.levers, self._world.system.code
        places = [place] if place else self._places
        return sum(levers.of(Lever.NEED, each, everybody) for each in places) / len(places) if places else 1.0

    def calls_111(self, at: int) -> float:
        """To 111 of the whole system in the hour that begins then, on average."""
        return CALLS_111_A_DAY * hourly(CALLS_111_HOURS)[local_hour(at)] * self._of_111(at) * self.need()

    def _of_111(self, at: int) -> float:
        """A day at 111, as a multiple of a mean one."""
        day = local_seconds(at) // DAY
        usual = HOLIDAY_CALLS_111 if bank_holiday(day) else CALLS_111_WEEKDAYS[weekday(at)]
        return float(usual * monthly(CALLS_111_MONTHS, day) * self._common.of(day) ** CALLS_111_MORE)

    def appointments(self, at: int) -> float:
        """Held in surgeries in the hour that begins then, as a multiple of the hour's share of a mean day."""
        return self._open(at) * self._surgeries.of(local_seconds(at) // DAY)

    def requests(self, at: int) -> float:
        """As appointments: what surgeries are asked for on the day."""
        return float(self._open(at) * self._common.of(local_seconds(at) // DAY) ** REQUESTS_MORE * self.need())

    def _open(self, at: int) -> float:
        if bank_holiday(local_seconds(at) // DAY):
            return HOLIDAY_APPOINTMENTS
        return APPOINTMENT_WEEKDAYS[weekday(at)]

    def shut(self, at: int) -> bool:
        """Surgeries; then 111 and out of hours stand in."""
        day = local_seconds(at) // DAY
        return bool(weekday(at) > 4 or bank_holiday(day) or local_hour(at) not in SURGERY)

    # Who sent them ----------------------------------------------------------------------------------------------------

    def sent_by(self, stream: str, person: Person, place: str) -> str:
        """Who sent somebody that comes in now by their own means: of the closed vocabulary of ways in."""
        draw = self._random.random()
        draw -= CARE_HOME.get(person.age_band, 0.0) if stream in ("majors", "resus") else 0.0
        if draw < 0:
            return "care_home"
        shares = self.shares(stream, place)
        for way, share in shares.items():
            draw -= share
            if draw < 0:
                return way
        if stream == "sdec":  # where nobody comes by themselves
            return "nhs111" if self.shut(self._world.now) else "gp"
        return "self"

    def shares(self, stream: str, place: str) -> dict[str, float]:
        """Of those who come in now by their own means, the share that each sent; the rest came by themselves."""
        now = self._world.now
        today = {"nhs111": self._of_111(now) * self.need(place)}
        if self.shut(now):
            today["nhs111"] *= OUT_OF_HOURS["nhs111"]
            today["gp"] = OUT_OF_HOURS["gp"]
        else:
            today["gp"] = self.appointments(now)
        shares = {way: share * today.get(way, 1.0) for way, share in SENT.get(stream, {}).items()}
        total = sum(shares.values())
        return shares if total <= MOST_SENT else {way: share * MOST_SENT / total for way, share in shares.items()}

    def called_by(self, person: Person, category: str, place: str) -> str:
        """Who asked for the ambulance."""
        draw = self._random.random()
        if category == "HCP":
            return "gp"
        draw -= CARE_HOME.get(person.age_band, 0.0)
        if draw < 0:
            return "care_home"
        return "nhs111" if draw < CALLED_BY_111 * self._of_111(self._world.now) * self.need(place) else "ambulance"
