"""Little worlds of beds, discharge and virtual wards, with the readings that each must give (see measure_cases)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.domain.facts import Fact
from tests.measure_cases import HOUR, MICROSECOND, MINUTE, Case, T, admitted, arrived, capacity, fact, left

_MIDNIGHT = T - 13 * HOUR  # London's
_DAY = 24 * HOUR


def not_met(subject: str, when: datetime, **more: Any) -> Fact:
    data: dict[str, Any] = {"site": "RVV01", "pathway": 1} | more
    return fact("discharge.criteria_not_met", subject, when, **data)


def planned(subject: str, when: datetime, for_: datetime, certainty: str = "definite") -> Fact:
    return fact("discharge.planned", subject, when, site="RVV01", expected_at=for_.isoformat(), certainty=certainty)


def gone(subject: str, when: datetime, reason: str = "discharged") -> Fact:
    return fact("bed.left", subject, when, site="RVV01", unit="RVV01-WARD", reason=reason)


def decided(subject: str, bed_kind: str | None = None) -> tuple[Fact, ...]:
    told = (arrived(subject, T - 3 * HOUR), fact("ed.decision_to_admit", subject, T - HOUR, site="RVV01"))
    if bed_kind is None:
        return told
    return (*told, fact("ed.bed_requested", subject, T - 30 * MINUTE, site="RVV01", bed_kind=bed_kind))


def status(bed: str, when: datetime, **more: Any) -> Fact:
    data: dict[str, Any] = {"site": "RVV01", "unit": "RVV01-WARD", "clean": True, "staffed": True} | more
    return fact("bed.status", f"RVV01-WARD/{bed}", when, **data)


def virtual(type_: str, subject: str, when: datetime, **more: Any) -> Fact:
    return fact(f"virtual_ward.{type_}", subject, when, site="RVV09", unit="RVV09-VW", **more)


def referred(subject: str, when: datetime, direction: str = "step_up") -> Fact:
    return virtual("referred", subject, when, pathway="frailty", direction=direction)


def divert(step: str, reference: str, when: datetime, **more: Any) -> Fact:
    data: dict[str, Any] = {} if step == "ended" else {"from_site": "RVV01", "to_site": "RVV09", "kind": "ambulance"}
    return fact(f"divert.{step}", "RVV", when, reference=reference, **data, **more)


def aid(step: str, when: datetime) -> Fact:
    data: dict[str, Any] = (
        {} if step == "ended" else {"from_site": "RVV09", "to_site": "RVV01", "kind": "beds", "count": 4}
    )
    return fact(f"mutual_aid.{step}", "RVV", when, reference="A1", **data)


def incident(reference: str, subject: str, when: datetime, **more: Any) -> Fact:
    return fact("incident.declared", subject, when, reference=reference, kind="critical", **more)


def stood_down(reference: str, subject: str, when: datetime) -> Fact:
    return fact("incident.stood_down", subject, when, reference=reference)


#: What staff decide.
DECIDED_CASES: tuple[Case, ...] = (
    Case("two diverts of one organisation, of which one has ended",
         (divert("requested", "D1", T - 3 * HOUR), divert("agreed", "D1", T - 2 * HOUR),
          divert("requested", "D2", T - 2 * HOUR), divert("agreed", "D2", T - HOUR), divert("ended", "D1", T)),
         {"system.diverts_in_force": 1, "system.diverts_taken": 1, "system.diverts_asked": 0,
          "system.diverts_agreed_today": 2}),
    Case("a divert that was refused was never in force",
         (divert("requested", "D1", T - HOUR), divert("ended", "D1", T, outcome="refused")),
         {"system.diverts_asked": 0, "system.diverts_in_force": 0, "system.diverts_agreed_today": 0}),
    Case("a divert is asked for until it is answered", (divert("requested", "D1", T),),
         {"system.diverts_asked": 1, "system.diverts_in_force": 0}),
    Case("help counts as one whatever it is of, until it ends",
         (aid("requested", T - 3 * HOUR), aid("agreed", T - HOUR), aid("ended", T + MICROSECOND)),
         {"system.mutual_aid_in_force": 1, "system.mutual_aid_asked": 0}),
    Case("incidents of a provider and of its site, one stood down",
         (incident("I1", "RVV", T - 14 * HOUR), incident("I2", "RVV", T - HOUR, site="RVV01"),
          incident("I3", "RVV", T - 2 * HOUR), stood_down("I3", "RVV", T)),
         {"system.incidents_in_force": 2, "system.incidents_declared_today": 2}),
    Case("the newest level told holds, and the proposal answered by it is gone",
         (fact("opel.declared", "RVV", T - 5 * HOUR, level=2), fact("opel.proposed", "RVV", T - HOUR, level=4),
          fact("opel.declared", "RVV", T, level=3)),
         {"system.declared_level": 3, "system.proposed_level": None}),
    Case("a proposal stands beside the level told before",
         (fact("opel.declared", "RVV", T - 5 * HOUR, level=2), fact("opel.proposed", "RVV", T - HOUR, level=4)),
         {"system.declared_level": 2, "system.proposed_level": 4}),
)  # fmt: skip

CASES: tuple[Case, ...] = (
    *DECIDED_CASES,
    Case("beds tonight: free now, less decided, with definite discharges of today",
         (capacity(T - HOUR, 10, closed=1), admitted("j_a", T - HOUR), admitted("j_b", T - HOUR), *decided("j_c"),
          planned("j_a", T - 30 * MINUTE, T + 3 * HOUR), planned("j_b", T - 30 * MINUTE, T + 3 * HOUR, "possible")),
         {"beds.adult_free": 14, "beds.adult_decided": 1, "beds.adult_due": 1, "beds.tonight": 14,
          "beds.ga_prospective": 16, "beds.ga_potential": 17}),
    Case("who waits for a critical care bed does not wait for an adult one",
         (*decided("j_a", "critical_care"), *decided("j_b", "ga_adult")),
         {"beds.adult_decided": 1, "beds.tonight": 13}),
    Case("a request without a decision to admit takes nobody off",
         (arrived("j_a", T - HOUR), fact("ed.bed_requested", "j_a", T - MINUTE, site="RVV01", bed_kind="maternity")),
         {"beds.adult_decided": 0}),
    Case("a discharge planned for tomorrow frees no bed tonight",
         (admitted("j_a", T - HOUR), planned("j_a", T - 30 * MINUTE, _MIDNIGHT + _DAY)),
         {"beds.adult_due": 0, "discharge.due_definite": 0, "discharge.planned_definite": 1}),
    Case("the last instant of today is still planned for today",
         (admitted("j_a", T - HOUR), planned("j_a", T - 30 * MINUTE, _MIDNIGHT + _DAY - MICROSECOND)),
         {"beds.adult_due": 1, "discharge.due_definite": 1}),
    Case("a plan for yesterday that did not happen is no plan for today",
         (admitted("j_a", T - 15 * HOUR), planned("j_a", T - 14 * HOUR, _MIDNIGHT - MINUTE)),
         {"discharge.due_definite": 0}),
    Case("a plan made yesterday for today counts from midnight",
         (admitted("j_a", T - 15 * HOUR), planned("j_a", T - 14 * HOUR, T)), {"discharge.due_definite": 1},
         t=_MIDNIGHT),
    Case("a plan made yesterday for today does not count before midnight",
         (admitted("j_a", T - 15 * HOUR), planned("j_a", T - 14 * HOUR, T)), {"discharge.due_definite": 0},
         t=_MIDNIGHT - MICROSECOND),
    Case("a newer plan replaces the older",
         (admitted("j_a", T - 3 * HOUR), planned("j_a", T - 2 * HOUR, T), planned("j_a", T - HOUR, T, "possible")),
         {"discharge.due_definite": 0, "discharge.due_possible": 1}),
    Case("who has left is not planned any more",
         (admitted("j_a", T - 3 * HOUR), planned("j_a", T - 2 * HOUR, T + HOUR), left("j_a", T - HOUR)),
         {"discharge.due_definite": 0, "discharge.left_today": 1}),
    Case("a planned discharge from critical care frees no adult bed",
         (admitted("j_a", T - 3 * HOUR, "RVV01-ICU"), planned("j_a", T - 2 * HOUR, T + HOUR)),
         {"discharge.due_definite": 1, "beds.adult_due": 0}),
    Case("closed beds carry the reason that the provider gives",
         (capacity(T - HOUR, 10, closed=4, reason="infection"),),
         {"beds.closed": 4, "beds.closed_infection": 4, "beds.closed_staffing": 0, "beds.closed_other": 0}),
    Case("closed without a reason is closed all the same", (capacity(T - HOUR, 10, closed=4),),
         {"beds.closed": 4, "beds.closed_other": 4}),
    Case("a stay of exactly 7 days is 7 days or longer", (admitted("j_a", T - 7 * _DAY), not_met("j_a", T - HOUR)),
         {"beds.stay_over_7_days": 1, "beds.stay_over_14_days": 0}),
    Case("beds that nobody tells of one by one have no reading", (),
         {"beds.usable_any": None, "beds.usable_side_rooms": None, "beds.being_cleaned": None}),
    Case("a usable bed is clean, staffed and empty",
         (status("A1", T - HOUR), status("A2", T - HOUR, clean=False), status("A3", T - HOUR, staffed=False),
          status("A4", T - HOUR, occupied=True)),
         {"beds.usable_any": 1, "beds.being_cleaned": 1, "beds.unstaffed": 1}),
    Case("a usable bed by sex, side room and cohort",
         (status("A1", T - HOUR, sex="female"), status("A2", T - HOUR, sex="female", side_room=True),
          status("A3", T - HOUR, cohort="influenza"), status("A4", T - HOUR, sex="male", clean=False)),
         {"beds.usable_any": 3, "beds.usable_female": 2, "beds.usable_male": 0, "beds.usable_side_rooms": 1,
          "beds.usable_cohort": 1}),

    Case("no criteria to reside by pathway, delay and council",
         (admitted("j_a", T - 3 * HOUR), not_met("j_a", T - 2 * HOUR, pathway=2, delay="awaiting_bed",
                                                 council="medway")),
         {"discharge.no_criteria_to_reside": 1, "discharge.no_criteria_p2": 1, "discharge.no_criteria_p1": 0,
          "discharge.delayed_bed": 1, "discharge.delayed_package": 0, "discharge.no_criteria_medway": 1,
          "discharge.no_criteria_kent": 0}),
    Case("criteria met again ends the delay and the council's part",
         (admitted("j_a", T - 3 * HOUR), not_met("j_a", T - 2 * HOUR, delay="transport"),
          fact("discharge.criteria_met_again", "j_a", T - HOUR, site="RVV01")),
         {"discharge.no_criteria_p1": 0, "discharge.delayed_transport": 0, "discharge.no_criteria_kent": 0}),
    Case("leaving exactly at 17:00 is not before it, nor midday at midday",
         (admitted("j_a", T - 30 * HOUR), gone("j_a", _MIDNIGHT + 12 * HOUR)),
         {"discharge.left_by_1200": (0, 1), "discharge.left_by_1700": (1, 1)}),
    Case("leaving at 17:00 in London is after 17:00 though it is 16:00 in UTC",
         (admitted("j_a", T - 30 * HOUR), gone("j_a", _MIDNIGHT + 17 * HOUR)),
         {"discharge.left_by_1700": (0, 1)}, t=T + 6 * HOUR),
    Case("the last instant before midday is before midday",
         (admitted("j_a", T - 30 * HOUR), gone("j_a", _MIDNIGHT + 12 * HOUR - MICROSECOND)),
         {"discharge.left_by_1200": (1, 1)}),
    Case("deaths and transfers are no discharges",
         (admitted("j_a", T - 30 * HOUR), gone("j_a", T - HOUR, "died"), admitted("j_b", T - 30 * HOUR),
          gone("j_b", T - HOUR, "transferred_out"), admitted("j_c", T - 30 * HOUR), gone("j_c", T - HOUR)),
         {"discharge.left_today": 1, "beds.left_today": 3}),
    Case("who left yesterday did not leave today, but in the last 24 hours",
         (admitted("j_a", T - 30 * HOUR), gone("j_a", _MIDNIGHT - MICROSECOND)),
         {"discharge.left_today": 0, "discharge.left_by_1700": (0, 1)}),
    Case("who left more than 24 hours ago is in no share",
         (admitted("j_a", T - 30 * HOUR), gone("j_a", T - _DAY - MICROSECOND)), {"discharge.left_by_1700": None}),
    Case("a wait for the hub of exactly 24 hours is over 24 h",
         (admitted("j_a", T - 25 * HOUR),
          fact("discharge.referred_to_hub", "j_a", T - 24 * HOUR, site="RVV01", pathway=1),
          fact("bed.transferred", "j_a", T - HOUR, site="RVV01", unit="RVV01-WARD", bed_kind="ga_adult")),
         {"discharge.waiting_for_hub": 1, "discharge.hub_over_24h": 1}),

    Case("referrals to a virtual ward, by what became of them",
         (referred("j_a", T - HOUR), referred("j_b", T - 2 * HOUR, "step_down"), virtual("accepted", "j_b", T - HOUR),
          referred("j_c", T - 2 * HOUR), virtual("declined", "j_c", T - HOUR)),
         {"virtual_ward.referrals_waiting": 1, "virtual_ward.referred_today": 3, "virtual_ward.step_up_today": 2,
          "virtual_ward.step_down_today": 1, "virtual_ward.accepted_today": 1, "virtual_ward.declined_today": 1,
          "virtual_ward.on_caseload": 0}),
    Case("a virtual ward's people, its unused places and its mean stay in days",
         (referred("j_a", T - 3 * _DAY), virtual("onboarded", "j_a", T - 2 * _DAY),
          virtual("discharged", "j_a", T - 12 * HOUR, reason="admitted"),
          referred("j_b", T - 20 * HOUR, "step_down"), virtual("onboarded", "j_b", T - 10 * HOUR)),
         {"virtual_ward.on_caseload": 1, "virtual_ward.unused": 5, "virtual_ward.mean_stay": 1.5,
          "virtual_ward.admitted_today": 1, "virtual_ward.left_today": 1, "virtual_ward.step_up_share": (0, 1)}),
    Case("nobody left a virtual ward, so there is no mean stay", (), {"virtual_ward.mean_stay": None}),
)  # fmt: skip
