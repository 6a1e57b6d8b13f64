"""Staff who act: what site teams, the coordination centre (SCC) and bed managers do when they see pressure.

They look at the same departments and wards as everybody, judge by a crude rule of their own with a habit of leaving
things as they are, and pull at the levers. Their levels are judgement: not the OPEL tables, which Lightship scores.
"""

from __future__ import annotations

from typing import Literal

from simulations.beds import Beds, Pool
from simulations.decisions import Decisions
from simulations.department import Department
from simulations.emergency import Emergency
from simulations.shape import HOUR, MINUTE, local_hour
from simulations.world import World

REVIEWS = (8, 12, 16, 20)  # local; at eight everybody says a level, also the same
ON_CALL = (22, 23, 0, 1, 2, 3, 4, 5, 6, 7)  # hours in which somebody is rung up for level 4 alone
DAILY = {8: ("community", "ambulance"), 9: ("mental_health",)}  # hours at which others declare (domain.md 1.4)
#: OPEL 3 nearly always: Bristol's sites 2.5 to 3.3, its ICB 2.96 with a spread of 0.37 (domain.md 1.4).
USUAL_LEVEL, BETWEEN_SITES, OTHERS_LEVEL = 2.95, 0.25, 2.4
CROWDED_BY, FULL_BY = 0.15, 0.05  # a strain of one: so much more crowded than usual, so much more of the beds held
WEIGHT, JUDGEMENT = 0.6, 0.25  # how far a strain moves a level, and how far people differ (assumptions)
INERTIA = 0.63  # a level is left only for a judgement this far away from it
USUAL_DAYS, LATELY_HOURS = 28.0, 18.0  # over which crowding is remembered
CONFIRMED = 0.8  # of the proposals of level 4; the others stay where they are
OPEN_ESCALATION, CLOSE_ESCALATION = 0.04, -0.01  # pressure above and below which a bed manager opens and closes

Level = Literal[1, 2, 3, 4]
LEVELS: tuple[Level, ...] = (1, 2, 3, 4)


class Site:
    """What the team of one hospital sees and has in mind."""

    __slots__ = ("aided", "bias", "crowded", "ed", "lately", "level", "pool", "rested",
                 "score", "seen", "usual")  # fmt: skip

    def __init__(self, ed: Department, pool: Pool | None, bias: float) -> None:
        self.ed = ed
        self.pool = pool
        self.bias = bias
        self.usual = self.lately = ed.crowding
        self.seen = 0.0  # hours looked at
        self.level: Level = 3
        self.score = USUAL_LEVEL
        self.crowded = 0  # quarters of an hour in a row
        self.rested = 0  # until when no divert is asked for again
        self.aided = False

    def look(self) -> None:
        """Every quarter of an hour."""
        self.seen = min(24 * USUAL_DAYS, self.seen + 0.25)
        self.usual += (self.ed.crowding - self.usual) * 0.25 / self.seen
        self.lately += (self.ed.crowding - self.lately) * 0.25 / min(LATELY_HOURS, self.seen)

    @property
    def strain(self) -> float:
        crowded = (self.lately / max(0.2, self.usual) - 1) / CROWDED_BY
        return (crowded + (self.pool.pressure / FULL_BY if self.pool else crowded)) / 2

    @property
    def why(self) -> str:
        crowded = (self.lately / max(0.2, self.usual) - 1) / CROWDED_BY
        return "no_beds" if self.pool and self.pool.pressure / FULL_BY > crowded else "ed_crowding"


class Staff:
    """Looks from the beginning, says and does nothing before `everything`, but for escalation beds."""

    def __init__(self, world: World, beds: Beds, emergency: Emergency) -> None:
        self._world = world
        self._random = world.stream("staff")
        self._beds = beds
        full = [ed for ed in emergency.departments.values() if ed.site.ed_type == 1]
        self.sites = [Site(ed, beds.nearest(ed.site, "ga_adult"), self._random.gauss(0, BETWEEN_SITES)) for ed in full]
        self.levels: dict[str, Level] = {}
        self._decisions = Decisions(world, self.sites)
        self._others = {
            each.code: OTHERS_LEVEL for each in world.system.providers if each.kind in sum(DAILY.values(), ())
        }
        self._tells = False
        world.at(world.now, self._quarter)

    def everything(self, at: int) -> None:
        """Said when the feed begins: every level that holds."""
        self._tells = True
        for site in self.sites:
            site.score = self._judged(site)
            site.level = _whole(site.score)
            self._declare(site.ed.provider, site.ed.code, site.level, "routine", at)
        for code in dict.fromkeys(site.ed.provider for site in self.sites):
            self._declare(code, code, self._of_provider(code), "routine", at)
        for code in self._others:
            self._other(code, at)
        self._declare_system(at)

    # Looking ------------------------------------------------------------------------------------------------------

    def _quarter(self, _: object = None) -> None:
        now = self._world.now
        for site in self.sites:
            site.look()
        if self._tells:
            self._decisions.quarter()
        if now % HOUR == 0:
            self._hour(local_hour(now))
        self._world.at((now // (15 * MINUTE) + 1) * 15 * MINUTE, self._quarter)

    def _hour(self, hour: int) -> None:
        if hour in REVIEWS:
            for pool in self._beds.pools.values():
                self._escalation(pool)
        if not self._tells:
            return
        if hour in REVIEWS:
            for site in self.sites:
                self._review(site, daily=hour == REVIEWS[0])
        elif hour in ON_CALL:
            for site in self.sites:
                if site.level < 4 and self._judged(site) > 4 + INERTIA / 2:
                    self._propose(site, 4, site.why)
        for code in self._others:
            if self._world.system.provider_by_code[code].kind in DAILY.get(hour, ()):
                self._other(code, self._world.now)
        if hour == 9:
            self._declare_system(self._world.now)

    # Levels -------------------------------------------------------------------------------------------------------

    def _judged(self, site: Site) -> float:
        return USUAL_LEVEL + site.bias + WEIGHT * site.strain + self._random.gauss(0, JUDGEMENT)

    def _review(self, site: Site, *, daily: bool) -> None:
        judged = self._judged(site)
        site.score += 0.6 * (judged - site.score)
        level = site.level
        if abs(site.score - level) > INERTIA:
            level = _whole(level + (1 if site.score > level else -1))  # a step at a time
        if level != site.level:
            self._propose(site, level, site.why if level > site.level else "recovered")
        elif daily:
            self._propose(site, level, "routine")
        self._decisions.review(site)

    def _propose(self, site: Site, level: Level, reason: str) -> None:
        data = {"level": level, "reason": reason}
        self._world.outbox.send("opel.proposed", site.ed.provider, site.ed.code, self._world.now, data)
        self._world.at(self._world.now + self._random.uniform(8, 45) * MINUTE, self._confirm, (site, level, reason))

    def _confirm(self, item: tuple[Site, Level, str]) -> None:
        """The SCC confirms, or leaves the site where it is."""
        site, level, reason = item
        if level == 4 and site.level < 4 and self._random.random() > CONFIRMED:
            level = site.level
        changed = level != site.level
        site.level = level
        now = self._world.now
        self._declare(site.ed.provider, site.ed.code, level, reason, now)
        provider = site.ed.provider
        of_provider = self._of_provider(provider)
        if of_provider != self.levels[provider] or reason == "routine":
            self._declare(provider, provider, of_provider, reason, now)
        if changed and self._of_system() != self.levels[self._world.system.code]:
            self._declare_system(now)

    def _of_provider(self, provider: str) -> Level:
        """By the beds of its sites."""
        own = [site for site in self.sites if site.ed.provider == provider]
        return _whole(_mean([(_size(site), site.level) for site in own]))

    def _of_system(self) -> Level:
        """By the beds of all sites, and left for a mean far enough away."""
        mean = _mean([(_size(site), site.level) for site in self.sites])
        before = self.levels.get(self._world.system.code)
        return before if before and abs(mean - before) < INERTIA else _whole(mean)

    def _declare_system(self, at: int) -> None:
        if self.sites:
            code = self._world.system.code
            self._declare(code, code, self._of_system(), "routine", at)

    def _other(self, code: str, at: int) -> None:
        """Community, ambulance and mental health say a level once a day, mostly the one of the day before."""
        drawn = self._random.gauss(0, 0.5)
        self._others[code] += 0.25 * (OTHERS_LEVEL - self._others[code]) + drawn
        self._declare(code, code, _whole(self._others[code]), "routine", at)

    def _declare(self, source: str, code: str, level: Level, reason: str, at: int) -> None:
        self.levels[code] = level
        self._world.outbox.send("opel.declared", source, code, at, {"level": level, "reason": reason})

    # Escalation beds ----------------------------------------------------------------------------------------------

    def _escalation(self, pool: Pool) -> None:
        """One ward at a review; opened well above the usual, closed well below it, so that none flutters."""
        pressure = pool.pressure
        if pressure > OPEN_ESCALATION:
            ward = next((each for each in pool.wards if each.escalation < each.most_escalation), None)
            if ward:
                ward.escalation = ward.most_escalation
                self._beds.state(ward, self._world.now, "infection" if ward.closed else "none")
                self._beds.serve(pool)
        elif pressure < CLOSE_ESCALATION:
            for ward in pool.wards:
                if ward.escalation and ward.held <= ward.core - ward.closed:
                    ward.escalation = 0
                    self._beds.state(ward, self._world.now, "infection" if ward.closed else "none")
                    return


def _size(site: Site) -> float:
    return float(site.pool.core) if site.pool else 1.0


def _mean(weighted: list[tuple[float, Level]]) -> float:
    return sum(weight * level for weight, level in weighted) / sum(weight for weight, _ in weighted)


def _whole(level: float) -> Level:
    return LEVELS[max(1, min(4, int(level + 0.5))) - 1]
