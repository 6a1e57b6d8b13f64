"""The people of a state in the network: where they stand, of which class, and when they go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from services.domain.state import DischargePlan
from services.flow_model.engine.durations import Lognormal
from services.flow_model.engine.run import play
from services.flow_model.system.capacity import stretch
from services.flow_model.system.demand_table import way_in
from services.flow_model.system.priors import FlowPriors
from services.flow_model.system.whole import whole_system
from tests.flow_states import AS_AT, PRIORS, SYSTEM, A, arrivals, document, journey, state
from tests.networks import network, of

MAJORS = next(unit.code for unit in SYSTEM.site_by_code[A].units if unit.area == "majors")
CORRIDOR = next(unit.code for unit in SYSTEM.site_by_code[A].units if unit.area == "corridor")
WARD = next(unit.code for unit in SYSTEM.site_by_code[A].units if unit.bed_kind == "ga_adult")
NOBODY = arrivals({(A, "ambulance"): 48.0, (A, "walk_in"): 96.0, (A, "emergency"): 36.0})


def start(*journeys: Any, **said: Any) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = document(state(*journeys, **said), NOBODY)["start"]
    return made


# Departments -------------------------------------------------------------------------------------------------------


def test_of_whom_nothing_is_decided_the_class_is_drawn_in_each_replication() -> None:
    people = [journey("ed", MAJORS, {"ed.department": 1.0}, key=f"j{each}") for each in range(40)]
    (one,) = start(*people)
    assert set(one["of"]) >= {"ward", "home"}
    made = network({**document(state(*people), NOBODY), "arrivals": {}})
    decided = [len(of(made, play(made, 1, each), f"{A}:decided").asked) for each in range(20)]
    assert len(set(decided)) > 5
    assert np.mean(decided) == pytest.approx(40 * (one["of"]["ward"] + one["of"].get("critical", 0)), rel=0.3)


def test_a_crowd_of_whom_nothing_is_decided_slows_the_department() -> None:
    def home(people: int) -> float:
        crowd = [journey("ed", MAJORS, {"ed.department": 1.0}, key=f"j{each}") for each in range(people)]
        pool = document(state(*crowd), NOBODY)["pools"][f"{A}:department"]
        median: float = pool["stay"]["by_class"]["home"]["median"]
        return median

    assert home(0) == PRIORS.department.home.model_dump()["median"]
    # 144 adults a day who stay about three hours are some 20: so many say that the assumption is right.
    assert home(20) == pytest.approx(home(0), rel=0.15)
    assert home(20) < home(50) < home(90)
    assert home(1_000) == pytest.approx(3 * home(0))
    # Who is decided and waits for a bed is no sign of slow doctors.
    decided = [journey("ed", MAJORS, {"ed.department": 9.0, "ed.bed_wait": 5.0}, key=f"d{each}") for each in range(50)]
    said = document(state(*decided), NOBODY)["pools"][f"{A}:department"]["stay"]["by_class"]["home"]
    assert said["median"] == home(0)


def test_an_ambulance_hands_over_to_a_chair_where_every_cubicle_is_taken() -> None:
    places = document(state(), NOBODY)["pools"][f"{A}:department"]["beds"]
    taken = [MAJORS] * places["cubicle"] + [CORRIDOR] * places["corridor"]
    people = [journey("ed", unit, {"ed.department": 0.1}, key=f"j{each}") for each, unit in enumerate(taken)]
    crew = journey("ambulance", None, {"ambulance.handover": 0.2}, key="a1", site=A)
    said = {**document(state(*people, crew), NOBODY), "arrivals": {}}
    said["start"] = [{**one, "of": "home"} for one in said["start"]]
    made = network(said)
    handed = [of(made, play(made, 1, each), f"{A}:handover").kept for each in range(10)]
    assert all(len(each) == 1 and each[0] == 0 for each in handed)


def test_who_came_by_ambulance_is_likelier_to_be_admitted_than_who_walked_in() -> None:
    (walked,) = start(journey("ed", MAJORS, {"ed.department": 1.0}))
    (brought,) = start(journey("ed", MAJORS, {"ed.department": 1.0}, follows="a1"))
    assert brought["of"]["ward"] > 1.2 * walked["of"]["ward"]


def test_who_is_still_there_after_many_hours_is_likelier_to_be_admitted() -> None:
    """Where to be seen and sent home takes less time than to be admitted."""
    department = PRIORS.department.model_copy(update={"home": Lognormal(median=1.5, sigma=0.6)})
    priors = PRIORS.model_copy(update={"department": department})

    def admitted(hours: float) -> float:
        told = state(journey("ed", MAJORS, {"ed.department": hours}))
        share: float = document(told, NOBODY, priors=priors)["start"][0]["of"]["ward"]
        return share

    assert admitted(0.2) < admitted(3) < admitted(6)


def test_who_is_referred_or_has_a_decision_has_one_class() -> None:
    (referred,) = start(journey("ed", MAJORS, {"ed.department": 2.0, "ed.referred": 1.0}))
    assert referred["of"] == "ward"
    (decided,) = start(journey("ed", MAJORS, {"ed.department": 5.0, "ed.bed_wait": 1.0}, bed_kind="critical_care"))
    assert (decided["of"], decided["place"], decided["holding"]) == ("critical", f"{A}:decided", f"{A}:department")


def test_an_ambulance_that_waits_to_hand_over_brings_anybody_whom_ambulances_bring() -> None:
    (one,) = start(journey("ambulance", None, {"ambulance.handover": 0.5}, site=A))
    assert one["place"] == f"{A}:handover"
    assert one["of"] == document(state(), NOBODY)["arrivals"][f"{A}:ambulance"]["of"]


# Same day emergency care -------------------------------------------------------------------------------------------


def test_same_day_emergency_care_takes_people_while_it_is_open() -> None:
    made = document(state())
    chairs = made["pools"][f"{A}:sdec"]["beds"]["by_hour"]
    assert [hour for hour, number in enumerate(chairs) if number] == list(range(8, 20))
    assert chairs[12] == 20  # as configured for the site


def test_people_of_same_day_care_start_there_and_a_part_of_them_is_admitted() -> None:
    people = [journey("ed", None, {"sdec.attendance": 1.0}, key=f"s{each}", site=A) for each in range(100)]
    said = document(state(*people), NOBODY)
    (one,) = said["start"]
    assert (one["place"], one["of"]) == (f"{A}:sdec", "same_day")
    made = network({**said, "arrivals": {}})
    admitted = np.mean([len(of(made, play(made, 1, each), f"{A}:decided").asked) for each in range(20)])
    assert admitted == pytest.approx(100 * PRIORS.same_day.admitted, rel=0.25)


def test_whom_the_department_sends_on_does_not_walk_in_as_well() -> None:
    demand = arrivals({(A, "walk_in"): 96.0, (A, "sdec_from_ed"): 24.0, (A, "sdec"): 12.0})
    streams = document(state(), demand)["arrivals"]
    walking = streams[f"{A}:walk_in"]
    stays = np.array(walking["rate"]["by_hour"]) * np.array(walking["scale"]["by_hour"])
    assert stays.sum() / 7 == pytest.approx(72, rel=0.01)
    assert streams[f"{A}:sdec_from_ed"]["to"] == streams[f"{A}:sdec"]["to"] == f"{A}:sdec"


# Beds --------------------------------------------------------------------------------------------------------------


def plan(key: str, hours: float, certainty: Any = "definite") -> DischargePlan:
    return DischargePlan(key, A, WARD, certainty, AS_AT + timedelta(hours=hours), 0, None)


def test_a_planned_discharge_leaves_its_bed_at_the_planned_hour_but_for_those_of_which_nothing_comes() -> None:
    people = [journey("stay", WARD, {"bed.place": 50, "bed.stay": 50}, key=f"p{each}") for each in range(100)]
    plans = tuple(plan(one.key, 5.5) for one in people)
    made = network({**document(state(*people, discharges=plans), NOBODY), "arrivals": {}})
    left = [of(made, play(made, 1, each), f"{A}:beds").left for each in range(10)]
    assert all((times >= 5.5 - 1e-6).all() for times in left)
    at_once = np.mean([(np.abs(times - 5.5) < 1e-6).sum() for times in left])
    kept = PRIORS.discharge.kept["definite"]
    assert 100 * kept - 5 < at_once <= 100
    assert at_once < 100  # of some nothing comes in that hour


def test_who_is_fit_waits_until_all_is_arranged_and_not_only_for_the_next_slot() -> None:
    people = [
        journey(
            "stay", WARD, {"bed.place": 200, "bed.stay": 200, "discharge.no_criteria": 20}, key=f"r{each}", pathway=1
        )
        for each in range(30)
    ]
    (one,) = start(*people)
    assert (one["place"], one["holding"]) == (f"{A}:arranging_1", f"{A}:beds")
    made = network({**document(state(*people), NOBODY), "arrivals": {}})
    left = np.mean([(of(made, play(made, 1, each), f"{A}:beds").left < 24).sum() for each in range(20)])
    assert 0 < left < 15


def test_nobody_who_is_fit_goes_home_in_the_first_moment() -> None:
    people = [
        journey("stay", WARD, {"bed.place": 90, "bed.stay": 90, "discharge.no_criteria": 3}, key=f"h{each}", pathway=0)
        for each in range(30)
    ]
    made = network({**document(state(*people), NOBODY), "arrivals": {}})
    left = of(made, play(made, 1, 0), f"{A}:beds").left
    assert (left < 0.1).sum() <= 2
    assert (left < 24).sum() >= 10


# What durations are scaled to --------------------------------------------------------------------------------------


def test_a_mean_is_drawn_to_what_the_people_there_imply_the_more_of_them_there_are() -> None:
    assert stretch(48, 0, 10, 20) == 1
    assert stretch(48, 20, 5, 20) == pytest.approx(1.5)  # 20 people of 5 a day stay 4 days; assumed are 2
    assert stretch(48, 180, 45, 20) == pytest.approx(1.9)
    assert stretch(48, 10_000, 1, 20) == 3  # never more than threefold


def test_a_hospital_whose_beds_hold_more_people_for_its_admissions_has_longer_stays() -> None:
    def mean(number: int) -> float:
        people = [journey("stay", WARD, {"bed.place": 50, "bed.stay": 50}, key=f"b{each}") for each in range(number)]
        told: float = document(state(*people), NOBODY)["pools"][f"{A}:beds"]["stay"]["by_class"]["ward"]["mean"]
        return told

    assert mean(400) > 1.5 * mean(150)


def test_where_more_wait_for_a_bed_or_a_service_the_wait_is_longer() -> None:
    def waits(number: int, place: str, phases: dict[str, float], kind: Any, unit: str, **said: Any) -> float:
        people = [journey(kind, unit, phases, key=f"w{each}", **said) for each in range(number)]
        service = document(state(*people), NOBODY)["stations"][place]["service"]
        return float(service.get("median") or service["mean"])

    decided = {"ed.department": 9.0, "ed.bed_wait": 4.0}
    fit = {"bed.place": 300.0, "bed.stay": 300.0, "discharge.no_criteria": 50.0}
    bed = [waits(number, f"{A}:decided", decided, "ed", MAJORS) for number in (1, 12, 40)]
    service = [waits(number, f"{A}:arranging_1", fit, "stay", WARD, pathway=1) for number in (1, 40, 90)]
    assert bed == sorted(set(bed))
    assert service == sorted(set(service))


def test_as_many_take_a_pathway_as_its_services_start() -> None:
    demand = arrivals({(A, "ambulance"): 200.0, (A, "emergency"): 100.0})
    said = document(state(), demand)
    shares = said["pools"][f"{A}:beds"]["next"]["by_class"]["ward"]
    starts = sum(
        each.starts_per_day for each in SYSTEM.pathways if (each.place, each.pathway) == ("medway_and_swale", 1)
    )  # fmt: skip
    helped = shares[f"{A}:arranging_1"] / (1 - PRIORS.transfers.share["ward"])
    assert helped * 100 == pytest.approx(starts * PRIORS.services.used, rel=0.01)


def test_where_no_services_are_configured_everybody_goes_home_and_nobody_waits_for_ever() -> None:
    bare = replace(SYSTEM, pathways=())
    person = journey("stay", WARD, {"bed.place": 90, "bed.stay": 90, "discharge.no_criteria": 30}, pathway=2)
    said = whole_system(bare, state(person), NOBODY, PRIORS, 72).document
    assert said["start"][0]["place"] == f"{A}:arranging_0"
    assert not [name for name in said["gates"] if "pathway" in name]
    made = network({**said, "arrivals": {}})
    left = [len(of(made, play(made, 1, each), f"{A}:beds").left) for each in range(20)]
    assert sum(left) > 15


def test_who_is_sent_on_from_the_department_is_told_from_who_comes_direct() -> None:
    assert way_in("sdec.arrived", {"from_ed": True}) == "sdec_from_ed"
    assert way_in("sdec.arrived", {"from_ed": False}) == "sdec"


@pytest.mark.parametrize(
    ("section", "key", "value", "complaint"),
    [
        ("services", "arranging", {1: {"distribution": "constant", "value": 1}}, "pathways 0 to 3"),
        ("same_day", "closes", 7, "later in the day"),
        ("transfers", "share", {"planed": 0.1}, "ward"),
        ("diverts", "share", 1.5, "less than or equal to 1"),
    ],
)
def test_a_wrong_assumption_is_refused_with_what_to_do(section: str, key: str, value: Any, complaint: str) -> None:
    said = PRIORS.model_dump(exclude_none=True)
    said[section] = {**said[section], key: value}
    with pytest.raises(ValidationError, match=complaint):
        FlowPriors.model_validate(said)
