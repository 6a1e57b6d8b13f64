"""Phases, journey by journey, as readable examples: minutes from the start, and what ended each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.domain.events import EVENT_TYPES
from services.domain.fold import KIND_ORDER, Milestone, Subject
from services.domain.phases import Phase, at, phases

START = datetime(2026, 3, 28, 18, 0, tzinfo=UTC)  # the clocks change seven hours later
MAJORS = {"site": "RVV01", "unit": "RVV01-MAJORS"}
RESUS = {"site": "RVV01", "unit": "RVV01-RESUS"}
WARD = {"site": "RVV01", "unit": "RVV01-WARD", "bed_kind": "ga_adult"}
OTHER = {"site": "RVV01", "unit": "RVV01-ICU", "bed_kind": "critical_care"}
HERE = {"site": "RVV01"}
VIRTUAL = {"site": "RVV09", "unit": "RVV09-VW"}

Told = tuple[str, int, dict[str, Any]]


def moment(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def subject(*told: Told, key: str = "j_a") -> Subject:
    """A folded subject of these milestones, in time order as the fold gives them; payloads are validated."""
    kinds = {EVENT_TYPES[type_].kind for type_, _, _ in told}
    made = [
        Milestone(type_, moment(minute), EVENT_TYPES[type_].payload.model_validate(data).model_dump(
            mode="json", exclude_none=True))
        for type_, minute, data in told
    ]  # fmt: skip
    kind = next(kind for kind in KIND_ORDER if kind in kinds)
    made.sort(key=lambda milestone: milestone.time)
    return Subject(key, kind, "urn:nhs:ods:RVV", tuple(made), None, None, None, START, START, START)


def line(phase: Phase) -> str:
    """`name place label =value: from-to outcome`, what is not there left out; an open phase ends in dots."""

    def minute(when: datetime | None) -> str:
        return "..." if when is None else f"{(when - START) / timedelta(minutes=1):g}"

    place = phase.unit or phase.site
    value = None if phase.value is None else f"={phase.value:g}"
    head = " ".join(part for part in (phase.name, place, phase.label, value) if part)
    return f"{head}: {minute(phase.from_at)}-{minute(phase.to_at)} {phase.outcome or ''}".strip()


def lines(*told: Told, key: str = "j_a") -> list[str]:
    return [line(phase) for phase in phases(subject(*told, key=key))]


ARRIVED: Told = ("ed.arrived", 0, {"department_type": 1, **MAJORS})
ADMITTED: Told = ("bed.admitted", 0, {**WARD, "admission": "emergency"})
CALLED: Told = ("ambulance.called", 0, {"category": "C2"})


def test_an_attendance_from_arrival_to_admission() -> None:
    assert lines(
        ARRIVED,
        ("ed.triaged", 12, {**HERE, "acuity": 3}),
        ("ed.moved", 30, RESUS),
        ("ed.seen", 45, HERE),
        ("ed.referred", 60, {**HERE, "service": "medicine"}),
        ("ed.decision_to_admit", 90, HERE),
        ("ed.ready_to_proceed", 100, HERE),
        ("ed.departed", 240, {**HERE, "reason": "admitted"}),
    ) == [
        "ed.area RVV01-MAJORS: 0-30 next",
        "ed.department RVV01 type_1: 0-240 admitted",
        "ed.wait_seen RVV01 type_1: 0-45 seen",
        "ed.wait_triage RVV01 type_1: 0-12 triaged",
        "ed.area RVV01-RESUS: 30-240 admitted",
        "ed.referred RVV01: 60-240 admitted",
        "ed.bed_wait RVV01: 90-240 admitted",
        "ed.ready RVV01: 100-240 admitted",
    ]


def test_who_leaves_unseen_waited_until_leaving() -> None:
    assert lines(
        ("ed.arrived", 0, {"department_type": 3, **HERE}),
        ("ed.departed", 50, {**HERE, "reason": "left_before_treatment"}),
    ) == [
        "ed.department RVV01 type_3: 0-50 left_before_treatment",
        "ed.wait_seen RVV01 type_3: 0-50 left_before_treatment",
        "ed.wait_triage RVV01 type_3: 0-50 left_before_treatment",
    ]


def test_departing_before_arriving_gives_a_stay_of_no_length_and_never_a_negative_one() -> None:
    assert lines(
        ("ed.departed", -20, {**HERE, "reason": "discharged"}),
        ARRIVED,
        ("ed.seen", 10, HERE),
        ("ed.moved", 30, RESUS),
    ) == [
        "ed.area RVV01-MAJORS: 0-0 discharged",
        "ed.department RVV01 type_1: 0-0 discharged",
        "ed.wait_seen RVV01 type_1: 0-0 discharged",
        "ed.wait_triage RVV01 type_1: 0-0 discharged",
        "ed.area RVV01-RESUS: 30-30 discharged",
    ]


def test_a_departure_alone_is_no_stay() -> None:
    assert lines(("ed.departed", 50, {**HERE, "reason": "discharged"})) == []


def test_a_move_alone_places_somebody_who_is_not_counted_as_arrived() -> None:
    assert lines(("ed.moved", 10, RESUS)) == ["ed.area RVV01-RESUS: 10-..."]


def test_corridor_care_comes_and_goes_and_ends_with_leaving() -> None:
    assert lines(
        ("corridor_care.started", 10, HERE),
        ("corridor_care.ended", 20, HERE),
        ("corridor_care.started", 40, HERE),
        ("ed.departed", 60, {**HERE, "reason": "discharged"}),
    ) == ["corridor.care RVV01: 10-20 next", "corridor.care RVV01: 40-60 discharged"]


def test_of_turns_told_for_one_moment_each_ends_or_begins_what_the_one_before_left() -> None:
    started, ended = ("corridor_care.started", 10, HERE), ("corridor_care.ended", 10, HERE)
    for came_and_went in ((started, ended), (ended, started)):
        assert lines(*came_and_went) == ["corridor.care RVV01: 10-10 next"]
        there_before = ("corridor_care.started", 5, HERE)
        assert lines(there_before, *came_and_went) == ["corridor.care RVV01: 5-10 next", "corridor.care RVV01: 10-..."]


def test_same_day_emergency_care_begins_where_the_department_ends() -> None:
    assert lines(
        ("ed.arrived", 0, {"department_type": 1, **HERE}),
        ("ed.departed", 30, {**HERE, "reason": "sdec"}),
        ("sdec.arrived", 30, HERE),
        ("sdec.departed", 200, HERE),
    ) == [
        "ed.department RVV01 type_1: 0-30 sdec",
        "ed.wait_seen RVV01 type_1: 0-30 sdec",
        "ed.wait_triage RVV01 type_1: 0-30 sdec",
        "sdec.attendance RVV01: 30-200 discharged",
    ]


def test_an_ambulance_from_call_to_clear() -> None:
    assert lines(
        CALLED,
        ("ambulance.on_scene", 18, {}),
        ("ambulance.conveying", 50, HERE),
        ("ambulance.arrived", 70, HERE),
        ("ambulance.handed_over", 95, HERE),
        ("ambulance.cleared", 110, {}),
    ) == [
        "ambulance.call C2: 0-110 cleared",
        "ambulance.response C2: 0-18 on_scene",
        "ambulance.conveying RVV01 C2: 50-70 arrived",
        "ambulance.handover RVV01 C2: 70-95 handed_over",
        "ambulance.to_clear RVV01 C2: 95-110 cleared",
    ]


def test_a_divert_turns_the_ambulance_to_the_other_site() -> None:
    assert lines(
        CALLED,
        ("ambulance.conveying", 50, HERE),
        ("ambulance.diverted", 60, {"from_site": "RVV01", "to_site": "RVV09"}),
        ("ambulance.arrived", 80, {"site": "RVV09"}),
    ) == [
        "ambulance.call C2: 0-...",
        "ambulance.response C2: 0-...",
        "ambulance.conveying RVV01 C2: 50-60 next",
        "ambulance.conveying RVV09 C2: 60-80 arrived",
        "ambulance.diverted_from RVV01 C2: 60-80 arrived",
        "ambulance.diverted_to RVV09 C2: 60-80 arrived",
        "ambulance.handover RVV09 C2: 80-...",
    ]


def test_an_ambulance_that_clears_without_handing_over_waits_no_more() -> None:
    assert lines(("ambulance.arrived", 80, HERE), ("ambulance.cleared", 100, {})) == [
        "ambulance.handover RVV01: 80-100 cleared"
    ]


def test_a_category_told_after_the_arrival_is_not_known_at_the_arrival() -> None:
    assert lines(("ambulance.arrived", 0, HERE), ("ambulance.called", 5, {"category": "C1"}))[0] == (
        "ambulance.handover RVV01: 0-..."
    )


def test_a_stay_with_a_transfer_and_an_escalation_bed() -> None:
    assert lines(
        ("bed.expected", -60, {**HERE, "expected_at": moment(0), "bed_kind": "ga_adult", "admission": "emergency"}),
        ADMITTED,
        ("bed.transferred", 100, OTHER),
        ("bed.transferred", 300, {**WARD, "escalation": True}),
        ("bed.left", 900, {"site": "RVV01", "unit": "RVV01-WARD", "reason": "discharged"}),
    ) == [
        "bed.expected RVV01: -60-0 admitted",
        "bed.place RVV01-WARD ga_adult =0: 0-100 next",
        "bed.stay RVV01 emergency: 0-900 discharged",
        "bed.place RVV01-ICU critical_care =0: 100-300 next",
        "bed.place RVV01-WARD ga_adult =1: 300-900 discharged",
        "bed.departure RVV01-WARD before_1200: 900-900 discharged",
    ]


def test_a_transfer_after_leaving_occupies_no_bed() -> None:
    assert lines(
        ADMITTED,
        ("bed.left", 50, {"site": "RVV01", "unit": "RVV01-WARD", "reason": "died"}),
        ("bed.transferred", 100, OTHER),
    ) == [
        "bed.place RVV01-WARD ga_adult =0: 0-50 died",
        "bed.stay RVV01 emergency: 0-50 died",
        "bed.departure RVV01-WARD after_1700: 50-50 died",
        "bed.place RVV01-ICU critical_care =0: 100-100 died",
    ]


def test_a_transfer_told_without_an_admission_still_occupies_its_bed() -> None:
    assert lines(("bed.transferred", 100, OTHER)) == ["bed.place RVV01-ICU critical_care =0: 100-..."]


def test_criteria_to_reside_go_come_back_and_go_again() -> None:
    told = lines(
        ADMITTED,
        ("discharge.criteria_not_met", 100, {**HERE, "pathway": 1}),
        ("discharge.criteria_met_again", 200, HERE),
        ("discharge.criteria_not_met", 300, {**HERE, "pathway": 2, "delay": "transport", "council": "medway"}),
        ("bed.left", 400, {"site": "RVV01", "unit": "RVV01-WARD", "reason": "discharged"}),
    )
    assert [each for each in told if each.startswith("discharge")] == [
        "discharge.council RVV01 kent: 100-200 next",
        "discharge.delay RVV01 none: 100-200 next",
        "discharge.no_criteria RVV01 pathway_1: 100-200 next",
        "discharge.council RVV01 medway: 300-400 discharged",
        "discharge.delay RVV01 transport: 300-400 discharged",
        "discharge.no_criteria RVV01 pathway_2: 300-400 discharged",
    ]


def test_a_discharge_is_planned_referred_accepted_and_waited_for_in_the_lounge() -> None:
    told = lines(
        ADMITTED,
        ("discharge.planned", 50, {**HERE, "expected_at": moment(500), "certainty": "possible"}),
        ("discharge.referred_to_hub", 60, {**HERE, "pathway": 1}),
        ("discharge.accepted", 160, {**HERE, "pathway": 1}),
        ("discharge.planned", 200, {**HERE, "expected_at": moment(500), "certainty": "definite"}),
        ("bed.leave_started", 210, {"site": "RVV01", "unit": "RVV01-WARD"}),
        ("bed.leave_ended", 240, {"site": "RVV01", "unit": "RVV01-WARD"}),
        ("discharge.lounge_arrived", 450, HERE),
        ("bed.left", 500, {"site": "RVV01", "unit": "RVV01-WARD", "reason": "discharged"}),
    )
    assert [each for each in told if each.startswith(("discharge", "bed.leave"))] == [
        "discharge.planned RVV01 possible: 50-200 next",
        "discharge.hub_wait RVV01: 60-160 accepted",
        "discharge.planned RVV01 definite: 200-500 discharged",
        "bed.leave RVV01-WARD: 210-240 next",
        "discharge.due RVV01-WARD definite: 360-500 discharged",
        "discharge.lounge RVV01: 450-500 discharged",
    ]


def test_a_virtual_ward_stay_keeps_the_direction_it_was_referred_with() -> None:
    assert lines(
        ("virtual_ward.referred", 0, {**VIRTUAL, "pathway": "frailty", "direction": "step_up"}),
        ("virtual_ward.accepted", 30, VIRTUAL),
        ("virtual_ward.onboarded", 90, VIRTUAL),
        ("virtual_ward.discharged", 5000, {**VIRTUAL, "reason": "recovered"}),
    ) == [
        "virtual_ward.referral RVV09-VW step_up: 0-30 accepted",
        "virtual_ward.stay RVV09-VW step_up: 90-5000 recovered",
    ]


def test_a_declined_referral_never_becomes_a_stay() -> None:
    assert lines(
        ("virtual_ward.referred", 0, {**VIRTUAL, "pathway": "frailty", "direction": "step_down"}),
        ("virtual_ward.declined", 30, VIRTUAL),
    ) == ["virtual_ward.referral RVV09-VW step_down: 0-30 declined"]


def test_a_units_capacity_holds_until_the_next_report() -> None:
    unit = {"site": "RVV01", "unit": "RVV01-WARD"}
    assert lines(
        ("unit.capacity", 0, {**unit, "core": 28, "escalation": 4, "closed": 2, "reason": "infection"}),
        ("unit.capacity", 60, {**unit, "core": 24}),
    ) == [
        "capacity.closed RVV01-WARD infection =2: 0-60 next",
        "capacity.core RVV01-WARD =28: 0-60 next",
        "capacity.escalation RVV01-WARD =4: 0-60 next",
        "capacity.closed RVV01-WARD none =0: 60-...",
        "capacity.core RVV01-WARD =24: 60-...",
        "capacity.escalation RVV01-WARD =0: 60-...",
    ]


def test_a_census_is_a_list_or_a_count_and_neither_ends_the_other() -> None:
    unit = {"site": "RVV01", "unit": "RVV01-WARD"}
    made = phases(subject(
        ("unit.census", 0, {**unit, "visits": ["j_a", "j_b"]}),
        ("unit.census", 30, {**unit, "count": 3}),
        ("unit.census", 60, {**unit, "visits": []}),
    ))  # fmt: skip
    assert [line(phase) for phase in made] == [
        "census.list RVV01-WARD: 0-60 next",
        "census.count RVV01-WARD =3: 30-...",
        "census.list RVV01-WARD: 60-...",
    ]
    assert [phase.visits for phase in made] == [("j_a", "j_b"), None, ()]


@pytest.mark.parametrize(
    ("clean", "staffed", "label"),
    [(True, True, "usable"), (False, True, "cleaning"), (True, False, "unstaffed"), (False, False, "unstaffed")],
)
def test_a_bed_is_usable_when_clean_and_staffed(clean: bool, staffed: bool, label: str) -> None:
    status = {"site": "RVV01", "unit": "RVV01-WARD", "clean": clean, "staffed": staffed}
    assert lines(("bed.status", 0, status))[0] == f"bed.status RVV01-WARD {label}: 0-..."


def test_a_bed_is_usable_until_somebody_is_in_it_and_says_for_whom() -> None:
    bed = {"site": "RVV01", "unit": "RVV01-WARD", "clean": True, "staffed": True, "sex": "female", "side_room": True}
    assert lines(("bed.status", 0, bed), ("bed.status", 60, {**bed, "occupied": True})) == [
        "bed.status RVV01-WARD usable: 0-60 next",
        "bed.usable RVV01-WARD female =1: 0-60 next",
        "bed.usable_cohort RVV01-WARD none =1: 0-60 next",
        "bed.status RVV01-WARD usable: 60-...",
    ]


def test_a_request_for_a_bed_counts_from_the_decision_on() -> None:
    told = lines(
        ("ed.bed_requested", 20, {**HERE, "bed_kind": "critical_care"}),
        ("ed.decision_to_admit", 50, HERE),
        ("ed.departed", 90, {**HERE, "reason": "admitted"}),
    )
    assert "ed.bed_request RVV01 critical_care: 50-90 admitted" in told
    assert lines(("ed.bed_requested", 20, {**HERE, "bed_kind": "maternity"})) == []


def test_a_plan_is_for_one_london_day_also_when_the_clocks_change() -> None:
    told = lines(ADMITTED, ("discharge.planned", 10, {**HERE, "expected_at": moment(600), "certainty": "possible"}))
    assert told[-1] == "discharge.due RVV01-WARD possible: 360-1740 day_over", "a day of 23 hours"


def test_a_gauge_holds_until_its_next_reading_or_its_until_whichever_is_first() -> None:
    def told(value: float, until: int | None) -> dict[str, Any]:
        return {
            "organisation": "RVV", "measure": "staffing.absence", "value": value,
            "until": None if until is None else moment(until),
        }  # fmt: skip

    assert lines(
        ("gauge.reported", 0, told(7, 30)),
        ("gauge.reported", 60, told(8, 500)),
        ("gauge.reported", 90, told(9, None)),
        ("gauge.reported", 120, told(3, 100)),
    ) == [
        "gauge RVV staffing.absence =7: 0-30 until",
        "gauge RVV staffing.absence =8: 60-90 next",
        "gauge RVV staffing.absence =9: 90-120 next",
        "gauge RVV staffing.absence =3: 120-120 until",
    ]


def test_an_expected_move_stands_until_it_is_due() -> None:
    move = {"from_site": "RVV01", "to_site": "RVV09", "expected_at": moment(90), "bed_kind": "ga_adult", "count": 2}
    assert lines(("move.expected", 0, move)) == ["move.expected RVV09 ga_adult =2: 0-90 due"]


def test_a_level_that_is_told_holds_until_the_next_and_a_proposal_until_it_is_answered() -> None:
    assert lines(
        ("opel.declared", 0, {"level": 3}), ("opel.proposed", 60, {"level": 4, "reason": "no_beds"}),
        ("opel.declared", 90, {"level": 4, "reason": "no_beds"}), ("opel.proposed", 120, {"level": 3}),
        key="RVV",
    ) == [
        "opel.told RVV routine =3: 0-90 next", "opel.asked RVV no_beds =4: 60-90 next",
        "opel.told RVV no_beds =4: 90-...", "opel.asked RVV routine =3: 120-...",
    ]  # fmt: skip


def test_an_incident_is_at_its_site_or_else_the_whole_organisations_until_it_is_stood_down() -> None:
    assert lines(
        ("incident.declared", 0, {"reference": "I1", "kind": "critical"}),
        ("incident.declared", 30, {"reference": "I2", "kind": "digital", "site": "RVV01"}),
        ("incident.stood_down", 60, {"reference": "I1"}),
        key="RVV",
    ) == ["incident.in_force RVV critical: 0-60 stood_down", "incident.in_force RVV01 digital: 30-..."]


def test_diverts_of_one_organisation_overlap_and_a_reference_pairs_their_steps() -> None:
    divert = {"from_site": "RVV01", "to_site": "RVV09", "kind": "ambulance", "reason": "crowding"}
    assert lines(
        ("divert.requested", 0, {**divert, "reference": "D1"}),
        ("divert.requested", 10, {**divert, "reference": "D2", "kind": "maternity"}),
        ("divert.agreed", 20, {**divert, "reference": "D1"}),
        ("divert.ended", 30, {"reference": "D2", "outcome": "refused"}),
        ("divert.ended", 90, {"reference": "D1"}),
        ("divert.ended", 95, {"reference": "D3"}),  # of which nothing else has been heard
        key="RVV01",
    ) == [
        "divert.asked RVV01 ambulance: 0-20 agreed", "divert.asked RVV01 maternity: 10-30 refused",
        "divert.in_force RVV01 ambulance: 20-90 over", "divert.taken RVV09 ambulance: 20-90 over",
    ]  # fmt: skip


def test_mutual_aid_is_where_it_is_given_to() -> None:
    aid = {"reference": "A1", "from_site": "RVV09", "to_site": "RVV01", "kind": "staff", "count": 4}
    assert lines(
        ("mutual_aid.requested", 0, aid), ("mutual_aid.agreed", 60, aid), ("mutual_aid.ended", 50, {"reference": "A1"})
    ) == ["mutual_aid.asked RVV01 staff =4: 0-50 over", "mutual_aid.in_force RVV01 staff =4: 60-60 over"]


def test_a_visit_shared_by_department_and_ward_has_the_phases_of_both() -> None:
    names = {
        phase.name
        for phase in phases(subject(ARRIVED, ("ed.departed", 60, {**HERE, "reason": "admitted"}),
                                    ("bed.admitted", 60, {**WARD, "admission": "emergency"})))
    }  # fmt: skip
    assert {"ed.department", "bed.stay", "bed.place"} <= names


def test_as_it_stood_at_a_moment_later_ends_are_open_and_later_phases_gone() -> None:
    made = phases(subject(
        ARRIVED, ("ed.seen", 45, HERE), ("ed.decision_to_admit", 90, HERE),
        ("ed.departed", 240, {**HERE, "reason": "admitted"}),
    ))  # fmt: skip
    assert [line(phase) for phase in at(made, moment(45))] == [
        "ed.area RVV01-MAJORS: 0-...",
        "ed.department RVV01 type_1: 0-...",
        "ed.wait_seen RVV01 type_1: 0-45 seen",
        "ed.wait_triage RVV01 type_1: 0-...",
    ]


# Urgent response, mental health, places of safety ---------------------------------------------------------------------

UNIT = {"site": "RXY01", "unit": "RXY01-ACUTE"}
TEAM = {"site": "RVV09", "unit": "RVV09-UCR"}
REFERRED: Told = ("mh.referred", 0, {**HERE, "setting": "ed", "referral_source": "ed", "urgency": "emergency"})


def test_a_referral_to_urgent_response_waits_until_somebody_is_there() -> None:
    referred: Told = ("ucr.referred", 0, {**TEAM, "referral_source": "care_home", "urgency": "two_hour"})
    assert lines(referred, ("ucr.responded", 95, {**TEAM, "outcome": "conveyed"})) == [
        "ucr.wait RVV09-UCR two_hour: 0-95 conveyed"
    ]
    assert lines(referred) == ["ucr.wait RVV09-UCR two_hour: 0-..."]
    assert lines(("ucr.responded", 95, {**TEAM, "outcome": "conveyed"})) == []


def test_mental_health_from_liaison_to_a_bed_and_out_of_it() -> None:
    assert lines(
        REFERRED,
        ("mh.assessed", 50, {**HERE, "outcome": "admission"}),
        ("mh.bed_requested", 70, {**HERE, "bed_kind": "picu"}),
        ("mh.admitted", 600, {**UNIT, "bed_kind": "picu"}),
        ("mh.admitted", 9000, {**UNIT, "unit": "RXY01-OTHER", "bed_kind": "adult"}),
        ("mh.ready_for_discharge", 20000, {"site": "RXY01", "delay": "housing"}),
        ("mh.left", 30000, {"site": "RXY01", "reason": "discharged"}),
    ) == [
        "mh.assessment RVV01 ed_emergency: 0-50 assessed",
        "mh.bed_wait RVV01 picu: 70-600 admitted",
        "mh.place RXY01-ACUTE picu: 600-9000 next",
        "mh.stay RXY01 picu: 600-30000 discharged",
        "mh.place RXY01-OTHER adult: 9000-30000 discharged",
        "mh.ready RXY01: 20000-30000 discharged",
    ]


def test_out_of_area_ends_in_a_bed_of_ours() -> None:
    assert lines(
        REFERRED,
        ("mh.bed_requested", 70, {**HERE, "bed_kind": "adult"}),
        ("mh.placed_out_of_area", 2000, {"site": "RXY01", "bed_kind": "adult"}),
        ("mh.admitted", 9000, {**UNIT, "bed_kind": "adult"}),
    ) == [
        "mh.assessment RVV01 ed_emergency: 0-...",
        "mh.bed_wait RVV01 adult: 70-2000 placed_out_of_area",
        "mh.out_of_area RXY01 inappropriate: 2000-9000 next",
        "mh.place RXY01-ACUTE adult: 9000-...",
        "mh.stay RXY01 adult: 9000-...",
    ]


def test_the_clock_of_section_136_runs_from_the_first_place_of_safety() -> None:
    assert lines(
        ("s136.arrived", 0, {**HERE, "place": "ed"}),
        ("s136.arrived", 300, {"site": "RXY01", "unit": "RXY01-SUITE", "place": "suite"}),
        ("s136.left", 900, {"site": "RXY01", "reason": "detained"}),
    ) == [
        "s136.detention RVV01 ed: 0-900 detained",
        "s136.place RVV01 ed: 0-300 next",
        "s136.place RXY01-SUITE suite: 300-900 detained",
    ]


def test_a_mental_health_wait_in_ed_is_long_from_the_hour_or_from_when_it_is_known_to_be_one() -> None:
    told: Told = ("ed.streamed", 5, {**HERE, "stream": "mental_health"})
    assert [each for each in lines(ARRIVED, told) if "mental" in each] == [
        "ed.mental_health RVV01: 5-...", "ed.mental_health_12h RVV01: 720-...", "ed.mental_health_24h RVV01: 1440-...",
    ]  # fmt: skip
    late: Told = ("ed.referred", 800, {**HERE, "service": "mental_health"})
    left: Told = ("ed.departed", 1000, {**HERE, "reason": "transferred"})
    assert [each for each in lines(ARRIVED, late, left) if "mental" in each] == [
        "ed.mental_health RVV01: 800-1000 transferred", "ed.mental_health_12h RVV01: 800-1000 transferred",
    ]  # fmt: skip
