"""Atoms by what they count: who is in a phase now, who began or ended it in a window, the minutes of either; beds."""

from __future__ import annotations

from services.domain.measures import Aggregate, Atom, Selection, Window
from services.domain.system import GENERAL_AND_ACUTE

GA = tuple(GENERAL_AND_ACUTE)


def opened(phase: str, **given: object) -> Atom:
    """How many are in the phase now; given: the fields of `Selection` that narrow it."""
    return Atom(Selection(phase, "open", **given))  # type: ignore[arg-type]


def ended(phase: str, window: Window = "today", **given: object) -> Atom:
    return Atom(Selection(phase, "ended", window, **given))  # type: ignore[arg-type]


def started(phase: str, window: Window = "today", **given: object) -> Atom:
    return Atom(Selection(phase, "started", window, **given))  # type: ignore[arg-type]


def minutes(atom: Atom, aggregate: Aggregate = "minutes_total", over: int = 0) -> Atom:
    """The time in the phase, in minutes, of what the atom counts; only the part beyond `over` minutes."""
    return Atom(atom.selection, aggregate, over)


def beds(kind: str, bed_kinds: tuple[str, ...], **given: object) -> Atom:
    """kind: core, escalation or closed; of the units that configuration gives these kinds of bed."""
    return Atom(Selection(f"capacity.{kind}", bed_kinds=bed_kinds, **given), "value_total")  # type: ignore[arg-type]


def capacity(kind: str) -> Atom:
    return Atom(Selection(f"capacity.{kind}"), "value_total")


def open_beds(bed_kinds: tuple[str, ...]) -> tuple[Atom, ...]:
    return (beds("core", bed_kinds), beds("escalation", bed_kinds))


def gauge(measure: str) -> tuple[Atom, ...]:
    return (Atom(Selection("gauge", labels=(measure,)), "value_latest"),)


def age(measure: str) -> tuple[Atom, ...]:
    """How long the reading of a gauge has stood, in minutes: at most one stands in an organisation."""
    return (Atom(Selection("gauge", labels=(measure,)), "minutes_total"),)
