"""Virtual wards: step-up from the community, step-down from a bed, escalation, discharge.

About 80 % of the capacity is used (England, October 2025, domain.md 2). Mean stay, the share of step-down, the declined
and the escalated are assumptions.
"""

from __future__ import annotations

from datetime import UTC, datetime

from services.domain.system import Site, Unit
from simulations.emergency import Emergency
from simulations.inpatient import Inpatients, Stay
from simulations.people import CHILDREN, OLDER, Person
from simulations.shape import DAY, HOUR, MINUTE
from simulations.world import World, length_biased, lognormal_mean

OCCUPANCY = 0.80
STAY_DAYS, SPREAD = 8.0, 0.6
STEP_DOWN = 0.5
DECLINED = 0.10
ESCALATED = 0.08  # of stays; most of them go to an ED
TO_ED = 0.75
PATHWAYS = ("frailty", "respiratory", "heart_failure", "paediatric", "general")


class VirtualWard:
    __slots__ = ("capacity", "code", "feeders", "held", "inside", "pathway", "site", "unit")

    def __init__(self, unit: Unit, site: Site, day: datetime, feeders: list[Site]) -> None:
        capacity = [c for c in unit.capacities if c.valid_from <= day.date()] or unit.capacities[:1]
        self.unit = unit
        self.code = unit.code
        self.site = site
        self.capacity = capacity[-1].core
        self.held = 0
        self.inside: dict[str, None] = {}
        self.feeders = feeders
        words = f"{unit.specialty or ''} {unit.name}".lower()
        self.pathway = next(
            (name for name in PATHWAYS if name in words or name.split("_")[0] in words),
            "paediatric" if "child" in words else "general",
        )

    @property
    def arrivals(self) -> float:
        return OCCUPANCY * self.capacity / STAY_DAYS


class Referral:
    """One person's virtual-ward journey; a leaving inpatient holds it to know whether there is a place."""

    __slots__ = ("_wards", "accepted", "person", "subject", "waits_for_bed", "ward")

    def __init__(
        self, wards: VirtualWards, ward: VirtualWard, person: Person, subject: str, waits_for_bed: bool
    ) -> None:
        self._wards = wards
        self.ward = ward
        self.person = person
        self.subject = subject
        self.accepted = False
        self.waits_for_bed = waits_for_bed

    def comes_home(self, now: int) -> None:
        self._wards.onboards_at(self, now)


class VirtualWards:
    def __init__(self, world: World, inpatients: Inpatients, emergency: Emergency) -> None:
        self._world = world
        self._random = world.stream("virtual wards")
        self._emergency = emergency
        day = datetime.fromtimestamp(world.now, UTC)
        acute = [ed.site for ed in emergency.departments.values() if ed.site.ed_type == 1]
        self.wards: list[VirtualWard] = []
        for site in world.system.sites:
            for unit in site.units:
                if unit.kind == "virtual_ward":
                    feeders = [other for other in acute if other.provider == site.provider]
                    feeders = feeders or [other for other in acute if other.place == site.place] or acute
                    self.wards.append(VirtualWard(unit, site, day, feeders))
        self.from_response: dict[str, float] = {}  # a day and ward, of those stepped up: whom urgent response refers
        # From a site's leavers, the share that gives each of its virtual wards the wanted flow.
        self._step_down: dict[str, list[tuple[VirtualWard, float]]] = {}
        for ward in self.wards:
            leavers = sum(self._leavers(inpatients, feeder) for feeder in ward.feeders)
            if ward.pathway != "paediatric" and leavers:
                share = ward.arrivals * STEP_DOWN / leavers / (1 - DECLINED)
                for feeder in ward.feeders:
                    self._step_down.setdefault(feeder.code, []).append((ward, min(0.3, share)))

    def _leavers(self, inpatients: Inpatients, site: Site) -> float:
        row = inpatients.demand.get(site.code)
        return (row.adults_through_ed + row.direct) * (1 - row.figures.zero_day) * 0.85 + row.electives if row else 0.0

    def step_up_rate(self, ward: VirtualWard) -> float:
        """Referrals a day from the community, but for those of urgent response."""
        share = 1.0 if ward.pathway == "paediatric" or not ward.feeders else 1 - STEP_DOWN
        return max(0.0, ward.arrivals * share / (1 - DECLINED) - self.from_response.get(ward.code, 0.0))

    def fill(self, at: int) -> None:
        for ward in self.wards:
            for _ in range(round(ward.capacity * OCCUPANCY * min(1.0, self._world.scale))):
                total = length_biased(self._random, STAY_DAYS, SPREAD) * DAY
                elapsed = total * self._random.random()
                began = int(at - elapsed)
                referral = self._refers(ward, self._draw(ward), began - 8 * HOUR, "step_up", None)
                referral.accepted = True
                ward.held += 1
                self._send("virtual_ward.accepted", referral, began - 6 * HOUR)
                self._onboards(referral, began, at + int(total - elapsed))

    def _draw(self, ward: VirtualWard) -> Person:
        bands = CHILDREN if ward.pathway == "paediatric" else OLDER
        return self._world.people.draw(self._world.now, bands, ward.site.town)

    def _send(self, type_: str, referral: Referral, at: int, **more: str) -> None:
        ward = referral.ward
        data = {"site": ward.site.code, "unit": ward.code, **more}
        self._world.outbox.send(type_, ward.site.provider, referral.subject, at, data)

    def _refers(self, ward: VirtualWard, person: Person, at: int, direction: str, follows: str | None) -> Referral:
        outbox = self._world.outbox
        subject = outbox.visit(ward.site.provider, "W")
        data = {
            **person.data,
            "site": ward.site.code,
            "unit": ward.code,
            "pathway": ward.pathway,
            "direction": direction,
        }
        outbox.send("virtual_ward.referred", ward.site.provider, subject, at, data, person.nhsnumber, follows)
        return Referral(self, ward, person, subject, direction == "step_down")

    def step_up(self, ward: VirtualWard) -> None:
        """Somebody in the community is referred now."""
        self.refer(ward, self._draw(ward), None)

    def refer(self, ward: VirtualWard, person: Person, follows: str | None) -> None:
        """Somebody at home, who is released by the ward, or at once where it declines."""
        referral = self._refers(ward, person, self._world.now, "step_up", follows)
        self._world.at(self._world.now + self._random.uniform(0.3, 3) * HOUR, self._answers, referral)

    def step_down(self, stay: Stay, leave: int) -> None:
        """A leaving inpatient may be referred some hours before the bed is left."""
        draw = self._random.random()
        for ward, share in self._step_down.get(stay.ward.site.code, ()):
            draw -= share
            if draw < 0:
                refers = max(self._world.now, leave - int(self._random.uniform(4, 20) * HOUR))
                self._world.at(refers, self._refers_stay, (ward, stay, leave))
                return

    def _refers_stay(self, item: tuple[VirtualWard, Stay, int]) -> None:
        ward, stay, leave = item
        now = self._world.now
        referral = self._refers(ward, stay.person, now, "step_down", stay.subject)
        stay.virtual_ward = referral
        self._world.at(now + (leave - now) * self._random.uniform(0.2, 0.8), self._answers, referral)

    def _answers(self, referral: Referral) -> None:
        ward, now = referral.ward, self._world.now
        if self._random.random() < DECLINED or ward.held >= ward.capacity:
            self._send("virtual_ward.declined", referral, now)
            if not referral.waits_for_bed:
                self._world.people.release(referral.person, now + HOUR)
            return
        referral.accepted = True
        ward.held += 1
        self._send("virtual_ward.accepted", referral, now)
        if not referral.waits_for_bed:
            self.onboards_at(referral, now)

    def onboards_at(self, referral: Referral, now: int) -> None:
        begins = now + int(self._random.uniform(0.7, 3) * HOUR)
        self._world.at(begins, self._onboards_now, referral)

    def _onboards_now(self, referral: Referral) -> None:
        now = self._world.now
        length = lognormal_mean(self._random, STAY_DAYS, SPREAD) * DAY
        self._onboards(referral, now, now + int(max(0.5 * DAY, length)))

    def _onboards(self, referral: Referral, at: int, ends: int) -> None:
        referral.ward.inside[referral.subject] = None
        self._send("virtual_ward.onboarded", referral, at)
        self._world.books.enter("virtual_ward", referral.ward.code, at)
        action = self._escalates if self._random.random() < ESCALATED else self._ends
        self._world.at(ends, action, referral)

    def _ends(self, referral: Referral) -> None:
        draw = self._random.random()
        reason = (
            "recovered"
            if draw < 0.62
            else "community"
            if draw < 0.96
            else "declined_by_person"
            if draw < 0.98
            else "died"
        )
        self._leaves(referral, reason)
        if reason != "died":
            self._world.people.release(referral.person, self._world.now + DAY)

    def _leaves(self, referral: Referral, reason: str) -> None:
        referral.ward.held -= 1
        referral.ward.inside.pop(referral.subject, None)
        self._send("virtual_ward.discharged", referral, self._world.now, reason=reason)
        self._world.books.leave("virtual_ward", referral.ward.code, self._world.now)

    def _escalates(self, referral: Referral) -> None:
        now = self._world.now
        self._send("virtual_ward.escalated", referral, now)
        departments = [self._emergency.departments[site.code] for site in referral.ward.feeders]
        if departments and self._random.random() < TO_ED:
            self._world.at(now + self._random.uniform(40, 150) * MINUTE, self._to_ed, referral)
        else:
            self._world.at(now + self._random.uniform(1, 3) * DAY, self._ends, referral)

    def _to_ed(self, referral: Referral) -> None:
        self._leaves(referral, "admitted")
        feeders = referral.ward.feeders
        ed = self._emergency.departments[feeders[int(self._random.random() * len(feeders))].code]
        stream = "paediatric" if referral.person.age_band == "0-17" else "majors"
        self._emergency.arrive(ed, stream, person=referral.person, follows=referral.subject, source="community_team")
