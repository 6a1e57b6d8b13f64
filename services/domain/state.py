"""The state of the whole system at a moment, as known at a moment: what the flow model starts from (design 5.2).

`build_state` is a pure function of folded subjects; `services.store.state.read` gives the same from the store.
Who is counted, and who is left out as a ghost or as stale, follows the measures' own rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from services.domain.agreed import Agreement, order, standing
from services.domain.events import JOURNEY_KINDS, SubjectKind
from services.domain.fold import Milestone, Subject, canonical_people
from services.domain.links import Link, Windows, derived_links
from services.domain.measures import PLACED, absent, configured_capacity
from services.domain.phases import Phase, at, phases
from services.domain.system import System

Reason = Literal["ghost", "stale"]
VehicleStatus = Literal["called", "on_scene", "conveying", "waiting", "clearing"]


@dataclass(frozen=True, slots=True)
class Passed:
    """A milestone that a journey has passed."""

    type: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Journey:
    """One journey with something still open. unit: where the person is; site: that, or where the open part takes place.

    phases: what is open, so also the queues it stands in. bed_kind: asked for. pathway: of the discharge (0-3), or the
    name of the virtual ward's. person: the canonical pseudonym after merges. derived: no sender gave `follows`.
    """

    key: str
    kind: SubjectKind
    site: str | None
    unit: str | None
    phases: tuple[Phase, ...]
    milestones: tuple[Passed, ...]
    acuity: int | None
    stream: str | None
    bed_kind: str | None
    age_band: str | None
    specialty: str | None
    pathway: int | str | None
    ready_date: date | None
    person: str | None
    follows: str | None
    derived: bool


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit's beds (an ED area: cubicles; a virtual ward: places). source: who says so, since when.

    counted: the sender's own bare count, which stands beside the one derived from journeys.
    """

    code: str
    site: str
    core: int
    escalation: int
    closed: int
    source: Literal["reported", "configured"]
    since: datetime
    counted: int | None
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """An ambulance from call to clear. site: where it is going or stands; `waiting` is to hand over."""

    key: str
    status: VehicleStatus
    site: str | None
    since: datetime
    category: str | None
    expected_at: datetime | None


@dataclass(frozen=True, slots=True)
class DischargePlan:
    """A discharge that is planned and has not happened. starts_at: agreed start of the service that follows."""

    key: str
    site: str | None
    unit: str | None
    certainty: Literal["definite", "possible"]
    expected_at: datetime
    pathway: int | str | None
    starts_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """The newest event of a source that had happened by as_at and was known at known_at."""

    source: str
    last_event_at: datetime


@dataclass(frozen=True, slots=True)
class SystemState:
    """Everything by key, so that equal states are equal byte for byte. ghosts and stale are in no count.

    agreed: incidents, diverts and mutual aid that stand, in the order of `agreed.order`.
    """

    as_at: datetime
    known_at: datetime
    units: tuple[UnitState, ...]
    journeys: tuple[Journey, ...]
    vehicles: tuple[Vehicle, ...]
    discharges: tuple[DischargePlan, ...]
    ghosts: tuple[Journey, ...]
    stale: tuple[Journey, ...]
    feeds: tuple[FeedHealth, ...]
    agreed: tuple[Agreement, ...] = ()


def build_state(
    subjects: Iterable[Subject], system: System, as_at: datetime, known_at: datetime, *,
    feeds: Iterable[FeedHealth] = (), windows: Windows | None = None,
) -> SystemState:  # fmt: skip
    """The state from subjects folded with as_at and known_at; those that have ended matter only to derived links."""
    told = [(subject, at(phases(subject), as_at)) for subject in subjects]
    people = canonical_people(
        (subject.key, milestone.other_person)
        for subject, _ in told
        for milestone in subject.milestones
        if milestone.type == "person.merged" and milestone.other_person is not None
    )
    every = [(subject, made) for subject, made in told if subject.kind in JOURNEY_KINDS and subject.milestones]
    links = {link.journey: link for link in derived_links((subject for subject, _ in every), people, windows)}
    lists: dict[str | None, Phase] = {
        phase.unit: phase
        for _, made in told
        for phase in made
        if phase.name == "census.list" and phase.unit is not None and phase.to_at is None
    }
    never_silent = replace(system, silent_hours={})
    journeys: list[Journey] = []
    left_out: dict[Reason, list[Journey]] = {"ghost": [], "stale": []}
    plans: list[DischargePlan] = []
    vehicles: list[Vehicle] = []
    for subject, made in sorted(every, key=lambda each: each[0].key):
        unended = tuple(phase for phase in made if phase.to_at is None)
        if not unended:
            continue
        journey = _journey(subject, unended, people, links.get(subject.key))
        if absent(subject, unended, as_at, lists, never_silent):
            left_out["ghost"].append(journey)
        elif absent(subject, unended, as_at, {}, system):
            left_out["stale"].append(journey)
        else:
            journeys.append(journey)
            plans += _plans(subject, journey)
            vehicles += _vehicles(subject, journey)
    return SystemState(
        as_at=as_at,
        known_at=known_at,
        units=_units([made for subject, made in told if subject.kind == "unit"], system, as_at),
        journeys=tuple(journeys),
        vehicles=tuple(vehicles),
        discharges=tuple(plans),
        ghosts=tuple(left_out["ghost"]),
        stale=tuple(left_out["stale"]),
        feeds=tuple(sorted(feeds, key=lambda feed: feed.source)),
        agreed=tuple(sorted(
            (each for subject, _ in told if subject.kind == "organisation"
             for each in standing(subject.key, subject.milestones, as_at)),
            key=lambda each: (*order(each), each.organisation),
        )),
    )  # fmt: skip


def _journey(subject: Subject, unended: Sequence[Phase], people: Mapping[str, str], link: Link | None) -> Journey:
    assert subject.kind is not None
    placed = [phase for phase in unended if phase.name in PLACED]
    somewhere = [phase for phase in unended if phase.site is not None]
    where = next(reversed(placed or somewhere), None)
    last: dict[tuple[str, str], Any] = {}  # (type or "", key) -> what the last milestone that carries it said
    age_band: str | None = None
    for milestone in subject.milestones:
        for key, value in milestone.data.items():
            last[milestone.type, key] = last["", key] = value
        age_band = age_band or milestone.data.get("age_band")
    ready = last.get(("discharge.ready_date_set", "ready_on"))
    return Journey(
        key=subject.key,
        kind=subject.kind,
        site=where.site if where else None,
        unit=placed[-1].unit if placed else None,
        phases=tuple(unended),
        milestones=tuple(Passed(milestone.type, milestone.time) for milestone in subject.milestones),
        acuity=last.get(("ed.triaged", "acuity")),
        stream=last.get(("ed.streamed", "stream")),
        bed_kind=_asked_for(last),
        age_band=age_band,
        specialty=last.get(("", "specialty")),
        pathway=last.get(("", "pathway")),
        ready_date=date.fromisoformat(ready) if ready else None,
        person=people.get(subject.person, subject.person) if subject.person else None,
        follows=link.follows if link else None,
        derived=link.derived if link else False,
    )


def _asked_for(last: Mapping[tuple[str, str], Any]) -> str | None:
    """The kind of bed, in the words of configuration."""
    if ("mh.bed_requested", "bed_kind") in last:
        return f"mental_health_{last['mh.bed_requested', 'bed_kind']}"
    kind: str | None = last.get(("ed.bed_requested", "bed_kind"), last.get(("bed.expected", "bed_kind")))
    return kind


def _plans(subject: Subject, journey: Journey) -> Iterable[DischargePlan]:
    if any(phase.name == "discharge.planned" for phase in journey.phases):
        plan = _latest(subject, "discharge.planned")
        agreed = _latest(subject, "discharge.start_agreed")
        assert plan is not None
        yield DischargePlan(
            key=journey.key,
            site=journey.site,
            unit=journey.unit,
            certainty=plan.data["certainty"],
            expected_at=datetime.fromisoformat(plan.data["expected_at"]),
            pathway=journey.pathway,
            starts_at=datetime.fromisoformat(agreed.data["starts_at"]) if agreed else None,
        )


def _vehicles(subject: Subject, journey: Journey) -> Iterable[Vehicle]:
    unended = {phase.name: phase for phase in journey.phases}
    on_scene = any(milestone.type == "ambulance.on_scene" for milestone in subject.milestones)
    statuses: tuple[tuple[str, VehicleStatus], ...] = (
        ("ambulance.handover", "waiting"),
        ("ambulance.conveying", "conveying"),
        ("ambulance.to_clear", "clearing"),
        ("ambulance.call", "on_scene" if on_scene else "called"),
    )
    for name, status in statuses:
        phase = unended.get(name)
        if phase is not None:
            conveying = _latest(subject, "ambulance.conveying")
            expected = conveying.data.get("expected_at") if conveying and status == "conveying" else None
            yield Vehicle(
                journey.key, status, phase.site, phase.from_at, phase.label,
                datetime.fromisoformat(expected) if expected else None,
            )  # fmt: skip
            return


def _latest(subject: Subject, type_: str) -> Milestone | None:
    return next((milestone for milestone in reversed(subject.milestones) if milestone.type == type_), None)


def _units(told: Iterable[Sequence[Phase]], system: System, as_at: datetime) -> tuple[UnitState, ...]:
    """What units report, and what configuration says of those that never reported a capacity."""
    said: dict[str, dict[str, Phase]] = {}
    for phase in configured_capacity(system):
        if phase.unit and phase.from_at <= as_at and (phase.to_at is None or phase.to_at > as_at):
            said.setdefault(phase.unit, {})[phase.name] = phase
    reported: set[str] = set()
    for made in told:
        for phase in made:
            if phase.unit and phase.to_at is None and phase.name != "census.list":
                said.setdefault(phase.unit, {})[phase.name] = phase
                if phase.name == "capacity.core":
                    reported.add(phase.unit)

    def beds(held: Mapping[str, Phase], name: str) -> int:
        return int(held[name].value or 0) if name in held else 0

    return tuple(
        UnitState(
            code=code,
            site=held["capacity.core"].site or code.partition("-")[0],
            core=beds(held, "capacity.core"),
            escalation=beds(held, "capacity.escalation"),
            closed=beds(held, "capacity.closed"),
            source="reported" if code in reported else "configured",
            since=held["capacity.core"].from_at,
            counted=beds(held, "census.count") if "census.count" in held else None,
            counted_at=held["census.count"].from_at if "census.count" in held else None,
        )
        for code, held in sorted(said.items())
        if "capacity.core" in held
    )
