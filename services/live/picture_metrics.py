"""What Prometheus is told of the picture, by whoever writes it and whoever follows it.

Ages are worked out when they are asked for: a writer that hangs is seen to.
"""

from __future__ import annotations

import math
import time as wall_time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from prometheus_client import Gauge

from services.domain.clock import Clock

_REVISION = Gauge("lightship_picture_revision", "The revision of the picture that this process writes or shows.")
_AGE = Gauge("lightship_picture_age_seconds", "Since the picture was last known to be how things are; NaN: never.")
_FEED = Gauge("lightship_feed_age_seconds", "From a feed's newest event to now, by the system's clock.", ["source"])


class _Picture:
    """The last one that this process knows of."""

    looked_at: float | None = None
    clock: Clock = Clock.wall(datetime.now(UTC))
    newest: Mapping[str, datetime] = {}


def _age() -> float:
    looked_at = _Picture.looked_at
    return math.nan if looked_at is None else wall_time.monotonic() - looked_at


def _feed_age(source: str) -> float:
    newest = _Picture.newest.get(source)
    return math.nan if newest is None else (_Picture.clock.at(datetime.now(UTC)) - newest).total_seconds()


_AGE.set_function(_age)


def shown(revision: int, picture: Mapping[str, Any]) -> None:
    """There is a new revision. Moments in it may be texts, as they are in the store."""
    _REVISION.set(revision)
    newest = {row["source"]: _moment(row["last_event_at"]) for row in picture["feeds"] if row["last_event_at"]}
    for source in newest.keys() - _Picture.newest.keys():
        _FEED.labels(source).set_function(partial(_feed_age, source))
    _Picture.newest = newest


def looked(clock: Clock) -> None:
    """The picture's writer has looked: what was shown last is how things are."""
    _Picture.looked_at, _Picture.clock = wall_time.monotonic(), clock


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
