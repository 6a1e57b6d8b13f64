"""The measures of urgent community response, mental health and places of safety, derived from their journeys.

What the same organisations report of themselves as counts (`community.*`, `mental_health.*`) are other measures, of
`catalogue_gauges`: the two are never one line. Standards and figures are those of the domain facts, sections 1.5, 2,
3.5 and 7.
"""

from __future__ import annotations

from services.domain.atoms import beds, ended, minutes, opened, started
from services.domain.measures import Atom, Measure, Window
from services.domain.system import BedKind

_UCR = "Urgent community response events of the community provider: referral, response"
_MH = "Mental health events of the provider: referral, assessment, bed request, admission, leaving"
_BEDS = "Mental health events of the provider; beds from unit.capacity, configuration until the first one"
_S136 = "Place of safety events of the mental health provider: arrival, leaving"
_SUITES = "Place of safety events; places from unit.capacity, configuration until the first one"
_ED = "Emergency department events of the provider: stream or referral to mental health, departure"
_TWO_HOURS = "NHS England two-hour urgent community response standard: 70%; Kent and Medway Joint Forward Plan 2023"
_SECTION_136 = "Mental Health Act 1983, section 136: 24 hours (from memory, unconfirmed)"

#: How a response may end; `not_seen` is none.
_SEEN = ("stays_home", "conveyed", "virtual_ward", "community_bed")
_URGENCIES = ("emergency", "very_urgent", "urgent", "routine")
_IN_ED = tuple(f"ed_{urgency}" for urgency in _URGENCIES)


def _two_hour(window: Window, words: str, suffix: str, title: str) -> Measure:
    return Measure(
        f"ucr.within_2h_{suffix}", title, "share", "share", "higher",
        f"Of the two-hour referrals that urgent community response saw {words}, the share seen within two hours of "
        "referral.", _UCR,
        (ended("ucr.wait", window, labels=("two_hour",), outcomes=_SEEN, within_minutes=120),),
        denominator=(ended("ucr.wait", window, labels=("two_hour",), outcomes=_SEEN),), needs="ucr", target=0.70,
        target_source=_TWO_HOURS,
    )  # fmt: skip


def _assessed(
    name: str, title: str, who: str, limit: int, words: str, labels: tuple[str, ...], window: Window, when: str,
) -> Measure:  # fmt: skip
    return Measure(
        name, title, "share", "share", "higher",
        f"Of the {who} assessed {when}, the share assessed within {words} of referral.", _MH,
        (ended("mh.assessment", window, labels=labels, outcomes=("assessed",), within_minutes=limit),),
        denominator=(ended("mh.assessment", window, labels=labels, outcomes=("assessed",)),),
        needs="type_1_ed" if labels == _IN_ED else "mental_health_beds",
    )  # fmt: skip


def _open_less_closed(kind: BedKind) -> tuple[tuple[Atom, ...], tuple[Atom, ...]]:
    return (beds("core", (kind,)), beds("escalation", (kind,))), (beds("closed", (kind,)),)


def _occupancy(kind: str, bed_kind: BedKind, title: str, who: str) -> Measure:
    places, closed = _open_less_closed(bed_kind)
    return Measure(
        f"mh.{kind}_occupancy", title, "share", "share", "lower",
        f"People in {who} beds now, over the beds open (less closed).", _BEDS, (opened("mh.place", labels=(kind,)),),
        denominator=places, denominator_minus=closed, needs="mental_health_beds",
    )  # fmt: skip


def _free(kind: str, bed_kind: BedKind, title: str, who: str) -> Measure:
    places, closed = _open_less_closed(bed_kind)
    return Measure(
        f"mh.{kind}_free", title, "sum", "beds", "higher", f"{who} beds open (less closed), less those occupied.",
        _BEDS, places, minus=(*closed, opened("mh.place", labels=(kind,))), needs="mental_health_beds",
    )  # fmt: skip


def _in_ed(hours: int) -> Measure:
    return Measure(
        f"ed.mental_health_over_{hours}h", f"Mental health in ED over {hours} h", "count", "people", "lower",
        f"People in an emergency department for mental health who arrived {hours} hours ago or earlier.", _ED,
        (opened(f"ed.mental_health_{hours}h"),), needs="type_1_ed",
        target=0 if hours == 24 else None,
        target_source="Urgent and emergency care plan 2025/26: to fall (nought is ours, not a standard)"
        if hours == 24 else None,
    )  # fmt: skip


_PLACES, _CLOSED = _open_less_closed("s136")
_IN_SUITE = opened("s136.place", labels=("suite",))

COMMUNITY: tuple[Measure, ...] = (
    Measure("ucr.waiting", "Urgent response, waiting", "count", "people", "lower",
            "People referred to urgent community response whom nobody has seen yet.", _UCR, (opened("ucr.wait"),),
            needs="ucr"),
    Measure("ucr.waiting_over_2h", "Urgent response, waiting over 2 h", "count", "people", "lower",
            "People referred to urgent community response for an answer within two hours, two hours ago or earlier, "
            "whom nobody has seen yet.", _UCR,
            (opened("ucr.wait", labels=("two_hour",), at_least_minutes=120),), needs="ucr"),
    Measure("ucr.referred_today", "Urgent response, referred today", "count", "people", "neutral",
            "Referrals to urgent community response since midnight, of either urgency.", _UCR,
            (started("ucr.wait"),), needs="ucr"),
    _two_hour("last_24h", "in the last 24 hours", "last_24h", "Urgent response within 2 h, last 24 hours"),
    _two_hour("today", "since midnight", "today", "Urgent response within 2 h"),
    Measure("ucr.mean_response_last_24h", "Urgent response, mean wait", "mean", "minutes", "lower",
            "Mean minutes from referral to being seen, of the two-hour referrals seen in the last 24 hours.", _UCR,
            (minutes(ended("ucr.wait", "last_24h", labels=("two_hour",), outcomes=_SEEN)),),
            denominator=(ended("ucr.wait", "last_24h", labels=("two_hour",), outcomes=_SEEN),), needs="ucr"),
    Measure("ucr.stayed_home_last_24h", "Urgent response, stayed at home", "share", "share", "higher",
            "Of the people whom urgent community response saw in the last 24 hours, the share who stayed at home, also "
            "on a virtual ward.", _UCR,
            (ended("ucr.wait", "last_24h", outcomes=("stays_home", "virtual_ward")),),
            denominator=(ended("ucr.wait", "last_24h", outcomes=_SEEN),), needs="ucr"),

    Measure("ed.mental_health", "Mental health in ED", "count", "people", "lower",
            "People in an emergency department who were streamed or referred to mental health and have not left.", _ED,
            (opened("ed.mental_health"),), needs="type_1_ed"),
    _in_ed(12),
    _in_ed(24),
    _assessed("mh.liaison_within_1h_today", "Liaison within 1 h", "referrals from ED to mental health liaison", 60,
              "an hour", _IN_ED, "today", "since midnight"),
    _assessed("mh.liaison_within_1h_last_24h", "Liaison within 1 h, last 24 hours",
              "referrals from ED to mental health liaison", 60, "an hour", _IN_ED, "last_24h", "in the last 24 hours"),
    Measure("mh.liaison_waiting", "Waiting for liaison", "count", "people", "lower",
            "People in an emergency department who were referred to mental health liaison and have not been assessed.",
            _MH, (opened("mh.assessment", labels=_IN_ED),), needs="type_1_ed"),
    _assessed("mh.crisis_within_4h_last_24h", "Crisis, very urgent within 4 h",
              "very urgent referrals to crisis teams in the community", 240, "four hours",
              ("community_very_urgent",), "last_24h", "in the last 24 hours"),
    _assessed("mh.crisis_within_24h_last_24h", "Crisis, urgent within 24 h",
              "urgent referrals to crisis teams in the community", 1440, "24 hours", ("community_urgent",), "last_24h",
              "in the last 24 hours"),
    Measure("mh.waiting_for_bed", "Waiting for a mental health bed", "count", "people", "lower",
            "People for whom a mental health bed was asked for, who are neither in one nor placed out of area, where "
            "they wait.", _MH, (opened("mh.bed_wait"),), needs="mental_health"),
    Measure("mh.waiting_for_bed_over_24h", "Waiting for a mental health bed over 24 h", "count", "people", "lower",
            "People for whom a mental health bed was asked for 24 hours ago or earlier, who are neither in one nor "
            "placed out of area.", _MH, (opened("mh.bed_wait", at_least_minutes=1440),), needs="mental_health"),
    _occupancy("adult", "mental_health_adult", "Adult acute mental health occupied", "adult acute mental health"),
    _occupancy("picu", "mental_health_picu", "Psychiatric intensive care occupied", "psychiatric intensive care"),
    _occupancy("older", "mental_health_older", "Older adult mental health occupied", "older adult mental health"),
    _free("adult", "mental_health_adult", "Adult acute mental health beds free", "Adult acute mental health"),
    _free("picu", "mental_health_picu", "Psychiatric intensive care beds free", "Psychiatric intensive care"),
    Measure("mh.ready_for_discharge", "Mental health, ready for discharge", "count", "people", "lower",
            "People in the care of mental health wards who are clinically ready for discharge and have not left.", _MH,
            (opened("mh.ready"),), needs="mental_health_beds"),
    Measure("mh.ready_share", "Mental health, ready for discharge, share", "share", "share", "lower",
            "People who are clinically ready for discharge, over the people in mental health beds.", _MH,
            (opened("mh.ready"),), denominator=(opened("mh.place"),), needs="mental_health_beds"),
    Measure("mh.admitted_today", "Mental health admissions today", "count", "people", "neutral",
            "People admitted to a mental health bed since midnight, from anywhere.", _MH, (started("mh.stay"),),
            needs="mental_health_beds"),
    Measure("mh.left_today", "Left mental health wards today", "count", "people", "neutral",
            "Stays on mental health wards that ended since midnight, at the site of admission.", _MH,
            (ended("mh.stay"),), needs="mental_health_beds"),
    Measure("mh.out_of_area", "Placed out of area now", "count", "people", "lower",
            "People in an inappropriate out of area placement now: for want of a bed of ours.", _MH,
            (opened("mh.out_of_area", labels=("inappropriate",)),), needs="mental_health_beds", target=0,
            target_source="National aim (from memory, unconfirmed); about 6 is the 570 bed days a quarter of the Kent "
            "and Medway Joint Forward Plan 2023"),

    Measure("s136.suites_occupied", "Places of safety occupied", "count", "people", "lower",
            "People held under section 136 in a suite now.", _S136, (_IN_SUITE,), needs="place_of_safety"),
    Measure("s136.free", "Places of safety free", "sum", "beds", "higher",
            "Places in section 136 suites open (less closed), less those occupied.", _SUITES, _PLACES,
            minus=(*_CLOSED, _IN_SUITE), needs="place_of_safety"),
    Measure("s136.in_ed", "Section 136 in ED", "count", "people", "lower",
            "People held under section 136 in an emergency department now.", _S136,
            (opened("s136.place", labels=("ed",)),), needs="mental_health"),
    Measure("s136.arrived_today", "Section 136 detentions today", "count", "people", "neutral",
            "People brought to a first place of safety under section 136 since midnight.", _S136,
            (started("s136.detention"),), needs="mental_health"),
    Measure("s136.over_24h", "Section 136 over 24 h", "count", "people", "lower",
            "People held under section 136 who came to their first place of safety 24 hours ago or earlier, where they "
            "came to first.", _S136, (opened("s136.detention", at_least_minutes=1440),), needs="mental_health",
            target=0, target_source=_SECTION_136),
)  # fmt: skip
