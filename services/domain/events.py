"""The event: one immutable fact from a source system, as a CloudEvent 1.0.

`EVENT_TYPES` is the one place that knows a type: its payload, its topic, what kind of subject it is about and
whether its milestone repeats. Schemas, doors and the fold all read it; a new type is a new row here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, create_model

from services.domain import payloads as p

SubjectKind = Literal[
    "ed", "ambulance", "stay", "virtual_ward", "ucr", "mental_health", "s136", "unit", "bed", "gauge", "organisation",
    "person",
]  # fmt: skip
JOURNEY_KINDS: tuple[SubjectKind, ...] = ("stay", "ed", "virtual_ward", "ambulance", "ucr", "mental_health", "s136")

#: Of these everything said holds until it is said again, and they never end.
UNTIL_THE_NEXT: frozenset[SubjectKind] = frozenset(["unit", "bed", "gauge"])

SELECT = "select:"  # `cancels: select:<type>` names the greatest smaller fact of that type, id unknown
SCHEMA_VERSION = "1.0"


@dataclass(frozen=True)
class EventType:
    name: str
    topic: str
    kind: SubjectKind | None  # None: takes the kind of whatever it is about
    payload: type[p.Payload]
    repeats: bool = False  # every survivor is a milestone, not only the greatest


def _types() -> dict[str, EventType]:
    rows: list[tuple[str, SubjectKind | None, list[tuple[str, type[p.Payload], bool]]]] = [
        ("flow.ed", "ed", [
            ("ed.arrived", p.EdArrived, False),
            ("ed.streamed", p.EdStreamed, True),
            ("ed.triaged", p.EdTriaged, False),
            ("ed.seen", p.AtSite, False),
            ("ed.referred", p.EdReferred, True),
            ("ed.ready_to_proceed", p.AtSite, False),
            ("ed.decision_to_admit", p.AtSite, False),
            ("ed.bed_requested", p.EdBedRequested, False),
            ("ed.bed_allocated", p.EdBedAllocated, False),
            ("ed.moved", p.AtUnit, True),
            ("ed.departed", p.EdDeparted, False),
            ("corridor_care.started", p.AtSite, True),
            ("corridor_care.ended", p.AtSite, True),
            ("sdec.arrived", p.SdecArrived, False),
            ("sdec.departed", p.SdecDeparted, False),
        ]),
        ("flow.bed", "stay", [
            ("bed.expected", p.BedExpected, False),
            ("bed.admitted", p.BedAdmitted, False),
            ("bed.transferred", p.BedTransferred, True),
            ("bed.leave_started", p.AtUnit, True),
            ("bed.leave_ended", p.AtUnit, True),
            ("bed.left", p.BedLeft, False),
        ]),
        ("flow.bed", "bed", [("bed.status", p.BedStatus, True)]),
        ("flow.bed", "unit", [
            ("unit.capacity", p.UnitCapacity, True),
            ("unit.census", p.UnitCensus, True),
        ]),
        ("flow.ambulance", "ambulance", [
            ("ambulance.called", p.AmbulanceCalled, False),
            ("ambulance.assigned", p.Payload, True),
            ("ambulance.on_scene", p.Payload, False),
            ("ambulance.pre_alerted", p.AtSite, False),
            ("ambulance.conveying", p.AmbulanceConveying, False),
            ("ambulance.arrived", p.AtSite, False),
            ("ambulance.cohorted", p.AtSite, False),
            ("ambulance.handed_over", p.AtSite, False),
            ("ambulance.cleared", p.AmbulanceCleared, False),
            ("ambulance.diverted", p.AmbulanceDiverted, True),
        ]),
        ("flow.virtual_ward", "virtual_ward", [
            ("virtual_ward.referred", p.VirtualWardReferred, False),
            ("virtual_ward.accepted", p.AtUnit, False),
            ("virtual_ward.declined", p.AtUnit, False),
            ("virtual_ward.onboarded", p.AtUnit, False),
            ("virtual_ward.escalated", p.AtUnit, True),
            ("virtual_ward.discharged", p.VirtualWardDischarged, False),
        ]),
        ("flow.discharge", "stay", [
            ("discharge.criteria_not_met", p.CriteriaNotMet, True),
            ("discharge.criteria_met_again", p.AtSite, True),
            ("discharge.ready_date_set", p.DischargeReadyDate, True),
            ("discharge.referred_to_hub", p.DischargeStep, True),
            ("discharge.accepted", p.DischargeStep, True),
            ("discharge.start_agreed", p.DischargeStart, True),
            ("discharge.planned", p.DischargePlanned, True),
            ("discharge.lounge_arrived", p.AtSite, False),
        ]),
        ("flow.community", "ucr", [
            ("ucr.referred", p.UcrReferred, False),
            ("ucr.responded", p.UcrResponded, False),
        ]),
        ("flow.community", "mental_health", [
            ("mh.referred", p.MentalHealthReferred, False),
            ("mh.assessed", p.MentalHealthAssessed, False),
            ("mh.bed_requested", p.MentalHealthBedRequested, False),
            ("mh.admitted", p.MentalHealthAdmitted, True),
            ("mh.ready_for_discharge", p.MentalHealthReady, False),
            ("mh.placed_out_of_area", p.MentalHealthOutOfArea, True),
            ("mh.left", p.MentalHealthLeft, False),
        ]),
        ("flow.community", "s136", [
            ("s136.arrived", p.S136Arrived, True),
            ("s136.left", p.S136Left, False),
        ]),
        ("flow.system", "organisation", [
            ("move.expected", p.MoveExpected, True),
            ("opel.proposed", p.OpelStated, True),
            ("opel.declared", p.OpelStated, True),
            ("incident.declared", p.IncidentDeclared, True),
            ("incident.stood_down", p.IncidentStoodDown, True),
            ("divert.requested", p.DivertStep, True),
            ("divert.agreed", p.DivertStep, True),
            ("divert.ended", p.DivertEnded, True),
            ("mutual_aid.requested", p.MutualAidStep, True),
            ("mutual_aid.agreed", p.MutualAidStep, True),
            ("mutual_aid.ended", p.MutualAidEnded, True),
        ]),
        ("flow.gauge", "gauge", [("gauge.reported", p.GaugeReported, True)]),
        ("every", None, [("event.cancelled", p.EventCancelled, True)]),
        ("every", "person", [
            ("person.updated", p.PersonUpdated, True),
            ("person.merged", p.PersonMerged, True),
        ]),
    ]  # fmt: skip
    return {
        name: EventType(name, topic, kind, payload, repeats)
        for topic, kind, members in rows
        for name, payload, repeats in members
    }


EVENT_TYPES: Mapping[str, EventType] = _types()


class Envelope(BaseModel):
    """CloudEvents 1.0 attributes and Lightship's extensions, after the door has pseudonymised them.

    subject, follows and a census' visits are keyed hashes for journeys; unit, bed, gauge and organisation
    subjects stay as they are. An unknown attribute is refused: it may hold what must not be stored.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    specversion: Literal["1.0"]
    id: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(pattern=r"^urn:nhs:ods:[A-Z0-9]{3,9}$", examples=["urn:nhs:ods:RVV"])]
    subject: Annotated[str, Field(min_length=1, max_length=200)]
    time: AwareDatetime
    datacontenttype: Literal["application/json"] | None = None
    sentat: AwareDatetime | None = None
    recordedat: AwareDatetime | None = None
    replaces: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    cancels: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    person: Annotated[str, Field(max_length=64)] | None = None
    personflag: Literal["invalid_nhs_number"] | None = None
    personmerged: Annotated[str, Field(max_length=64)] | None = None
    follows: Annotated[str, Field(max_length=200)] | None = None
    synthetic: Annotated[Literal[True], Field(description="The people it is about are made up.")] | None = None


#: What only an outer door may see: it replaces them and they never travel further.
DOOR_ATTRIBUTES = ("nhsnumber", "nhsnumbermerged")
ATTRIBUTES: tuple[str, ...] = (*Envelope.model_fields, "type", "data")


def _model(event_type: EventType) -> type[Envelope]:
    words = "".join(part.capitalize() for part in event_type.name.replace(".", "_").split("_"))
    fields: dict[str, Any] = {
        "type": (Literal[event_type.name], ...),
        "data": (event_type.payload, Field(default_factory=event_type.payload) if _empty(event_type) else ...),
    }
    doc = f"`{event_type.name}` on topic `{event_type.topic}`."
    return create_model(f"{words}Event", __base__=Envelope, __doc__=doc, **fields)


def _empty(event_type: EventType) -> bool:
    return not any(field.is_required() for field in event_type.payload.model_fields.values())


EVENT_MODELS: Mapping[str, type[Envelope]] = {name: _model(kind) for name, kind in EVENT_TYPES.items()}
EVENT_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {name: TypeAdapter(model) for name, model in EVENT_MODELS.items()}


def json_schemas() -> dict[str, Any]:
    """The JSON Schema of every event type, generated from the models."""
    return {name: model.model_json_schema() for name, model in EVENT_MODELS.items()}
