"""The catalogue: every measure, once. API, boards, docs and alerts read it from here.

Definitions follow the UEC daily SitRep definitions and the sources named in docs/reference; targets name theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.domain.atoms import GA
from services.domain.atoms import beds as _beds
from services.domain.atoms import capacity as _capacity
from services.domain.atoms import ended as _ended
from services.domain.atoms import minutes as _minutes
from services.domain.atoms import open_beds as _open_beds
from services.domain.atoms import opened as _open
from services.domain.atoms import started as _started
from services.domain.catalogue_beds import BEDS
from services.domain.catalogue_community import COMMUNITY
from services.domain.catalogue_discharge import DISCHARGE
from services.domain.catalogue_gauges import REPORTED
from services.domain.catalogue_system import DECISIONS
from services.domain.measures import PLACED, Atom, Measure, Selection
from services.domain.urgent_care import URGENT_CARE

_ED = "Emergency department events of the provider: arrival to departure"
_BEDS = "Bed events of the provider: admission, transfers and leaving"
_AMBULANCE = "Ambulance service events: arrival at hospital, handover and clear"
_DISCHARGE = "Discharge events of the provider: daily criteria to reside, hub referral"
_VIRTUAL = "Virtual ward events of the provider"
_CAPACITY = "unit.capacity of the provider; configuration until the first one"

_IN_ED = _open("ed.department")
_LEFT_TODAY = _ended("ed.department")
_LEFT_LAST_24H = _ended("ed.department", "last_24h")
_HANDED_OVER = _ended("ambulance.handover", outcomes=("handed_over",))
_HANDED_OVER_LAST_24H = _ended("ambulance.handover", "last_24h", outcomes=("handed_over",))
_SEEN = _ended("ed.wait_seen", outcomes=("seen",))
_SEEN_LAST_24H = _ended("ed.wait_seen", "last_24h", outcomes=("seen",))
_TRIAGED = _ended("ed.wait_triage", outcomes=("triaged",))
_GA_OCCUPIED = _open("bed.place", labels=GA)

_MEASURES: tuple[Measure, ...] = (
    Measure("ed.in_department", "In ED", "count", "people", "lower",
            "People who have arrived at the emergency department or urgent treatment centre and have not left.",
            _ED, (_IN_ED,), needs="ed"),
    Measure("ed.attendances_today", "Attendances today", "count", "people", "neutral",
            "People who arrived since midnight, London time.", _ED, (_started("ed.department"),), needs="ed"),
    Measure("ed.arrivals_last_hour", "Arrivals in the last hour", "count", "people", "neutral",
            "People who arrived in the 60 minutes up to now.", _ED, (_started("ed.department", "last_hour"),),
            needs="ed"),
    Measure("ed.over_12h", "Over 12 h in ED", "share", "share", "lower",
            "Of the people in the department now, the share who arrived 12 hours ago or earlier.",
            _ED, (_open("ed.department", at_least_minutes=720),), denominator=(_IN_ED,), needs="type_1_ed",
            target=0.10, target_source="Urgent and emergency care plan 2025/26 (stated for attendances)"),
    Measure("ed.over_4h", "Over 4 h in ED", "share", "share", "lower",
            "Of the people in the department now, the share who arrived four hours ago or earlier.",
            _ED, (_open("ed.department", at_least_minutes=240),), denominator=(_IN_ED,), needs="ed"),
    Measure("ed.within_4h_today", "Within 4 hours", "share", "share", "higher",
            "Of the people who left the department since midnight, the share who left within four hours of arrival.",
            _ED, (_ended("ed.department", within_minutes=240),), denominator=(_LEFT_TODAY,), needs="ed",
            target=0.78, target_source="NHS planning guidance 2025/26: 78% by March 2026"),
    Measure("ed.within_4h_last_24h", "Within 4 hours, last 24 hours", "share", "share", "higher",
            "Of the people who left the department in the last 24 hours, the share who left within four hours of "
            "arrival.", _ED, (_ended("ed.department", "last_24h", within_minutes=240),), denominator=(_LEFT_LAST_24H,),
            needs="ed", target=0.78, target_source="NHS planning guidance 2025/26: 78% by March 2026"),
    Measure("ed.over_12h_today", "Left after 12 h", "share", "share", "lower",
            "Of the people who left the department since midnight, the share who left 12 hours or more after arrival.",
            _ED, (_ended("ed.department", at_least_minutes=720),), denominator=(_LEFT_TODAY,), needs="type_1_ed",
            target=0.10, target_source="Urgent and emergency care plan 2025/26"),
    Measure("ed.time_to_treatment_today", "Median time to treatment", "quantile", "minutes", "lower",
            "Median minutes from arrival to being seen by a clinician, of those seen since midnight.",
            _ED, (_minutes(_SEEN, "minutes"),), quantile=0.5, needs="type_1_ed",
            target=60, target_source="National clinical quality indicator (from memory, unconfirmed)"),
    Measure("ed.time_to_treatment_last_24h", "Median time to treatment, last 24 hours", "quantile", "minutes", "lower",
            "Median minutes from arrival to being seen by a clinician, of those seen in the last 24 hours.",
            _ED, (_minutes(_SEEN_LAST_24H, "minutes"),), quantile=0.5, needs="type_1_ed",
            target=60, target_source="National clinical quality indicator (from memory, unconfirmed)"),
    Measure("ed.triaged_within_15_today", "Initial assessment within 15 min", "share", "share", "higher",
            "Of the people triaged since midnight, the share triaged within 15 minutes of arrival.",
            _ED, (_ended("ed.wait_triage", outcomes=("triaged",), within_minutes=15),), denominator=(_TRIAGED,),
            needs="ed", target=None),
    Measure("ed.waiting_to_be_seen", "Waiting to be seen", "count", "people", "lower",
            "People in the department who have not yet been seen by a clinician.",
            _ED, (_open("ed.wait_seen"),), needs="ed"),
    Measure("ed.decision_to_admit_waiting", "Decided to admit, waiting", "count", "people", "lower",
            "People in the department for whom a decision to admit was made and who have not left.",
            _ED, (_open("ed.bed_wait"),), needs="type_1_ed"),
    Measure("ed.decision_to_admit_over_12h", "Over 12 h since decision to admit", "count", "people", "lower",
            "People in the department whose decision to admit was made 12 hours ago or earlier.",
            _ED, (_open("ed.bed_wait", at_least_minutes=720),), needs="type_1_ed",
            target=0, target_source="Zero tolerance (from memory, unconfirmed)"),
    Measure("ed.referred_share", "Referred to a service", "share", "share", "lower",
            "Of the people in the department now, the share already referred to an inpatient service.",
            _ED, (_open("ed.referred"),), denominator=(_IN_ED,), needs="type_1_ed"),
    Measure("ed.majors_resus_occupancy", "Majors and resus occupancy", "share", "share", "lower",
            "People in majors and resuscitation areas, over the cubicles configured or reported for them.",
            _ED, (_open("ed.area", areas=("majors", "resus")),),
            denominator=(Atom(Selection("capacity.core", areas=("majors", "resus")), "value_total"),),
            needs="type_1_ed"),
    Measure("ed.corridor_care", "Corridor care", "count", "people", "lower",
            "People being cared for now in a corridor or another clinically inappropriate place.",
            _ED, (_open("corridor.care"),), needs="type_1_ed"),
    Measure("sdec.in_unit", "In same day emergency care", "count", "people", "neutral",
            "People who have arrived at same day emergency care and have not left.",
            _ED, (_open("sdec.attendance"),), needs="type_1_ed"),
    Measure("ambulance.on_the_way", "Ambulances on the way", "count", "people", "neutral",
            "Ambulances conveying a person to this hospital that have not arrived.",
            _AMBULANCE, (_open("ambulance.conveying"),), needs="type_1_ed"),
    Measure("ambulance.waiting_handover", "Waiting for handover", "count", "people", "lower",
            "Ambulances that have arrived at the hospital and have not handed over.",
            _AMBULANCE, (_open("ambulance.handover"),), needs="type_1_ed"),
    Measure("ambulance.waiting_over_45", "Waiting over 45 min", "count", "people", "lower",
            "Ambulances that arrived 45 minutes ago or earlier and have not handed over.",
            _AMBULANCE, (_open("ambulance.handover", at_least_minutes=45),), needs="type_1_ed",
            target=0, target_source="Urgent and emergency care plan 2025/26: 45 minutes at most"),
    Measure("ambulance.handover_mean_today", "Mean handover", "mean", "minutes", "lower",
            "Mean minutes from arrival at hospital to handover, of the handovers since midnight.",
            _AMBULANCE, (_minutes(_HANDED_OVER),), denominator=(_HANDED_OVER,), needs="type_1_ed",
            target=15, target_source="NHS standard contract (from memory, unconfirmed)"),
    Measure("ambulance.handover_mean_last_24h", "Mean handover, last 24 hours", "mean", "minutes", "lower",
            "Mean minutes from arrival at hospital to handover, of the handovers in the last 24 hours.",
            _AMBULANCE, (_minutes(_HANDED_OVER_LAST_24H),), denominator=(_HANDED_OVER_LAST_24H,), needs="type_1_ed",
            target=15, target_source="NHS standard contract (from memory, unconfirmed)"),
    Measure("ambulance.hours_lost_today", "Hours lost at handover", "sum", "hours", "lower",
            "Time beyond 15 minutes of each handover since midnight, added up.",
            _AMBULANCE, (_minutes(_HANDED_OVER, over=15),), needs="type_1_ed"),
    Measure("ambulance.handovers_over_60_today", "Handovers over 60 min", "count", "people", "lower",
            "Handovers since midnight that took 60 minutes or longer.",
            _AMBULANCE, (_ended("ambulance.handover", outcomes=("handed_over",), at_least_minutes=60),),
            needs="type_1_ed"),
    Measure("beds.ga_open", "G&A beds open", "sum", "beds", "neutral",
            "General and acute beds open, core and escalation, less those closed.",
            _CAPACITY, _open_beds(GA), minus=(_beds("closed", GA),), needs="ga_beds"),
    Measure("beds.ga_occupied", "G&A beds occupied", "count", "beds", "lower",
            "People in a general and acute bed now, core or escalation.", _BEDS, (_GA_OCCUPIED,), needs="ga_beds"),
    Measure("beds.ga_occupancy", "G&A occupied", "share", "share", "lower",
            "General and acute beds occupied, over the beds open (core and escalation, less closed).",
            _BEDS, (_GA_OCCUPIED,), denominator=_open_beds(GA), denominator_minus=(_beds("closed", GA),),
            needs="ga_beds", target=0.92, target_source="Planning level (from memory, unconfirmed)"),
    Measure("beds.ga_free", "G&A beds free", "sum", "beds", "higher",
            "General and acute beds open (core and escalation, less closed), less those occupied.",
            _BEDS, _open_beds(GA), minus=(_beds("closed", GA), _GA_OCCUPIED), needs="ga_beds"),
    Measure("beds.escalation_occupied", "In escalation beds", "count", "beds", "lower",
            "People in a general and acute escalation bed now.",
            _BEDS, (_open("bed.place", labels=GA, value=1.0),), needs="ga_beds"),
    Measure("beds.escalation_share", "Escalation beds, share", "share", "share", "lower",
            "General and acute escalation beds open, over all general and acute beds open (less closed).",
            _CAPACITY, (_beds("escalation", GA),), denominator=_open_beds(GA), denominator_minus=(_beds("closed", GA),),
            needs="ga_beds"),
    Measure("beds.closed", "G&A beds closed", "sum", "beds", "lower",
            "General and acute beds closed now, for any reason.", _CAPACITY, (_beds("closed", GA),),
            needs="ga_beds"),
    Measure("beds.critical_care_occupied", "Critical care occupied", "count", "beds", "lower",
            "People in an adult critical care bed now.", _BEDS, (_open("bed.place", labels=("critical_care",)),),
            needs="beds"),
    Measure("beds.critical_care_free", "Critical care free", "sum", "beds", "higher",
            "Adult critical care beds open, less those occupied.",
            _BEDS, _open_beds(("critical_care",)),
            minus=(_beds("closed", ("critical_care",)), _open("bed.place", labels=("critical_care",))), needs="beds"),
    Measure("beds.community_occupied", "Community beds occupied", "count", "beds", "lower",
            "People in a community hospital bed now.", _BEDS, (_open("bed.place", labels=("community",)),),
            needs="beds"),
    Measure("beds.stay_over_21_days", "In hospital 21 days or longer", "count", "people", "lower",
            "People whose stay began 21 days ago or earlier and who have not left, at the site of admission.",
            _BEDS, (_open("bed.stay", at_least_minutes=21 * 1440),), needs="beds"),
    Measure("beds.admissions_today", "Admissions today", "count", "people", "neutral",
            "Stays that began since midnight.", _BEDS, (_started("bed.stay"),), needs="beds"),
    Measure("beds.left_today", "Left a bed today", "count", "people", "neutral",
            "Stays that ended since midnight, at the site of admission.", _BEDS, (_ended("bed.stay"),), needs="beds"),
    Measure("discharge.no_criteria_to_reside", "No criteria to reside", "count", "people", "lower",
            "People in a bed who no longer meet the criteria to reside.",
            _DISCHARGE, (_open("discharge.no_criteria"),), needs="ga_beds"),
    Measure("discharge.no_criteria_share", "No criteria to reside, share", "share", "share", "lower",
            "People with no criteria to reside, over general and acute beds occupied.",
            _DISCHARGE, (_open("discharge.no_criteria"),), denominator=(_GA_OCCUPIED,), needs="ga_beds"),
    Measure("discharge.planned_definite", "Definite discharges planned", "count", "people", "neutral",
            "People in a bed with a definite discharge planned.",
            _DISCHARGE, (_open("discharge.planned", labels=("definite",)),), needs="beds"),
    Measure("discharge.waiting_for_hub", "Waiting for the transfer of care hub", "count", "people", "lower",
            "People referred to the transfer of care hub and not yet accepted.",
            _DISCHARGE, (_open("discharge.hub_wait"),), needs="beds"),
    Measure("virtual_ward.on_caseload", "On virtual wards", "count", "people", "higher",
            "People managed at once by virtual wards: onboarded and not discharged.",
            _VIRTUAL, (_open("virtual_ward.stay"),), needs="virtual_ward"),
    Measure("virtual_ward.occupancy", "Virtual wards", "share", "share", "higher",
            "People on virtual wards, over the places open.",
            _VIRTUAL, (_open("virtual_ward.stay"),), denominator=(_beds("core", ("virtual",)),), needs="virtual_ward",
            target=0.80, target_source="NHS England virtual ward ambition: 80% occupancy"),
    Measure("unit.occupied", "People in the unit", "count", "people", "lower",
            "People placed in the ward, ED area, virtual ward or place of safety now.",
            "Bed, ED and virtual ward events of the provider", tuple(_open(name) for name in PLACED), needs="unit"),
    Measure("unit.occupancy", "Occupied", "share", "share", "lower",
            "People placed in the ward, ED area, virtual ward or place of safety now, over its places open.",
            "Bed, ED and virtual ward events of the provider", tuple(_open(name) for name in PLACED),
            denominator=(_capacity("core"), _capacity("escalation")), denominator_minus=(_capacity("closed"),),
            needs="unit"),
)  # fmt: skip

_EVERY = (*_MEASURES, *BEDS, *DISCHARGE, *COMMUNITY, *REPORTED, *URGENT_CARE, *DECISIONS)
CATALOGUE: Mapping[str, Measure] = {measure.name: measure for measure in _EVERY}
#: Measures that `gauge.reported` may carry.
GAUGES: frozenset[str] = frozenset(measure.name for measure in REPORTED)

#: What the system overview shows, in reading order.
OVERVIEW: tuple[str, ...] = (
    "ed.in_department", "ed.attendances_today", "ed.over_12h", "ed.within_4h_today", "ed.decision_to_admit_waiting",
    "ambulance.handover_mean_today", "ambulance.waiting_handover", "ambulance.waiting_over_45", "beds.ga_occupancy",
    "beds.ga_free", "beds.adult_free", "beds.adult_decided", "beds.adult_due", "beds.tonight",
    "discharge.no_criteria_to_reside", "virtual_ward.on_caseload", "virtual_ward.occupancy", "beds.community_occupied",
    "beds.critical_care_free", "mh.adult_occupancy", "mh.older_occupancy", "mh.waiting_for_bed",
    "mh.ready_for_discharge", "s136.free",
)  # fmt: skip
