"""The places of a running network: they take people in, keep them, and pass them on, by callbacks on SimPy's clock.

A person is its own SimPy event: it is scheduled for the moment at which its service ends, and never for two at once.
What happens is only appended to arrays of times; `record.py` makes figures of them.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import simpy

if TYPE_CHECKING:
    from services.flow_model.engine.people import People

Callback = Callable[[Any], None]
#: Instead of a next place: it is drawn, person by person
DRAWN = "drawn"
NORMAL = 1  # SimPy's priority of events at the same time


class Person:
    """One person of a replication, and the SimPy event of the end of what they are in.

    people, row: whose draws are theirs. place: where they are or wait, None outside. kind: of the server they have,
    entered: since when. holds: the place whose server they keep while they wait for the next one; of it held_kind,
    held_entered and held_finished, when its service was over.
    """

    __slots__ = (
        "asked", "callbacks", "entered", "held_entered", "held_finished", "held_kind", "holds", "kind", "people",
        "place", "row", "visits",
    )  # fmt: skip

    _ok = True  # to SimPy: an event that has succeeded

    def __init__(self, people: People, row: int) -> None:
        self.people = people
        self.row = row
        self.callbacks: tuple[Callback, ...] | None = None
        self.place: Place | None = None
        self.holds: Place | None = None
        self.kind = 0
        self.asked = 0.0
        self.entered = 0.0
        self.held_kind = 0
        self.held_entered = self.held_finished = 0.0
        self.visits: dict[int, int] | None = None


class Door:
    """The outside: how many left, and servers that came free and wait to be given on."""

    __slots__ = ("freed", "left", "passing")

    def __init__(self) -> None:
        self.left = 0
        self.freed: deque[tuple[Place, int]] = deque()
        self.passing = False

    def give_on(self, place: Place, kind: int, now: float) -> None:
        """Give a freed server to who waits for it. That may free another: one after the other, not one in the other."""
        freed = self.freed
        freed.append((place, kind))
        if self.passing:
            return
        self.passing = True
        while freed:
            place, kind = freed.popleft()
            place.serve_next(kind, now)
        self.passing = False


class Place:
    """Servers (or beds) of one kind or several with a queue.

    free: servers free now by kind, None where there is no limit; below zero where more are in than the place has.
    uses: for each class index the kinds it may have, in order. returns: whether somebody may come here twice.
    Arrays of times in order: asked (came), entered (a server took them), left (freed it), lost (no room to wait),
    finished (where the place holds: the service was over, the server not yet free), gone_on (of those, freed by going
    on; kept is how long they had kept it). waits and who (the class) belong
    to entered, stays (from entered to left) to left.
    """

    __slots__ = (
        "asked", "carries", "done", "door", "entered", "env", "finished", "free", "gone_on", "holds", "index", "kept",
        "left", "lines", "lost",
        "name", "on", "returns", "room", "stays", "uses", "waiting", "waits", "when_full", "who",
    )  # fmt: skip

    def __init__(self, env: simpy.Environment, door: Door, index: int, name: str, kinds: Sequence[int | None]) -> None:
        self.env = env
        self.door = door
        self.index = index
        self.name = name
        self.free: list[int | None] = list(kinds)
        self.uses: list[tuple[int, ...]] = []
        self.lines: dict[tuple[int, tuple[int, ...]], deque[Person]] = {}
        self.waiting = 0
        self.room: int | None = None
        self.holds = False
        self.carries = False
        self.returns = False
        self.when_full: Place | None = None
        self.on: list[Place | str | None] = []
        self.done: tuple[Callback, ...] = (self.end,)
        self.asked, self.entered, self.left = array("d"), array("d"), array("d")
        self.lost, self.finished, self.waits = array("d"), array("d"), array("d")
        self.stays, self.who = array("d"), array("i")
        self.gone_on, self.kept = array("d"), array("d")

    def ask(self, person: Person, now: float) -> None:
        """Somebody comes: a server is free, or there is room to wait, or they go elsewhere."""
        self.asked.append(now)
        person.asked = now
        if self.waiting and self.door.passing:  # a server just freed may still be on its way to who waits
            for kind in self.uses[person.people.index]:
                self.serve_next(kind, now)
        for kind in self.uses[person.people.index]:
            free = self.free[kind]
            if free is None or free > 0:
                self.take(person, kind, now)
                return
        if self.room is None or self.waiting < self.room:
            self.queue(person)
        else:
            self._refuse(person, now)

    def queue(self, person: Person) -> None:
        """Somebody waits, behind all of their priority."""
        person.place = self
        people = person.people
        which = (people.priority, self.uses[people.index])
        line = self.lines.get(which)
        if line is None:
            line = deque()
            self.lines = dict(sorted([*self.lines.items(), (which, line)], key=lambda each: each[0]))
        line.append(person)
        self.waiting += 1

    def _refuse(self, person: Person, now: float) -> None:
        self.lost.append(now)
        if self.when_full is not None:
            self.when_full.ask(person, now)
            return
        person.place = None
        self.door.left += 1
        if person.holds is not None:
            self._free_held(person, now)

    def take(self, person: Person, kind: int, now: float) -> None:
        """A server takes somebody, who frees what they held until now, unless this place carries it on."""
        free = self.free[kind]
        if free is not None:
            self.free[kind] = free - 1
        self.entered.append(now)
        self.waits.append(now - person.asked)
        person.entered = now
        person.kind = kind
        person.place = self
        person.callbacks = self.done
        people = person.people
        self.who.append(people.index)
        times = people.first[self.index]
        if times is None or self.returns:
            times = people.durations_of(person, self.index, self.returns)
        self.env.schedule(person, NORMAL, times[person.row])  # type: ignore[arg-type]
        if person.holds is not None and not self.carries:
            self._free_held(person, now)

    def _free_held(self, person: Person, now: float) -> None:
        held, person.holds = person.holds, None
        assert held is not None
        held.gone_on.append(now)
        held.kept.append(now - person.held_finished)
        held.release(person.held_kind, person.held_entered, now)

    def end(self, person: Person) -> None:
        """A service is over: on to the next place, keeping the server until then where this place holds."""
        now = self.env.now
        on = self.on[person.people.index]
        place = person.people.way_on(person, self) if on.__class__ is str else on
        if self.holds:
            self.finished.append(now)
        if place is None:
            person.place = None
            self.door.left += 1
            self.release(person.kind, person.entered, now)
            if person.holds is not None:
                self._free_held(person, now)
        elif self.holds:
            person.holds = self
            person.held_kind, person.held_entered, person.held_finished = person.kind, person.entered, now
            place.ask(person, now)  # type: ignore[union-attr]
        else:
            self.release(person.kind, person.entered, now)
            place.ask(person, now)  # type: ignore[union-attr]

    def release(self, kind: int, entered: float, now: float) -> None:
        """A server comes free: who waits gets it."""
        self.left.append(now)
        self.stays.append(now - entered)
        free = self.free[kind]
        if free is not None:
            self.free[kind] = free + 1
            if self.waiting and free >= 0:
                self.door.give_on(self, kind, now)

    def change(self, kind: int, by: int, now: float) -> None:
        """Servers come or go. Nobody is sent away: who is in stays, and the place is over its number for a while."""
        free = self.free[kind]
        assert free is not None
        self.free[kind] = free + by
        for _ in range(min(max(free + by, 0), self.waiting)):
            self.door.give_on(self, kind, now)

    def serve_next(self, kind: int, now: float) -> None:
        """The free server takes the first of those who may have it: by priority, then by who came first."""
        free = self.free[kind]
        if free is not None and free <= 0:
            return
        best: deque[Person] | None = None
        rank = 0
        for (priority, uses), line in self.lines.items():
            if best is not None and priority > rank:
                break
            if line and kind in uses and (best is None or line[0].asked < best[0].asked):
                best, rank = line, priority
        if best is not None:
            self.waiting -= 1
            self.take(best.popleft(), kind, now)


class GatePlace(Place):
    """Slots that let people pass: nobody stays in it, they wait before it where they are."""

    __slots__ = ("keep",)

    keep: int

    def take(self, person: Person, kind: int, now: float) -> None:
        """A slot lets somebody pass, who frees what they held until now, unless it is carried on to the next place."""
        free = self.free[kind]
        assert free is not None
        self.free[kind] = free - 1
        self.entered.append(now)
        self.waits.append(now - person.asked)
        self.left.append(now)
        self.stays.append(0.0)
        self.who.append(person.people.index)
        if self.returns:
            person.people.visit(person, self.index)
        on = self.on[person.people.index]
        place = person.people.way_on(person, self) if on.__class__ is str else on
        if person.holds is not None and (place is None or not self.carries):
            self._free_held(person, now)
        if place is None:
            person.place = None
            self.door.left += 1
        else:
            place.ask(person, now)  # type: ignore[union-attr]

    def open(self, slots: int, now: float) -> None:
        """New slots: of the old unused ones only `keep` are still there."""
        free = self.free[0]
        assert free is not None
        kept = min(free, self.keep)
        self.free[0] = kept
        self.change(0, slots, now)
