"""What a site or place can hold, as its units report it, and durations scaled to who is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from services.domain.state import UnitState
from services.domain.system import Site, System
from services.flow_model.engine.durations import Distribution

#: Adds the stream of a site's way in: (site, way, to, share of each class).
AddStream = Callable[[str, str, str, Mapping[str, float]], None]

#: The kinds of acute beds and who may have them; critical care's people may have no other.
BED_KINDS = {
    "ga_adult": ("ward", "planned", "same_day"), "ga_paediatric": ("child_ward",), "critical_care": ("critical",),
    "maternity": ("maternity",), "neonatal": ("neonatal",),
}  # fmt: skip
DAY_HOURS = 24
_LEAST, _MOST = 1 / 3, 3.0  # a mean is scaled within these
_SCALED = frozenset(["mean", "sd", "median", "value", "low", "high", "scale"])


def usable(unit: UnitState) -> int:
    """Beds, cubicles or places: core and escalation, without those closed."""
    return max(0, unit.core + unit.escalation - unit.closed)


def beds_by_kind(site: Site, units: Mapping[str, UnitState]) -> dict[str, int]:
    """Usable acute beds of a site."""
    beds: dict[str, int] = {}
    for unit in site.units:
        if unit.kind == "ward" and unit.bed_kind in BED_KINDS and unit.code in units:
            beds[unit.bed_kind] = beds.get(unit.bed_kind, 0) + usable(units[unit.code])
    return beds


def in_areas(site: Site, units: Mapping[str, UnitState], areas: Sequence[str]) -> int:
    """Usable spaces of a department's areas."""
    return sum(usable(units[unit.code]) for unit in site.units if unit.area in areas and unit.code in units)


def of_kind(site: Site, units: Mapping[str, UnitState], kind: str) -> int | None:
    """Usable places of a site's units of a kind (core alone: escalation is of beds); None where it has no such unit."""
    held = [units[unit.code] for unit in site.units if unit.kind == kind and unit.code in units]
    return sum(max(0, each.core - each.closed) for each in held) if held else None


def community_beds(system: System, place: str, units: Mapping[str, UnitState]) -> int | None:
    """Usable beds of a place's community hospitals; None where it has none."""
    held = [
        units[unit.code] for site in system.sites if site.place == place for unit in site.units
        if unit.kind == "ward" and unit.bed_kind == "community" and unit.code in units
    ]  # fmt: skip
    return sum(usable(each) for each in held) if held else None


def said(duration: Distribution, times: float = 1.0) -> dict[str, Any]:
    """A distribution as a document says it, its times multiplied."""
    made = duration.model_dump(exclude_none=True)
    return {key: round(value * times, 6) if key in _SCALED else value for key, value in made.items()}


@lru_cache
def mean(duration: Distribution) -> float:
    """The mean of a distribution, by its quantiles."""
    return float(duration.draw((np.arange(2_000) + 0.5) / 2_000).mean())


def stretch(expected: float, people: float, a_day: float, few: float) -> float:
    """By how much a mean duration is multiplied so that it agrees with who is there.

    expected: the assumed mean in hours. Little's law: `people` inside with `a_day` coming stay people / a_day days on
    average where their number is steady. The mean is drawn to that, half way where `few` people are there and further
    the more there are. 1 where nobody is: an empty place says nothing of how long people would stay.
    """
    if a_day <= 0 or expected <= 0:
        return 1.0
    return drawn_to(people / a_day * DAY_HOURS / expected, people, few)


def drawn_to(ratio: float, people: float, few: float) -> float:
    """A factor between 1 and what `people` there show, half way where they are `few`; 1 where nobody is.

    Never beyond a third or threefold.
    """
    if people <= 0 or ratio <= 0:
        return 1.0
    weight = people / (people + few)
    return min(max((1 - weight) + weight * ratio, _LEAST), _MOST)
