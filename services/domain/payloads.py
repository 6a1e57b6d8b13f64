"""What each event type carries in `data`.

Every text field is a closed vocabulary or a short code, never free text: free text is where names hide.
Vocabularies follow ECDS v4, the Discharge Ready Date guidance and the UEC SitRep definitions
(docs/reference/domain facts with their sources).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SiteCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{3,9}$", examples=["RVV01"])]
UnitCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{3,9}-[A-Z0-9_]{1,24}$", examples=["RVV01-MAJORS"])]
Neighbourhood = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$", examples=["ashford_1"])]
Specialty = Annotated[str, Field(pattern=r"^[a-z][a-z_]{2,30}$", examples=["general_medicine"])]
#: A sender's number of an incident, a divert or an agreement: one or two letters and at most eight digits.
Reference = Annotated[str, Field(pattern=r"^[A-Z]{1,2}[0-9]{1,8}$", examples=["D17"])]
Visit = Annotated[str, Field(min_length=1, max_length=120, examples=["RVV/V1234567"])]

AgeBand = Literal["0-17", "18-39", "40-64", "65-74", "75-84", "85+"]
Sex = Literal["female", "male", "other", "unknown"]
Segment = Literal["healthy", "long_term_condition", "frailty", "end_of_life", "maternity", "mental_health", "unknown"]
Acuity = Literal[1, 2, 3, 4, 5]  # ECDS: 1 immediate .. 5 low
AmbulanceCategory = Literal["C1", "C2", "C3", "C4", "C5", "HCP", "IFT"]
BedKind = Literal[
    "ga_adult", "ga_paediatric", "critical_care", "paediatric_hdu", "neonatal", "maternity", "community", "virtual"
]
Council = Literal["kent", "medway", "other"]
#: Who sent somebody to a department or to same day emergency care; `ambulance`: 999 or a paramedic, `ed`: from another
#: department, or on from this one.
WayIn = Literal[
    "self", "gp", "nhs111", "ambulance", "care_home", "community_team", "police", "ed", "other",
]  # fmt: skip


class Payload(BaseModel):
    """A payload refuses keys that are not its own: an unknown key may carry a person's details."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Person(Payload):
    """What a journey's opening event says of the person, for splits only."""

    age_band: AgeBand | None = None
    sex: Sex | None = None
    neighbourhood: Neighbourhood | None = None
    segment: Segment | None = None
    high_intensity: bool | None = None


class AtSite(Payload):
    site: SiteCode


class AtUnit(Payload):
    site: SiteCode
    unit: UnitCode


class EdArrived(Person):
    site: SiteCode
    department_type: Literal[1, 2, 3, 4]
    arrival_mode: Literal["ambulance", "helicopter", "own_transport", "public_transport", "police", "other"] = "other"
    unit: UnitCode | None = None
    referral_source: WayIn | None = None


class EdStreamed(AtSite):
    stream: Literal["resus", "majors", "minors", "paediatric", "sdec", "utc", "primary_care", "mental_health"]


class EdTriaged(AtSite):
    acuity: Acuity


class EdReferred(AtSite):
    service: Literal[
        "medicine", "surgery", "paediatrics", "orthopaedics", "mental_health", "frailty", "critical_care", "other"
    ]


class EdBedRequested(AtSite):
    bed_kind: BedKind
    specialty: Specialty | None = None
    side_room: bool = False


class EdBedAllocated(AtSite):
    unit: UnitCode


class EdDeparted(AtSite):
    reason: Literal[
        "discharged", "admitted", "transferred", "sdec", "virtual_ward", "left_before_assessment",
        "left_before_treatment", "died",
    ]  # fmt: skip


class SdecArrived(Person):
    """In same day emergency care: on from the department, in the same journey, or direct, in one of its own."""

    site: SiteCode
    referral_source: WayIn | None = None


class SdecDeparted(AtSite):
    reason: Literal["discharged", "admitted"] = "discharged"


class BedExpected(AtSite):
    expected_at: AwareDatetime
    bed_kind: BedKind
    specialty: Specialty | None = None
    admission: Literal["emergency", "elective", "transfer", "maternity"]


class BedAdmitted(Person):
    site: SiteCode
    unit: UnitCode
    bed_kind: BedKind
    admission: Literal["emergency", "elective", "transfer", "maternity", "birth"]
    specialty: Specialty | None = None
    escalation: bool = False


class BedTransferred(AtUnit):
    bed_kind: BedKind
    specialty: Specialty | None = None
    escalation: bool = False


class BedLeft(AtUnit):
    reason: Literal["discharged", "transferred_out", "died", "self_discharged", "virtual_ward"]
    pathway: Literal[0, 1, 2, 3] | None = None


class BedStatus(AtUnit):
    clean: bool
    staffed: bool
    occupied: bool | None = None
    sex: Literal["female", "male", "any"] = "any"
    side_room: bool = False
    cohort: Literal["none", "covid", "influenza", "norovirus", "c_difficile", "other"] = "none"
    escalation: bool = False


class UnitCapacity(AtUnit):
    core: Annotated[int, Field(ge=0, le=2000)]
    escalation: Annotated[int, Field(ge=0, le=500)] = 0
    closed: Annotated[int, Field(ge=0, le=2000)] = 0
    reason: Literal["none", "infection", "staffing", "estates", "cleaning", "ringfenced", "other"] = "none"
    open_to_referrals: bool = True


class UnitCensus(AtUnit):
    """The sender's own count at a moment, or the full list of the visits it holds."""

    count: Annotated[int, Field(ge=0, le=5000)] | None = None
    visits: Annotated[tuple[Visit, ...], Field(max_length=5000)] | None = None


class AmbulanceCalled(Person):
    category: AmbulanceCategory
    clock_start: AwareDatetime | None = None


class AmbulanceConveying(AtSite):
    expected_at: AwareDatetime | None = None


class AmbulanceCleared(Payload):
    site: SiteCode | None = None
    outcome: Literal["conveyed", "see_and_treat", "hear_and_treat", "cancelled"] = "conveyed"


class AmbulanceDiverted(Payload):
    from_site: SiteCode
    to_site: SiteCode


class VirtualWardReferred(Person):
    site: SiteCode
    unit: UnitCode
    pathway: Literal["frailty", "respiratory", "heart_failure", "paediatric", "general"]
    direction: Literal["step_up", "step_down"]


class VirtualWardDischarged(AtUnit):
    reason: Literal["recovered", "admitted", "community", "died", "declined_by_person"]


class CriteriaNotMet(AtSite):
    """The person no longer meets the criteria to reside; the delay code says what they wait for."""

    pathway: Literal[0, 1, 2, 3]
    delay: Literal[
        "none", "awaiting_assessment", "awaiting_package", "awaiting_bed", "awaiting_equipment", "family_choice",
        "medication", "transport", "housing", "other",
    ] = "none"  # fmt: skip
    council: Council = "kent"


class DischargeReadyDate(AtSite):
    ready_on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class DischargeStep(AtSite):
    pathway: Literal[0, 1, 2, 3]
    council: Council = "kent"


class DischargeStart(DischargeStep):
    starts_at: AwareDatetime


class DischargePlanned(AtSite):
    expected_at: AwareDatetime
    certainty: Literal["definite", "possible"]


class MoveExpected(Payload):
    """A move between sites that staff have agreed; `count` people, no names."""

    from_site: SiteCode
    to_site: SiteCode
    expected_at: AwareDatetime
    bed_kind: BedKind
    count: Annotated[int, Field(ge=1, le=100)] = 1


class OpelStated(Payload):
    """An OPEL level that the subject's own people propose or declare, outside the boards."""

    level: Literal[1, 2, 3, 4]
    reason: Literal[
        "routine", "ed_crowding", "no_beds", "ambulance_delays", "discharge_delays", "demand", "staffing", "infection",
        "incident", "recovered", "other",
    ] = "routine"  # fmt: skip


class Referred(Payload):
    """What begins and ends under a reference: several of one organisation may run at once."""

    reference: Reference


class IncidentDeclared(Referred):
    """site: where it is; left out where it is the whole organisation's."""

    kind: Literal["critical", "major", "business_continuity", "mass_casualty", "infection", "digital", "other"]
    site: SiteCode | None = None


class IncidentStoodDown(Referred):
    pass


class DivertStep(Referred):
    """from_site asks that `kind` go to to_site for a while. until: when it is expected to end."""

    from_site: SiteCode
    to_site: SiteCode
    kind: Literal["ambulance", "all_emergency", "specialty", "maternity", "critical_care", "paediatric"]
    reason: Literal["crowding", "no_beds", "staffing", "infection", "estates", "equipment", "incident", "other"] = (
        "other"
    )
    until: AwareDatetime | None = None


class DivertEnded(Referred):
    outcome: Literal["over", "refused", "withdrawn"] = "over"


class MutualAidStep(Referred):
    """to_site asks for help, from_site gives it. count: of people, beds or vehicles. until: when it is to end."""

    from_site: SiteCode
    to_site: SiteCode
    kind: Literal["staff", "beds", "critical_care_transfer", "equipment", "ambulances"]
    count: Annotated[int, Field(ge=1, le=100)] = 1
    until: AwareDatetime | None = None


class MutualAidEnded(DivertEnded):
    pass


class GaugeReported(Payload):
    organisation: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{1,60}$")]
    measure: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$", max_length=80)]
    value: Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]
    until: AwareDatetime | None = None  # the reading holds to here at the latest (a daily figure: its day's end)
    typed: bool = False  # by a person: its age is its own, and says nothing of the organisation's feed


UcrOutcome = Literal["stays_home", "conveyed", "virtual_ward", "community_bed", "not_seen"]
MentalHealthBed = Literal["adult", "picu", "older"]
MentalHealthSetting = Literal["ed", "community", "ward", "place_of_safety"]
MentalHealthUrgency = Literal["emergency", "very_urgent", "urgent", "routine"]  # within 1, 4, 24 hours; later


class UcrReferred(Person):
    """Somebody at home is referred to urgent community response; `two_hour` is the national standard's urgency."""

    site: SiteCode
    unit: UnitCode
    referral_source: Literal[
        "gp", "ambulance", "nhs111", "care_home", "ed", "hospital", "social_care", "self", "other",
    ]  # fmt: skip
    urgency: Literal["two_hour", "two_day"] = "two_hour"


class UcrResponded(AtUnit):
    """The first contact in person, or, with `not_seen`, the end of a referral that came to none."""

    outcome: UcrOutcome


class MentalHealthReferred(Person):
    """To liaison in a hospital, or to the crisis team. site: where the person is, or of the team that is asked."""

    site: SiteCode
    setting: MentalHealthSetting
    referral_source: Literal[
        "ed", "ward", "gp", "ambulance", "nhs111", "police", "community_team", "self", "other",
    ]  # fmt: skip
    urgency: MentalHealthUrgency


class MentalHealthAssessed(AtSite):
    outcome: Literal["discharged", "community", "home_treatment", "admission", "other"]


class MentalHealthBedRequested(AtSite):
    """site: where the person waits."""

    bed_kind: MentalHealthBed


class MentalHealthAdmitted(AtUnit):
    """In a bed; said again where they move to another ward, or come back from out of area."""

    bed_kind: MentalHealthBed
    legal_status: Literal["informal", "section_2", "section_3", "other_section"] = "informal"


class MentalHealthOutOfArea(AtSite):
    """site: of ours that has charge of them. Inappropriate: for want of a bed, not for the sake of care."""

    bed_kind: MentalHealthBed
    inappropriate: bool = True


class MentalHealthReady(AtSite):
    """Clinically ready for discharge; the delay code says what they wait for."""

    delay: Literal[
        "none", "housing", "care_home", "supported_living", "package", "family_choice", "transfer", "funding", "other",
    ] = "none"  # fmt: skip


class MentalHealthLeft(AtSite):
    """The end of the whole journey, wherever they were in it."""

    reason: Literal["discharged", "home_treatment", "transferred_out", "no_longer_needed", "self_discharged", "died"]


class S136Arrived(Person):
    """At a place of safety: a suite is a unit, an emergency department is none. Said again where they are moved."""

    site: SiteCode
    unit: UnitCode | None = None
    place: Literal["suite", "ed"]


class S136Left(AtSite):
    reason: Literal["discharged", "admitted_informally", "detained", "transferred", "lapsed", "other"]


class EventCancelled(Payload):
    pass


class PersonUpdated(Person):
    pass


class PersonMerged(Payload):
    pass
