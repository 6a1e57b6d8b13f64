"""The way out: no criteria to reside, the steps of the transfer-of-care hub, and the hour at which the bed is left.

Pathway shares rise with age; their mean is near 78 % pathway 0 of emergency stays of a night or more (assumption).
Delays are scaled by trust until the share of occupied beds without criteria to reside is the published one
(domain.md 3.3).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simulations.beds import Ward
from simulations.days import Leaving, Runs
from simulations.hub import Hub
from simulations.levers import Lever
from simulations.messages import iso
from simulations.people import OLDER, Person
from simulations.shape import (
    DAY,
    DISCHARGE_HOURS,
    HOUR,
    MINUTE,
    local_seconds,
    local_time,
)
from simulations.volumes import figures_of
from simulations.world import World, length_biased, lognormal_mean

if TYPE_CHECKING:
    from simulations.inpatient import Inpatients, Stay
    from simulations.lengths import Lengths

#: Share of pathways 0 to 3 by age band (assumption).
PATHWAYS: dict[str, tuple[float, ...]] = {
    "0-17": (1.0, 0.0, 0.0, 0.0),
    "18-39": (0.97, 0.02, 0.01, 0.0),
    "40-64": (0.90, 0.06, 0.03, 0.01),
    "65-74": (0.78, 0.13, 0.055, 0.035),
    "75-84": (0.66, 0.20, 0.085, 0.055),
    "85+": (0.55, 0.25, 0.115, 0.085),
}
MEAN_SHARES = (0.784, 0.126, 0.056, 0.034)  # of PATHWAYS over the ages of emergency stays
#: Mean days without criteria to reside before the factor of the trust (assumption: community reablement is quickest).
DELAY_DAYS = (0.0, 4.0, 8.0, 11.0)
DELAY_SPREAD = 1.2  # sigma of their lognormal; intermediate care's stays have 1.0 to 1.3 (IPACS, domain.md 5.3)
WAITS_A_NIGHT = 0.15  # of pathway 0 leavers recorded as ready wait a night for medicines or transport (assumption)
DELAY_MEMORY = 0.96  # from day to day, of how long the services beyond the hospital take
MOST_TOLD = 0.97
DELAY_CODES = {
    0: ("none", "medication", "transport", "family_choice"),
    1: ("awaiting_package", "awaiting_assessment", "awaiting_equipment", "family_choice"),
    2: ("awaiting_bed", "awaiting_assessment", "family_choice"),
    3: ("awaiting_bed", "awaiting_assessment", "housing", "family_choice"),
}
MEDWAY_TOWNS = ("gillingham", "medway", "chatham", "rochester", "rainham", "strood")
SELF_DISCHARGED, RELAPSE, LOUNGE = 0.015, 0.06, 0.30
NOON = 12 * HOUR
ANY_DAY = 0.5  # of those never recorded as without criteria go on the day they are ready (assumption)
BOARD_ROUND_HOURS = (8.0, 11.5)  # local: when wards say who no longer meets the criteria to reside
HOME_VISIT = 0.06  # of complex leavers try their home for some hours first, their bed held (assumption)
COMMUNITY_BED = 0.6  # of pathway 2 go to a community hospital if it has a bed (assumption)
#: From the end of a stay's last part to an hour at which people leave, weekends included (measured).
ROUNDING_DAYS = 0.75
DELAY_ROUNDING_DAYS = (
    0.42  # of those on pathways 1 to 3, from the end of their wait: also until the hub has a start (measured)
)


def mean_delay(factor: float) -> float:
    """Mean days without criteria to reside over all stays, for a factor on the complex delays."""
    return factor * sum(share * days for share, days in zip(MEAN_SHARES[1:], DELAY_DAYS[1:], strict=True))


def delay_factor(complex_days: float) -> float:
    """The factor on complex delays at which those on pathways 1 to 3 wait this many days on average."""
    return max(0.2, complex_days * (1 - MEAN_SHARES[0]) / mean_delay(1.0))


class Discharges:
    def __init__(self, world: World, inpatients: Inpatients) -> None:
        self._world = world
        self._random = world.stream("discharges")
        self._inpatients = inpatients
        self.step_down: Any = None  # set by feed.py: VirtualWards.step_down
        self.hub = Hub(world, self._may_go)
        hours = list(DISCHARGE_HOURS)
        self._by_17 = sum(hours[:17])
        self._hours: dict[str, list[float]] = {}
        self._leaving: dict[str, Leaving] = {}
        self._told: dict[str, Runs] = {}
        self._delays: dict[str, Runs] = {}
        for provider in dict.fromkeys(site.provider for site in world.system.sites):
            figures = figures_of(world.system, provider)
            self._leaving[provider] = Leaving(figures.weekdays)
            self._told[provider] = Runs(world.stream(f"told/{provider}"), figures.told_spread, figures.told_memory)
            self._delays[provider] = Runs(world.stream(f"delays/{provider}"), figures.delay_spread, DELAY_MEMORY)
        self._recorded: set[str] = set()  # who was said to be without criteria to reside, and is still in
        self._lounges = {
            site.code for site in world.system.sites for unit in site.units if unit.kind == "discharge_lounge"
        }

    # Beginning to leave -------------------------------------------------------------------------------------------

    def begins(self, stay: Stay, at: int) -> None:
        """The active part of a stay is over."""
        random, pool = self._random, stay.ward.pool
        if stay.died:
            self.leaves(stay)
            return
        if pool.kind in ("maternity", "neonatal", "critical_care", "ga_paediatric", "paediatric_hdu"):
            self._sets_off(stay, 0, self._hour_on(stay, at))
            return
        pathway = self._pathway(stay)
        if stay.admission == "elective":
            pathway = 0
        lengths = self._inpatients.lengths.get(stay.pool)
        if pathway == 0:
            self._simple(stay, at, lengths.told if lengths and pool.kind == "ga_adult" else 0.0)
            return
        stay.pathway = pathway
        factor = lengths.delay if lengths else 1.0
        today = local_seconds(at) // DAY
        said = self._leaving[stay.provider].waits(random, today)  # few ward rounds judge it at a weekend
        if said > today:
            at = local_time(said, int(random.uniform(*BOARD_ROUND_HOURS) * HOUR))
        slow = self._delays[stay.provider].of(said)
        days = lognormal_mean(random, DELAY_DAYS[pathway] * factor, DELAY_SPREAD)
        days *= slow * self._inpatients.factor(stay.pool)
        if said > today:
            self._world.at(at, self._delayed, (stay, pathway, max(0.2, days) * DAY))
        else:
            self._delay(stay, pathway, at, max(0.2, days) * DAY)

    def _delayed(self, item: tuple[Stay, int, float]) -> None:
        stay, pathway, length = item
        self._delay(stay, pathway, self._world.now, length)

    def _simple(self, stay: Stay, at: int, told: float) -> None:
        """Home without help: on the day, or when a day has room; the ward records some of them first."""
        random, leaving, factor = self._random, self._leaving[stay.provider], self._lever(Lever.LEAVERS, stay)
        today = local_seconds(at) // DAY
        recorded = random.random() < min(MOST_TOLD, told * self._told[stay.provider].of(today))
        if not recorded and random.random() < ANY_DAY and factor == 1.0:
            self._sets_off(stay, 0, self._hour_on(stay, at))
            return
        day = leaving.waits(random, today, factor)
        leave = self._hour_on(stay, at if day == today else local_time(day, 9 * HOUR))
        if not recorded:
            self._sets_off(stay, 0, leave)
            return
        said = max(at, min(leave - HOUR, self._morning_before(leave)))
        if random.random() < WAITS_A_NIGHT:
            day = leaving.waits(random, day + 1, factor)
            leave = self._hour_on(stay, local_time(day, 9 * HOUR))
        self._not_met(stay, said, 0)
        self._sets_off(stay, 0, leave)

    def _lever(self, lever: Lever, stay: Stay) -> float:
        return self._world.levers.of(lever, stay.ward.site.code, stay.provider)

    def _pathway(self, stay: Stay) -> int:
        draw = self._random.random()
        for pathway, share in enumerate(PATHWAYS[stay.person.age_band]):
            draw -= share
            if draw < 0:
                return pathway
        return 0

    def _delay(self, stay: Stay, pathway: int, at: int, length: float) -> None:
        """The steps of a complex discharge up to the hub's queue; those before the world's own time are history."""
        random = self._random
        stay.pathway = pathway
        day = self._leave_day(stay, max(self._world.now, int(at + length)))
        council = self._not_met(stay, at, pathway)
        data = {"site": stay.ward.site.code, "pathway": pathway, "council": council}
        whole = max(HOUR, local_time(day, NOON) - at)
        referred = at + int(min(0.2 * whole, random.uniform(2, 20) * HOUR))
        accepted = at + int(whole * random.uniform(0.25, 0.5))
        self._send(stay, "discharge.referred_to_hub", referred, data)
        if random.random() < RELAPSE:
            back = int(at + 0.22 * whole)
            again = int(at + 0.24 * whole) + 1
            self._send(stay, "discharge.criteria_met_again", back, {"site": stay.ward.site.code})
            self._world.books.leave("no_criteria", stay.ward.site.code, back)
            self._not_met(stay, again, pathway)
        elif stay.ward.pool.kind in ("ga_adult", "community") and whole > 2 * DAY and random.random() < HOME_VISIT:
            out = local_time(local_seconds(at + whole // 2) // DAY, int(random.uniform(9, 12) * HOUR))
            unit = {"site": stay.ward.site.code, "unit": stay.ward.code}
            if out > at:
                self._send(stay, "bed.leave_started", out, unit)
                self._send(stay, "bed.leave_ended", out + int(random.uniform(2, 6) * HOUR), unit)
        self._send(stay, "discharge.accepted", accepted, data)
        self._world.at(accepted, self._joins, (stay, day))

    def _joins(self, item: tuple[Stay, int]) -> None:
        self.hub.join(*item)

    def _may_go(self, stay: Stay, day: int) -> None:
        """The hub has a start for them on this day."""
        leave = self._hour_on(stay, local_time(day, 9 * HOUR))
        data = {"site": stay.ward.site.code, "pathway": stay.pathway, "council": stay.council}
        self._send(stay, "discharge.start_agreed", self._world.now, {**data, "starts_at": iso(leave)})
        assert stay.pathway is not None  # since they were accepted for it
        self._sets_off(stay, stay.pathway, leave)

    def _not_met(self, stay: Stay, at: int, pathway: int) -> str:
        random, site = self._random, stay.ward.site
        codes = DELAY_CODES[pathway]
        draw = random.random()
        delay = codes[0] if draw < 0.5 else codes[int(random.random() * len(codes))]
        medway = (stay.person.data.get("neighbourhood") or site.town).lower().startswith(MEDWAY_TOWNS)
        council = stay.council = stay.council or ("other" if draw > 0.96 else "medway" if medway else "kent")
        data = {"site": site.code, "pathway": pathway, "delay": delay, "council": council}
        self._send(stay, "discharge.criteria_not_met", at, data)
        self._world.books.enter("no_criteria", site.code, at)
        self._recorded.add(stay.subject)
        self._send(stay, "discharge.ready_date_set", at + 5 * MINUTE, {"site": site.code, "ready_on": _local_date(at)})
        return council

    def _sets_off(self, stay: Stay, pathway: int, leave: int) -> None:
        """The hour is known: tell it, and leave at it. Somebody whose start was withdrawn hears of it a second time."""
        random, world, now = self._random, self._world, self._world.now
        stay.pathway = pathway
        site, first = stay.ward.site.code, not stay.set_off
        stay.set_off = True
        if leave - now > 30 * HOUR:
            possible = {"site": site, "expected_at": iso(leave), "certainty": "possible"}
            self._send(stay, "discharge.planned", leave - int(random.uniform(24, 30) * HOUR), possible)
        told = max(now, min(leave - HOUR, self._morning_before(leave)))
        if pathway or random.random() < 0.7:
            self._send(
                stay, "discharge.planned", told, {"site": site, "expected_at": iso(leave), "certainty": "definite"}
            )
        if first and site in self._lounges and pathway < 2 and random.random() < LOUNGE:
            self._send(
                stay, "discharge.lounge_arrived", max(told, leave - int(random.uniform(1, 3) * HOUR)), {"site": site}
            )
        if first and self.step_down and pathway < 2 and stay.ward.pool.kind == "ga_adult":
            self.step_down(stay, leave)
        world.at(leave, self.leaves, stay)

    def _send(self, stay: Stay, type_: str, at: int, data: dict[str, Any]) -> None:
        self._world.outbox.send(type_, stay.provider, stay.subject, at, data)

    # When people leave --------------------------------------------------------------------------------------------

    def made_ready(self, end: int, admitted: int, provider: str) -> int:
        """A morning: wards ready some for the Friday who would be so at the weekend (domain.md 3.4: Friday 1.31)."""
        admitted_on, due = local_seconds(admitted) // DAY, local_seconds(end) // DAY
        if due <= admitted_on + 1:
            return end
        day = self._leaving[provider].early(self._random, due, admitted_on + 1)
        return local_time(day, int(self._random.uniform(5, 9.5) * HOUR))

    def _leave_day(self, stay: Stay, due: int) -> int:
        """The day due, or another so that weekdays and holidays share out as published."""
        today = local_seconds(self._world.now) // DAY
        leaving, random = self._leaving[stay.provider], self._random
        earlier = leaving.early(random, local_seconds(due) // DAY, today + 1)
        return leaving.waits(random, earlier, self._lever(Lever.LEAVERS, stay))

    def _hour_on(self, stay: Stay, due: int) -> int:
        """A moment of the day of `due`, drawn from the trust's hours; the day after if that has gone."""
        weights = self._weights(stay.provider, stay.ward.site.code)
        day, now = local_seconds(due) // DAY, self._world.now
        hour = self._random.choices(range(24), weights)[0]
        leave = local_time(day, hour * HOUR + int(self._random.random() * HOUR))
        if leave <= max(now, due - 10 * HOUR) + 30 * MINUTE:
            leave = max(now, due) + int(self._random.uniform(0.5, 3.0) * HOUR)
            if not 8 <= local_seconds(leave) % DAY // HOUR < 21:
                leave = local_time(local_seconds(leave + 4 * HOUR) // DAY, int(self._random.uniform(9, 18) * HOUR))
                leave = max(leave, now + 30 * MINUTE)
        return leave

    def _weights(self, provider: str, site: str) -> list[float]:
        weights = self._hours.get(provider)
        if weights is None:
            row = self._inpatients.demand.get(site)
            share = row.figures.gone_by_17 if row else 0.6
            early, late = share / self._by_17, (1 - share) / (1 - self._by_17)
            weights = [w * (early if hour < 17 else late) for hour, w in enumerate(DISCHARGE_HOURS)]
            self._hours[provider] = weights
        return weights

    def _morning_before(self, leave: int) -> int:
        """About nine, the ward's board round on the day of leaving."""
        return local_time(local_seconds(leave) // DAY, 9 * HOUR + int(self._random.random() * HOUR))

    def leaves(self, stay: Stay) -> None:
        """The bed is left, and whoever waits for one is served."""
        world, random, ward, now = self._world, self._random, stay.ward, self._world.now
        if stay.pathway and not stay.died and self.hub.is_lost(stay):
            self._stays_on(stay)
            return
        reason, pathway = "discharged", stay.pathway
        target = None
        if stay.died:
            reason, pathway = "died", None
        elif stay.short:
            pathway = 0
        elif stay.virtual_ward is not None and stay.virtual_ward.accepted:
            reason = "virtual_ward"
        elif pathway == 2 and ward.pool.kind == "ga_adult":
            target = self._community_bed(ward) if random.random() < COMMUNITY_BED else None
            reason = "transferred_out" if target else reason
        elif pathway == 0 and stay.admission == "emergency" and random.random() < SELF_DISCHARGED:
            reason = "self_discharged"
        data: dict[str, Any] = {"site": ward.site.code, "unit": ward.code, "reason": reason}
        if pathway is not None:
            data["pathway"] = pathway
        self._send(stay, "bed.left", now, data)
        del ward.occupants[stay.subject]
        world.books.leave("bed", ward.code, now)
        if stay.subject in self._recorded:
            self._recorded.remove(stay.subject)
            world.books.leave("no_criteria", ward.site.code, now)
        if target:
            arrival = now + int(random.uniform(0.5, 1.5) * HOUR)
            world.at(arrival, self._reaches_community, (target, stay.person, stay.subject))
        elif reason == "virtual_ward":
            stay.virtual_ward.comes_home(now)
        elif reason != "died":
            world.people.release(stay.person, now + 6 * HOUR)
        self._inpatients.beds.release(ward)

    def _stays_on(self, stay: Stay) -> None:
        """Their start is withdrawn on the day; the hub finds another."""
        tomorrow = local_seconds(self._world.now) // DAY + 1
        expected = {
            "site": stay.ward.site.code, "expected_at": iso(local_time(tomorrow, NOON)), "certainty": "possible",
        }  # fmt: skip
        self._send(stay, "discharge.planned", self._world.now, expected)
        self.hub.join(stay, tomorrow)

    # Community hospitals ------------------------------------------------------------------------------------------

    def _community_bed(self, ward: Ward) -> Ward | None:
        pools = [pool for (_, kind), pool in self._inpatients.beds.pools.items() if kind == "community"]
        near = [pool for pool in pools if pool.site.place == ward.site.place] or pools
        for pool in sorted(near, key=lambda pool: pool.pressure):
            found = self._inpatients.beds.take(pool)
            if found:
                return found
        return None

    def _reaches_community(self, item: tuple[Ward, Person, str]) -> None:
        ward, person, follows = item
        self._inpatients.admit(
            ward, person, "transfer", self._world.now, specialty=ward.unit.specialty, follows=follows
        )

    def already_in_community(self, ward: Ward, at: int, mean: float) -> None:
        total = length_biased(self._random, mean, 0.8) * DAY
        elapsed = total * self._random.random()
        person = self._world.people.draw(at, OLDER, ward.site.town)
        stay = self._inpatients.enter(ward, person, "transfer", int(at - elapsed), ward.unit.specialty)
        stay.active_end = int(at + total - elapsed)
        self._world.at(stay.active_end, self._ends_now, stay)

    def _ends_now(self, stay: Stay) -> None:
        self.begins(stay, self._world.now)

    # Who already waits when the world begins ----------------------------------------------------------------------

    def already_delayed(self, ward: Ward, at: int, lengths: Lengths) -> None:
        random = self._random
        weights = [share * days for share, days in zip(MEAN_SHARES[1:], DELAY_DAYS[1:], strict=True)]
        pathway = random.choices((1, 2, 3), weights)[0]
        total = max(0.2 * DAY, length_biased(random, DELAY_DAYS[pathway] * lengths.delay, DELAY_SPREAD) * DAY)
        elapsed = total * random.random()
        before = lognormal_mean(random, lengths.active, 0.9) * DAY
        person = self._world.people.draw(at, OLDER, ward.site.town)
        ready = int(at - elapsed)
        stay = self._inpatients.enter(ward, person, "emergency", int(ready - before), ward.unit.specialty)
        self._delay(stay, pathway, ready, total)


def _local_date(moment: int) -> str:
    return datetime.fromtimestamp(local_seconds(moment), UTC).strftime("%Y-%m-%d")
