"""Urgent community response: referrals from surgeries, 999, 111, care homes, seen at home in two hours or two days.

Seven in ten of the two-hour referrals and more are seen in time (domain.md 2 and 3.5). How many there are, how long a
visit takes and who is conveyed, goes to a virtual ward or to a community hospital's bed are assumptions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from services.domain.system import Site, System, Unit
from simulations.beds import Pool, Ward
from simulations.emergency import Emergency
from simulations.inpatient import Inpatients
from simulations.messages import iso
from simulations.people import OLDER, Person
from simulations.shape import DAY, HOUR, MINUTE, hourly, local_hour, weekday
from simulations.virtual_ward import VirtualWard, VirtualWards
from simulations.ways_in import WaysIn
from simulations.world import World, lognormal, poisson

REFERRALS_A_CREW = 2.5  # a day: 50 for the 20 crews of Kent and Medway (assumption)
TWO_HOUR = 0.75
OPENS, CLOSES = 8, 20  # local, seven days a week (domain.md 2)
#: Referrals reach the teams while they are open; surgeries send fewer at weekends (assumption).
HOURS = hourly((0.0,) * 8 + (0.06, 0.09, 0.11, 0.12, 0.10, 0.09, 0.09, 0.09, 0.09, 0.08, 0.05, 0.03) + (0.0,) * 4)
WEEKDAYS = (1.10, 1.06, 1.05, 1.05, 1.08, 0.85, 0.81)
SOURCES = {"gp": 0.36, "ambulance": 0.22, "care_home": 0.16, "nhs111": 0.12, "hospital": 0.07, "social_care": 0.07}
TRIAGE_MINUTES = (4, 15)
TRAVEL = (62.0, 0.62)  # median minutes from a crew being told to their being there, and the spread
VISIT = (55.0, 0.4)
LATER_HOURS = (6, 40)  # of a two-day referral
NOT_SEEN, CONVEYED = 0.05, 0.12
TO_VIRTUAL_WARD, TO_COMMUNITY_BED = 0.06, 0.02  # where there is a place
PLACES_KEPT = 1  # of a community hospital's beds, for those who leave a hospital
REPORTED_AT = 7  # local hour at which yesterday is reported
TOLD_FOR = 25 * HOUR
_REFERRALS, _WITHIN = "community.ucr_referrals", "community.ucr_within_2h"


class Team:
    __slots__ = ("busy", "community", "crews", "feeders", "provider", "queue", "site", "unit", "virtual_wards")

    def __init__(
        self, unit: Unit, site: Site, feeders: list[Site], virtual_wards: list[VirtualWard], community: list[Pool]
    ) -> None:
        self.unit = unit
        self.site = site
        self.provider = site.provider
        self.crews = unit.capacities[-1].core
        self.busy = 0
        self.queue: deque[Referral] = deque()
        self.feeders = feeders
        self.virtual_wards = virtual_wards
        self.community = community

    @property
    def a_day(self) -> float:
        return self.crews * REFERRALS_A_CREW


class Referral:
    __slots__ = ("at", "person", "subject", "team", "two_hour")

    def __init__(self, team: Team, subject: str, person: Person, at: int, two_hour: bool) -> None:
        self.team = team
        self.subject = subject
        self.person = person
        self.at = at
        self.two_hour = two_hour


class Responses:
    def __init__(
        self, world: World, emergency: Emergency, virtual_wards: VirtualWards, inpatients: Inpatients, ways: WaysIn
    ) -> None:
        self._world, self._ways = world, ways
        self._virtual_wards, self._inpatients = virtual_wards, inpatients
        self._random = world.stream("urgent community response")
        self._emergency = emergency
        self.teams = list(_teams(world.system, emergency, virtual_wards, inpatients))
        for team in self.teams:
            whole = sum(ward.arrivals for ward in team.virtual_wards)
            for ward in team.virtual_wards:
                share = team.a_day * (1 - NOT_SEEN) * TO_VIRTUAL_WARD * ward.arrivals / whole
                virtual_wards.from_response[ward.code] = virtual_wards.from_response.get(ward.code, 0.0) + share
        self._counted: dict[str, list[int]] = {team.provider: [0, 0, 0] for team in self.teams}

    def everything(self, at: int) -> None:
        """Said when the feed begins: how many people each team can see at once."""
        for team in self.teams:
            data = {"site": team.site.code, "unit": team.unit.code, "core": team.crews}
            self._world.outbox.send("unit.capacity", team.provider, team.unit.code, at, data)

    def hour(self, _: object = None) -> None:
        """Draws the referrals from now to the end of the hour, and comes back then."""
        world, random, now = self._world, self._random, self._world.now
        following = (now // HOUR + 1) * HOUR
        share = (following - now) / HOUR * HOURS[local_hour(now)] * WEEKDAYS[weekday(now)] * world.scale
        for team in self.teams:
            for _ in range(poisson(random, team.a_day * share * self._ways.need(team.site.place))):
                world.at(now + random.random() * (following - now), self._refers, team)
        if now % HOUR == 0 and local_hour(now) == REPORTED_AT:
            self._reports(now)
        world.at(following, self.hour)

    def _refers(self, team: Team) -> None:
        world, random, now = self._world, self._random, self._world.now
        person = world.people.draw(now, OLDER, team.site.town)
        two_hour = random.random() < TWO_HOUR
        data = {
            **person.data, "site": team.site.code, "unit": team.unit.code,
            "referral_source": random.choices(list(SOURCES), list(SOURCES.values()))[0],
            "urgency": "two_hour" if two_hour else "two_day",
        }  # fmt: skip
        referral = Referral(team, world.outbox.visit(team.provider, "U"), person, now, two_hour)
        world.outbox.send("ucr.referred", team.provider, referral.subject, now, data, person.nhsnumber)
        world.books.enter("ucr", team.unit.code, now)
        if two_hour:
            self._counted[team.provider][0] += 1
            world.at(now + random.uniform(*TRIAGE_MINUTES) * MINUTE, self._triaged, referral)
        else:
            world.at(_open(now + int(random.uniform(*LATER_HOURS) * HOUR)), self._sees, referral)

    def _triaged(self, referral: Referral) -> None:
        if self._random.random() < NOT_SEEN:
            self._responds(referral, "not_seen")
            self._world.people.release(referral.person, self._world.now + HOUR)
        elif referral.team.busy < referral.team.crews:
            self._sets_out(referral)
        else:
            referral.team.queue.append(referral)

    def _sets_out(self, referral: Referral) -> None:
        referral.team.busy += 1
        travel = lognormal(self._random, *TRAVEL)
        self._world.at(self._world.now + travel * MINUTE, self._is_there, referral)

    def _is_there(self, referral: Referral) -> None:
        counted = self._counted[referral.team.provider]
        counted[1] += 1
        counted[2] += self._world.now - referral.at <= 2 * HOUR
        self._sees(referral)
        self._world.at(self._world.now + lognormal(self._random, *VISIT) * MINUTE, self._is_free, referral.team)

    def _is_free(self, team: Team) -> None:
        team.busy -= 1
        if team.queue and team.busy < team.crews:
            self._sets_out(team.queue.popleft())

    def _sees(self, referral: Referral) -> None:
        world, random = self._world, self._random
        draw = random.random()
        conveyed = bool(referral.team.feeders) and draw < CONVEYED
        if conveyed:
            self._responds(referral, "conveyed")
            world.at(world.now + random.uniform(40, 120) * MINUTE, self._to_ed, referral)
        elif CONVEYED <= draw < CONVEYED + TO_VIRTUAL_WARD and (place := self._virtual_place(referral.team)):
            self._responds(referral, "virtual_ward")
            self._virtual_wards.refer(place, referral.person, referral.subject)
        elif draw > 1 - TO_COMMUNITY_BED and (bed := self._community_bed(referral.team)):
            self._responds(referral, "community_bed")
            world.at(world.now + random.uniform(1, 2.5) * HOUR, self._to_bed, (referral, bed))
        else:
            self._responds(referral, "stays_home")
            world.people.release(referral.person, world.now + 2 * HOUR)

    def _virtual_place(self, team: Team) -> VirtualWard | None:
        free = [ward for ward in team.virtual_wards if ward.held < ward.capacity]
        return self._random.choices(free, [ward.arrivals for ward in free])[0] if free else None

    def _community_bed(self, team: Team) -> Ward | None:
        """Held at once; none where they wait for one, or where it would be the last."""
        for pool in sorted(team.community, key=lambda pool: pool.pressure):
            if not pool.queue and sum(max(0, ward.free) for ward in pool.wards) > PLACES_KEPT:
                return self._inpatients.beds.take(pool)
        return None

    def _to_bed(self, item: tuple[Referral, Ward]) -> None:
        referral, ward = item
        self._inpatients.admit(
            ward, referral.person, "transfer", self._world.now, specialty=ward.unit.specialty, follows=referral.subject
        )

    def _responds(self, referral: Referral, outcome: str) -> None:
        team = referral.team
        data = {"site": team.site.code, "unit": team.unit.code, "outcome": outcome}
        self._world.outbox.send("ucr.responded", team.provider, referral.subject, self._world.now, data)
        self._world.books.leave("ucr", team.unit.code, self._world.now)

    def _to_ed(self, referral: Referral) -> None:
        feeders = referral.team.feeders
        ed = self._emergency.departments[feeders[int(self._random.random() * len(feeders))].code]
        self._emergency.arrive(ed, "majors", person=referral.person, follows=referral.subject, source="community_team")

    def _reports(self, now: int) -> None:
        """Each provider's own count of the day since it last reported."""
        for provider, counted in self._counted.items():
            referrals, seen, within = counted
            counted[:] = [0, 0, 0]
            self._gauge(provider, _REFERRALS, float(referrals), now)
            if seen:
                self._gauge(provider, _WITHIN, round(within / seen, 3), now)

    def _gauge(self, provider: str, measure: str, value: float, at: int) -> None:
        data = {"organisation": provider, "measure": measure, "value": value, "until": iso(at + TOLD_FOR)}
        self._world.outbox.send("gauge.reported", provider, f"{provider}/{measure}", at, data)


def _teams(system: System, emergency: Emergency, virtual_wards: VirtualWards, inpatients: Inpatients) -> Iterator[Team]:
    acute = [ed.site for ed in emergency.departments.values() if ed.site.ed_type == 1]
    adults = [ward for ward in virtual_wards.wards if ward.pathway != "paediatric" and ward.capacity]
    community = [pool for (_, kind), pool in inpatients.beds.pools.items() if kind == "community"]
    for site in system.sites:
        for unit in site.units:
            if unit.kind == "response_team":
                yield Team(
                    unit, site,
                    [other for other in acute if other.place == site.place] or acute,
                    [ward for ward in adults if ward.site.place == site.place],
                    [pool for pool in community if pool.site.place == site.place],
                )  # fmt: skip


def _open(moment: int) -> int:
    """The moment, or the same minute of the next morning's second hour where the team is shut then."""
    hour = local_hour(moment)
    if OPENS <= hour < CLOSES:
        return moment
    until = (OPENS + 1 - hour) % 24
    return moment + until * HOUR if until else moment + DAY
