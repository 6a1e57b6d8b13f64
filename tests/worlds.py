"""Small systems and random worlds of facts, for property tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from services.domain.events import EVENT_ADAPTERS, SELECT, Envelope
from services.domain.facts import Fact, fingerprint, stated
from services.domain.system import Capacity, Place, Provider, Site, System, Unit

START = datetime(2026, 3, 28, 18, 0, tzinfo=UTC)  # the clocks change in the night that follows
MINUTES = 36 * 60
GRID = 15  # minutes: coarse, so that ties and exact limits are common
_FROM = (Capacity(date(2022, 4, 1), 6, 1),)


def small_system() -> System:
    """One provider, two sites; short silent limits so that random worlds reach them."""

    def site(code: str, units: tuple[Unit, ...], ed_type: Any) -> Site:
        return Site(code, code, code, "Town", "acute", "RVV", "east_kent", 51.2, 1.0, ed_type, units)

    def unit(code: str, kind: Any, **given: Any) -> Unit:
        return Unit(code, code, kind, code.partition("-")[0], _FROM, **given)

    first = (
        unit("RVV01-MAJORS", "ed_area", area="majors"),
        unit("RVV01-RESUS", "ed_area", area="resus"),
        unit("RVV01-WARD", "ward", bed_kind="ga_adult"),
        unit("RVV01-ICU", "ward", bed_kind="critical_care"),
    )
    second = (
        unit("RVV09-MAJORS", "ed_area", area="majors"),
        unit("RVV09-WARD", "ward", bed_kind="ga_adult"),
        unit("RVV09-VW", "virtual_ward", bed_kind="virtual"),
        unit("RVV09-UCR", "response_team"),
        unit("RVV09-ACUTE", "ward", bed_kind="mental_health_adult"),
        unit("RVV09-SUITE", "place_of_safety", bed_kind="s136"),
    )
    return System(
        code="QKS", name="Small", places=(Place("east_kent", "East Kent"),),
        providers=(Provider("RVV", "East Kent Hospitals", "East Kent", "acute"),),
        sites=(site("RVV01", first, 1), site("RVV09", second, 1)), neighbourhoods=("ashford_1", "thanet_1"),
        silent_hours={
            "ed": 12, "stay": 20, "ambulance": 6, "virtual_ward": 30, "ucr": 96, "mental_health": 960, "s136": 72,
        },
    )  # fmt: skip


SITES = ("RVV01", "RVV09")
WARDS = {"RVV01": ("RVV01-WARD", "RVV01-ICU"), "RVV09": ("RVV09-WARD",)}
BED_KINDS = {"RVV01-WARD": "ga_adult", "RVV01-ICU": "critical_care", "RVV09-WARD": "ga_adult"}
_sites = st.sampled_from(SITES)
_bands = st.sampled_from(["0-17", "65-74", "85+"])


def _wards(site: str) -> st.SearchStrategy[str]:
    return st.sampled_from(WARDS[site])


@st.composite
def _payload(draw: st.DrawFn, type_: str, site: str) -> dict[str, Any]:
    ward = draw(_wards(site))
    person = {"age_band": draw(_bands), "high_intensity": draw(st.booleans()), "neighbourhood": "ashford_1"}
    bed = {"site": site, "unit": ward, "bed_kind": BED_KINDS[ward]}
    made: dict[str, dict[str, Any]] = {
        "ed.arrived": {"site": site, "department_type": draw(st.sampled_from([1, 3])), "unit": f"{site}-MAJORS"}
        | person,
        "ed.triaged": {"site": site, "acuity": draw(st.integers(1, 5))},
        "ed.seen": {"site": site},
        "ed.referred": {"site": site, "service": draw(st.sampled_from(["medicine", "surgery"]))},
        "ed.decision_to_admit": {"site": site},
        "ed.bed_requested": {"site": site, "bed_kind": draw(st.sampled_from(["ga_adult", "critical_care"]))},
        "ed.moved": {"site": site, "unit": f"{site}-MAJORS"},
        "ed.departed": {"site": site, "reason": draw(st.sampled_from(["admitted", "discharged"]))},
        "corridor_care.started": {"site": site},
        "corridor_care.ended": {"site": site},
        "sdec.arrived": {"site": site} | person,
        "sdec.departed": {"site": site, "reason": draw(st.sampled_from(["admitted", "discharged"]))},
        "ambulance.called": {"category": draw(st.sampled_from(["C1", "C2"]))} | person,
        "ambulance.conveying": {"site": site},
        "ambulance.diverted": {"from_site": site, "to_site": "RVV09"},
        "ambulance.arrived": {"site": site},
        "ambulance.handed_over": {"site": site},
        "ambulance.cleared": {},
        "bed.admitted": bed | {"admission": "emergency"} | person,
        "bed.transferred": bed | {"escalation": draw(st.booleans())},
        "bed.left": {"site": site, "unit": ward, "reason": "discharged"},
        "discharge.criteria_not_met": {
            "site": site,
            "pathway": draw(st.integers(0, 3)),
            "delay": draw(st.sampled_from(["transport", "awaiting_bed"])),
        },
        "discharge.criteria_met_again": {"site": site},
        "discharge.planned": {
            "site": site,
            "certainty": "definite",
            "expected_at": (START + timedelta(minutes=draw(_minutes()))).isoformat(),
        },
        "virtual_ward.referred": {"site": "RVV09", "unit": "RVV09-VW", "pathway": "frailty", "direction": "step_up"},
        "virtual_ward.onboarded": {"site": "RVV09", "unit": "RVV09-VW"},
        "virtual_ward.discharged": {"site": "RVV09", "unit": "RVV09-VW", "reason": "recovered"},
        "ucr.referred": {
            "site": "RVV09",
            "unit": "RVV09-UCR",
            "referral_source": "gp",
            "urgency": draw(st.sampled_from(["two_hour", "two_day"])),
        }
        | person,
        "ucr.responded": {
            "site": "RVV09",
            "unit": "RVV09-UCR",
            "outcome": draw(st.sampled_from(["stays_home", "conveyed", "not_seen"])),
        },
        "ed.streamed": {"site": site, "stream": draw(st.sampled_from(["majors", "mental_health"]))},
        "mh.referred": {
            "site": site,
            "setting": draw(st.sampled_from(["ed", "community"])),
            "referral_source": "gp",
            "urgency": draw(st.sampled_from(["emergency", "very_urgent", "urgent"])),
        }
        | person,
        "mh.assessed": {"site": site, "outcome": "admission"},
        "mh.bed_requested": {"site": site, "bed_kind": draw(st.sampled_from(["adult", "picu"]))},
        "mh.admitted": {"site": "RVV09", "unit": "RVV09-ACUTE", "bed_kind": "adult"},
        "mh.ready_for_discharge": {"site": "RVV09", "delay": "housing"},
        "mh.placed_out_of_area": {"site": "RVV09", "bed_kind": "adult", "inappropriate": draw(st.booleans())},
        "mh.left": {"site": "RVV09", "reason": "discharged"},
        "s136.arrived": {"site": "RVV09", "unit": "RVV09-SUITE", "place": "suite"}
        if draw(st.booleans())
        else {"site": site, "place": "ed"},
        "s136.left": {"site": "RVV09", "reason": "discharged"},
    }
    return made[type_]


STORIES: dict[str, tuple[str, ...]] = {
    "ed": (
        "ed.arrived", "ed.triaged", "ed.seen", "ed.referred", "ed.decision_to_admit", "ed.moved", "ed.departed",
        "ed.bed_requested", "corridor_care.started", "corridor_care.ended", "ed.streamed",
        "sdec.arrived", "sdec.departed",
    ),
    "am": (
        "ambulance.called", "ambulance.conveying", "ambulance.diverted", "ambulance.arrived",
        "ambulance.handed_over", "ambulance.cleared",
    ),
    "st": (
        "bed.admitted", "bed.transferred", "bed.left", "discharge.criteria_not_met",
        "discharge.criteria_met_again", "discharge.planned",
    ),
    "vw": ("virtual_ward.referred", "virtual_ward.onboarded", "virtual_ward.discharged"),
    "uc": ("ucr.referred", "ucr.responded"),
    "mh": (
        "mh.referred", "mh.assessed", "mh.bed_requested", "mh.admitted", "mh.ready_for_discharge",
        "mh.placed_out_of_area", "mh.left",
    ),
    "ps": ("s136.arrived", "s136.left"),
}  # fmt: skip


def uid_of(source: str, subject: str, id: str) -> str:
    """What a door would make of an event's id, but for its key."""
    return fingerprint(f"{source}/{subject}/{id}".encode())


def event(
    type_: str, subject: str, minute: int, data: dict[str, Any], *, id: str, sent: int | None, recorded: int,
    source: str = "RVV", **more: Any,
) -> Fact:  # fmt: skip
    """A validated fact; minutes count from START. sent None: the sender gave no sentat."""
    for key in ("replaces", "cancels"):
        if key in more and not more[key].startswith(SELECT):
            more[key] = uid_of(source, subject, more[key])
    raw: dict[str, Any] = {
        "specversion": "1.0", "id": uid_of(source, subject, id), "source": f"urn:nhs:ods:{source}",
        "subject": subject, "type": type_,
        "time": (START + timedelta(minutes=minute)).isoformat(), "data": data, **more,
    }  # fmt: skip
    if sent is not None:
        raw["sentat"] = (START + timedelta(minutes=sent)).isoformat()
    return fact_of(EVENT_ADAPTERS[type_].validate_python(raw), START + timedelta(minutes=recorded))


def fact_of(event: Envelope, recorded_at: datetime) -> Fact:
    """The fact an accepted event states, as the door makes it of an event whose ids are uids already."""
    type_: str = event.type  # type: ignore[attr-defined]
    data: dict[str, Any] = event.data.model_dump(mode="json", exclude_none=True)  # type: ignore[attr-defined]
    sent_at = event.sentat.astimezone(UTC) if event.sentat else None
    return stated(
        event.id, event.source, event.subject, type_, event.time.astimezone(UTC), sent_at, data, recorded_at,
        event.replaces, event.cancels, event.person, event.personmerged, event.personflag, event.follows,
    )  # fmt: skip


def union(*sets: Iterable[Fact]) -> dict[tuple[str, str], Fact]:
    """The set S of design 5.1: (uid, digest) -> fact, receiving again keeps the earliest recorded_at."""
    known: dict[tuple[str, str], Fact] = {}
    for facts in sets:
        for fact in facts:
            key = (fact.uid, fact.digest)
            held = known.get(key)
            if held is None or fact.recorded_at < held.recorded_at:
                known[key] = fact
    return known


@st.composite
def worlds(draw: st.DrawFn, journeys: int = 5) -> list[Fact]:
    """A set of facts about a few journeys, units, gauges and people, with everything that can go wrong in it."""
    facts: list[Fact] = []
    minutes = _minutes()
    for number in range(draw(st.integers(1, journeys))):
        story = draw(st.sampled_from(sorted(STORIES)))
        subject = f"j_{story}{number}"
        site = draw(_sites)
        types = STORIES[story]
        first = draw(minutes)
        for index in range(draw(st.integers(1, 8))):
            type_ = types[0] if index == 0 else draw(st.sampled_from(types))
            minute = first if index == 0 else first + draw(_minutes(900))
            sent = draw(st.sampled_from([None, minute, minute, minute + 1, minute + 600]))
            recorded = max(minute, sent or 0) + draw(st.sampled_from([0, 15, 705]))
            identity = f"{subject}-{draw(st.integers(0, 9))}"
            more: dict[str, Any] = {}
            if draw(st.booleans()):
                more["person"] = f"p_{draw(st.integers(0, 3))}"
            kind = draw(st.sampled_from(["fact"] * 6 + ["replace", "cancel", "cancel", "select"]))
            if kind == "fact" or not facts:
                facts.append(event(type_, subject, minute, draw(_payload(type_, site)), id=identity, sent=sent,
                                   recorded=recorded, **more))  # fmt: skip
                continue
            target = f"{subject}-{draw(st.integers(0, 9))}"
            sent = minute if sent is None else sent
            if kind == "replace":
                named = draw(st.sampled_from([target, SELECT + type_]))
                facts.append(event(type_, subject, minute, draw(_payload(type_, site)), id=identity, sent=sent,
                                   recorded=recorded, replaces=named, **more))  # fmt: skip
            else:
                named = target if kind == "cancel" else SELECT + draw(st.sampled_from([*types, "event.cancelled"]))
                facts.append(event("event.cancelled", subject, minute, {}, id=f"c{index}", sent=sent,
                                   recorded=recorded, cancels=named))  # fmt: skip
    facts += draw(_units(tuple(sorted({fact.subject for fact in facts}))))
    facts += draw(_bed_statuses())
    facts += draw(_gauges())
    facts += draw(_decisions())
    facts += draw(_merges())
    return facts


@st.composite
def _units(draw: st.DrawFn, visits: tuple[str, ...]) -> list[Fact]:
    facts = []
    for number in range(draw(st.integers(0, 4))):
        unit = draw(st.sampled_from(["RVV01-WARD", "RVV01-MAJORS", "RVV09-WARD", "RVV09-VW"]))
        minute = draw(_minutes())
        data: dict[str, Any] = {"site": unit.partition("-")[0], "unit": unit}
        if draw(st.booleans()):
            type_ = "unit.capacity"
            data |= {"core": draw(st.integers(0, 9)), "closed": draw(st.integers(0, 2))}
            data["reason"] = draw(st.sampled_from(["none", "infection"]))
        else:
            type_ = "unit.census"
            data["visits"] = draw(st.lists(st.sampled_from(visits), unique=True, max_size=4))
        facts.append(event(type_, unit, minute, data, id=f"u{number}", sent=minute, recorded=minute))
    return facts


@st.composite
def _bed_statuses(draw: st.DrawFn) -> list[Fact]:
    facts = []
    for number in range(draw(st.integers(0, 3))):
        minute, bed = draw(_minutes()), draw(st.sampled_from(["A1", "A2"]))
        data = {
            "site": "RVV01", "unit": "RVV01-WARD", "clean": draw(st.booleans()), "staffed": True,
            "sex": draw(st.sampled_from(["female", "any"])), "side_room": draw(st.booleans()),
            "cohort": draw(st.sampled_from(["none", "influenza"])),
        }  # fmt: skip
        facts.append(event("bed.status", f"RVV01-WARD/{bed}", minute, data, id=f"b{number}", sent=minute,
                           recorded=minute))  # fmt: skip
    return facts


@st.composite
def _gauges(draw: st.DrawFn) -> list[Fact]:
    facts = []
    for number in range(draw(st.integers(0, 3))):
        minute = draw(_minutes())
        data: dict[str, Any] = {"organisation": "RVV", "measure": "staffing.absence", "value": draw(st.integers(0, 9))}
        if draw(st.booleans()):
            data["until"] = (START + timedelta(minutes=minute + draw(_minutes(300)))).isoformat()
        if draw(st.booleans()):
            data["typed"] = True
        facts.append(event("gauge.reported", "RVV/staffing.absence", minute, data, id=f"g{number}",
                           sent=minute, recorded=minute))  # fmt: skip
    return facts


@st.composite
def _decisions(draw: st.DrawFn) -> list[Fact]:
    """What staff decide: steps in any order, of few references, so that they meet; some of the whole provider."""
    facts = []
    for number in range(draw(st.integers(0, 5))):
        minute, reference = draw(_minutes()), draw(st.sampled_from(["D1", "D2"]))
        step = {"reference": reference, "from_site": "RVV01", "to_site": "RVV09", "kind": "ambulance"}
        level = {"level": draw(st.integers(1, 4))}
        incident = {"reference": reference, "kind": "critical"} | draw(st.sampled_from([{}, {"site": "RVV01"}]))
        steps: list[tuple[str, dict[str, Any]]] = [
            ("opel.proposed", level),
            ("opel.declared", level),
            ("incident.declared", incident),
            ("incident.stood_down", {"reference": reference}),
            ("divert.requested", step),
            ("divert.agreed", step),
            ("divert.ended", {"reference": reference}),
            ("mutual_aid.requested", step | {"kind": "staff"}),
            ("mutual_aid.agreed", step | {"kind": "staff"}),
            ("mutual_aid.ended", {"reference": reference, "outcome": "refused"}),
        ]
        type_, data = draw(st.sampled_from(steps))
        facts.append(event(type_, draw(st.sampled_from(["RVV", "RVV01", "QKS"])), minute, data, id=f"s{number}",
                           sent=minute, recorded=minute + draw(st.sampled_from([15, 705]))))  # fmt: skip
    return facts


@st.composite
def _merges(draw: st.DrawFn) -> list[Fact]:
    facts = []
    for number in range(draw(st.integers(0, 3))):
        one, other = f"p_{draw(st.integers(0, 3))}", f"p_{draw(st.integers(0, 3))}"
        facts.append(event("person.merged", one, number, {}, id=f"m{number}", sent=number, recorded=number,
                           person=one, personmerged=other))  # fmt: skip
        if draw(st.booleans()):
            facts.append(event("event.cancelled", one, number, {}, id=f"x{number}", sent=number + 1,
                               recorded=number + 1, cancels=f"m{number}"))  # fmt: skip
    return facts


def moments() -> st.SearchStrategy[datetime]:
    """A moment in or after the world, on its grid so that edges are hit."""
    return _minutes(MINUTES + 1800).map(lambda minute: START + timedelta(minutes=minute))


def _minutes(most: int = MINUTES) -> st.SearchStrategy[int]:
    return st.integers(0, most // GRID).map(lambda step: step * GRID)
