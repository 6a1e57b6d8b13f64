"""What the synthetic senders deliver: the system's events, with `recordedat` when each comes, and the truth apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from services.domain.clock import LONDON
from services.domain.system import System
from services.errors import LightshipError
from simulations.feed import SyntheticSystem
from simulations.incidents import Incident
from simulations.truth import Truth

Event = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A history: the same of these, and the same system, give the same bytes."""

    seed: int
    scale: float
    start: datetime
    end: datetime
    incidents: tuple[Incident, ...] = ()
    misbehaviour: Any = None  # simulations.misbehaviour_plan.Misbehaviour


def span(days: float, start: str | None, now: datetime) -> tuple[datetime, datetime]:
    """From when to when, in UTC: London days, so that 365 of them end at midnight again. Without a start, days up to
    the last midnight. Raises LightshipError for a start that is no date.
    """
    if start is None:
        begins = datetime.combine(now.astimezone(LONDON).date(), time(), LONDON) - timedelta(days=days)
    else:
        try:
            begins = datetime.fromisoformat(start)
            begins = begins.astimezone(LONDON) if begins.tzinfo else begins.replace(tzinfo=LONDON)
        except (ValueError, OverflowError):
            raise LightshipError(
                f"--start {start!r} is not a date: give one such as 2026-01-12, or 2026-01-12T06:00 (London time)."
            ) from None
    return begins.astimezone(UTC), (begins + timedelta(days=days)).astimezone(UTC)


class Delivery:
    """opening and advance as SyntheticSystem has them, of events as they are delivered."""

    def __init__(self, system: System, asked: Asked) -> None:
        self._asked = asked
        self._feed = SyntheticSystem(
            system, asked.start, seed=asked.seed, scale=asked.scale, incidents=asked.incidents
        )  # fmt: skip

    @property
    def feed(self) -> SyntheticSystem:
        return self._feed

    def opening(self) -> Iterator[Event]:
        return _as_sent(self._feed.opening())

    def advance(self, until: datetime) -> Iterator[Event]:
        return _as_sent(self._feed.advance(until))

    def tell(self, truth: Truth, until: datetime) -> None:
        """Write what is true up to a moment that was advanced to, and was not written yet."""
        for kind, at, facts in self._feed.truth():
            truth.record(kind, at, **facts)
        truth.counts(self._feed.books, self._asked.start, until)


def _as_sent(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        event["recordedat"] = event["sentat"]
        yield event


def misbehaviour_of(said: dict[str, Any] | None) -> Any:
    """The plan that was kept as JSON."""
    if said is None:
        return None
    from simulations.misbehaviour_plan import Misbehaviour

    return Misbehaviour.model_validate(said)
