"""What is declared, agreed or asked for at a moment: incidents, diverts and mutual aid, each under its reference.

The measures `system.*` count the phases of the same steps; this says what each of them is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from services.domain.fold import Milestone
from services.domain.phases_system import by_reference

Family = Literal["incident", "divert", "mutual_aid"]
State = Literal["in_force", "asked"]

#: By family: the steps from which on it is in a state, the furthest first, and the step that ends it.
_STEPS: Mapping[Family, tuple[Sequence[tuple[State, str]], str]] = MappingProxyType({
    "incident": ((("in_force", "incident.declared"),), "incident.stood_down"),
    "divert": ((("in_force", "divert.agreed"), ("asked", "divert.requested")), "divert.ended"),
    "mutual_aid": ((("in_force", "mutual_aid.agreed"), ("asked", "mutual_aid.requested")), "mutual_aid.ended"),
})  # fmt: skip
TYPES: tuple[str, ...] = tuple(
    type_ for states, end in _STEPS.values() for type_ in (*(opens for _, opens in states), end)
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """One of them. organisation: whose it is, of a divert and of help the one that asked. site: of an incident alone.

    since: of the state; until: as it was said when it was agreed. count: of people, beds or vehicles that help.
    """

    family: Family
    state: State
    reference: str
    organisation: str
    kind: str
    site: str | None
    from_site: str | None
    to_site: str | None
    reason: str | None
    count: int | None
    since: datetime
    until: datetime | None


def standing(organisation: str, milestones: Iterable[Milestone], t: datetime) -> list[Agreement]:
    """What an organisation's own steps up to t leave standing at t, incidents first, then by when it began."""
    told = [milestone for milestone in milestones if milestone.time <= t]
    found = []
    for family, (states, end) in _STEPS.items():
        types = [opens for _, opens in states]
        for steps in by_reference(told, *types, end):
            now = next(((state, steps[opens]) for state, opens in states if opens in steps), None)
            if now is not None and end not in steps:
                found.append(_made(family, now[0], organisation, now[1]))
    return sorted(found, key=order)


def order(each: Agreement) -> tuple[int, datetime, str]:
    return list(_STEPS).index(each.family), each.since, each.reference


def _made(family: Family, state: State, organisation: str, step: Milestone) -> Agreement:
    data = step.data
    until = data.get("until")
    return Agreement(
        family, state, data["reference"], organisation, data["kind"], data.get("site"), data.get("from_site"),
        data.get("to_site"), data.get("reason"), data.get("count"), step.time,
        None if until is None else datetime.fromisoformat(until),
    )  # fmt: skip
