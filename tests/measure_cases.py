"""Little worlds at the exact edges of the definitions, with the readings that each must give.

One list for both readers: the plain evaluator (tests/unit/test_measures.py) and the store's SQL
(tests/integration/test_measure_edges.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.domain.catalogue import CATALOGUE
from services.domain.facts import Fact
from services.domain.fold import fold
from services.domain.measures import Atoms, Value, World, combine, configured_capacity
from services.domain.phases import phases
from tests.worlds import START, event, small_system, union

SYSTEM = small_system()
T = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)  # 13:00 in London
MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

#: A number; (numerator, denominator); None: no reading.
Expected = float | tuple[float, float] | None


@dataclass(frozen=True)
class Case:
    """A world, a moment, and what measures read there. known_at None: everything is known."""

    says: str
    facts: tuple[Fact, ...]
    expected: Mapping[str, Expected]
    t: datetime = T
    known_at: datetime | None = None


def fact(type_: str, subject: str, when: datetime, recorded: datetime | None = None, **data: Any) -> Fact:
    def minutes(moment: datetime) -> Any:
        return (moment - START) / MINUTE

    return event(type_, subject, minutes(when), data, id=f"{type_} {when}", sent=minutes(when),
                 recorded=minutes(recorded or when))  # fmt: skip


def arrived(subject: str, when: datetime, site: str = "RVV01") -> Fact:
    return fact("ed.arrived", subject, when, site=site, department_type=1)


def departed(subject: str, when: datetime, site: str = "RVV01") -> Fact:
    return fact("ed.departed", subject, when, site=site, reason="discharged")


def attended(subject: str, start: datetime, length: timedelta, site: str = "RVV01") -> tuple[Fact, ...]:
    return (arrived(subject, start, site), departed(subject, start + length, site))


def seen(subject: str, wait: timedelta, site: str = "RVV01") -> tuple[Fact, ...]:
    return (arrived(subject, T - 3 * HOUR, site), fact("ed.seen", subject, T - 3 * HOUR + wait, site=site))


def handed_over(subject: str, wait: timedelta, site: str = "RVV01") -> tuple[Fact, ...]:
    start = T - 3 * HOUR
    return (
        fact("ambulance.arrived", subject, start, site=site),
        fact("ambulance.handed_over", subject, start + wait, site=site),
    )


def admitted(subject: str, when: datetime, unit: str = "RVV01-WARD") -> Fact:
    site = unit.partition("-")[0]
    return fact("bed.admitted", subject, when, site=site, unit=unit, bed_kind="ga_adult", admission="emergency")


def left(subject: str, when: datetime, recorded: datetime | None = None) -> Fact:
    return fact("bed.left", subject, when, recorded, site="RVV01", unit="RVV01-WARD", reason="discharged")


def listed(when: datetime, *visits: str, unit: str = "RVV01-WARD") -> Fact:
    return fact("unit.census", unit, when, site="RVV01", unit=unit, visits=list(visits))


def capacity(when: datetime, core: int, **more: Any) -> Fact:
    return fact("unit.capacity", "RVV01-WARD", when, site="RVV01", unit="RVV01-WARD", core=core, **more)


def gauge(when: datetime, value: float, until: datetime | None = None) -> Fact:
    data: dict[str, Any] = {"organisation": "RVV", "measure": "staffing.absence", "value": value}
    if until is not None:
        data["until"] = until.isoformat()
    return fact("gauge.reported", "RVV/staffing.absence", when, **data)


def reports(when: datetime, measure: str, value: float) -> Fact:
    return fact("gauge.reported", f"RVV/{measure}", when, organisation="RVV", measure=measure, value=value)


def responding(subject: str, when: datetime, urgency: str = "two_hour") -> Fact:
    return fact("ucr.referred", subject, when, site="RVV09", unit="RVV09-UCR", referral_source="gp", urgency=urgency)


def responded(subject: str, when: datetime, outcome: str = "stays_home") -> Fact:
    return fact("ucr.responded", subject, when, site="RVV09", unit="RVV09-UCR", outcome=outcome)


def answered(subject: str, wait: timedelta, urgency: str = "two_hour", outcome: str = "stays_home") -> tuple[Fact, ...]:
    return responding(subject, T - 6 * HOUR, urgency), responded(subject, T - 6 * HOUR + wait, outcome)


def referred(subject: str, when: datetime, setting: str = "ed", urgency: str = "emergency") -> Fact:
    return fact("mh.referred", subject, when, site="RVV01", setting=setting, referral_source="other", urgency=urgency)


def assessed(subject: str, wait: timedelta, setting: str = "ed", urgency: str = "emergency") -> tuple[Fact, ...]:
    start = T - 6 * HOUR
    return (
        referred(subject, start, setting, urgency),
        fact("mh.assessed", subject, start + wait, site="RVV01", outcome="community"),
    )


def asked(subject: str, when: datetime) -> Fact:
    return fact("mh.bed_requested", subject, when, site="RVV01", bed_kind="adult")


def psychiatric(subject: str, when: datetime, bed_kind: str = "adult") -> Fact:
    return fact("mh.admitted", subject, when, site="RVV09", unit="RVV09-ACUTE", bed_kind=bed_kind)


def away(subject: str, when: datetime, inappropriate: bool = True) -> Fact:
    return fact("mh.placed_out_of_area", subject, when, site="RVV09", bed_kind="adult", inappropriate=inappropriate)


def held(subject: str, when: datetime, place: str = "suite") -> Fact:
    where: dict[str, Any] = {"site": "RVV09", "unit": "RVV09-SUITE"} if place == "suite" else {"site": "RVV01"}
    return fact("s136.arrived", subject, when, place=place, **where)


def streamed(subject: str, when: datetime, stream: str = "mental_health") -> Fact:
    return fact("ed.streamed", subject, when, site="RVV01", stream=stream)


def world(facts: tuple[Fact, ...], known_at: datetime | None = None) -> World:
    by_subject: dict[str, list[Fact]] = {}
    for each in union(facts).values():
        by_subject.setdefault(each.subject, []).append(each)
    folded = [fold(known, known_at=known_at) for known in by_subject.values()]
    return World([(one, phases(one)) for one in folded if one is not None], SYSTEM, configured_capacity(SYSTEM))


def reading(name: str, atoms: Atoms, site: str | None = None) -> Value:
    """A measure of the whole little system, or of one site, from the atoms of every place."""
    measure = CATALOGUE[name]
    places = {place for atom in measure.atoms() for place in atoms[atom] if site is None or place[0] == site}
    return combine(measure, atoms, sorted(places, key=str))


def check(case: Case, atoms: Atoms) -> None:
    for name, expected in case.expected.items():
        found = reading(name, atoms)
        if isinstance(expected, tuple):
            assert (found.numerator, found.denominator) == expected, f"{name}: {found}"
            assert found.value == pytest.approx(expected[0] / expected[1]), name
        elif expected is None:
            assert found.value is None, f"{name}: {found}"
            assert found.absent is not None, name
        else:
            assert found.value == pytest.approx(expected), f"{name}: {found}"


_SPRING = datetime(2026, 3, 29, tzinfo=UTC)  # clocks go forward at 01:00 UTC: midnight is 00:00 UTC, the next 23:00
_AUTUMN = datetime(2026, 10, 24, 23, tzinfo=UTC)  # the local midnight that begins 25 October, a day of 25 hours
_SHORT_END, _LONG_END = _SPRING + 23 * HOUR, _AUTUMN + 25 * HOUR


CASES: tuple[Case, ...] = (
    Case("exactly 12 hours in ED is over 12 h", (arrived("j_a", T - 12 * HOUR),), {"ed.over_12h": (1, 1)}),
    Case("a microsecond less than 12 hours is not", (arrived("j_a", T - 12 * HOUR + MICROSECOND),),
         {"ed.over_12h": (0, 1)}),
    Case("who was triaged at once waits for triage no more, and still to be seen",
         (arrived("j_a", T - HOUR), fact("ed.triaged", "j_a", T - HOUR, site="RVV01", acuity=3),
          arrived("j_b", T - 15 * MINUTE)),
         {"ed.waiting_for_triage": 1, "ed.waiting_for_triage_over_15": 1, "ed.time_to_triage_today": 0,
          "ed.waiting_to_be_seen": 2, "ed.waiting_to_be_seen_over_60": 1, "ed.longest_in_department": 60}),
    Case("a microsecond less than 15 minutes is no long wait for triage",
         (arrived("j_a", T - 15 * MINUTE + MICROSECOND),),
         {"ed.waiting_for_triage": 1, "ed.waiting_for_triage_over_15": 0}),
    Case("the three measures of 12 hours count three different things",
         (arrived("j_a", T - 11 * HOUR), fact("ed.decision_to_admit", "j_a", T - 4 * HOUR, site="RVV01"),
          *attended("j_b", T - 13 * HOUR, 12 * HOUR), arrived("j_c", T - 12 * HOUR)),
         {"ed.over_12h": (1, 2), "ed.over_12h_today": (1, 1), "ed.decision_to_admit_over_12h": 0,
          "ed.decision_to_admit_over_4h": 1, "ed.decision_to_admit_waiting": 1}),
    Case("corridor care of exactly 45 minutes is what the national return counts",
         (arrived("j_a", T - HOUR), fact("corridor_care.started", "j_a", T - 45 * MINUTE, site="RVV01"),
          arrived("j_b", T - HOUR), fact("corridor_care.started", "j_b", T - 44 * MINUTE, site="RVV01")),
         {"ed.corridor_care": 2, "ed.corridor_care_over_45": 1}),
    Case("majors and resus are each over their own cubicles",
         (fact("ed.arrived", "j_a", T - HOUR, site="RVV01", unit="RVV01-MAJORS", department_type=1),
          fact("ed.arrived", "j_b", T - HOUR, site="RVV01", unit="RVV01-RESUS", department_type=1),
          fact("ed.moved", "j_b", T - MINUTE, site="RVV01", unit="RVV01-MAJORS")),
         {"ed.majors_occupancy": (2, 12), "ed.resus_occupancy": (0, 6)}),
    Case("exactly 4 hours in ED is over 4 h", (arrived("j_a", T - 4 * HOUR),), {"ed.over_4h": (1, 1)}),
    Case("leaving at exactly 4 hours is within 4 hours", attended("j_a", T - 6 * HOUR, 4 * HOUR),
         {"ed.within_4h_today": (1, 1)}),
    Case("leaving a microsecond later is not", attended("j_a", T - 6 * HOUR, 4 * HOUR + MICROSECOND),
         {"ed.within_4h_today": (0, 1)}),
    Case("leaving at exactly 12 hours is left after 12 h", attended("j_a", T - 13 * HOUR, 12 * HOUR),
         {"ed.over_12h_today": (1, 1)}),
    Case("triage at exactly 15 minutes is within 15",
         (arrived("j_a", T - HOUR), fact("ed.triaged", "j_a", T - 45 * MINUTE, site="RVV01", acuity=3)),
         {"ed.triaged_within_15_today": (1, 1)}),
    Case("leaving before triage is no triage", attended("j_a", T - HOUR, 10 * MINUTE),
         {"ed.triaged_within_15_today": None}),
    Case("an ambulance held exactly 45 minutes is over 45",
         (fact("ambulance.arrived", "j_a", T - 45 * MINUTE, site="RVV01"),),
         {"ambulance.waiting_over_45": 1, "ambulance.waiting_handover": 1}),
    Case("an ambulance held a microsecond less is not",
         (fact("ambulance.arrived", "j_a", T - 45 * MINUTE + MICROSECOND, site="RVV01"),),
         {"ambulance.waiting_over_45": 0, "ambulance.waiting_handover": 1}),
    Case("a wait for handover counts at every line that it has reached, and beyond 15 minutes it loses time",
         (fact("ambulance.arrived", "j_a", T - 30 * MINUTE, site="RVV01"),
          fact("ambulance.arrived", "j_b", T - 75 * MINUTE, site="RVV09")),
         {"ambulance.waiting_over_15": 2, "ambulance.waiting_over_30": 2, "ambulance.waiting_over_45": 1,
          "ambulance.waiting_over_60": 1, "ambulance.longest_waiting": 75, "ambulance.hours_lost_waiting": 1.25,
          "ambulance.hours_lost_today": 0}),
    Case("handovers at exactly 15, 30 and 45 minutes",
         (*handed_over("j_a", 15 * MINUTE), *handed_over("j_b", 30 * MINUTE), *handed_over("j_c", 45 * MINUTE)),
         {"ambulance.handovers_today": 3, "ambulance.handovers_within_15_today": (1, 3),
          "ambulance.handovers_within_30_today": (2, 3), "ambulance.handovers_over_45_today": 1}),
    Case("a divert is one away from the one hospital and one to the other",
         (fact("ambulance.conveying", "j_a", T - HOUR, site="RVV01"),
          fact("ambulance.diverted", "j_a", T - 50 * MINUTE, from_site="RVV01", to_site="RVV09")),
         {"ambulance.diverted_away_today": 1, "ambulance.diverted_here_today": 1, "ambulance.on_the_way": 1}),
    Case("a response runs from the call to the scene, and a call that was cleared before it has none",
         (fact("ambulance.called", "j_a", T - HOUR, category="C2"), fact("ambulance.on_scene", "j_a", T - 40 * MINUTE),
          fact("ambulance.called", "j_b", T - HOUR, category="C2"), fact("ambulance.on_scene", "j_b", T - 20 * MINUTE),
          fact("ambulance.called", "j_c", T - HOUR, category="C2"),
          fact("ambulance.cleared", "j_c", T - MINUTE, outcome="hear_and_treat"),
          fact("ambulance.called", "j_d", T - HOUR, category="C1")),
         {"ambulance.response_c2_mean_today": 30, "ambulance.response_c2_90th_today": 38,
          "ambulance.response_c1_mean_today": None}),
    Case("a handover of exactly 60 minutes is over 60", handed_over("j_a", 60 * MINUTE),
         {"ambulance.handovers_over_60_today": 1, "ambulance.hours_lost_today": 0.75}),
    Case("a handover of exactly 15 minutes loses nothing", handed_over("j_a", 15 * MINUTE),
         {"ambulance.hours_lost_today": 0, "ambulance.handover_mean_today": 15}),
    Case("an ambulance that clears without a handover is not in the mean",
         (fact("ambulance.arrived", "j_a", T - HOUR, site="RVV01"), fact("ambulance.cleared", "j_a", T - MINUTE)),
         {"ambulance.handover_mean_today": None, "ambulance.waiting_handover": 0}),
    Case("a stay of exactly 21 days is 21 days or longer",
         (admitted("j_a", T - timedelta(days=21)),
          fact("bed.transferred", "j_a", T - HOUR, site="RVV01", unit="RVV01-WARD", bed_kind="ga_adult")),
         {"beds.stay_over_21_days": 1}),
    Case("who departs at t is gone at t and has left today", attended("j_a", T - HOUR, HOUR),
         {"ed.in_department": 0, "ed.within_4h_today": (1, 1)}),
    Case("who departs a microsecond after t is still there", attended("j_a", T - HOUR, HOUR + MICROSECOND),
         {"ed.in_department": 1, "ed.within_4h_today": None}),
    Case("who arrives at t is there at t", (arrived("j_a", T),),
         {"ed.in_department": 1, "ed.attendances_today": 1, "ed.arrivals_last_hour": 1}),
    Case("who arrives after t is not there yet", (arrived("j_a", T + MICROSECOND),),
         {"ed.in_department": 0, "ed.attendances_today": 0, "ed.over_12h": None}),
    Case("the last hour holds its first instant", (arrived("j_a", T - HOUR),), {"ed.arrivals_last_hour": 1}),
    Case("the last hour does not hold the instant before", (arrived("j_a", T - HOUR - MICROSECOND),),
         {"ed.arrivals_last_hour": 0, "ed.attendances_today": 1}),

    Case("today begins at midnight in London, an hour before it does in UTC",
         (arrived("j_a", T - 13 * HOUR), departed("j_a", T - 13 * HOUR)), {"ed.attendances_today": 1}),
    Case("the instant before London's midnight is yesterday",
         (arrived("j_a", T - 13 * HOUR - MICROSECOND), departed("j_a", T - 13 * HOUR - MICROSECOND)),
         {"ed.attendances_today": 0, "ed.within_4h_today": None}),
    Case("the day the clocks go forward holds its first instant until its last",
         attended("j_a", _SPRING, timedelta()), {"ed.attendances_today": 1, "ed.within_4h_today": (1, 1)},
         t=_SHORT_END - MICROSECOND),
    Case("the day the clocks go forward does not hold the instant before it",
         attended("j_a", _SPRING - MICROSECOND, timedelta()), {"ed.attendances_today": 0, "ed.within_4h_today": None},
         t=_SHORT_END - MICROSECOND),
    Case("the day the clocks go forward is over after 23 hours",
         attended("j_a", _SHORT_END - MICROSECOND, timedelta()), {"ed.attendances_today": 0}, t=_SHORT_END),
    Case("the day the clocks go back holds its first instant for 25 hours",
         attended("j_a", _AUTUMN, timedelta()), {"ed.attendances_today": 1, "ed.within_4h_today": (1, 1)},
         t=_LONG_END - MICROSECOND),
    Case("the day the clocks go back does not hold the instant before it",
         attended("j_a", _AUTUMN - MICROSECOND, timedelta()), {"ed.attendances_today": 0}, t=_AUTUMN + 24 * HOUR),
    Case("the day the clocks go back is over after 25 hours",
         attended("j_a", _LONG_END - MICROSECOND, timedelta()), {"ed.attendances_today": 0}, t=_LONG_END),
    Case("a wait across the missing hour is as long as it was",
         attended("j_a", _SPRING, 4 * HOUR), {"ed.within_4h_today": (1, 1)}, t=_SPRING + 5 * HOUR),
    Case("a wait across the doubled hour is as long as it was",
         attended("j_a", _AUTUMN, 4 * HOUR + MICROSECOND), {"ed.within_4h_today": (0, 1)}, t=_AUTUMN + 5 * HOUR),

    Case("a list exactly at the last milestone removes nobody",
         (admitted("j_a", T - HOUR), listed(T - HOUR)), {"beds.ga_occupied": 1, "unit.occupied": 1}),
    Case("a later list that does not name a stay removes it, without a discharge",
         (admitted("j_a", T - HOUR), listed(T - HOUR + MICROSECOND)),
         {"beds.ga_occupied": 0, "unit.occupied": 0, "beds.left_today": 0, "beds.admissions_today": 0}),
    Case("a later list that names a stay keeps it",
         (admitted("j_a", T - HOUR), admitted("j_b", T - HOUR), listed(T - MINUTE, "j_a")), {"beds.ga_occupied": 1}),
    Case("a list does nothing before its own moment", (admitted("j_a", T - HOUR), listed(T + MICROSECOND)),
         {"beds.ga_occupied": 1}),
    Case("a list at t counts at t", (admitted("j_a", T - HOUR), listed(T)), {"beds.ga_occupied": 0}),
    Case("only the newest list counts",
         (admitted("j_a", T - HOUR), listed(T - 30 * MINUTE), listed(T - MINUTE, "j_a")), {"beds.ga_occupied": 1}),
    Case("a milestone after the list brings the stay back",
         (admitted("j_a", T - HOUR), listed(T - 30 * MINUTE),
          fact("discharge.criteria_not_met", "j_a", T - MINUTE, site="RVV01", pathway=1)),
         {"beds.ga_occupied": 1, "discharge.no_criteria_to_reside": 1}),
    Case("the list of another unit removes nobody",
         (admitted("j_a", T - HOUR), listed(T - MINUTE, unit="RVV01-ICU")), {"beds.ga_occupied": 1}),
    Case("a bare count removes nobody",
         (admitted("j_a", T - HOUR),
          fact("unit.census", "RVV01-WARD", T - MINUTE, site="RVV01", unit="RVV01-WARD", count=0)),
         {"beds.ga_occupied": 1}),
    Case("a late discharge of a ghost wins with its own time",
         (admitted("j_a", T - 3 * HOUR), listed(T - HOUR), left("j_a", T - 2 * HOUR, recorded=T - MINUTE)),
         {"beds.ga_occupied": 0, "beds.left_today": 1, "beds.admissions_today": 1}),
    Case("until the late discharge is known it is a ghost",
         (admitted("j_a", T - 3 * HOUR), listed(T - HOUR), left("j_a", T - 2 * HOUR, recorded=T - MINUTE)),
         {"beds.ga_occupied": 0, "beds.left_today": 0, "beds.admissions_today": 0}, known_at=T - 2 * MINUTE),

    Case("a journey silent for exactly its kind's limit still counts", (arrived("j_a", T - 12 * HOUR),),
         {"ed.in_department": 1}),
    Case("a microsecond more of silence leaves it out", (arrived("j_a", T - 12 * HOUR - MICROSECOND),),
         {"ed.in_department": 0, "ed.over_12h": None}),
    Case("any milestone ends the silence",
         (arrived("j_a", T - 30 * HOUR), fact("ed.seen", "j_a", T - HOUR, site="RVV01")),
         {"ed.in_department": 1, "ed.over_12h": (1, 1)}),
    Case("each kind has its own limit", (admitted("j_a", T - 20 * HOUR), admitted("j_b", T - 20 * HOUR - MICROSECOND)),
         {"beds.ga_occupied": 1}),
    Case("what a silent journey ended before still counts",
         (arrived("j_a", T - 13 * HOUR), fact("ed.seen", "j_a", T - 13 * HOUR + MICROSECOND, site="RVV01")),
         {"ed.in_department": 0, "ed.time_to_treatment_today": 1 / 60_000_000}),

    Case("capacity is the configured one until a unit reports", (), {"beds.ga_open": 14, "beds.closed": 0}),
    Case("a unit's first report counts from its own moment", (capacity(T, 10),), {"beds.ga_open": 17}),
    Case("before its first report the configuration stands", (capacity(T + MICROSECOND, 10),), {"beds.ga_open": 14}),
    Case("what was not known yet leaves the configuration standing",
         (fact("unit.capacity", "RVV01-WARD", T - HOUR, T + HOUR, site="RVV01", unit="RVV01-WARD", core=10),),
         {"beds.ga_open": 14}, known_at=T),
    Case("closed beds are taken off and a newer report replaces the older",
         (capacity(T - 2 * HOUR, 3), capacity(T - HOUR, 10, escalation=2, closed=4)),
         {"beds.ga_open": 15, "beds.closed": 4, "beds.ga_free": 15}),
    Case("a report of no beds is a report", (capacity(T - HOUR, 0),), {"beds.ga_open": 7}),

    Case("a share over two sites comes from their counts",
         (*attended("j_a", T - 6 * HOUR, HOUR), *attended("j_b", T - 6 * HOUR, 5 * HOUR, "RVV09"),
          *attended("j_c", T - 6 * HOUR, 5 * HOUR, "RVV09"), *attended("j_d", T - 6 * HOUR, 5 * HOUR, "RVV09")),
         {"ed.within_4h_today": (1, 4)}),
    Case("a mean over two sites is the mean of all handovers",
         (*handed_over("j_a", 10 * MINUTE), *handed_over("j_b", 20 * MINUTE, "RVV09"),
          *handed_over("j_c", 30 * MINUTE, "RVV09")),
         {"ambulance.handover_mean_today": 20}),
    Case("the median of an even number lies between the middle two, over all sites",
         (*seen("j_a", 10 * MINUTE), *seen("j_b", 20 * MINUTE, "RVV09"), *seen("j_c", 30 * MINUTE, "RVV09"),
          *seen("j_d", 100 * MINUTE)),
         {"ed.time_to_treatment_today": 25}),

    Case("nothing counted is no reading for a share, and zero for a count", (),
         {"ed.within_4h_today": None, "ed.over_12h": None, "ambulance.handover_mean_today": None,
          "ed.time_to_treatment_today": None, "staffing.absence": None,
          "ed.in_department": 0, "ambulance.waiting_over_45": 0, "beds.ga_occupied": 0}),
    Case("nobody over the limit is zero, and a reading", (arrived("j_a", T - HOUR),), {"ed.over_12h": (0, 1)}),

    Case("seen by urgent response at exactly two hours is within two hours",
         (*answered("j_a", 120 * MINUTE), *answered("j_b", 120 * MINUTE + MICROSECOND, outcome="conveyed"),
          *answered("j_c", HOUR, outcome="not_seen"), *answered("j_d", 150 * MINUTE, urgency="two_day")),
         {"ucr.within_2h_today": (1, 2), "ucr.within_2h_last_24h": (1, 2), "ucr.stayed_home_last_24h": (2, 3),
          "ucr.referred_today": 4, "ucr.waiting": 0, "ucr.mean_response_last_24h": 120}),
    Case("two hours after a referral nobody has answered it is over two hours, and one for two days is not",
         (responding("j_a", T - 2 * HOUR), responding("j_b", T - 2 * HOUR + MICROSECOND),
          responding("j_c", T - 5 * HOUR, "two_day")),
         {"ucr.waiting": 3, "ucr.waiting_over_2h": 1, "ucr.within_2h_today": None}),
    Case("the last 24 hours of urgent response do not forget at midnight what the day does",
         (responding("j_a", T - 14 * HOUR), responded("j_a", T - 13 * HOUR - MICROSECOND)),
         {"ucr.within_2h_today": None, "ucr.within_2h_last_24h": (1, 1)}),
    Case("liaison at exactly an hour is within an hour; other teams have their own times, and leaving is no assessment",
         (*assessed("j_a", HOUR), *assessed("j_b", HOUR + MICROSECOND),
          *assessed("j_c", 4 * HOUR, "community", "very_urgent"),
          *assessed("j_d", 4 * HOUR + MICROSECOND, "community", "very_urgent"),
          *assessed("j_e", 5 * HOUR, "community", "urgent"), referred("j_f", T - HOUR), referred("j_g", T - 2 * HOUR),
          fact("mh.left", "j_g", T - HOUR, site="RVV01", reason="no_longer_needed")),
         {"mh.liaison_within_1h_today": (1, 2), "mh.liaison_within_1h_last_24h": (1, 2), "mh.liaison_waiting": 1,
          "mh.crisis_within_4h_last_24h": (1, 2), "mh.crisis_within_24h_last_24h": (1, 1)}),
    Case("who waits for a mental health bed waits until there is one, here or out of area",
         (asked("j_a", T - DAY), asked("j_b", T - DAY + MICROSECOND), asked("j_c", T - 2 * DAY),
          psychiatric("j_c", T - HOUR), asked("j_d", T - 2 * DAY), away("j_d", T - HOUR),
          asked("j_e", T - 2 * DAY), away("j_e", T - HOUR, inappropriate=False)),
         {"mh.waiting_for_bed": 2, "mh.waiting_for_bed_over_24h": 1, "mh.out_of_area": 1,
          "mh.adult_occupancy": (1, 7), "mh.adult_free": 6, "mh.admitted_today": 1, "mh.left_today": 0}),
    Case("who comes back from out of area is in a bed, and who leaves is in neither",
         (away("j_a", T - 9 * DAY), psychiatric("j_a", T - DAY), away("j_b", T - DAY),
          fact("mh.left", "j_b", T, site="RVV09", reason="discharged"), psychiatric("j_c", T - DAY),
          fact("mh.left", "j_c", T, site="RVV09", reason="discharged")),
         {"mh.out_of_area": 0, "mh.adult_occupancy": (1, 7), "mh.left_today": 1}),
    Case("mental health beds are in no count of G&A beds, nor of stays",
         (psychiatric("j_a", T - 22 * DAY),
          fact("mh.ready_for_discharge", "j_a", T - HOUR, site="RVV09", delay="housing")),
         {"beds.ga_open": 14, "beds.ga_occupied": 0, "beds.stay_over_21_days": 0, "mh.ready_for_discharge": 1,
          "mh.ready_share": (1, 1), "unit.occupied": 1}),
    Case("who moves from one mental health ward to another is in the other, and was admitted once",
         (psychiatric("j_a", T - DAY), psychiatric("j_a", T - HOUR, bed_kind="picu")),
         {"mh.adult_occupancy": (0, 7), "mh.admitted_today": 0}),
    Case("exactly 24 hours under section 136 is over 24, and the clock does not begin again at the suite",
         (held("j_a", T - DAY), held("j_b", T - DAY + MICROSECOND), held("j_c", T - 25 * HOUR, place="ed"),
          held("j_c", T - HOUR), held("j_d", T - 2 * HOUR, place="ed")),
         {"s136.over_24h": 2, "s136.suites_occupied": 3, "s136.free": 4, "s136.in_ed": 1, "s136.arrived_today": 1}),
    Case("who has left a place of safety is held no more",
         (held("j_a", T - 25 * HOUR), fact("s136.left", "j_a", T, site="RVV09", reason="detained")),
         {"s136.over_24h": 0, "s136.suites_occupied": 0, "s136.free": 7}),
    Case("mental health in ED counts from arrival, and only once it is known to be that",
         (arrived("j_a", T - 12 * HOUR), streamed("j_a", T - HOUR), arrived("j_b", T - 12 * HOUR + MICROSECOND),
          streamed("j_b", T - HOUR), arrived("j_c", T - 11 * HOUR), streamed("j_c", T - 10 * HOUR, "majors"),
          arrived("j_d", T - 25 * HOUR),
          fact("ed.referred", "j_d", T - 11 * HOUR, site="RVV01", service="mental_health")),
         {"ed.mental_health": 3, "ed.mental_health_over_12h": 2, "ed.mental_health_over_24h": 1}),
    Case("whoever left before the twelfth hour was never over it",
         (arrived("j_a", T - 13 * HOUR), streamed("j_a", T - 12 * HOUR), departed("j_a", T - HOUR),
          arrived("j_b", T - 13 * HOUR), streamed("j_b", T - 12 * HOUR), departed("j_b", T - HOUR - MICROSECOND)),
         {"ed.mental_health": 0, "ed.mental_health_over_12h": 0}),
    Case("what the trust reports of its beds and what its journeys say are two figures",
         (reports(T - HOUR, "mental_health.waiting_for_bed", 9), asked("j_a", T - HOUR)),
         {"mental_health.waiting_for_bed": 9, "mh.waiting_for_bed": 1}),

    Case("a gauge of zero is a reading", (gauge(T - HOUR, 0),), {"staffing.absence": 0}),
    Case("the newest report of a gauge counts", (gauge(T - HOUR, 7), gauge(T, 4)), {"staffing.absence": 4}),
    Case("a gauge holds up to its until", (gauge(T - HOUR, 7, until=T + MICROSECOND),), {"staffing.absence": 7}),
    Case("a gauge no longer holds at its until", (gauge(T - HOUR, 7, until=T),), {"staffing.absence": None}),
    Case("a newer report cuts an older one's until",
         (gauge(T - 3 * HOUR, 7, until=T + HOUR), gauge(T - HOUR, 4, until=T)), {"staffing.absence": None}),
)  # fmt: skip
