"""One replication of a network: who comes, where they go, and the arrays of times that say so."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import simpy
from numpy.typing import NDArray

from services.errors import LightshipError
from services.flow_model.engine import draws
from services.flow_model.engine.arrivals import arrivals, classes_of
from services.flow_model.engine.draws import Floats
from services.flow_model.engine.locks import locked_places
from services.flow_model.engine.network import Network, PlaceSpec, Seeded
from services.flow_model.engine.people import People
from services.flow_model.engine.place import DRAWN, NORMAL, Door, GatePlace, Person, Place

FIRST = 0  # SimPy's priority of what comes before all else at its time


class LawBroken(LightshipError):
    """People were made or lost by the engine itself: a fault of ours, and no answer."""


@dataclass(frozen=True)
class Told:
    """What one place has to tell, as times in order (the network's unit): see `Place`.

    inside: people who had a server at time 0; they are in `left` and not in `entered`. who: the class of each who
    entered. gone_on, kept: of those who had kept the server while they waited for the next place, when and how long.
    """

    inside: int
    asked: Floats
    entered: Floats
    left: Floats
    lost: Floats
    finished: Floats
    waits: Floats
    gone_on: Floats
    kept: Floats
    stays: Floats
    who: NDArray[np.int32]


@dataclass(frozen=True)
class Played:
    """One replication. people: who came or was there; events: those of SimPy. away: the worst relative disagreement
    between areas under counts and sojourn times (Little's law with its boundary terms). locked: places whose people
    keep a server at the end that they can never give back."""

    places: tuple[Told, ...]
    people: int
    events: int
    away: float
    locked: tuple[int, ...] = ()


class _Arriving:
    """The event of the next arrival: always one, whoever is next."""

    __slots__ = ("_ok", "blocks", "callbacks", "env", "next", "people", "places", "rows", "times")

    def __init__(
        self, env: simpy.Environment, people: Sequence[People],
        coming: tuple[list[float], list[int], list[int]], places: list[Place],
    ) -> None:  # fmt: skip
        self._ok = True
        self.env = env
        self.people = people
        self.times, self.blocks, self.rows = coming
        self.places = places
        self.next = 0
        self.callbacks: tuple[object, ...] | None = None

    def wait(self, now: float) -> None:
        if self.next < len(self.times):
            self.callbacks = (self.come,)
            self.env.schedule(self, NORMAL, self.times[self.next] - now)  # type: ignore[arg-type]

    def come(self, _: object) -> None:
        now = self.env.now
        number = self.next
        self.next = number + 1
        self.wait(now)
        person = Person(self.people[self.blocks[number]], self.rows[number])
        self.places[number].ask(person, now)


def play(network: Network, seed: int, replication: int) -> Played:
    """One replication. Raises LawBroken where the people do not add up.

    It makes tens of thousands of objects that live to its end: a collector that looks through them again and again
    costs an eighth of the time. So it rests, and the circles among them are cut by hand (see `_cut`).
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return _play(network, seed, replication)
    finally:
        if collects:
            gc.enable()


def _play(network: Network, seed: int, replication: int) -> Played:
    root = draws.root(seed, replication)
    env = simpy.Environment()
    door = Door()
    places = [_place(env, door, number, spec) for number, spec in enumerate(network.places)]
    for place, spec in zip(places, network.places, strict=True):
        place.on = [_next(targets, places) for targets, _ in spec.ways]
        place.when_full = None if spec.when_full is None else places[spec.when_full]
    with np.errstate(over="ignore"):
        start = _by_class(network.start, root)
        people, coming, first = _people(network, root, places, start)
        _seed(network, env, people, places, root, start)
    _schedule_changes(network, env, places)
    arriving = _Arriving(env, people, coming, [places[each] for each in first])
    arriving.wait(0.0)
    env.run(until=network.length)
    events = next(env._eid) - len(env._queue)
    count = len(coming[0]) + sum(len(each.ids) for each in network.start)
    came = count - (len(coming[0]) - arriving.next)
    found = _found(env, places)
    if came != door.left + len(found):
        raise LawBroken(f"{came} people came, {door.left} left and {len(found)} are still there: a fault of the engine")
    away = _little(network, places, found)
    locked = locked_places(network, places, found)
    inside = _inside(network)
    told = tuple(_told(place, inside[place.index]) for place in places)
    _cut(env, places, people, arriving)
    return Played(told, came, events, away, locked)


def _cut(env: simpy.Environment, places: list[Place], people: list[People], arriving: _Arriving) -> None:
    """Cut the circles of references, so that all of it is freed at once and without a collector."""
    env._queue.clear()
    arriving.callbacks = None
    for place in places:
        place.done, place.on, place.when_full = (), [], None
        place.lines.clear()
        place.door.freed.clear()
    for each in people:
        each.places = []
        each._ways.clear()


def _place(env: simpy.Environment, door: Door, number: int, spec: PlaceSpec) -> Place:
    made: Place
    if spec.gate:
        made = GatePlace(env, door, number, spec.name, [0])
        made.keep = spec.keep
    else:
        made = Place(
            env, door, number, spec.name, [None if each is None else int(each.values[0]) for each in spec.limits]
        )
    made.uses = list(spec.uses)
    made.room = spec.room
    made.holds = spec.holds
    made.carries = spec.carries
    made.returns = spec.returns
    return made


def _next(targets: tuple[int | None, ...], places: list[Place]) -> Place | str | None:
    if len(targets) > 1:
        return DRAWN
    return None if targets[0] is None else places[targets[0]]


def _people(
    network: Network, root: np.uint64, places: list[Place], start: Sequence[Seeded]
) -> tuple[list[People], tuple[list[float], list[int], list[int]], list[int]]:
    """People by block, all arrivals in order of time as (time, block, row), and where each goes first.

    A block is those of one class of one stream, or of one entry of the start (these come last, in order): they go the
    same ways, so that no block draws for places where hardly any of it comes. What is drawn does not depend on it.
    """
    blocks: list[People] = []
    times, which, row, to = [], [], [], []
    for stream in network.streams:
        came = arrivals(stream, root, network.length)
        number, own = np.empty(len(came.ids), np.int64), np.empty(len(came.ids), np.int64)
        for class_ in sorted({class_ for class_, _ in stream.classes}):
            mine = came.classes == class_
            number[mine] = len(blocks)
            own[mine] = np.arange(int(mine.sum()))
            blocks.append(People(network, class_, root, came.ids[mine], places))
        times.append(came.times)
        which.append(number)
        row.append(own)
        to.append(np.full(len(came.ids), stream.to))
    blocks += [People(network, each.classes[0][0], root, each.ids, places) for each in start]
    if not times:
        return blocks, ([], [], []), []
    order = np.argsort(np.concatenate(times), kind="stable")
    every = [np.concatenate(each)[order].tolist() for each in (times, which, row, to)]
    return blocks, (every[0], every[1], every[2]), every[3]


def _by_class(start: Sequence[Seeded], root: np.uint64) -> list[Seeded]:
    """The people of the start, whose class is drawn in this replication: those alike together in a block."""
    if all(len(each.classes) == 1 for each in start):
        return list(start)
    alike: dict[tuple[int, int, int, bool, int], list[tuple[Floats, draws.Ids]]] = {}
    for each in start:
        drawn = classes_of(each.classes, root, each.ids)
        for class_ in sorted(set(drawn.tolist())):
            mine = drawn == class_
            key = each.place, class_, each.kind, each.waiting, -1 if each.holding is None else each.holding
            alike.setdefault(key, []).append((each.elapsed[mine], each.ids[mine]))
    return [
        Seeded(
            place, ((class_, 1.0),), kind, waiting, None if holding == -1 else holding,
            np.concatenate([elapsed for elapsed, _ in parts]), np.concatenate([ids for _, ids in parts]),
        )
        for (place, class_, kind, waiting, holding), parts in alike.items()
    ]  # fmt: skip


def _seed(
    network: Network, env: simpy.Environment, people: list[People], places: list[Place], root: np.uint64,
    start: Sequence[Seeded],
) -> None:  # fmt: skip
    """People who are there at time 0: first those who have a bed, then those who wait, the longest first."""
    blocks = people[len(people) - len(start) :]
    waiting: list[tuple[float, int, Place, Person]] = []
    for seeded, mine in zip(start, blocks, strict=True):
        place, spec = places[seeded.place], network.places[seeded.place]
        if seeded.waiting:
            held = None if seeded.holding is None else places[seeded.holding]
            for number, elapsed in enumerate(seeded.elapsed.tolist()):
                person = Person(mine, number)
                waiting.append((-elapsed, len(waiting), place, person))
                if held is not None:
                    _hold(person, held, seeded.kind, elapsed)
            continue
        drawn = draws.uniforms(root, seeded.ids, spec.stay_key)
        left = spec.stays[mine.index].remaining(drawn, seeded.elapsed)
        held = None if seeded.holding is None else places[seeded.holding]
        _occupy(place, seeded.kind if held is None else 0, len(seeded.ids))
        for number, (remaining, elapsed) in enumerate(zip(left.tolist(), seeded.elapsed.tolist(), strict=True)):
            person = Person(mine, number)
            person.place, person.kind = place, seeded.kind if held is None else 0
            person.entered = -elapsed
            if held is not None:
                _hold(person, held, seeded.kind, elapsed)
            person.visits = {place.index: 1} if spec.returns else None
            person.callbacks = place.done
            env.schedule(person, NORMAL, remaining)  # type: ignore[arg-type]
    for since, _, place, person in sorted(waiting, key=lambda each: each[:2]):
        person.asked = since
        place.asked.append(0.0)
        place.queue(person)
    for place in places:
        for kind, free in enumerate(place.free):
            if place.waiting:
                number = place.waiting if free is None else min(max(free, 0), place.waiting)
                for _ in range(number):
                    place.door.give_on(place, kind, 0.0)


def _hold(person: Person, held: Place, kind: int, elapsed: float) -> None:
    """Somebody keeps a server from before the start, whose service was over `elapsed` ago."""
    _occupy(held, kind, 1)
    held.finished.append(0.0)
    person.holds, person.held_kind = held, kind
    person.held_entered = person.held_finished = -elapsed


def _occupy(place: Place, kind: int, number: int) -> None:
    free = place.free[kind]
    if free is not None:
        place.free[kind] = free - number


def _schedule_changes(network: Network, env: simpy.Environment, places: list[Place]) -> None:
    """Servers that come and go, and slots that are released."""
    for place, spec in zip(places, network.places, strict=True):
        for kind, course in enumerate(spec.limits):
            if course is None:
                continue
            if isinstance(place, GatePlace):
                whole = np.floor(np.cumsum(course.values) + 1e-9)
                steps = list(zip(course.times.tolist(), np.diff(whole, prepend=0.0).tolist(), strict=True))
            else:
                changes = np.diff(course.values)
                steps = list(zip(course.times[1:].tolist(), changes.tolist(), strict=True))
            for time, by in steps:
                if time < network.length and by:  # an hour without new slots lets the old ones stand
                    env.schedule(_change(env, place, kind, int(by)), FIRST, time)  # type: ignore[arg-type]


class _Change:
    """An event of SimPy that has one thing to do."""

    __slots__ = ("_ok", "callbacks")

    def __init__(self, what: object) -> None:
        self._ok = True
        self.callbacks = (what,)


def _change(env: simpy.Environment, place: Place, kind: int, by: int) -> _Change:
    if isinstance(place, GatePlace):
        return _Change(lambda _: place.open(by, env.now))
    return _Change(lambda _: place.change(kind, by, env.now))


def _found(env: simpy.Environment, places: list[Place]) -> list[Person]:
    """Everybody who is somewhere at the end, found by looking: on SimPy's queue, or in a line."""
    queued: list[object] = [event for *_, event in env._queue]
    inside = [event for event in queued if isinstance(event, Person)]
    return inside + [person for place in places for line in place.lines.values() for person in line]


def _little(network: Network, places: list[Place], found: list[Person]) -> float:
    """How far the area under a place's count is from the sum of everybody's own time in it, relative to that."""
    end = network.length
    still: dict[int, float] = {}
    for person in found:
        if person.holds is not None:
            index = person.holds.index
            still[index] = still.get(index, 0.0) + end - max(person.held_entered, 0.0)
        if person.callbacks is not None and person.place is not None:
            index = person.place.index
            still[index] = still.get(index, 0.0) + end - max(person.entered, 0.0)
    worst = 0.0
    inside = _inside(network)
    for place in places:
        entered, left = _floats(place.entered), _floats(place.left)
        area = inside[place.index] * end + float(np.sum(end - entered) - np.sum(end - left))
        own = float(np.sum(np.minimum(_floats(place.stays), left))) + still.get(place.index, 0.0)
        worst = max(worst, abs(area - own) / max(own, 1.0))
    return worst


def _inside(network: Network) -> list[int]:
    """How many had a server in each place at time 0."""
    inside = [0] * len(network.places)
    for seeded in network.start:
        if seeded.holding is not None:
            inside[seeded.holding] += len(seeded.ids)
        if not seeded.waiting:
            inside[seeded.place] += len(seeded.ids)
    return inside


def _floats(times: array[float]) -> Floats:
    return np.frombuffer(times, dtype=np.float64) if len(times) else np.empty(0)


def _told(place: Place, inside: int) -> Told:
    names = ("asked", "entered", "left", "lost", "finished", "waits", "gone_on", "kept", "stays")
    who = np.frombuffer(place.who, dtype=np.int32) if len(place.who) else np.empty(0, np.int32)
    return Told(inside, **{name: _floats(getattr(place, name)) for name in names}, who=who)
