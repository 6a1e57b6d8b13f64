"""How much comes through each door: published figures by trust, shared out over sites by stated assumptions.

All figures are per day in an average week unless they say otherwise. Sources: domain.md 3.3 (NHS England data 2024/25
and SitReps, by trust). Published figures stop at the trust, so every split by site is an assumption.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.domain.system import Site, System


@dataclass(frozen=True)
class Figures:
    """What is published of a trust, and the two settings that were fitted so that the feed comes near to it."""

    attendances: float
    emergency_admissions: float
    adult_occupancy: float
    paediatric_occupancy: float = 0.66
    critical_care_occupancy: float = 0.68
    neonatal_occupancy: float = 0.50
    maternity_occupancy: float = 0.70  # assumption
    no_criteria_to_reside: float = 0.25  # share of occupied G&A beds
    waits_over_4_hours_for_bed: float = 0.30  # share of emergency admissions
    gone_by_17: float = 0.60  # share of discharges
    handover_minutes: float = 18.0  # before crowding makes it longer
    zero_day: float = 0.28  # share of emergency admissions that leave the same day (assumption)
    pace: float = 1.0  # fitted: how slow the department is, so that the 4-hour share comes near the published one


#: Four trusts: 942,675 attendances and 202,780 emergency admissions in 2024/25; RYY's own 135,575 are on top.
PUBLISHED: Mapping[str, Figures] = {
    "RN7": Figures(
        attendances=492.6, emergency_admissions=115.0, adult_occupancy=0.956, paediatric_occupancy=0.66,
        critical_care_occupancy=0.92, no_criteria_to_reside=0.18, waits_over_4_hours_for_bed=0.266,
        gone_by_17=0.87, pace=1.18, handover_minutes=17.0,
    ),
    "RPA": Figures(
        attendances=555.6, emergency_admissions=90.9, adult_occupancy=0.972, paediatric_occupancy=0.62,
        critical_care_occupancy=0.74, neonatal_occupancy=0.65, no_criteria_to_reside=0.33,
        waits_over_4_hours_for_bed=0.382, gone_by_17=0.59, pace=1.15, handover_minutes=13.0,
    ),
    "RVV": Figures(
        attendances=837.4, emergency_admissions=149.8, adult_occupancy=0.948, paediatric_occupancy=0.64,
        critical_care_occupancy=0.64, neonatal_occupancy=0.43, no_criteria_to_reside=0.26,
        waits_over_4_hours_for_bed=0.376, gone_by_17=0.46, pace=1.5, handover_minutes=23.0,
    ),
    "RWF": Figures(
        attendances=697.2, emergency_admissions=199.9, adult_occupancy=0.871, paediatric_occupancy=0.83,
        critical_care_occupancy=0.58, no_criteria_to_reside=0.22, waits_over_4_hours_for_bed=0.161,
        gone_by_17=0.56, pace=0.85, handover_minutes=17.0, zero_day=0.40,
    ),
    "RYY": Figures(attendances=371.4, emergency_admissions=0.0, adult_occupancy=0.92),
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
                direct=direct_here * share,
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
    return Demand(site, figures, ambulances, walk_in, admitted, direct, electives, adults, children)
