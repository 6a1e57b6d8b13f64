"""Declared OPEL: somebody proposes a level, somebody validates it, somebody agrees it. The steps are all there is.

A level holds from the moment it was agreed until another is. A proposal stands open until it is agreed or refused, and
an organisation has one at a time. The state at any moment is the fold of the steps up to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.domain.opel_tables import Level

Kind = Literal["proposed", "validated", "agreed", "refused"]
#: What may follow what.
_NEXT: Mapping[Kind, tuple[Kind, ...]] = {
    "proposed": ("validated", "refused"),
    "validated": ("agreed", "refused"),
    "agreed": (),
    "refused": (),
}


class StepRefused(ValueError):
    """A step that cannot be taken as things are; the text says what can."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a declaration. calculated: what was calculated when it was proposed, for later reading."""

    declaration: UUID
    organisation: str
    kind: Kind
    level: Level
    at: datetime
    who: str
    role: str
    why: str | None
    calculated: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration with the steps taken so far, first the proposal."""

    steps: tuple[Step, ...]

    @property
    def level(self) -> Level:
        return self.steps[0].level

    @property
    def state(self) -> Kind:
        return self.steps[-1].kind

    @property
    def is_open(self) -> bool:
        return bool(_NEXT[self.state])


def declarations(steps: Iterable[Step]) -> tuple[Declaration, ...]:
    """Every declaration in the order they were proposed. steps: in the order they were taken."""
    found: dict[UUID, list[Step]] = {}
    for step in steps:
        found.setdefault(step.declaration, []).append(step)
    return tuple(Declaration(tuple(taken)) for taken in found.values())


def declared(made: Iterable[Declaration]) -> Declaration | None:
    """The one that holds: of those agreed, the last to be."""
    agreed = [each for each in made if each.state == "agreed"]
    return max(agreed, key=lambda each: each.steps[-1].at, default=None)


def proposal(made: Iterable[Declaration]) -> Declaration | None:
    """The one that is open."""
    return next((each for each in made if each.is_open), None)


def may_propose(made: Iterable[Declaration], level: Level) -> None:
    """Raises StepRefused where a proposal is open, or where the level is declared already."""
    found = tuple(made)
    waiting, holds = proposal(found), declared(found)
    if waiting is not None:
        raise StepRefused(
            f"OPEL {waiting.level} is {waiting.state} already, by {waiting.steps[-1].who}: agree or refuse that first."
        )
    if holds is not None and holds.level == level:
        raise StepRefused(f"OPEL {level} is declared already.")


def may_follow(found: Declaration, kind: Kind) -> None:
    """Raises StepRefused where a declaration cannot take the step."""
    allowed = _NEXT[found.state]
    if kind not in allowed:
        can = f"it can be {' or '.join(allowed)}" if allowed else "it is closed; propose another"
        raise StepRefused(f"This declaration is {found.state}: {can}.")
