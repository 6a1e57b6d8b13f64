"""999 calls: answered by voice, at the scene, or conveyed to a department and handed over.

Shares and times: Bristol panel and ambulance-DES (domain.md 5.3): see and convey 42 %, see and treat 34 %, hear
and treat 18 %; response C1 489 s, C2 1,989 s, C3 5,894 s on average; at the scene 36 min, to hospital 22 min.
"""

from __future__ import annotations

from simulations.department import Department
from simulations.emergency import Emergency
from simulations.levers import Lever
from simulations.messages import iso
from simulations.people import CHILDREN, EMERGENCY, OLDER, Person
from simulations.same_day import HOURS as SAME_DAY_HOURS
from simulations.same_day import PARAMEDICS, SameDay
from simulations.shape import CALL_HOURS, HOUR, MINUTE, hourly
from simulations.volumes import AMBULANCE_STREAMS
from simulations.ways_in import WaysIn
from simulations.world import World, lognormal_mean

CONVEYED, SEE_AND_TREAT, HEAR_AND_TREAT = 0.42 / 0.94, 0.34 / 0.94, 0.18 / 0.94
#: Category: share of calls that get a vehicle, mean response seconds, spread (shares are assumptions).
CATEGORIES = (
    ("C1", 0.09, 489.0, 0.45), ("C2", 0.58, 1989.0, 0.60), ("C3", 0.22, 5894.0, 0.65),
    ("C4", 0.02, 7200.0, 0.60), ("HCP", 0.09, 4500.0, 0.50),
)  # fmt: skip
_CATEGORY_WEIGHTS = [share for _, share, _, _ in CATEGORIES]
HANDOVER_SPREAD, LEAST_HANDOVER_MINUTES = 0.5, 5.0
COHORT_AFTER = 30 * MINUTE
MOST_HANDOVER = 4 * HOUR
DIVERT_CROWDING = 1.15  # above it an ambulance may be sent elsewhere


#: For each further boarder to a cubicle (Howlett 2026, domain.md 5.3: five more in 25 add 9.9 min to a handover, 7.9 to
#: a category 2 response and 51.9 to a category 3; mild until a quarter of the cubicles hold boarders).
HANDOVER_MINUTES = 9.9 / (5 / 25)
SLOWER_SECONDS = {"C2": 7.9 * 60 / (5 / 25), "C3": 51.9 * 60 / (5 / 25), "C4": 51.9 * 60 / (5 / 25)}
MOST_LONGER = 0.15  # boarders above the usual to a cubicle beyond which no more was seen in winter 2022/23 (fitted)
#: Crews are to leave after 45 minutes (plan for urgent care 2025/26, domain.md 2); share who can (assumption).
RELEASED_AFTER, RELEASED = 45 * MINUTE, 0.7
MILD_UNTIL, MILD = 0.25, 0.3  # `mild`: a third of the effect (assumption)


def boarding_strain(boarded: float) -> float:
    """Boarders to a cubicle -> the part of them that slows ambulances."""
    return MILD * min(boarded, MILD_UNTIL) + max(0.0, boarded - MILD_UNTIL)


class Ambulances:
    def __init__(self, world: World, emergency: Emergency, same_day: SameDay, ways: WaysIn) -> None:
        self._world, self._same_day, self._ways = world, same_day, ways
        self._random = world.stream("ambulances")
        self._emergency = emergency
        services = [provider.code for provider in world.system.providers if provider.kind == "ambulance"]
        self._source = services[0] if services else "RYD"
        self._departments = [ed for ed in emergency.departments.values() if ed.demand.ambulances]
        self._weights = [ed.demand.ambulances for ed in self._departments]
        self._streams = list(AMBULANCE_STREAMS)
        self._stream_weights = list(AMBULANCE_STREAMS.values())
        self.calls_a_day = sum(self._weights) / CONVEYED
        adults = self.calls_a_day * SEE_AND_TREAT * (1 - AMBULANCE_STREAMS["paediatric"])
        open_share = sum(a for a, b in zip(hourly(CALL_HOURS), SAME_DAY_HOURS, strict=True) if b)
        #: Of the adults whom crews leave at home while units take people in, who are sent to one.
        self._to_same_day = PARAMEDICS * same_day.a_day / (adults * open_share) if adults else 0.0
        self._older_weights = [
            0.0 if stream in ("paediatric", "mental_health") else weight for stream, weight in AMBULANCE_STREAMS.items()
        ]

    def call_of_older(self, near: Department) -> None:
        """Somebody older has fallen or cannot breathe."""
        self.call(near, older=True)

    def call(self, near: Department | None = None, older: bool = False) -> None:
        """Somebody rings 999 now, near one department or wherever people do."""
        world, random = self._world, self._random
        now, outbox = world.now, self._world.outbox
        ed = near or random.choices(self._departments, self._asked())[0]
        outcome = random.random()
        stream = random.choices(self._streams, self._older_weights if older else self._stream_weights)[0]
        bands = OLDER if older else CHILDREN if stream == "paediatric" else EMERGENCY
        person = world.people.draw(now, bands, ed.site.town)
        subject = outbox.visit(self._source, "A")
        category, mean, spread = self._category(outcome, stream)
        called = {**person.data, "category": category, "clock_start": iso(now + 40)}
        outbox.send("ambulance.called", self._source, subject, now, called, person.nhsnumber)
        if outcome > CONVEYED + SEE_AND_TREAT:
            cleared = now + int(random.uniform(10, 90) * MINUTE)
            outbox.send("ambulance.cleared", self._source, subject, cleared, {"outcome": "hear_and_treat"})
            world.people.release(person, cleared)
            return
        response = lognormal_mean(random, max(0.6 * mean, mean + self._slower(category)), spread)
        response *= world.levers.of(Lever.RESPONSE, ed.code, ed.provider)
        on_scene = now + int(response)
        outbox.send("ambulance.assigned", self._source, subject, now + int(response * random.uniform(0.2, 0.6)), {})
        outbox.send("ambulance.on_scene", self._source, subject, on_scene, {})
        leaves = on_scene + int(lognormal_mean(random, 36, 0.4) * MINUTE)
        if outcome > CONVEYED:
            outbox.send("ambulance.cleared", self._source, subject, leaves, {"outcome": "see_and_treat"})
            if stream != "paediatric" and self._same_day.takes(ed.code, leaves, self._to_same_day):
                self._same_day.come_later(ed.code, person, leaves, subject)
            else:
                world.people.release(person, leaves)
            return
        self._convey(subject, person, ed, stream, leaves, self._ways.called_by(person, category, ed.site.place))

    def _asked(self) -> list[float]:
        """Calls by department, as incidents and diverts have them now."""
        of = self._world.levers.of
        return [
            weight * of(Lever.CALLS, ed.code, ed.provider)
            for ed, weight in zip(self._departments, self._weights, strict=True)
        ]

    def busier(self) -> float:
        """Calls of the whole system, as a multiple of what is usual."""
        return sum(self._asked()) / sum(self._weights)

    def _slower(self, category: str) -> float:
        """Seconds: ambulances that wait to hand over are not on the road."""
        a_share = SLOWER_SECONDS.get(category, 0.0)
        if not a_share:
            return 0.0
        longer = [boarding_strain(ed.boarded) - boarding_strain(ed.demand.figures.boarded) for ed in self._departments]
        return a_share * sum(longer) / len(longer)

    def casualty(self, ed: Department, stream: str) -> None:
        """Somebody hurt is brought to that department from where crews are already at work."""
        world, outbox, source = self._world, self._world.outbox, self._source
        now = world.now
        person = world.people.draw(now, CHILDREN if stream == "paediatric" else EMERGENCY, ed.site.town)
        subject = outbox.visit(source, "A")
        called = {**person.data, "category": "C1" if stream == "resus" else "C2", "clock_start": iso(now + 40)}
        outbox.send("ambulance.called", source, subject, now, called, person.nhsnumber)
        outbox.send("ambulance.assigned", source, subject, now + MINUTE, {})
        on_scene = now + int(self._random.uniform(2, 8) * MINUTE)
        outbox.send("ambulance.on_scene", source, subject, on_scene, {})
        leaves = on_scene + int(lognormal_mean(self._random, 18, 0.4) * MINUTE)
        self._convey(subject, person, ed, stream, leaves, "ambulance")

    def _category(self, outcome: float, stream: str) -> tuple[str, float, float]:
        random = self._random
        if outcome > CONVEYED + SEE_AND_TREAT:
            return random.choice(("C3", "C4", "C5", "C5")), 0.0, 0.0
        if stream == "resus" and outcome <= CONVEYED and random.random() < 0.6:
            return "C1", 489.0, 0.45
        name, _, mean, spread = random.choices(CATEGORIES, _CATEGORY_WEIGHTS)[0]
        return name, mean, spread

    def _convey(self, subject: str, person: Person, ed: Department, stream: str, leaves: int, source: str) -> None:
        world, random, outbox = self._world, self._random, self._world.outbox
        arrives = leaves + int(lognormal_mean(random, 22, 0.4) * MINUTE)
        conveying = {"site": ed.code, "expected_at": iso(arrives)}
        outbox.send("ambulance.conveying", self._source, subject, leaves, conveying)
        if stream == "resus":
            outbox.send("ambulance.pre_alerted", self._source, subject, leaves + 2 * MINUTE, {"site": ed.code})
        elif ed.crowding > DIVERT_CROWDING and random.random() < 0.08:
            other = min(self._departments, key=lambda each: each.crowding)
            if other is not ed:
                data = {"from_site": ed.code, "to_site": other.code}
                outbox.send("ambulance.diverted", self._source, subject, leaves + 4 * MINUTE, data)
                ed, arrives = other, arrives + 15 * MINUTE
        world.at(arrives, self._arrive, (subject, person, ed, stream, source))

    def _arrive(self, item: tuple[str, Person, Department, str, str]) -> None:
        subject, person, ed, stream, source = item
        world, random, outbox = self._world, self._random, self._world.outbox
        now, site = world.now, {"site": ed.code}
        outbox.send("ambulance.arrived", self._source, subject, now, site)
        figures = ed.demand.figures
        longer = min(MOST_LONGER, boarding_strain(ed.boarded) - boarding_strain(figures.boarded))
        mean = max(LEAST_HANDOVER_MINUTES, figures.handover_minutes + HANDOVER_MINUTES * longer)
        mean *= world.levers.of(Lever.HANDOVER, ed.code, ed.provider) * (0.5 if stream == "resus" else 1.0)
        taken = min(MOST_HANDOVER, 3 * MINUTE + int(lognormal_mean(random, mean, HANDOVER_SPREAD) * MINUTE))
        if taken > RELEASED_AFTER and random.random() < RELEASED:
            taken = RELEASED_AFTER + int(random.uniform(0, 8) * MINUTE)
        handed_over = now + taken
        if taken > COHORT_AFTER and random.random() < 0.5:
            outbox.send("ambulance.cohorted", self._source, subject, now + COHORT_AFTER // 2, site)
        outbox.send("ambulance.handed_over", self._source, subject, handed_over, site)
        world.books.enter("handover", ed.code, now)
        world.books.leave("handover", ed.code, handed_over)
        cleared = handed_over + int(lognormal_mean(random, 12, 0.5) * MINUTE)
        outbox.send("ambulance.cleared", self._source, subject, cleared, {**site, "outcome": "conveyed"})
        # The four-hour clock starts at handover or 15 minutes after arrival, whichever is first (domain.md 7).
        world.at(min(handed_over, now + 15 * MINUTE), self._enters, (subject, person, ed, stream, handed_over, source))

    def _enters(self, item: tuple[str, Person, Department, str, int, str]) -> None:
        subject, person, ed, stream, handed_over, source = item
        self._emergency.arrive(
            ed, stream, person=person, follows=subject, ambulance=True, ready_at=handed_over, source=source
        )
