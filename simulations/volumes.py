"""How much comes through each door: published figures by trust, shared out over sites by stated assumptions.

All figures are per day in an average week unless they say otherwise. Sources: domain.md 3.3 (NHS England data 2024/25
and SitReps, by trust). Published figures stop at the trust, so every split by site is an assumption.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.domain.system import Site, System
from simulations.shape import DISCHARGE_WEEKDAYS


@dataclass(frozen=True)
class Figures:
    """What is published of a trust, and the settings that were fitted so that the feed comes near to it.

    Levels are those of an average month: the last 24 published months (data/), their April and May divided by the
    month's index (days.py), since the calibration report compares these two months. Occupancies are of the beds
    configured.
    """

    attendances: float
    emergency_admissions: float
    adult_occupancy: float
    paediatric_occupancy: float = 0.66
    critical_care_occupancy: float = 0.68
    neonatal_occupancy: float = 0.50
    maternity_occupancy: float = 0.70  # assumption
    no_criteria_to_reside: float = 0.25  # people without criteria at any time of a day, for each occupied adult bed
    sitrep_discharges: float = 0.11  # a day, of those without criteria, for each occupied adult bed
    waits_over_4_hours_for_bed: float = 0.30  # share of emergency admissions
    gone_by_17: float = 0.60  # share of discharges
    weekdays: tuple[float, ...] = DISCHARGE_WEEKDAYS  # discharges, Monday first
    told_spread: float = 0.15  # fitted: how much days differ in how many are recorded as ready (days.Runs)
    told_memory: float = 0.1
    delay_spread: float = 0.10  # fitted: how much the waits beyond the hospital wander from week to week
    handover_minutes: float = 15.0  # fitted, three minutes apart: at the usual boarding
    boarded: float = 0.45  # fitted: people who wait for a bed, usually, for each cubicle of majors and resus
    #: Fitted so that as many beds are held by people in for 21 days or more as in winter 2022/23 (domain.md 3.3), less
    #: what a winter adds: the sigma of the lognormal of an active part.
    stay_spread: float = 1.4
    zero_day: float = 0.28  # share of emergency admissions that leave the same day (assumption)
    pace: float = 1.0  # fitted: how slow the department is, so that the 4-hour share comes near the published one


#: NHS England monthly A&E (to July 2025) and beds (to August 2025), discharge SitRep (to August 2024).
PUBLISHED: Mapping[str, Figures] = {
    "RN7": Figures(
        attendances=499.0, emergency_admissions=121.0, adult_occupancy=0.978, paediatric_occupancy=0.67,
        critical_care_occupancy=1.03, no_criteria_to_reside=0.165, sitrep_discharges=0.088,
        waits_over_4_hours_for_bed=0.36, gone_by_17=0.87, weekdays=(0.92, 1.07, 1.15, 1.19, 1.33, 0.79, 0.57),
        told_spread=0.22, told_memory=0.05, pace=1.12, handover_minutes=12.6, boarded=0.64, stay_spread=1.5,
        zero_day=0.36,
    ),
    "RPA": Figures(
        attendances=569.0, emergency_admissions=100.0, adult_occupancy=0.934, paediatric_occupancy=0.86,
        critical_care_occupancy=0.622, neonatal_occupancy=0.65, no_criteria_to_reside=0.224, sitrep_discharges=0.116,
        waits_over_4_hours_for_bed=0.395, gone_by_17=0.59, weekdays=(0.85, 1.14, 1.18, 1.21, 1.22, 0.86, 0.55),
        told_spread=0.22, told_memory=0.15, delay_spread=0.2, pace=1.10, handover_minutes=10.2,
        boarded=0.66, stay_spread=1.35, zero_day=0.28,
    ),
    "RVV": Figures(
        attendances=822.0, emergency_admissions=150.5, adult_occupancy=0.946, paediatric_occupancy=0.64,
        critical_care_occupancy=0.60, neonatal_occupancy=0.43, no_criteria_to_reside=0.309, sitrep_discharges=0.119,
        waits_over_4_hours_for_bed=0.45, gone_by_17=0.46, weekdays=(0.95, 1.12, 1.16, 1.18, 1.25, 0.76, 0.59),
        told_spread=0.15, told_memory=0.35, pace=1.47, handover_minutes=17.6, boarded=0.68, stay_spread=1.5,
        zero_day=0.29,
    ),
    "RWF": Figures(
        attendances=705.0, emergency_admissions=213.0, adult_occupancy=0.903, paediatric_occupancy=0.82,
        critical_care_occupancy=0.61, no_criteria_to_reside=0.347, sitrep_discharges=0.119,
        waits_over_4_hours_for_bed=0.215, gone_by_17=0.56, weekdays=(0.93, 1.12, 1.19, 1.11, 1.34, 0.76, 0.58),
        told_spread=0.12, told_memory=0.0, pace=0.82, handover_minutes=11.5, zero_day=0.47, boarded=0.44,
        stay_spread=1.55,
    ),
    "RYY": Figures(attendances=323.0, emergency_admissions=0.0, adult_occupancy=0.92),
}  # fmt: skip

#: For a trust that publishes nothing here: Kent and Medway's attendances and admissions for each G&A bed open.
ATTENDANCES_A_BED = 2584 / 2855
ADMISSIONS_A_BED = 556 / 2855
ATTENDANCES_A_TREATMENT_CENTRE = 60.0  # assumption
#: 480 ambulances a day (January 2022) for 2,584 attendances.
AMBULANCES_AN_ATTENDANCE = 480 / 2584
TREATMENT_CENTRE_SHARE = 0.20  # of an acute trust's attendances are at its sites without a type 1 department
PAEDIATRIC_ADMISSIONS = 0.085  # patientflow (domain.md 5.3)
DIRECT_ADMISSIONS = 0.12  # of emergency admissions come past the ED (assumption)
SAME_DAY_A_SPACE = 0.25  # people a day who come to same day emergency care direct, three in five of all (assumption)
SAME_DAY_ADMITTED = 0.13  # of these (assumption)
DIRECT_STAY_DAYS = 9.0  # mean stay at a site without an ED: renal, vascular, rehabilitation (assumption)
ELECTIVE_A_BED = 0.022  # overnight elective admissions a day for each adult G&A bed (assumption: about 60 in all)
MOST_MAJORS = 0.45
CONVERSION = 0.60  # of adults in majors and resus at most are admitted, unless there are too few of them

Streams = dict[str, float]


@dataclass(frozen=True)
class Demand:
    """One site's arrivals a day. `walk_in` is by stream; ambulances are apart. Shares are of one."""

    site: Site
    figures: Figures
    ambulances: float
    walk_in: Streams
    admitted: Streams  # share of each stream that is admitted
    direct: float
    electives: float
    adults_through_ed: float
    children_through_ed: float
    same_day: float = 0.0  # to same day emergency care past the department; those admitted from there are in `direct`


#: What ambulances bring (assumption: four fifths to majors and resus).
AMBULANCE_STREAMS: Streams = {
    "resus": 0.10, "majors": 0.72, "mental_health": 0.02, "minors": 0.07, "paediatric": 0.09,
}  # fmt: skip
PAEDIATRIC_SHARE, MINORS_SHARE = 0.16, 0.17  # of a type 1 site's attendances (assumption)


def beds(site: Site, kind: str) -> int:
    return sum(unit.capacities[-1].core for unit in site.units if unit.kind == "ward" and unit.bed_kind == kind)


def cubicles(site: Site) -> int:
    areas = ("majors", "resus", "minors", "paediatric")
    return sum(unit.capacities[-1].core for unit in site.units if unit.area in areas)


def same_day_spaces(site: Site) -> int:
    return sum(unit.capacities[-1].core for unit in site.units if unit.kind == "sdec")


def figures_of(system: System, provider: str) -> Figures:
    found = PUBLISHED.get(provider)
    if found:
        return found
    sites = [site for site in system.sites if site.provider == provider]
    open_beds = sum(beds(site, "ga_adult") + beds(site, "ga_paediatric") for site in sites)
    return Figures(
        attendances=open_beds * ATTENDANCES_A_BED
        or ATTENDANCES_A_TREATMENT_CENTRE * sum(site.ed_type == 3 for site in sites),
        emergency_admissions=open_beds * ADMISSIONS_A_BED,
        adult_occupancy=0.92,
    )


def demand_of(system: System) -> list[Demand]:
    """Every site with a front door or with G&A beds, in the order of the system."""
    rows: list[Demand] = []
    for provider in dict.fromkeys(site.provider for site in system.sites):
        sites = [site for site in system.sites if site.provider == provider]
        rows.extend(_provider(sites, figures_of(system, provider)))
    return rows


def _shares(weights: list[float]) -> list[float]:
    total = sum(weights)
    return [weight / total if total else 1 / len(weights) for weight in weights]


def _provider(sites: list[Site], figures: Figures) -> list[Demand]:
    full = [site for site in sites if site.ed_type == 1]
    centres = [site for site in sites if site.ed_type == 3]
    bedded = [site for site in sites if site.ed_type != 1 and beds(site, "ga_adult")]
    rows: list[Demand] = []
    to_centres = figures.attendances * (TREATMENT_CENTRE_SHARE if full else 1.0) if centres else 0.0
    direct_apart = 0.0
    for site in bedded:
        adult = beds(site, "ga_adult")
        stays = (adult * figures.adult_occupancy - adult * ELECTIVE_A_BED * 3) / DIRECT_STAY_DAYS
        direct_apart += stays
        rows.append(_quiet(site, figures, direct=stays, electives=adult * ELECTIVE_A_BED))
    for site, share in zip(centres, _shares([cubicles(site) for site in centres]), strict=True):
        row = next((row for row in rows if row.site is site), None)
        walk_in = {"utc": to_centres * share}
        if row:
            rows[rows.index(row)] = replace(row, walk_in=walk_in)
        else:
            rows.append(replace(_quiet(site, figures, direct=0.0, electives=0.0), walk_in=walk_in))
    by_cubicles = _shares([cubicles(site) for site in full])
    by_beds = _shares([beds(site, "ga_adult") for site in full])
    admissions = max(0.0, figures.emergency_admissions - direct_apart)
    direct_here = max(0.0, DIRECT_ADMISSIONS * figures.emergency_admissions - direct_apart)
    same_day = {site.code: SAME_DAY_A_SPACE * same_day_spaces(site) if admissions else 0.0 for site in full}
    direct_here = max(direct_here, SAME_DAY_ADMITTED * sum(same_day.values()))
    children = figures.emergency_admissions * PAEDIATRIC_ADMISSIONS if full else 0.0
    for site, cubicle_share, bed_share in zip(full, by_cubicles, by_beds, strict=True):
        share = (cubicle_share + bed_share) / 2
        rows.append(
            _full(
                site,
                figures,
                attendances=(figures.attendances - to_centres) * cubicle_share,
                ambulances=figures.attendances * AMBULANCES_AN_ATTENDANCE * share,
                adults=max(0.0, admissions - children - direct_here) * share,
                children=children * cubicle_share,
                direct=max(direct_here * share, SAME_DAY_ADMITTED * same_day[site.code]),
                same_day=same_day[site.code],
            )
        )
    return rows


def _quiet(site: Site, figures: Figures, direct: float, electives: float) -> Demand:
    return Demand(site, figures, 0.0, {}, {}, direct, electives, 0.0, 0.0)


def _full(
    site: Site,
    figures: Figures,
    *,
    attendances: float,
    ambulances: float,
    adults: float,
    children: float,
    direct: float,
    same_day: float,
) -> Demand:
    majors = min(MOST_MAJORS, max(0.30, adults / (CONVERSION * attendances)))
    wanted = {"resus": 0.04, "majors": majors - 0.05, "mental_health": 0.01, "minors": MINORS_SHARE}
    wanted["paediatric"] = PAEDIATRIC_SHARE
    wanted["utc"] = 1 - sum(wanted.values())
    brought = {stream: ambulances * share for stream, share in AMBULANCE_STREAMS.items()}
    walk_in = {stream: max(0.0, attendances * share - brought.get(stream, 0.0)) for stream, share in wanted.items()}
    total = {stream: walk_in[stream] + brought.get(stream, 0.0) for stream in walk_in}
    # Nine in ten of those in resus are admitted and few with minor injuries; majors makes up the rest.
    resus, minors = 0.85, 0.02
    rest = adults - resus * total["resus"] - minors * total["minors"]
    admitted = {
        "resus": resus,
        "minors": minors,
        "mental_health": 0.15,
        "majors": min(0.9, max(0.0, rest / total["majors"])),
        "paediatric": min(0.5, children / total["paediatric"]),
        "utc": 0.0,
    }
    electives = beds(site, "ga_adult") * ELECTIVE_A_BED
    return Demand(site, figures, ambulances, walk_in, admitted, direct, electives, adults, children, same_day)
