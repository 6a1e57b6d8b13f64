"""A document made ready for the engine; what cannot run is refused by its key, with the nearest right name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from services.errors import nearest
from services.flow_model.engine import draws
from services.flow_model.engine.amounts import ByHour, Course, Steps, course
from services.flow_model.engine.arrivals import Stream
from services.flow_model.engine.circles import refuse_circles, returning_places, takes_no_time
from services.flow_model.engine.document import (
    HOURS,
    MOST_CHANGES,
    MOST_MARKS,
    MOST_PEOPLE,
    MOST_PLACES,
    MOST_SERVERS,
    MOST_STARTING,
    ByClass,
    Document,
    Gate,
    NextByClass,
    Pool,
    Station,
)
from services.flow_model.engine.draws import Floats
from services.flow_model.engine.durations import Distribution
from services.flow_model.engine.network import (
    Key,
    Network,
    NetworkError,
    PersonKind,
    PlaceSpec,
    Seeded,
    candidates,
)

Amounts = float | ByHour | Steps
Section = tuple[tuple[str, str], Station | Pool | Gate]


def compiled(document: Document) -> Network:
    """The network of a document. Raises NetworkError, with the key, where it cannot run."""
    return _Compiler(document).network()


class _Compiler:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.classes = {name: number for number, name in enumerate(document.classes)}
        names = [*document.stations, *document.pools, *document.gates]
        if len(names) > MOST_PLACES:
            raise NetworkError(["stations"], f"{len(names):,} places are more than the {MOST_PLACES:,} that run")
        for section, others in (("pools", document.stations), ("gates", {**document.stations, **document.pools})):
            for name in getattr(document, section):
                if name in others:
                    raise NetworkError([section, name], "this name stands already for another place")
        self.places = {name: number for number, name in enumerate(names)}
        self.hour_length = 1 / HOURS[document.time_unit]
        self.changes = 0.0

    def network(self) -> Network:
        document, run = self.document, self.document.run
        if not self.places:
            raise NetworkError(["stations"], "there is no place; add a station, a pool or a gate")
        sections: list[Section] = [
            *((("stations", name), place) for name, place in document.stations.items()),
            *((("pools", name), place) for name, place in document.pools.items()),
            *((("gates", name), place) for name, place in document.gates.items()),
        ]
        ways = {where: self._ways([*where, "next"], place.next) for where, place in sections}
        full = [self._when_full(where, place) for where, place in sections]
        onward = [self._onward(ways[where]) for where, _ in sections]
        instant = [
            (onward[number] if takes_no_time(place, run.length) else set()) | full[number]
            for number, (_, place) in enumerate(sections)
        ]
        refuse_circles(instant, [where for where, _ in sections])
        returning = returning_places([each | full[number] for number, each in enumerate(onward)])
        places = tuple(
            self._place(where, place, ways[where], self.places[where[1]] in returning) for where, place in sections
        )
        step = run.step if run.step is not None else run.length / 100
        network = Network(
            name=document.name,
            unit=document.time_unit,
            length=run.length,
            warm_up=run.warm_up,
            marks=np.arange(0, int(run.length / step + 1e-9) + 1, dtype=np.float64) * step,
            by_class=run.by_class,
            classes=tuple(PersonKind(name, each.priority) for name, each in document.classes.items()),
            places=places,
            streams=tuple(self._stream(name) for name in document.arrivals),
            start=tuple(self._seeded(number, places) for number in range(len(document.start))),
        )
        self._not_too_many(network)
        return network

    def _named(self, names: Mapping[str, int], name: str, where: Sequence[Key], what: str) -> int:
        if name not in names:
            raise NetworkError(where, f"{name!r} is not a {what}{nearest(name, names)}")
        return names[name]

    def _course(self, amount: Amounts, where: Sequence[Key], most: float) -> Course:
        run = self.document.run
        hours = run.length / self.hour_length
        if isinstance(amount, ByHour):
            self.changes += hours
            if self.changes > MOST_CHANGES:
                raise NetworkError(where, f"more than {MOST_CHANGES:,} hourly changes in all; shorten `run.length`")
        made = course(amount, self.hour_length, run.starts_at_hour, run.length)
        if made.greatest > most:
            raise NetworkError(where, f"{made.greatest:,.0f} is more than the {most:,.0f} that run")
        return made

    def _limit(self, amount: Amounts | str, where: Sequence[Key]) -> Course | None:
        if isinstance(amount, str):
            return None
        made = self._course(amount, where, MOST_SERVERS)
        if np.any(made.values != np.round(made.values)):
            raise NetworkError(where, "servers and beds are whole numbers")
        return made

    def _ways(self, where: Sequence[Key], onward: str | Mapping[str, float] | NextByClass) -> list[dict[str, float]]:
        """For each class the share that goes to each next place."""
        if isinstance(onward, NextByClass):
            for name in onward.by_class:
                self._named(self.classes, name, [*where, "by_class", name], "class")
            return [self._shares([*where, "by_class", name], onward.by_class.get(name, {})) for name in self.classes]
        shares = self._shares(where, {onward: 1.0} if isinstance(onward, str) else onward)
        return [shares] * len(self.classes)

    def _shares(self, where: Sequence[Key], shares: Mapping[str, float]) -> dict[str, float]:
        for name in shares:
            self._named(self.places, name, [*where, name], "place")
        if sum(shares.values()) > 1 + 1e-9:
            raise NetworkError(where, f"the shares add up to {sum(shares.values()):g}, which is more than 1")
        return dict(shares)

    def _onward(self, ways: list[dict[str, float]]) -> set[int]:
        return {self.places[name] for shares in ways for name, share in shares.items() if share > 0}

    def _when_full(self, where: tuple[str, str], place: Station | Pool | Gate) -> set[int]:
        """Where somebody goes who is refused: one place, or none."""
        if isinstance(place, Gate) or place.when_full is None:
            return set()
        key = [*where, "when_full"]
        if place.queue is None:
            raise NetworkError(key, "a place where any number can wait is never full; say how many in `queue`")
        return {self._named(self.places, place.when_full, key, "place")}

    def _place(
        self, where: tuple[str, str], place: Station | Pool | Gate, ways: list[dict[str, float]], returns: bool
    ) -> PlaceSpec:
        section, name = where
        number = len(self.classes)
        kinds: tuple[str, ...] = ("",)
        if isinstance(place, Gate):
            limits: tuple[Course | None, ...] = (self._course(place.slots, [*where, "slots"], MOST_SERVERS),)
        elif isinstance(place, Pool) and isinstance(place.beds, dict):
            kinds = tuple(place.beds)
            limits = tuple(self._limit(beds, [*where, "beds", kind]) for kind, beds in place.beds.items())
        else:
            key = "beds" if isinstance(place, Pool) else "servers"
            limits = (self._limit(getattr(place, key), [*where, key]),)
        stays: tuple[Distribution, ...] = ()
        if not isinstance(place, Gate):
            key = "stay" if isinstance(place, Pool) else "service"
            if isinstance(place, Station) and place.carries and place.holds:
                raise NetworkError([*where, "carries"], "a place that carries what its people held cannot hold itself")
            stays = self._stays([*where, key], getattr(place, key))
        uses = self._uses(where, place, kinds) if isinstance(place, Pool) else [tuple(range(len(kinds)))] * number
        return PlaceSpec(
            name=name,
            section=section,
            gate=section == "gates",
            kinds=kinds,
            limits=limits,
            keep=place.keep if isinstance(place, Gate) else 0,
            room=None if isinstance(place, Gate) else place.queue,
            holds=False if isinstance(place, Gate) else place.holds,
            carries=not isinstance(place, Pool) and place.carries,
            when_full=next(iter(self._when_full(where, place)), None),
            returns=returns,
            stays=stays,
            uses=tuple(uses),
            ways=tuple(self._drawn(shares) for shares in ways),
            stay_key=draws.key("stay", name),
            way_key=draws.key("way", name),
        )

    def _drawn(self, shares: Mapping[str, float]) -> tuple[tuple[int | None, ...], Floats]:
        going = [(self.places[name], share) for name, share in shares.items() if share > 0]
        rest = 1 - sum(share for _, share in going)
        targets = [*(place for place, _ in going), *([None] if rest > 1e-9 or not going else [])]
        return tuple(targets), np.cumsum([share for _, share in going])[: len(targets) - 1]

    def _stays(self, where: Sequence[Key], said: Distribution | ByClass) -> tuple[Distribution, ...]:
        if not isinstance(said, ByClass):
            return (said,) * len(self.classes)
        for name in said.by_class:
            self._named(self.classes, name, [*where, "by_class", name], "class")
        first = next(iter(said.by_class.values()))
        coming = self._coming(where[1])
        for name in self.classes:
            if name not in said.by_class and name in coming:
                raise NetworkError([*where, "by_class"], f"class {name!r} comes here and has no duration; add it")
        return tuple(said.by_class.get(name, first) for name in self.classes)

    def _coming(self, place: Key) -> set[str]:
        """The classes that can come to a place at all."""
        document = self.document
        every = document.places
        first: list[tuple[str, str]] = [
            (each, stream.to)
            for stream in document.arrivals.values()
            for each in ([stream.of] if isinstance(stream.of, str) else stream.of)
        ] + [
            (each_class, each.place)
            for each in document.start
            for each_class in ([each.of] if isinstance(each.of, str) else each.of)
        ]
        seen: set[tuple[str, str]] = set()
        while first:
            class_, at = first.pop()
            if (class_, at) in seen or at not in every:
                continue
            seen.add((class_, at))
            onward = every[at].next
            if isinstance(onward, NextByClass):
                onward = onward.by_class.get(class_, {})
            first += [(class_, name) for name in ([onward] if isinstance(onward, str) else onward)]
            when_full = getattr(every[at], "when_full", None)
            if when_full:
                first.append((class_, when_full))
        return {class_ for class_, at in seen if at == place}

    def _uses(self, where: Sequence[Key], pool: Pool, kinds: Sequence[str]) -> list[tuple[int, ...]]:
        numbers = {kind: number for number, kind in enumerate(kinds)}
        for name, wanted in pool.uses.items():
            self._named(self.classes, name, [*where, "uses", name], "class")
            for each in wanted:
                self._named(numbers, each, [*where, "uses", name], "kind of bed here")
        every = tuple(range(len(kinds)))
        return [
            tuple(numbers[each] for each in pool.uses[name]) if name in pool.uses else every for name in self.classes
        ]

    def _stream(self, name: str) -> Stream:
        said, where = self.document.arrivals[name], ["arrivals", name]
        to = self._named(self.places, said.to, [*where, "to"], "place")
        classes = self._of(said.of, [*where, "of"])
        if said.dispersion and self.document.run.length / self.hour_length > MOST_CHANGES:
            raise NetworkError([*where, "dispersion"], f"a level an hour over more than {MOST_CHANGES:,} hours")
        scale = self._course(said.scale, [*where, "scale"], 100)
        if scale.greatest > said.headroom:
            raise NetworkError(
                [*where, "scale"], f"is above `headroom`, {said.headroom:g}: raise that in every alternative"
            )
        return Stream(
            name=name,
            to=to,
            classes=classes,
            rate=None if said.rate is None else self._course(said.rate, [*where, "rate"], 1e9),
            scale=scale,
            headroom=said.headroom,
            dispersion=said.dispersion,
            run_dispersion=said.run_dispersion,
            hour_length=self.hour_length,
            interval=said.interval,
        )

    def _of(self, of: str | Mapping[str, float], where: Sequence[Key]) -> tuple[tuple[int, float], ...]:
        """The classes of people, each with the share of those at or below it."""
        shares = {of: 1.0} if isinstance(of, str) else of
        for each in shares:
            self._named(self.classes, each, where, "class")
        if abs(sum(shares.values()) - 1) > 1e-9:
            raise NetworkError(where, f"the shares add up to {sum(shares.values()):g}, and should to 1")
        upto = np.cumsum(list(shares.values()))
        return tuple((self.classes[each], float(share)) for each, share in zip(shares, upto, strict=True))

    def _seeded(self, number: int, places: Sequence[PlaceSpec]) -> Seeded:
        said = self.document.start[number]
        where: list[Key] = ["start", number]
        place = self._named(self.places, said.place, [*where, "place"], "place")
        classes = self._of(said.of, [*where, "of"])
        spec = places[place]
        if spec.gate and not said.waiting:
            raise NetworkError([*where, "waiting"], "nobody stays in a gate: people there wait, say `waiting: true`")
        holding = None if said.holding is None else self._named(self.places, said.holding, [*where, "holding"], "place")
        held = spec if holding is None else places[holding]
        if holding is not None and not held.holds:
            raise NetworkError([*where, "holding"], "this place does not hold: nobody keeps it who waits elsewhere")
        if holding is not None and not said.waiting and not spec.carries:
            raise NetworkError([*where, "holding"], "only who waits, or is where `carries` is true, holds another")
        kinds = {kind: each for each, kind in enumerate(held.kinds)}
        first = {held.uses[class_][0] for class_, _ in classes}
        if said.kind is None and len(first) > 1:
            raise NetworkError([*where, "kind"], "its classes have different kinds here: say which one they have")
        kind = min(first) if said.kind is None else self._named(kinds, said.kind, [*where, "kind"], "kind here")
        keys = said.keys or [f"start {number} {each}" for each in range(said.people)]
        elapsed = np.broadcast_to(np.array(said.elapsed, dtype=float), (said.people,))
        ids = np.array([draws.key("person", each) for each in keys], dtype=np.uint64)
        order = np.argsort(-elapsed, kind="stable")
        return Seeded(place, classes, kind, said.waiting, holding, elapsed[order], ids[order])

    def _not_too_many(self, network: Network) -> None:
        if len(network.places) * len(network.marks) > MOST_MARKS:
            raise NetworkError(
                ["run", "step"], f"{len(network.marks):,} marks of {len(network.places):,} places are more than the "
                f"{MOST_MARKS:,} figures of a series that are kept; take a longer step",
            )  # fmt: skip
        people = sum(len(each.ids) for each in network.start)
        if people > MOST_STARTING:
            raise NetworkError(
                ["start"], f"{people:,} people at the start are more than the {MOST_STARTING:,} that run"
            )
        for name, stream in zip(self.document.arrivals, network.streams, strict=True):
            expected = candidates(stream, network.length)
            if expected > MOST_PEOPLE:
                raise NetworkError(
                    ["arrivals", name], f"about {expected:,.0f} people (with `headroom`) in one replication are more "
                    f"than the {MOST_PEOPLE:,} that run; make `run.length` shorter",
                )  # fmt: skip
            people += int(expected)
        if people > MOST_PEOPLE:
            raise NetworkError(
                ["run", "length"], f"about {people:,} people in one replication are more than {MOST_PEOPLE:,}"
            )
