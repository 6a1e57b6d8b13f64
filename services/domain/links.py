"""Which journey continues which: what senders say, and what is derived where they cannot (design 5.1).

Ambulance, emergency department, ward and virtual ward are four systems, and one seldom knows the visit number of the
one before. The link is then derived from the person, the site and a window of time. It is computed when asked for and
never stored as a fact, so a corrected time or a merged person moves it by itself; a journey's own key stays.

Mental health, urgent community response and places of safety run beside these four and not after them: their journeys
follow what their senders say, and nothing is derived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.domain.clock import minutes_between
from services.domain.fold import Milestone, Subject


@dataclass(frozen=True, slots=True)
class Link:
    """`journey` continues `follows`. derived: no sender said so."""

    journey: str
    follows: str
    derived: bool


@dataclass(frozen=True)
class Windows:
    """Least and most minutes from the end of one journey to the start of the next, both included.

    The defaults are assumptions: reception may book a patient in before the crew records its arrival, a ward admits
    before the department says departed, and a virtual ward onboards up to two days after the bed is left.
    """

    ambulance_arrived_to_ed_arrived: tuple[float, float] = (-15, 90)
    ed_departed_to_admitted: tuple[float, float] = (-30, 360)
    left_to_onboarded: tuple[float, float] = (-60, 2880)


@dataclass(frozen=True)
class _Service:
    """A step of the pathway. A virtual ward belongs to a hub and not to the hospital whose bed was left: any site."""

    opens: str | None  # the milestone at which a journey can continue one of the service before
    closes: tuple[str, ...]  # the first of these that is there ends it for the service that follows
    reason: str | None = None  # the only reason of closing that leads on
    any_site: bool = False  # whether the journey before may have ended at another site


#: In the order of the pathway: a derived link always leads to the service just before, so derived links make no ring.
_PATHWAY: Mapping[str, _Service] = {
    "ambulance": _Service(None, ("ambulance.arrived", "ambulance.handed_over")),
    "ed": _Service("ed.arrived", ("ed.departed", "sdec.departed"), reason="admitted"),
    "bed": _Service("bed.admitted", ("bed.left",)),
    "virtual_ward": _Service("virtual_ward.onboarded", (), any_site=True),
}
_ORDER = tuple(_PATHWAY)


def derived_links(
    journeys: Iterable[Subject], canonical: Mapping[str, str], windows: Windows | None = None
) -> tuple[Link, ...]:
    """The links of journeys, sent and derived, by the journey's key; at most one a journey.

    journeys: folded, each key once. canonical: merged persons, as `canonical_people` gives them. A sent link stays as
    it is, known or not what it points to; only where two journeys say they follow each other, the one that began first
    has none. Of several journeys that could be followed the closest in time is taken, then the least key.
    """
    limits = windows or Windows()
    held = {journey.key: journey for journey in journeys}
    ends: dict[tuple[int, str], list[tuple[Milestone, Subject]]] = {}
    for journey in held.values():
        end = _end(journey)
        if end is not None and journey.person is not None:
            person = canonical.get(journey.person, journey.person)
            ends.setdefault((end[0], person), []).append((end[1], journey))
    links: list[Link] = []
    for key, journey in sorted(held.items()):
        sent = sent_link(journey)
        if sent is not None:
            if not _turns_back(journey, held.get(sent)):
                links.append(Link(key, sent, derived=False))
            continue
        start = _start(journey)
        if start is None or journey.person is None:
            continue
        service, opened = start
        person = canonical.get(journey.person, journey.person)
        candidates = [
            (abs(opened.time - closed.time), before.key)
            for closed, before in ends.get((service - 1, person), ())
            if before.key != key and before.follows != key and _leads_on(service, closed, opened, limits)
        ]
        if candidates:
            links.append(Link(key, min(candidates)[1], derived=True))
    return tuple(links)


def sent_link(journey: Subject) -> str | None:
    """What its sender said that it follows; a journey that is said to follow itself follows nothing."""
    return None if journey.follows == journey.key else journey.follows


def earliest_end(journey: Subject, windows: Windows | None = None) -> datetime | None:
    """How far back the end of a journey can lie that this one is derived to follow; None where none is looked for."""
    start = _start(journey)
    if start is None or sent_link(journey) is not None or journey.person is None:
        return None
    most = _window(start[0], windows or Windows())[1]
    return start[1].time - timedelta(minutes=most)


def _services(journey: Subject) -> list[int]:
    words = {milestone.type.partition(".")[0] for milestone in journey.milestones}
    if "sdec" in words:  # same day emergency care stands beside the department, and its people go up as from there
        words.add("ed")
    return [index for index, word in enumerate(_ORDER) if word in words]


def _start(journey: Subject) -> tuple[int, Milestone] | None:
    """The first service of a journey (a visit number may be shared by ED and ward), and where it opened."""
    services = _services(journey)
    opens = _PATHWAY[_ORDER[services[0]]].opens if services else None
    opened = _first(journey, opens) if opens else None
    return None if opened is None else (services[0], opened)


def _end(journey: Subject) -> tuple[int, Milestone] | None:
    services = _services(journey)
    if not services:
        return None
    service = _PATHWAY[_ORDER[services[-1]]]
    for type_ in service.closes:
        closed = _first(journey, type_)
        if closed is not None and service.reason in (None, closed.data.get("reason")):
            return services[-1], closed
    return None


def _first(journey: Subject, type_: str) -> Milestone | None:
    return next((milestone for milestone in journey.milestones if milestone.type == type_), None)


def _window(service: int, windows: Windows) -> tuple[float, float]:
    return (
        windows.ambulance_arrived_to_ed_arrived, windows.ed_departed_to_admitted, windows.left_to_onboarded,
    )[service - 1]  # fmt: skip


def _leads_on(service: int, closed: Milestone, opened: Milestone, windows: Windows) -> bool:
    least, most = _window(service, windows)
    same_site = closed.data.get("site") == opened.data.get("site")
    return (same_site or _PATHWAY[_ORDER[service]].any_site) and (
        least <= minutes_between(closed.time, opened.time) <= most
    )


def _turns_back(journey: Subject, other: Subject | None) -> bool:
    return other is not None and other.follows == journey.key and _began(journey) < _began(other)


def _began(journey: Subject) -> tuple[datetime, str]:
    first = journey.milestones[0].time if journey.milestones else datetime.max.replace(tzinfo=UTC)
    return first, journey.key
