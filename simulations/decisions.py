"""What staff agree with one another under pressure: diverts, mutual aid, incidents.

Each is told step by step under a reference, and pulls at the levers while it is in force.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from simulations.levers import Lever
from simulations.messages import iso
from simulations.shape import HOUR, MINUTE
from simulations.world import World

if TYPE_CHECKING:
    from simulations.staff import Site

QUARTER = 15 * MINUTE
CROWDED = 1.2  # people to a cubicle of majors and resus from which a divert is thought of
MORE_CROWDED = 1.5  # and this many times what is usual there
FOR_QUARTERS = 4  # an hour
CALM = 0.85  # a neighbour agrees up to this share of its own threshold
REFUSED = 0.25  # of what is asked for, also by those who could (assumption)
REST = 10 * HOUR  # after a divert before the next is asked for
SENT_AWAY, SENT_TO = 0.55, 1.2  # of the calls near the one and the other while a divert is in force (assumption)
AID_ASKED = 0.3  # at a review at level 4 (assumption)
STAFF_HELP, STAFF_SPARED = 0.94, 1.02  # of the pace here and there (assumption)
CRITICAL_FROM, CRITICAL_UNTIL = 4.25, 3.6  # the team's judgement at reviews
ELECTIVES_KEPT, LEAVERS_MORE, STARTS_MORE = 0.4, 1.08, 1.2  # during a critical incident (assumption)
BREAKDOWN = 1 / 400  # chance at a review that a system or a building fails: one a month somewhere (assumption)
BREAKDOWN_PACE = 1.2

Pull = tuple[Lever, float, str]


@dataclass(slots=True, eq=False)
class Agreement:
    """Something in force. steps: what every step of it says."""

    family: str
    source: str
    subject: str
    reference: str
    site: Site
    other: Site | None
    steps: dict[str, Any]
    pulls: list[Pull] = field(default_factory=list)
    over: bool = False


class Decisions:
    def __init__(self, world: World, sites: list[Site]) -> None:
        self._world = world
        self._random = world.stream("decisions")
        self._sites = sites
        self._counts: Counter[str] = Counter()
        self._diverts: list[Agreement] = []
        self._incidents: dict[Site, Agreement] = {}

    def quarter(self) -> None:
        """Every quarter of an hour: who has been crowded for an hour asks for a divert."""
        now = self._world.now
        for site in self._sites:
            site.crowded = site.crowded + 1 if site.ed.crowding > self._threshold(site) else 0
            if site.crowded >= FOR_QUARTERS and not self._concerned(site) and now >= site.rested:
                self._ask_divert(site)
        for divert in self._diverts:
            if not divert.over and divert.pulls and divert.site.ed.crowding < 0.75 * self._threshold(divert.site):
                self._end(divert)  # sooner than agreed: it is calm again
        self._diverts = [divert for divert in self._diverts if not divert.over]

    def review(self, site: Site) -> None:
        """When the team of a site has judged its level."""
        random = self._random
        asks, breaks = random.random() < AID_ASKED, random.random() < BREAKDOWN
        if site.level == 4 and not site.aided and asks:
            self._ask_aid(site)
        incident = self._incidents.get(site)
        if incident is None and site.level == 4 and site.score > CRITICAL_FROM:
            electives = (Lever.ELECTIVES, ELECTIVES_KEPT, site.ed.code)
            starts = (Lever.STARTS, STARTS_MORE, site.ed.site.place)
            self._declare(site, "critical", [electives, starts, (Lever.LEAVERS, LEAVERS_MORE, site.ed.code)])
        elif incident is not None and incident.steps["kind"] == "critical" and site.score < CRITICAL_UNTIL:
            self._stand_down(incident)
        elif incident is None and breaks:
            kind = random.choice(("digital", "business_continuity"))
            found = self._declare(site, kind, [(Lever.PACE, BREAKDOWN_PACE, site.ed.code)])
            self._world.at(self._world.now + random.uniform(3, 10) * HOUR, self._stand_down, found)

    # Diverts ------------------------------------------------------------------------------------------------------

    def _concerned(self, site: Site) -> bool:
        """Whether a divert of theirs, or one to them, is asked for or in force."""
        return any(not each.over and site in (each.site, each.other) for each in self._diverts)

    @staticmethod
    def _threshold(site: Site) -> float:
        return max(CROWDED, MORE_CROWDED * site.usual)

    def _ask_divert(self, site: Site) -> None:
        def room(other: Site) -> float:
            return other.ed.crowding / self._threshold(other)

        near = [each for each in self._sites if each is not site and each.ed.demand.ambulances]
        near = [each for each in near if not self._concerned(each)]
        if not near or not site.ed.demand.ambulances:
            return
        other = min(near, key=room)
        steps = {"from_site": site.ed.code, "to_site": other.ed.code, "kind": "ambulance", "reason": "crowding"}
        divert = self._ask("divert", "D", site, other, steps)
        self._diverts.append(divert)
        answer = self._world.now + self._random.uniform(6, 25) * MINUTE
        agrees = room(other) < CALM and self._random.random() > REFUSED
        self._world.at(answer, self._agree_divert if agrees else self._refuse, divert)

    def _agree_divert(self, divert: Agreement) -> None:
        assert divert.other is not None  # a divert is to somebody
        away, to = divert.site.ed, divert.other.ed
        ends = self._world.now + self._random.uniform(1, 4) * HOUR
        sent_to = 1 + (SENT_TO - 1) * min(2.0, away.demand.ambulances / max(1.0, to.demand.ambulances))
        self._agree(divert, [(Lever.CALLS, SENT_AWAY, away.code), (Lever.CALLS, sent_to, to.code)], ends)
        self._world.at(ends, self._end, divert)

    # Mutual aid ---------------------------------------------------------------------------------------------------

    def _ask_aid(self, site: Site) -> None:
        others = [each for each in self._sites if each.ed.provider != site.ed.provider and each.level < 4]
        if not others:
            return
        other = min(others, key=lambda each: each.score)
        kind = self._random.choice(("staff", "staff", "equipment"))
        site.aided = True
        steps = {"from_site": other.ed.code, "to_site": site.ed.code, "kind": kind, "count": self._random.randint(2, 8)}
        aid = self._ask("mutual_aid", "A", site, other, steps)
        refuses = self._random.random() < REFUSED
        answer = self._world.now + self._random.uniform(0.5, 3) * HOUR
        self._world.at(answer, self._refuse if refuses else self._agree_aid, aid)

    def _agree_aid(self, aid: Agreement) -> None:
        pulls = []
        if aid.steps["kind"] == "staff" and aid.other is not None:
            pulls = [(Lever.PACE, STAFF_HELP, aid.site.ed.code), (Lever.PACE, STAFF_SPARED, aid.other.ed.code)]
        ends = self._world.now + self._random.uniform(8, 30) * HOUR
        self._agree(aid, pulls, ends)
        self._world.at(ends, self._end, aid)

    # Incidents ----------------------------------------------------------------------------------------------------

    def _declare(self, site: Site, kind: str, pulls: list[Pull]) -> Agreement:
        steps = {"kind": kind, "site": site.ed.code}
        incident = self._new("incident", "I", site, None, steps)
        self._tell(incident, "declared", incident.source, steps)
        self._pull(incident, pulls)
        self._incidents[site] = incident
        return incident

    def _stand_down(self, incident: Agreement) -> None:
        if not incident.over:
            self._release(incident)
            del self._incidents[incident.site]
            self._tell(incident, "stood_down", incident.source, {})

    # Steps of any -------------------------------------------------------------------------------------------------

    def _new(self, family: str, letter: str, site: Site, other: Site | None, steps: dict[str, Any]) -> Agreement:
        day = f"{datetime.fromtimestamp(self._world.now, UTC):%y%m%d}"
        self._counts[letter + day] += 1
        reference = f"{letter}{day}{self._counts[letter + day]:02d}"
        return Agreement(family, site.ed.provider, site.ed.provider, reference, site, other, steps)

    def _ask(self, family: str, letter: str, site: Site, other: Site, steps: dict[str, Any]) -> Agreement:
        asked = self._new(family, letter, site, other, steps)
        self._tell(asked, "requested", asked.source, steps)
        return asked

    def _agree(self, asked: Agreement, pulls: list[Pull], ends: float) -> None:
        """It is the other site that says yes, and until when: to the quarter of an hour."""
        assert asked.other is not None  # nobody agrees with themselves
        until = iso(ceil(ends / QUARTER) * QUARTER)
        self._tell(asked, "agreed", asked.other.ed.provider, {**asked.steps, "until": until})
        self._pull(asked, pulls)

    def _refuse(self, asked: Agreement) -> None:
        self._end(asked, "refused")

    def _end(self, agreed: Agreement, outcome: str = "over") -> None:
        if agreed.over:
            return
        self._release(agreed)
        self._tell(agreed, "ended", agreed.source, {"outcome": outcome})
        if agreed.family == "divert":
            agreed.site.rested = self._world.now + REST
        else:
            agreed.site.aided = False

    def _pull(self, agreed: Agreement, pulls: list[Pull]) -> None:
        agreed.pulls = pulls
        for lever, factor, organisation in pulls:
            self._world.levers.pull(lever, factor, organisation)

    def _release(self, agreed: Agreement) -> None:
        agreed.over = True
        for lever, factor, organisation in agreed.pulls:
            self._world.levers.release(lever, factor, organisation)

    def _tell(self, agreed: Agreement, step: str, source: str, data: dict[str, Any]) -> None:
        told = {"reference": agreed.reference, **data}
        self._world.outbox.send(f"{agreed.family}.{step}", source, agreed.subject, self._world.now, told)
