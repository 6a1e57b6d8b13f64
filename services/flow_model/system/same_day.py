"""Same day emergency care: a unit with opening hours, to which people are sent past the department or on from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from services.domain.state import UnitState
from services.domain.system import Site
from services.flow_model.system.capacity import DAY_HOURS, AddStream, of_kind, said
from services.flow_model.system.demand_table import Expected
from services.flow_model.system.priors import FlowPriors

FROM_ED = "sdec_from_ed"


def add_same_day(
    document: dict[str, Any], site: Site, units: Mapping[str, UnitState], arrivals: Expected, priors: FlowPriors,
    stream: AddStream,
) -> None:  # fmt: skip
    """A site's unit: it takes people while it is open, and who is in at closing time is seen to the end.

    Those whom the department sends on come when the history says they come to the unit, and as many fewer adults walk
    in to the department in that hour, as nobody arrives twice: the little time that they spend there first is left out.
    """
    places, times = of_kind(site, units, "sdec"), priors.same_day
    if places is None or site.ed_type != 1:
        return
    name = f"{site.code}:sdec"
    document["pools"][name] = {
        "beds": {"by_hour": [places if times.opens <= hour < times.closes else 0 for hour in range(DAY_HOURS)]},
        "stay": said(times.stay),
        "next": {f"{site.code}:decided": times.admitted},
    }
    stream(site.code, "sdec", name, {"same_day": 1.0})
    stream(site.code, FROM_ED, name, {"same_day": 1.0})
    walking = document["arrivals"].get(f"{site.code}:walk_in")
    if walking is not None and f"{site.code}:{FROM_ED}" in document["arrivals"]:
        sent = arrivals.by_hour_of_week(site.code, FROM_ED)
        came = np.maximum(arrivals.by_hour_of_week(site.code, "walk_in"), 1e-9)
        walking["scale"] = {"by_hour": [round(float(each), 6) for each in np.clip(1 - sent / came, 0, 1)]}
