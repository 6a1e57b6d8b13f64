"""What a trainer asks of the world while it runs: incidents, and feeds that fall silent.

Determinism: the world is made again from its seed when the feed starts again. So each deed is done between two whole
seconds of the world, that moment is kept before anything it causes is sent, and it is done again at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from services.domain.training import Injection, Silence
from services.errors import LightshipError
from simulations.delivery import Delivery
from simulations.incidents import Running

Event = dict[str, Any]
Note = Callable[[Injection, str, datetime], None]  # an injection has begun or is over, at a moment
_log = structlog.get_logger(__name__)
_SOURCE = "urn:nhs:ods:"


class _Deed(NamedTuple):
    """In the order in which they are done."""

    moment: datetime
    made_at: datetime
    id: UUID
    ends: bool
    injection: Injection


class Steered:
    """A world that begins and ends incidents at the moments that were asked for, or as soon after as it can."""

    def __init__(self, world: Delivery, everywhere: str, start: datetime) -> None:
        """everywhere: the code that stands for the whole system; start: up to when the world has run."""
        self._world, self._everywhere = world, everywhere
        self._position = start.replace(microsecond=0)
        self._running: dict[UUID, Running | None] = {}  # None: it could not be
        self._ended: set[UUID] = set()

    def again(self, done: Iterable[Injection], until: datetime) -> Iterator[Event]:
        """The world up to `until` as it was: with all that was begun and ended by then, at the same moments."""
        deeds: list[_Deed] = []
        for it in done:
            if it.begun_at is not None and it.begun_at < until:
                deeds.append(_Deed(it.begun_at, it.made_at, it.id, False, it))
            if it.over_at is not None and it.over_at < until:
                deeds.append(_Deed(it.over_at, it.made_at, it.id, True, it))
        yield from self._through(deeds, until, lambda *_: None)

    def advance(self, wanted: Iterable[Injection], now: datetime, note: Note) -> list[Event]:
        """What is sent up to now. note: called before anything is given that an incident caused."""
        end = now.replace(microsecond=0)
        if end <= self._position:
            return []  # paused: two deeds of one moment would have no order
        return list(self._through(self._due(wanted, end), end, note))

    def _due(self, wanted: Iterable[Injection], end: datetime) -> list[_Deed]:
        deeds: list[_Deed] = []
        for it in wanted:
            if it.id not in self._running:
                moment = it.begun_at or max(it.at, self._position)
                if moment < min(end, it.end):
                    deeds.append(_Deed(moment, it.made_at, it.id, False, it))
            elif it.ended_at is not None and it.ended_at < it.until and it.id not in self._ended:
                moment = it.over_at or max(it.ended_at, self._position)
                if moment < end:
                    deeds.append(_Deed(moment, it.made_at, it.id, True, it))
        return deeds

    def _through(self, deeds: Sequence[_Deed], end: datetime, note: Note) -> Iterator[Event]:
        for deed in sorted(deeds, key=lambda each: each[:4]):
            yield from self._world.advance(deed.moment)
            self._do(deed, note)
        yield from self._world.advance(end)
        self._position = end.replace(microsecond=0)

    def _do(self, deed: _Deed, note: Note) -> None:
        it, moment = deed.injection, deed.moment
        if deed.ends:
            self._ended.add(it.id)
            running = self._running.get(it.id)
            if running is not None:
                self._world.feed.incidents.end(running, moment)
            note(it, "over", moment)
            return
        organisation = "" if it.organisation == self._everywhere else it.organisation
        try:
            self._running[it.id] = self._world.feed.incidents.begin(it.kind, moment, it.until, organisation, it.size)
        except LightshipError as refused:
            self._running[it.id] = None
            _log.error("feed.incident_refused", kind=it.kind, reason=str(refused))
        note(it, "begun", moment)


class Held:
    """What silent feeds have not sent yet."""

    def __init__(self) -> None:
        self._held: dict[UUID, list[Event]] = {}

    def sift(self, events: Iterable[Event], silences: Iterable[Silence]) -> Iterator[Event]:
        """The events that pass; those that would be delivered while their source is silent are kept."""
        by_source: dict[str, list[Silence]] = {}
        for each in silences:
            if each.spoke_at is None:
                by_source.setdefault(_SOURCE + each.source, []).append(each)
        for event in events:
            over_it = by_source.get(event["source"])
            if over_it:
                due = datetime.fromisoformat(event["recordedat"])
                silence = next((each for each in over_it if each.since <= due < each.end), None)
                if silence is not None:
                    self._held.setdefault(silence.id, []).append(event)
                    continue
            yield event

    def speaking(self, silences: Sequence[Silence], now: datetime) -> Iterator[tuple[Silence, list[Event]]]:
        """The silences that are over by now, with what was held back, delivered now; none of a source that another
        still silences.
        """
        delivered = now.isoformat()
        waiting = [each for each in silences if each.spoke_at is None]
        silent = {each.source for each in waiting if each.since <= now < each.end}
        for each in waiting:
            if each.end <= now and each.source not in silent:
                backlog = self._held.pop(each.id, [])
                yield each, [event | {"recordedat": delivered} for event in backlog]
