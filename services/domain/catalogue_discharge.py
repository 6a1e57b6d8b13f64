"""The measures of discharge and of virtual wards beyond those that the overview rests on."""

from __future__ import annotations

from services.domain.atoms import beds, ended, minutes, opened, started
from services.domain.measures import Measure

_CRITERIA = "Discharge events of the provider: daily criteria to reside"
_HUB = "Discharge events of the provider: transfer of care hub"
_PLANNED = "Discharge events of the provider: planned"
_LEFT = "Bed events of the provider: leaving"
_VIRTUAL = "Virtual ward events of the provider"

#: What the discharge SitRep counts: neither deaths nor moves to another hospital.
_WENT_HOME = ("discharged", "self_discharged", "virtual_ward")
_LEAVERS = ended("bed.departure", "last_24h", outcomes=_WENT_HOME)
_BY_1700 = ended("bed.departure", "last_24h", outcomes=_WENT_HOME, labels=("before_1200", "before_1700"))
_BY_1200 = ended("bed.departure", "last_24h", outcomes=_WENT_HOME, labels=("before_1200",))
_VIRTUAL_PLACES = beds("core", ("virtual",))
_ON_VIRTUAL = opened("virtual_ward.stay")
_ENDED_VIRTUAL = ended("virtual_ward.stay", "last_24h")

_PATHWAYS = (
    (0, "home without new support"), (1, "home with support"), (2, "a rehabilitation bed"), (3, "a care home"),
)  # fmt: skip
_DELAYS = (
    ("awaiting_assessment", "an assessment"), ("awaiting_package", "a package of care"), ("awaiting_bed", "a bed"),
    ("awaiting_equipment", "equipment"), ("medication", "medication"), ("transport", "transport"),
    ("family_choice", "a family's choice"), ("housing", "housing"),
)  # fmt: skip


def _by_pathway(pathway: int, words: str) -> Measure:
    return Measure(f"discharge.no_criteria_p{pathway}", f"NCtR, pathway {pathway}", "count", "people", "lower",
                   f"People in a bed with no criteria to reside whose pathway is {pathway}: {words}.", _CRITERIA,
                   (opened("discharge.no_criteria", labels=(f"pathway_{pathway}",)),), needs="beds")  # fmt: skip


def _by_delay(code: str, words: str) -> Measure:
    return Measure(f"discharge.delayed_{code.removeprefix('awaiting_')}", f"Waiting for {words}", "count", "people",
                   "lower", f"People in a bed with no criteria to reside who wait for {words}, as the daily delay code "
                   "says.", _CRITERIA, (opened("discharge.delay", labels=(code,)),), needs="beds")  # fmt: skip


def _by_council(code: str, name: str) -> Measure:
    return Measure(f"discharge.no_criteria_{code}", f"NCtR, {name}", "count", "people", "lower",
                   f"People in a bed with no criteria to reside for whom {name} is responsible.", _CRITERIA,
                   (opened("discharge.council", labels=(code,)),), needs="beds")  # fmt: skip


DISCHARGE: tuple[Measure, ...] = (
    *(_by_pathway(pathway, words) for pathway, words in _PATHWAYS),
    *(_by_delay(code, words) for code, words in _DELAYS),
    _by_council("kent", "Kent County Council"),
    _by_council("medway", "Medway Council"),
    _by_council("other", "another council"),
    Measure("discharge.no_criteria_7_days", "NCtR for 7 days or longer", "count", "people", "lower",
            "People in a bed who have had no criteria to reside for seven days or longer without a break.", _CRITERIA,
            (opened("discharge.no_criteria", at_least_minutes=7 * 1440),), needs="beds"),
    Measure("discharge.no_criteria_21_days", "NCtR for 21 days or longer", "count", "people", "lower",
            "People in a bed who have had no criteria to reside for 21 days or longer without a break.", _CRITERIA,
            (opened("discharge.no_criteria", at_least_minutes=21 * 1440),), needs="beds"),
    Measure("discharge.ready_and_waiting", "Ready and waiting over 24 h", "count", "people", "lower",
            "People in a bed who have had no criteria to reside for 24 hours or longer without a break.", _CRITERIA,
            (opened("discharge.no_criteria", at_least_minutes=1440),), needs="beds"),
    Measure("discharge.hub_over_24h", "Waiting for the hub over 24 h", "count", "people", "lower",
            "People referred to the transfer of care hub 24 hours ago or earlier and not yet accepted.", _HUB,
            (opened("discharge.hub_wait", at_least_minutes=1440),), needs="beds"),
    Measure("discharge.due_definite", "Planned today, definite", "count", "people", "neutral",
            "People still in a bed whose definite discharge is planned for today.", _PLANNED,
            (opened("discharge.due", labels=("definite",)),), needs="beds"),
    Measure("discharge.due_possible", "Planned today, possible", "count", "people", "neutral",
            "People still in a bed whose possible discharge is planned for today.", _PLANNED,
            (opened("discharge.due", labels=("possible",)),), needs="beds"),
    Measure("discharge.left_today", "Discharged today", "count", "people", "higher",
            "People who left a bed since midnight: home, a care setting or a virtual ward. Deaths and moves to another "
            "hospital are not in it.", _LEFT, (ended("bed.departure", outcomes=_WENT_HOME),), needs="beds"),
    Measure("discharge.left_by_1700", "Discharged by 17:00, last 24 hours", "share", "share", "higher",
            "Of the people discharged in the last 24 hours, the share who left before 17:00, London time.", _LEFT,
            (_BY_1700,), denominator=(_LEAVERS,), needs="beds"),
    Measure("discharge.left_by_1200", "Discharged by midday, last 24 hours", "share", "share", "higher",
            "Of the people discharged in the last 24 hours, the share who left before 12:00, London time.", _LEFT,
            (_BY_1200,), denominator=(_LEAVERS,), needs="beds", target=0.33,
            target_source="SAFER: a third of discharges before midday (from memory, unconfirmed)"),
    Measure("discharge.in_lounge", "In the discharge lounge", "count", "people", "neutral",
            "People who have come to the discharge lounge and have not left.",
            "Discharge events of the provider: lounge", (opened("discharge.lounge"),), needs="beds"),

    Measure("virtual_ward.places", "Virtual ward places", "sum", "beds", "neutral",
            "Places that virtual wards are staffed for.", "unit.capacity of the provider; configuration until then",
            (_VIRTUAL_PLACES,), needs="virtual_ward"),
    Measure("virtual_ward.unused", "Virtual ward places unused", "sum", "beds", "lower",
            "Places that virtual wards are staffed for, less people on them.", _VIRTUAL, (_VIRTUAL_PLACES,),
            minus=(_ON_VIRTUAL,), needs="virtual_ward"),
    Measure("virtual_ward.referrals_waiting", "Referrals waiting for an answer", "count", "people", "lower",
            "People referred to a virtual ward and neither accepted nor declined.", _VIRTUAL,
            (opened("virtual_ward.referral"),), needs="virtual_ward"),
    Measure("virtual_ward.referred_today", "Referred today", "count", "people", "neutral",
            "People referred to a virtual ward since midnight.", _VIRTUAL, (started("virtual_ward.referral"),),
            needs="virtual_ward"),
    Measure("virtual_ward.step_up_today", "Referred today, step up", "count", "people", "neutral",
            "People referred since midnight from the community, so that they need not come in.", _VIRTUAL,
            (started("virtual_ward.referral", labels=("step_up",)),), needs="virtual_ward"),
    Measure("virtual_ward.step_down_today", "Referred today, step down", "count", "people", "neutral",
            "People referred since midnight from a hospital bed, so that they can leave it.", _VIRTUAL,
            (started("virtual_ward.referral", labels=("step_down",)),), needs="virtual_ward"),
    Measure("virtual_ward.accepted_today", "Accepted today", "count", "people", "higher",
            "Referrals that a virtual ward accepted since midnight.", _VIRTUAL,
            (ended("virtual_ward.referral", outcomes=("accepted",)),), needs="virtual_ward"),
    Measure("virtual_ward.declined_today", "Declined today", "count", "people", "lower",
            "Referrals that a virtual ward declined since midnight.", _VIRTUAL,
            (ended("virtual_ward.referral", outcomes=("declined",)),), needs="virtual_ward"),
    Measure("virtual_ward.step_up_share", "On virtual wards by step up", "share", "share", "neutral",
            "Of the people on virtual wards, the share who came from the community.", _VIRTUAL,
            (opened("virtual_ward.stay", labels=("step_up",)),), denominator=(_ON_VIRTUAL,), needs="virtual_ward"),
    Measure("virtual_ward.onboarded_today", "Came on today", "count", "people", "neutral",
            "People whose stay on a virtual ward began since midnight.", _VIRTUAL, (started("virtual_ward.stay"),),
            needs="virtual_ward"),
    Measure("virtual_ward.left_today", "Left a virtual ward today", "count", "people", "neutral",
            "People whose stay on a virtual ward ended since midnight.", _VIRTUAL, (ended("virtual_ward.stay"),),
            needs="virtual_ward"),
    Measure("virtual_ward.admitted_today", "From a virtual ward to hospital today", "count", "people", "lower",
            "People whose stay on a virtual ward ended since midnight by an admission.", _VIRTUAL,
            (ended("virtual_ward.stay", outcomes=("admitted",)),), needs="virtual_ward"),
    Measure("virtual_ward.mean_stay", "Mean virtual ward stay", "mean", "days", "neutral",
            "Mean days on a virtual ward, of the stays that ended in the last 24 hours.", _VIRTUAL,
            (minutes(_ENDED_VIRTUAL),), denominator=(_ENDED_VIRTUAL,), needs="virtual_ward"),
    Measure("virtual_ward.over_14_days", "On a virtual ward 14 days or longer", "count", "people", "lower",
            "People on a virtual ward for 14 days or longer.", _VIRTUAL,
            (opened("virtual_ward.stay", at_least_minutes=14 * 1440),), needs="virtual_ward"),
)  # fmt: skip
