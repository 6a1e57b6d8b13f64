"""Forecasts as documents, made up, for stores to keep."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.store.forecasts import COLUMNS

HOURS = 30


def document(as_at: datetime, *, more: float = 0.0) -> dict[str, Any]:
    """As `forecast run --json` prints it: three rows of 31 hours; the second has hours without a figure."""
    times = [as_at + timedelta(hours=hour) for hour in range(HOURS + 1)]
    rows = [
        {
            "site": site,
            "measure": measure,
            "unit": "people",
            "mean": [None if number == 1 and hour < 3 else round(more + 10 * number + hour / 7, 3)
                     for hour in range(HOURS + 1)],
            "quantiles": {
                level: [None if number == 1 and hour < 3 else round(more + hour + float(level), 3)
                        for hour in range(HOURS + 1)]
                for level in COLUMNS
            },
        }
        for number, (site, measure) in enumerate(
            [("RVV02", "beds.occupied"), ("RVV01", "ed.decision_to_admit_wait"), ("RVV01", "beds.occupied")]
        )
    ]  # fmt: skip
    return {
        "as_at": as_at.isoformat(), "known_at": as_at.isoformat(), "seed": 7, "replications": 50, "people": 11.5,
        "events": 20.25, "fitted": False, "times": [time.isoformat() for time in times], "rows": rows,
        "demand": [{"site": "RVV01", "way_in": "walk_in", "rule": "model", "people": 310.25, "dispersion": 0.1,
                    "mean_pinball": {"model": 1.5}, "known_hours": 900, "missing_hours": 2}],
    }  # fmt: skip
