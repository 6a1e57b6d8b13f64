"""Mean lengths of stay, solved from published occupancy by Little's law: days = beds occupied / arrivals a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.domain.system import System
from simulations.beds import Beds, Pool
from simulations.discharge import (
    COMMUNITY_BED,
    DELAY_ROUNDING_DAYS,
    MEAN_SHARES,
    ROUNDING_DAYS,
    WAITS_A_NIGHT,
    delay_factor,
    mean_delay,
)
from simulations.volumes import Demand, Figures, figures_of

ELECTIVE_DAYS, ZERO_DAY_HOURS = 3.0, 7.0  # mean stays (assumptions)
CRITICAL_CARE_DAYS, NEONATAL_DAYS, MATERNITY_DAYS = 4.5, 9.0, 2.0  # mean stays (assumptions)
LEAST_DAYS = 0.5
SPREAD = 0.95  # sigma of the lognormal of an active part (assumption; stroke stays have 0.8 to 1.0, domain.md 5.3)
#: Where arrivals are too few to fill the beds, stays grow no longer than this and the beds stay emptier.
MOST_DAYS = {
    "ga_adult": 14.0, "ga_paediatric": 5.0, "critical_care": 9.0, "maternity": 4.0, "neonatal": 30.0,
    "paediatric_hdu": 4.0, "community": 45.0,
}  # fmt: skip
COMMUNITY_OCCUPANCY = 0.92  # assumption
LEAST_TOLD, MOST_TOLD = 0.05, 0.95
REACHED = 0.93  # of stays reach their delay: some die first, some get better again (measured)
CHILD_ZERO_DAY = 0.40  # of children admitted in an emergency go home the same day (assumption)
CHILD_STEP_UP = 0.06  # share of children's stays that need high dependency (assumption)
CRITICAL_FROM_ED = 0.5  # share of critical-care arrivals that come straight from the ED (assumption)
MOST_STEP_UP = 0.25
OVERNIGHT = 0.72  # of emergency arrivals may need critical care later


@dataclass(frozen=True)
class Lengths:
    """At one pool: mean days of an emergency's active part, and the factor on delays without criteria to reside."""

    active: float
    spread: float = SPREAD
    delay: float = 1.0
    told: float = 0.5  # of those who need nothing, the share recorded as no longer meeting the criteria to reside
    elective_share: float = 0.0  # of the occupied
    nctr_share: float = 0.0  # of the occupied


@dataclass
class Solved:
    lengths: dict[Pool, Lengths] = field(default_factory=dict)
    step_up: dict[Pool, float] = field(default_factory=dict)  # chance that a stay needs critical care
    critical_from_ed: dict[str, float] = field(default_factory=dict)  # by site, share of adults admitted
    births: dict[Pool, float] = field(default_factory=dict)  # a day, of mothers and of babies who need a cot
    arrivals: dict[Pool, float] = field(default_factory=dict)  # a day


def solve(system: System, beds: Beds, demand: Mapping[str, Demand], filled: float) -> Solved:
    """`filled`: the part of the usual occupancy that the arrivals can keep up (below 1 when they are scaled down)."""
    figures = {
        pool: demand[code].figures if code in demand else figures_of(system, pool.site.provider)
        for (code, _), pool in beds.pools.items()
    }
    solved = Solved()
    _through_the_doors(solved, beds, demand)
    for (code, kind), pool in beds.pools.items():
        _arrivals_of_kind(solved, beds, demand, code, kind, pool, figures[pool])
    for pool in beds.pools.values():
        target = _target(pool.kind, figures[pool])
        pool.target = pool.level = target * filled
        arrivals = solved.arrivals.get(pool, 0.0)
        if pool.kind == "ga_adult":
            row = demand.get(pool.site.code)
            electives = row.electives if row else 0.0
            solved.lengths[pool] = _adult(figures[pool], target * pool.core, arrivals, electives)
        elif arrivals:
            occupied, rounding = target * pool.core, 0.0
            if pool.kind == "ga_paediatric":
                occupied -= arrivals * CHILD_ZERO_DAY * ZERO_DAY_HOURS / 24
                arrivals, rounding = arrivals * (1 - CHILD_ZERO_DAY), ROUNDING_DAYS
            solved.lengths[pool] = Lengths(max(LEAST_DAYS, min(MOST_DAYS[pool.kind], occupied / arrivals) - rounding))
        else:
            solved.lengths[pool] = Lengths(MOST_DAYS[pool.kind] / 2)
    return solved


def _target(kind: str, figures: Figures) -> float:
    return {
        "ga_adult": figures.adult_occupancy,
        "ga_paediatric": figures.paediatric_occupancy,
        "critical_care": figures.critical_care_occupancy,
        "paediatric_hdu": figures.critical_care_occupancy,
        "neonatal": figures.neonatal_occupancy,
        "maternity": figures.maternity_occupancy,
        "community": COMMUNITY_OCCUPANCY,
    }[kind]


def _through_the_doors(solved: Solved, beds: Beds, demand: Mapping[str, Demand]) -> None:
    for row in demand.values():
        adults = row.adults_through_ed + row.direct
        for kind, count in (("ga_adult", adults), ("ga_paediatric", row.children_through_ed)):
            pool = beds.nearest(row.site, kind)
            if pool:
                solved.arrivals[pool] = solved.arrivals.get(pool, 0.0) + count


def _arrivals_of_kind(
    solved: Solved, beds: Beds, demand: Mapping[str, Demand], code: str, kind: str, pool: Pool, figures: Figures
) -> None:
    arrivals = solved.arrivals
    if kind == "critical_care":
        wards = beds.pools.get((code, "ga_adult"))
        arrivals[pool] = pool.core * figures.critical_care_occupancy / CRITICAL_CARE_DAYS
        through_ed = demand[code].adults_through_ed if code in demand else 0.0
        from_ed = min(0.2 * through_ed, CRITICAL_FROM_ED * arrivals[pool])
        solved.critical_from_ed[code] = from_ed / through_ed if through_ed else 0.0
        if wards and arrivals.get(wards):
            solved.step_up[wards] = min(MOST_STEP_UP, (arrivals[pool] - from_ed) / (arrivals[wards] * OVERNIGHT))
    elif kind == "paediatric_hdu":
        wards = beds.pools.get((code, "ga_paediatric"))
        if wards:
            solved.step_up[wards] = CHILD_STEP_UP
            arrivals[pool] = CHILD_STEP_UP * arrivals.get(wards, 0.0)
    elif kind == "maternity":
        arrivals[pool] = solved.births[pool] = pool.core * figures.maternity_occupancy / MATERNITY_DAYS
    elif kind == "neonatal":
        arrivals[pool] = solved.births[pool] = pool.core * figures.neonatal_occupancy / NEONATAL_DAYS
    elif kind == "community":  # pathway 2, shared out by beds
        core = sum(each.core for each in beds.pools.values() if each.kind == "community")
        leavers = sum((row.adults_through_ed + row.direct) * (1 - row.figures.zero_day) for row in demand.values())
        arrivals[pool] = pool.core * leavers * MEAN_SHARES[2] * COMMUNITY_BED / max(1, core)


def _adult(figures: Figures, occupied: float, arrivals: float, electives: float) -> Lengths:
    """From the two published counts: those without criteria on a day are those left over and those who leave on it."""
    zero_day = arrivals * figures.zero_day
    overnight = max(0.1, arrivals - zero_day)
    emergencies = occupied - electives * ELECTIVE_DAYS - zero_day * ZERO_DAY_HOURS / 24
    mean = max(2.5, min(MOST_DAYS["ga_adult"], emergencies / overnight))
    left = figures.sitrep_discharges * occupied
    left_over = max(0.0, figures.no_criteria_to_reside * occupied - left)
    complex_leavers = overnight * REACHED * (1 - MEAN_SHARES[0])
    simple_leavers = overnight * REACHED * MEAN_SHARES[0] + electives
    told = min(MOST_TOLD, max(LEAST_TOLD, (left - complex_leavers) / simple_leavers))
    a_night = WAITS_A_NIGHT * told * simple_leavers
    delay = delay_factor(max(0.0, left_over - a_night) / complex_leavers - DELAY_ROUNDING_DAYS)
    waited = (mean_delay(delay) + (1 - MEAN_SHARES[0]) * DELAY_ROUNDING_DAYS) * REACHED
    active = max(1.0, mean - waited - ROUNDING_DAYS)
    return Lengths(
        active, figures.stay_spread, delay, told,
        elective_share=electives * ELECTIVE_DAYS / occupied if occupied else 0.0,
        nctr_share=left_over / max(1.0, occupied),
    )  # fmt: skip
