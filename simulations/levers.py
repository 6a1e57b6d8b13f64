"""What incidents and staff pull at, and what every part of the synthetic system reads before it draws."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum

EVERYWHERE = ""


class Lever(StrEnum):
    """A rate or a length that may be multiplied; 1 is the usual."""

    WALK_INS = "walk_ins"  # arrivals on foot at a front door
    CALLS = "calls"  # 999 calls for what lies near a department
    ADMITTED = "admitted"  # of those of 65 and more seen in the department, the share admitted
    DIRECT = "direct"  # admissions past the department
    ELECTIVES = "electives"  # people on an elective list
    STAY = "stay"  # days of the active part of an inpatient of 65 and more
    HANDOVER = "handover"  # minutes of an ambulance handover
    RESPONSE = "response"  # minutes until an ambulance is at the scene
    BED_WAIT = "bed_wait"  # minutes from a decision to admit to a bed, besides the wait for one to be free
    PACE = "pace"  # minutes to be seen and to a decision
    STARTS = "starts"  # of the services of pathways 1 to 3 a day; of a place (as the site) or a council (as provider)
    LEAVERS = "leavers"  # of those due to leave today, the share who do
    NEED = "need"  # people who ring 111, ask a surgery, or are referred to teams at home; of a place (as the site)


class Levers:
    """Factors by lever and organisation (site, else provider, else everywhere); those in force multiply."""

    def __init__(self) -> None:
        self._factors: dict[tuple[Lever, str], list[float]] = defaultdict(list)
        self._products: dict[tuple[Lever, str], float] = {}

    def pull(self, lever: Lever, factor: float, organisation: str = EVERYWHERE) -> None:
        """Multiply by `factor` (> 0) from now on, until the same is released. Raises ValueError for a factor <= 0."""
        if factor <= 0:
            raise ValueError(f"a factor must be above 0, not {factor:g}")
        self._factors[lever, organisation].append(factor)
        self._count(lever, organisation)

    def release(self, lever: Lever, factor: float, organisation: str = EVERYWHERE) -> None:
        """Undo one pull. Raises ValueError where there was none such."""
        self._factors[lever, organisation].remove(factor)
        self._count(lever, organisation)

    def of(self, lever: Lever, site: str, provider: str) -> float:
        """The product of what is in force at a site: its own, its provider's, everybody's."""
        products = self._products
        if not products:
            return 1.0
        return (
            products.get((lever, site), 1.0)
            * products.get((lever, provider), 1.0)
            * products.get((lever, EVERYWHERE), 1.0)
        )

    def _count(self, lever: Lever, organisation: str) -> None:
        """As a product from one on, so that what was released leaves no rounding behind."""
        product = 1.0
        for factor in self._factors[lever, organisation]:
            product *= factor
        if product == 1.0:
            self._products.pop((lever, organisation), None)
        else:
            self._products[lever, organisation] = product
