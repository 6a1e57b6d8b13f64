"""A small system of two hospitals, a treatment centre and a psychiatric unit, and what is sent of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from services.domain.system import Capacity, Place, Provider, Site, System, Unit
from simulations.feed import SyntheticSystem

START = datetime(2026, 3, 26, 6, tzinfo=UTC)  # a Thursday; London's clocks change on the Sunday after
ORDINARY = datetime(2026, 6, 4, 5, tzinfo=UTC)  # a fortnight without a holiday
Event = dict[str, Any]


def unit(site: str, local: str, kind: str, core: int, escalation: int = 0, **more: Any) -> Unit:
    return Unit(f"{site}-{local}", local.title(), kind, site, (Capacity(date(2022, 4, 1), core, escalation),), **more)  # type: ignore[arg-type]


def ward(site: str, local: str, core: int, specialty: str, bed_kind: str = "ga_adult", escalation: int = 0) -> Unit:
    return unit(site, local, "ward", core, escalation, bed_kind=bed_kind, specialty=specialty)


def areas(site: str) -> tuple[Unit, ...]:
    cores = {"RESUS": 4, "MAJORS": 12, "MINORS": 6, "PAEDS": 5, "WAIT": 40, "CORRIDOR": 0}
    names = {"PAEDS": "paediatric", "WAIT": "waiting_room"}
    return tuple(
        unit(site, local, "ed_area", core, 6 if local == "CORRIDOR" else 0, area=names.get(local, local.lower()))
        for local, core in cores.items()
    )


def childrens_wards(site: str) -> tuple[Unit, ...]:
    return (
        ward(site, "CHILD", 16, "paediatrics", "ga_paediatric"),
        ward(site, "HDU", 4, "paediatrics", "paediatric_hdu"),
    )


def hospital(site: str, provider: str, place: str, town: str, children: bool = True) -> Site:
    units = (
        *areas(site),
        ward(site, "AMU", 24, "acute_internal_medicine", escalation=4),
        ward(site, "MED", 60, "general_medicine", escalation=6),
        ward(site, "OPW", 60, "geriatric_medicine"),
        ward(site, "SURG", 46, "general_surgery"),
        *(childrens_wards(site) if children else ()),
        ward(site, "CRIT", 10, "critical_care", "critical_care"),
        ward(site, "MAT", 20, "obstetrics", "maternity"),
        ward(site, "NEO", 10, "neonatology", "neonatal"),
        unit(site, "SDEC", "sdec", 10),
        unit(site, "LOUNGE", "discharge_lounge", 8),
        unit(site, "VW", "virtual_ward", 30, bed_kind="virtual", specialty="frailty"),
    )
    return Site(site, town, town, town, "acute", provider, place, 51.0, 1.0, 1, units)


def small_system() -> System:
    treatment_centre = Site(
        "AAX01", "Centre", "Centre", "Dover", "utc", "AAX", "east", 51.0, 1.0, 3,
        (unit("AAX01", "MINORS", "ed_area", 4, area="minors"),
         ward("AAX01", "REHAB", 30, "rehabilitation", "community"), unit("AAX01", "UCR", "response_team", 3)),
    )  # fmt: skip
    psychiatric = Site(
        "MMM01", "Unit", "Unit", "Ashford", "mental_health_unit", "MMM", "east", 51.0, 1.0, None,
        (ward("MMM01", "ACUTE", 20, "adult_mental_illness", "mental_health_adult"),
         ward("MMM01", "PICU", 3, "adult_mental_illness", "mental_health_picu"),
         ward("MMM01", "OLDER", 8, "old_age_psychiatry", "mental_health_older"),
         unit("MMM01", "SUITE", "place_of_safety", 2, bed_kind="s136")),
    )  # fmt: skip
    return System(
        "QQQ",
        "Test",
        (Place("east", "East"), Place("west", "West")),
        (
            Provider("AAA", "A", "A", "acute"),
            Provider("BBB", "B", "B", "acute"),
            Provider("AAX", "C", "C", "community"),
            Provider("AMB", "D", "D", "ambulance"),
            Provider("MMM", "M", "M", "mental_health"),
        ),
        (
            hospital("AAA01", "AAA", "east", "Ashford"),
            hospital("BBB01", "BBB", "west", "Maidstone", children=False),  # its children go to the other one
            treatment_centre,
            psychiatric,
        ),
        neighbourhoods=("ashford_1", "ashford_2", "maidstone_1", "dover_1"),
    )


SYSTEM = small_system()
UNITS = SYSTEM.unit_by_code
#: What nine ordinary days of two hospitals need not have in them; test_staff sees each of them under pressure.
RARE = {
    "divert.requested", "divert.agreed", "divert.ended", "mutual_aid.requested", "mutual_aid.agreed",
    "mutual_aid.ended", "incident.declared", "incident.stood_down",
}  # fmt: skip
#: Types that are about no journey.
NO_JOURNEY = ("unit.", "gauge.", "move.", "bed.status", "opel.", "incident.", "divert.", "mutual_aid.", "person.")


def run(days: float, seed: int = 1, scale: float = 1.0, start: datetime = START) -> tuple[list[Event], list[Event]]:
    feed = SyntheticSystem(SYSTEM, start, seed=seed, scale=scale)
    opening = list(feed.opening())
    return opening, list(feed.advance(start + timedelta(days=days)))


@cache
def nine_days_of_two_hospitals() -> tuple[list[Event], list[Event]]:
    """The opening and what follows; made once for all who look at it."""
    return run(9)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def in_order_of_time(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event["time"], event["sentat"], event["id"]))
