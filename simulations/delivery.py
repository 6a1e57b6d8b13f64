"""What the synthetic senders deliver: the system's events, with `recordedat` when each comes, and the truth apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from services.domain.clock import LONDON
from services.domain.system import System
from services.errors import LightshipError
from simulations.feed import SyntheticSystem
from simulations.incidents import Incident
from simulations.misbehaviour import Deliveries
from simulations.misbehaviour_plan import Misbehaviour
from simulations.truth import Truth

Event = dict[str, Any]
STEP = timedelta(hours=6)  # after which the truth so far is written


@dataclass(frozen=True)
class Asked:
    """A history: the same of these, and the same system, give the same bytes."""

    seed: int
    scale: float
    start: datetime
    end: datetime
    incidents: tuple[Incident, ...] = ()
    misbehaviour: Misbehaviour | None = None


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
    """opening and advance as SyntheticSystem has them, of events as they are delivered. truth: told what is true, up to
    where it was advanced; without one that is let go of.
    """

    def __init__(self, system: System, asked: Asked, truth: Truth | None = None) -> None:
        self._asked, self._truth = asked, truth
        self.feed = SyntheticSystem(
            system, asked.start, seed=asked.seed, scale=asked.scale, incidents=asked.incidents
        )  # fmt: skip
        self._stage = Deliveries(asked.misbehaviour, asked.seed, self._tell) if asked.misbehaviour else None

    def history(self, progress: Callable[[datetime], None] = lambda _: None) -> Iterator[Event]:
        """All of it, in the order of delivery; `progress` is told how far it is."""
        yield from self.opening()
        reached = self._asked.start
        while reached < self._asked.end:
            reached = min(self._asked.end, reached + STEP)
            yield from self.advance(reached)
            progress(reached)

    def opening(self) -> Iterator[Event]:
        return self._delivered(self.feed.opening(), self._asked.start)

    def advance(self, until: datetime) -> Iterator[Event]:
        """What is delivered after the last call and by `until`."""
        yield from self._delivered(self.feed.advance(until), until)
        for kind, at, facts in self.feed.truth():
            self._tell(kind, at, **facts)
        if self._truth:
            self._truth.counts(self.feed.books, self._asked.start, until)
        else:
            self.feed.books.at(int(until.timestamp()))

    def _delivered(self, events: Iterator[Event], until: datetime) -> Iterator[Event]:
        if self._stage is not None:
            yield from self._stage.of(events, until)
            return
        for event in events:
            event["recordedat"] = event["sentat"]
            yield event

    def _tell(self, kind: str, at: int, **facts: Any) -> None:
        if self._truth:
            self._truth.record(kind, at, **facts)


def misbehaviour_of(said: dict[str, Any] | None) -> Misbehaviour | None:
    """The plan that was kept as JSON."""
    return None if said is None else Misbehaviour.model_validate(said)
