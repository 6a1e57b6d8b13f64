"""Atoms by what they count: who is in a phase now, who began or ended it in a window, and the minutes of either."""

from __future__ import annotations

from services.domain.measures import Aggregate, Atom, Selection, Window


def opened(phase: str, **given: object) -> Atom:
    """Those in the phase now; given: further fields of the selection."""
    return Atom(Selection(phase, "open", **given))  # type: ignore[arg-type]


def ended(phase: str, window: Window = "today", **given: object) -> Atom:
    return Atom(Selection(phase, "ended", window, **given))  # type: ignore[arg-type]


def started(phase: str, window: Window = "today", **given: object) -> Atom:
    return Atom(Selection(phase, "started", window, **given))  # type: ignore[arg-type]


def minutes(atom: Atom, aggregate: Aggregate = "minutes_total", over: int = 0) -> Atom:
    """The minutes of the same selection; over: only the part beyond so many."""
    return Atom(atom.selection, aggregate, over)
