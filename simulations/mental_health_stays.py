"""The wait for a mental health bed, the stay in it, out of area, and leaving.

Stays are 32 days for adults and 77 for older adults (domain.md 3.5). How long people wait before something else is
tried, and what, are assumptions.
"""

from __future__ import annotations

from typing import Any

from services.domain.system import Site
from simulations.department import Attendance
from simulations.emergency import Emergency
from simulations.mental_health_beds import KINDS, MentalHealthBeds, Waiting, Ward
from simulations.people import Person
from simulations.shape import DAY, HOUR, MINUTE
from simulations.world import World, lognormal, lognormal_mean

STAY_DAYS = {"adult": 32.0, "picu": 22.0, "older": 77.0}  # intensive care: assumption
STAY_SPREAD = 0.75
MOST_DAYS = 170.0  # a longer stay would be taken for one that nobody has told the end of
STEP_DOWN, STEP_DOWN_DAYS = 0.5, 14.0  # from intensive care to an adult ward
DELAYED = 0.28  # of stays end with a wait for housing, a care home or support
DELAYS = {"housing": 0.3, "supported_living": 0.25, "care_home": 0.15, "package": 0.15, "funding": 0.1, "other": 0.05}

#: Hours until something else is tried, its spread, and then the chances of going out of area and of no longer needing
#: a bed; who waits at home waits longest.
PATIENCE = {"ed": (26.0, 0.5, 0.6, 0.0), "suite": (18.0, 0.4, 0.65, 0.0), "community": (96.0, 0.5, 0.3, 0.25)}
COMFORTABLE = 2  # beds free in the morning beside which somebody is brought back from out of area
PRESSED = 8  # people waiting in the morning above which somebody who is ready leaves sooner


class Detention:
    __slots__ = ("at", "is_over", "person", "site", "subject", "suite")

    def __init__(self, subject: str, person: Person, at: int, site: Site, suite: Ward | None) -> None:
        self.subject = subject
        self.person = person
        self.at = at
        self.site = site
        self.suite = suite
        self.is_over = False

    @property
    def place(self) -> tuple[str, str]:
        """Service and place of the books."""
        return ("s136", self.suite.code) if self.suite else ("s136_ed", self.site.code)


class Case:
    """One person's journey with the trust. base: the unit that has charge of them."""

    __slots__ = (
        "attendance", "base", "days", "delay", "detention", "is_assessed", "is_over", "is_ready", "kind", "leaves_at",
        "person", "subject", "waiting", "ward",
    )  # fmt: skip

    def __init__(self, subject: str, person: Person, base: Site, kind: str = "adult") -> None:
        self.subject = subject
        self.person = person
        self.base = base
        self.kind = kind
        self.attendance: Attendance | None = None
        self.detention: Detention | None = None
        self.waiting: Waiting | None = None
        self.ward: Ward | None = None
        self.days = 0.0  # from coming to a bed
        self.delay = 0.0  # of them, at the end
        self.leaves_at = 0
        self.is_assessed = self.is_ready = self.is_over = False

    @property
    def place(self) -> str:
        """The site where they wait."""
        if self.attendance is not None:
            return self.attendance.ed.code
        return self.detention.site.code if self.detention is not None else self.base.code


class Stays:
    def __init__(self, world: World, emergency: Emergency, beds: MentalHealthBeds, provider: str) -> None:
        self._world = world
        self._random = world.stream("mental health stays")
        self._emergency = emergency
        self.beds = beds
        self.provider = provider
        self.held: dict[int, Detention] = {}  # in a department, and not yet known to liaison: by person
        self.detained: dict[str, Detention] = {}
        self.ready: dict[str, Case] = {}
        self.away: dict[str, Case] = {}

    def send(self, type_: str, case: Case, at: int, **data: Any) -> None:
        self._world.outbox.send(type_, self.provider, case.subject, at, data)

    def asks_for_bed(self, case: Case) -> None:
        self.send("mh.bed_requested", case, self._world.now, site=case.place, bed_kind=case.kind)
        case.days = min(MOST_DAYS, lognormal_mean(self._random, STAY_DAYS[case.kind], STAY_SPREAD))
        self.splits(case)
        first = case.attendance is not None or case.detention is not None
        case.waiting = self.beds.want(case.kind, lambda ward: self._has_bed(case, ward), first=first)
        if not case.waiting.is_over:
            self._loses_patience_later(case)

    def _loses_patience_later(self, case: Case) -> None:
        hours, spread, _, _ = PATIENCE[self._where(case)]
        self._world.at(self._world.now + lognormal(self._random, hours, spread) * HOUR, self._loses_patience, case)

    def _where(self, case: Case) -> str:
        return "ed" if case.attendance else "suite" if case.detention else "community"

    def _loses_patience(self, case: Case) -> None:
        if case.waiting is None or case.waiting.is_over:
            return
        _, _, away, no_longer = PATIENCE[self._where(case)]
        draw = self._random.random()
        if draw < away:
            case.waiting.is_over = True
            self._gets_out(case)
            self.sends_away(case, self._world.now)
        elif draw < away + no_longer:
            case.waiting.is_over = True
            self.ends((case, "no_longer_needed"))
        else:
            self._loses_patience_later(case)

    def _has_bed(self, case: Case, ward: Ward) -> None:
        """Held from now: cleaned, agreed, the papers written; then the way there."""
        leaves = self._world.now + self._random.uniform(1.5, 11) * HOUR
        self._world.at(leaves, self._sets_out, (case, ward))

    def _sets_out(self, item: tuple[Case, Ward]) -> None:
        case, ward = item
        self._gets_out(case)
        self._world.at(self._world.now + self._random.uniform(25, 80) * MINUTE, self._arrives, (case, ward))

    def _gets_out(self, case: Case) -> None:
        """Out of the department and the place of safety, to a bed somewhere."""
        if case.attendance is not None:
            self._emergency.leaves(case.attendance, "transferred")
            case.attendance = None
        if case.detention is not None:
            self.is_let_go(case.detention, "detained" if self._random.random() < 0.7 else "admitted_informally")
            case.detention = None

    # In a bed, here or out of area ----------------------------------------------------------------------------------

    def _arrives(self, item: tuple[Case, Ward]) -> None:
        self.admit(*item, self._world.now)

    def admit(self, case: Case, ward: Ward, at: int) -> None:
        """`at`: also past, for those found in place; they stay from then on."""
        self._leaves_place(case, at)
        if case.ward is not None:
            case.ward.inside.pop(case.subject)
            self.beds.release(case.ward)
        self.away.pop(case.subject, None)
        case.ward, case.kind = ward, str(ward.unit.bed_kind).removeprefix("mental_health_")
        ward.inside[case.subject] = None
        self._world.books.enter("mental_health", ward.code, at)
        status = "informal" if self._random.random() < 0.35 else "section_2" if at % 2 else "section_3"
        self.send("mh.admitted", case, at, site=ward.site.code, unit=ward.code, bed_kind=case.kind, legal_status=status)
        self._stays(case, at)

    def sends_away(self, case: Case, at: int) -> None:
        self._leaves_place(case, at)
        self.away[case.subject] = case
        self._world.books.enter("out_of_area", case.base.code, at)
        self.send("mh.placed_out_of_area", case, at, site=case.base.code, bed_kind=case.kind)
        self._stays(case, at)

    def _leaves_place(self, case: Case, at: int) -> None:
        """In the books: out of a bed here or out of area, where they are in one."""
        if case.ward is not None:
            self._world.books.leave("mental_health", case.ward.code, at)
        elif case.subject in self.away:
            self._world.books.leave("out_of_area", case.base.code, at)

    def _stays(self, case: Case, at: int) -> None:
        """Ready after the active part, and gone after the rest; each only once, wherever they are then."""
        case.leaves_at = at + int(case.days * DAY)
        ready = at + int((case.days - case.delay) * DAY)
        self._world.at(ready, self._becomes_ready, (case, case.ward, ready))

    def splits(self, case: Case) -> None:
        delayed = self._random.random() < DELAYED
        case.delay = case.days * self._random.uniform(0.2, 0.5) if delayed else min(0.8, case.days / 4)

    def _becomes_ready(self, item: tuple[Case, Ward | None, int]) -> None:
        case, ward, ready = item
        if case.is_over or case.is_ready or case.ward is not ward:
            return
        random = self._random
        if case.kind == "picu" and random.random() < STEP_DOWN:
            case.days = lognormal_mean(random, STEP_DOWN_DAYS, 0.6)
            self.splits(case)
            self.beds.want("adult", lambda found: self._has_bed(case, found), first=True)
            return
        case.is_ready = True
        self.ready[case.subject] = case
        long = case.delay > 1
        delay = random.choices(list(DELAYS), list(DELAYS.values()))[0] if long else "none"
        site = ward.site.code if ward else case.base.code
        self.send("mh.ready_for_discharge", case, ready, site=site, delay=delay)
        self._world.at(case.leaves_at, self._goes_home, case)

    def _goes_home(self, case: Case) -> None:
        draw = self._random.random()
        reason = "discharged" if draw < 0.7 else "home_treatment" if draw < 0.93 else "transferred_out"
        self.ends((case, reason))

    def ends(self, item: tuple[Case, str]) -> None:
        """The journey is over, wherever they are in it; once."""
        case, reason = item
        if case.is_over:
            return
        case.is_over = True
        now = self._world.now
        site = case.ward.site.code if case.ward else case.place
        self.send("mh.left", case, now, site=site, reason=reason)
        self._leaves_place(case, now)
        self.ready.pop(case.subject, None)
        self.away.pop(case.subject, None)
        if case.attendance is not None:
            self._emergency.leaves(case.attendance, "discharged")
        if case.detention is not None:
            self.is_let_go(case.detention, "discharged")
        self._world.people.release(case.person, now + 2 * HOUR)
        if case.ward is not None:
            case.ward.inside.pop(case.subject)
            self.beds.release(case.ward)

    def meets(self) -> None:
        """The morning's bed meeting: who is ready leaves sooner when people wait, who is away is fetched if none do."""
        pressed = self.beds.waiting("adult") - PRESSED
        ready = [case for case in self.ready.values() if case.kind == "adult"]
        for case in ready[: max(0, (pressed + 2) // 3)]:
            self._world.at(self._world.now + self._random.uniform(1, 7) * HOUR, self._goes_home, case)
        for kind in KINDS:
            if self.beds.free(kind) >= (COMFORTABLE if kind == "adult" else 1):
                self._fetches(kind)

    def _fetches(self, kind: str) -> None:
        fetched = next((case for case in self.away.values() if not case.is_ready and case.kind == kind), None)
        ward = self.beds.take(self.beds.wards[kind]) if fetched else None
        if fetched is not None and ward is not None:
            fetched.days *= self._random.uniform(0.3, 0.8)
            fetched.delay = min(fetched.delay, fetched.days / 2)
            self._world.at(self._world.now + self._random.uniform(3, 7) * HOUR, self._comes_back, (fetched, ward))

    def _comes_back(self, item: tuple[Case, Ward]) -> None:
        case, ward = item
        if case.is_over or case.is_ready:
            self.beds.release(ward)
        else:
            self.admit(case, ward, self._world.now)

    def is_let_go(self, held: Detention, reason: str) -> None:
        if held.is_over:
            return
        held.is_over = True
        self.detained.pop(held.subject)
        self.held.pop(held.person.index, None)
        data = {"site": held.site.code, "reason": reason}
        self._world.outbox.send("s136.left", self.provider, held.subject, self._world.now, data)
        self._world.books.leave(*held.place, self._world.now)
        if held.suite:
            held.suite.held -= 1
            held.suite.inside.pop(held.subject)
