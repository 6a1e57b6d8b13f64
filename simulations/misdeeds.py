"""What misbehaviour makes of one event: pure functions of the event, the plan's numbers and a random stream.

Each answers a `Deed`, or None where it cannot befall this event. The chosen gaps keep every correction orderable also
by clocks that show only minutes (order is (sent_at, rank, uid, digest)): a replacement or a cancel by id may share its
minute with what it names, since its rank is above; a wrong event that a selector is to find is said a minute later at
least than the right one, or the selector would take that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from services.domain.catalogue import CATALOGUE
from services.domain.events import EVENT_TYPES, JOURNEY_KINDS, SELECT
from simulations import misbehaviour_plan as plan
from simulations.messages import iso
from simulations.people import NUMBERS, check_digit
from simulations.shape import HOUR, MINUTE

Event = dict[str, Any]
Said = tuple[Event, int]  # what is said, and when in epoch seconds
Teller = Callable[[Any, Random, Event, int], "Deed | None"]
ALIASES = 1_000_000  # one past the last index of the 999 range
_SHARES = frozenset(name for name, row in CATALOGUE.items() if row.kind == "gauge" and row.unit == "share")

#: What ends a journey: of it, where it is counted in the books (service, and the field of `data` that names where).
#: None: its end does not say where it was; the last of PLACES does, and before one of those it was counted nowhere.
ENDS: dict[str, tuple[str, str] | None] = {
    "bed.left": ("bed", "unit"),
    "virtual_ward.discharged": ("virtual_ward", "unit"),
    "ed.departed": ("ed", "site"),
    "sdec.departed": ("sdec", "site"),
    "ucr.responded": ("ucr", "unit"),
    "mh.left": None,
    "s136.left": None,
}
PLACES: dict[str, tuple[str, str]] = {
    "mh.admitted": ("mental_health", "unit"),
    "mh.placed_out_of_area": ("out_of_area", "site"),
    "s136.arrived": ("s136", "unit"),
}
#: A discharge that was none, by the kind of journey: its type and what it carries beside the place.
_FALSE_ENDS: dict[str, tuple[str, tuple[str, ...], dict[str, str]]] = {
    "ed": ("ed.departed", ("site",), {"reason": "discharged"}),
    "stay": ("bed.left", ("site", "unit"), {"reason": "discharged"}),
    "virtual_ward": ("virtual_ward.discharged", ("site", "unit"), {"reason": "recovered"}),
    "ucr": ("ucr.responded", ("site", "unit"), {"outcome": "stays_home"}),
    "mental_health": ("mh.left", ("site",), {"reason": "discharged"}),
    "s136": ("s136.left", ("site",), {"reason": "discharged"}),
}
#: A value that is easily picked wrong: type -> the field, and what may stand in it.
_PICKED: dict[str, tuple[str, tuple[Any, ...]]] = {
    "ed.triaged": ("acuity", (1, 2, 3, 4, 5)),
    "ed.streamed": ("stream", ("majors", "minors", "utc", "primary_care")),
    "ed.referred": ("service", ("medicine", "surgery", "frailty", "orthopaedics")),
    "ed.departed": ("reason", ("discharged", "admitted", "transferred")),
    "ed.bed_requested": ("bed_kind", ("ga_adult", "critical_care")),
    "bed.admitted": ("admission", ("emergency", "elective", "transfer")),
    "bed.left": ("reason", ("discharged", "transferred_out", "self_discharged")),
    "ambulance.called": ("category", ("C1", "C2", "C3")),
    "discharge.criteria_not_met": ("pathway", (0, 1, 2, 3)),
    "virtual_ward.discharged": ("reason", ("recovered", "community")),
    "ucr.referred": ("urgency", ("two_hour", "two_day")),
    "ucr.responded": ("outcome", ("stays_home", "conveyed", "not_seen")),
    "mh.referred": ("urgency", ("emergency", "very_urgent", "urgent")),
    "mh.bed_requested": ("bed_kind", ("adult", "picu", "older")),
    "mh.left": ("reason", ("discharged", "home_treatment", "transferred_out")),
    "s136.left": ("reason", ("discharged", "detained", "admitted_informally")),
}


@dataclass(frozen=True)
class Deed:
    """messages: what is said instead of the event, the first at its own time. facts: for the truth's record."""

    messages: list[Said]
    did: str
    facts: dict[str, Any] = field(default_factory=dict)
    delay: int = 0  # seconds that the delivery takes longer


def ghost(_act: plan.Ghost, _random: Random, event: Event, _said: int) -> Deed | None:
    where = ENDS[event["type"]]  # where it is None, `Deliveries` knows
    facts = {"service": where[0], "organisation": event["data"][where[1]]} if where else {}
    return Deed([], "never sent", facts)


def place(event: Event) -> dict[str, str]:
    """Where one of PLACES puts somebody in the books, as the truth names it."""
    service, key = PLACES[event["type"]]
    data = event["data"]
    if event["type"] == "s136.arrived" and data["place"] == "ed":
        service, key = "s136_ed", "site"
    return {"service": service, "organisation": data[key]}


def duplicate(act: plan.Duplicate, random: Random, event: Event, said: int) -> Deed | None:
    if random.random() < act.changed_share:
        again = said + 5 + int(random.random() * 115)  # a sender's retry, long before it could be cancelled
        return Deed([(event, said), ({**event, "sentat": iso(again)}, again)], "sent again with another sentat")
    again = said + 5 + int(random.expovariate(1 / (act.after_minutes * MINUTE)))
    return Deed([(event, said), (event, again)], "sent again, the same bytes")


def corrected(act: plan.Corrected, random: Random, event: Event, said: int) -> Deed | None:
    later = said + 30 + int(random.expovariate(1 / (act.after_minutes * MINUTE)))
    if event["type"] == "bed.expected":
        return None  # who is no longer expected is cancelled, and a correction after that would bring them back
    wrong, how = _wrongly(random, event)
    wrong["id"] = event["id"] + "-wrong"
    once = not EVENT_TYPES[event["type"]].repeats
    by_selector = random.random() < act.by_selector_share and once
    name = SELECT + event["type"] if by_selector else wrong["id"]
    right = {**event, "sentat": iso(later), "replaces": name}
    return Deed(
        [(wrong, said), (right, later)], f"{how} first, then replaced", {"replaces": name, "mended": iso(later)}
    )


def cancelled(act: plan.Cancelled, random: Random, event: Event, said: int) -> Deed | None:
    type_, data = event["type"], event["data"]
    row = EVENT_TYPES[type_]
    by_selector = random.random() < act.by_selector_share
    first = said + MINUTE + int(random.random() * 4 * MINUTE)
    then = first + 30 + int(random.expovariate(1 / (act.after_minutes * MINUTE)))
    if by_selector and not row.repeats:
        wrong, how = _wrongly(random, event)
        name = SELECT + type_
    else:
        if type_ in ENDS or type_ == "sdec.arrived" or row.kind not in _FALSE_ENDS:
            return None
        false_end, places, words = _FALSE_ENDS[row.kind]
        if any(place not in data for place in places):
            return None
        wrong = {**event, "type": false_end, "data": {**{key: data[key] for key in places}, **words}}
        how, name = f"a {false_end} that was none", event["id"] + "-wrong"
    wrong |= {"id": event["id"] + "-wrong", "sentat": iso(first)}
    for key in ("nhsnumber", "follows"):
        wrong.pop(key, None)
    cancel = {
        "specversion": "1.0", "id": event["id"] + "-cancel", "source": event["source"], "subject": event["subject"],
        "type": "event.cancelled", "time": iso(then), "sentat": iso(then), "cancels": name, "data": {},
    }  # fmt: skip
    messages = [(event, said), (wrong, first), (cancel, then)]
    return Deed(messages, f"{how} besides, then cancelled", {"cancels": name, "mended": iso(then)})


def merged(act: plan.Merged, random: Random, event: Event, said: int) -> Deed | None:
    """The other number is of those that are kept for it; `Deliveries` counts them, and puts it in."""
    then = said + 5 * MINUTE + int(random.expovariate(1 / (act.after_hours * HOUR)))
    merge = {
        "specversion": "1.0", "id": event["id"] + "-merge", "source": event["source"],
        "subject": "person-" + event["id"], "type": "person.merged", "time": iso(then), "sentat": iso(then),
        "nhsnumber": event["nhsnumber"], "data": {},
    }  # fmt: skip
    return Deed([(dict(event), said), (merge, then)], "under another number, then merged", {"mended": iso(then)})


def under(deed: Deed, number: str) -> Deed:
    """A merge with the other number put in."""
    (first, _), (merge, _) = deed.messages
    first["nhsnumber"] = merge["nhsnumbermerged"] = number
    deed.facts["nhsnumber"] = merge["nhsnumber"]
    deed.facts["nhsnumbermerged"] = number
    return deed


def other_number(count: int) -> tuple[str, int]:
    """A valid number of the 999 range that is nobody's, the count-th or the next after it, and the count to go on
    with. After 20,000 they come again.
    """
    while True:
        nine = f"999{NUMBERS + count % (ALIASES - NUMBERS):06d}"
        count += 1
        check = check_digit(nine)
        if check != 10:
            return f"{nine}{check}", count


def census_later(act: plan.CensusesLater, random: Random, event: Event, said: int) -> Deed | None:
    delay = MINUTE + int(act.median_minutes * MINUTE * random.lognormvariate(0, 0.7))
    bare = random.random() < act.bare_share
    facts: dict[str, Any] = {"minutes": round(delay / MINUTE, 1)}
    visits = event["data"].get("visits")
    if not bare or visits is None:
        return Deed([(event, said)], "late", facts, delay)
    data = {key: value for key, value in event["data"].items() if key != "visits"}
    counted = {**event, "data": {**data, "count": len(visits)}}
    return Deed([(counted, said)], "late, and a bare count", {**facts, "bare": True}, delay)


def told(event: Event, said: int, value: float, did: str) -> Deed:
    """A gauge with another value."""
    facts = {"measure": event["data"]["measure"], "true": event["data"]["value"], "told": value}
    return Deed([({**event, "data": {**event["data"], "value": value}}, said)], did, facts)


def dummy(_act: plan.DummyValues, _random: Random, event: Event, said: int) -> Deed | None:
    return told(event, said, plan.DUMMY, "a dummy value, which the door refuses")


def inverted(_act: plan.InvertedPercentages, _random: Random, event: Event, said: int) -> Deed | None:
    return told(event, said, round(1 - event["data"]["value"], 4), "the complement of the share")


def zero(_act: plan.ClosedZeros, _random: Random, event: Event, said: int) -> Deed | None:
    return told(event, said, 0.0, "zero from a closed feed")


def renamed(act: plan.RenamedLabels, _random: Random, event: Event, said: int) -> Deed | None:
    data = dict(event["data"])
    if act.label == "measure":
        data["measure"] = f"opel4_{data['measure']}"
    else:
        data["organisation"] = f"{data['organisation']}_HOSPITAL"
    again = {**event, "subject": f"{data['organisation']}/{data['measure']}", "data": data}
    return Deed([(again, said)], "under another label, which the door refuses", {"label": again["subject"]})


def can_befall(kind: str, act: plan.Act, event: Event) -> bool:
    """Whether an event of a right type, which corrects no other, has what the kind needs."""
    if kind == "merged":
        return "nhsnumber" in event
    if isinstance(act, plan.OfGauges | plan.ClosedZeros):
        measure = event["data"]["measure"]
        return measure in act.measures if act.measures else kind != "inverted_percentages" or measure in _SHARES
    return True


def is_of_journey(type_: str) -> bool:
    return EVENT_TYPES[type_].kind in JOURNEY_KINDS


def _wrongly(random: Random, event: Event) -> tuple[Event, str]:
    """The event with a value picked wrong, or a time of 5 to 60 minutes too early; and which."""
    picked = _PICKED.get(event["type"])
    if picked and random.random() < 0.6:
        key, values = picked
        others = [value for value in values if value != event["data"].get(key)]
        return {**event, "data": {**event["data"], key: others[int(random.random() * len(others))]}}, f"a wrong {key}"
    earlier = 5 * MINUTE + int(random.random() * 55 * MINUTE)
    return {**event, "time": iso(epoch(event["time"]) - earlier)}, "a wrong time"


def epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
