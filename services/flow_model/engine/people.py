"""A block of people of one class in one replication, and their draws: taken when the first of them needs one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from services.flow_model.engine import draws
from services.flow_model.engine.network import NetworkError
from services.flow_model.engine.place import Person, Place

if TYPE_CHECKING:
    from services.flow_model.engine.network import Network


ALONE = 8  # from this visit on a person's draws are taken alone: few come so often
MOST_VISITS = 100_000  # of one person to one place


class _Alone(list[float]):
    """One person's duration, whatever row they are asked for."""

    def __init__(self, time: float) -> None:
        super().__init__([time])

    def __getitem__(self, row: Any) -> Any:
        return super().__getitem__(0)


class People:
    """Some people of one class. index, priority: of the class. ids: theirs, in rows.

    first: for each place the durations of everybody's first visit, None until somebody needs one.
    """

    __slots__ = ("_later", "_network", "_root", "_ways", "first", "ids", "index", "places", "priority")

    def __init__(self, network: Network, index: int, root: np.uint64, ids: draws.Ids, places: list[Place]) -> None:
        self.index = index
        self.priority = network.classes[index].priority
        self.ids = ids
        self.places = places
        self._network = network
        self._root = root
        self.first: list[list[float] | None] = [None] * len(places)
        self._later: dict[tuple[int, int], list[float]] = {}
        self._ways: dict[tuple[int, int], list[Place | None]] = {}

    def durations_of(self, person: Person, place: int, returns: bool) -> list[float]:
        """Everybody's durations of that visit to a place; where people return, this person's visit is counted."""
        visit = self.visit(person, place) if returns else 0
        if visit == 0:
            times = self.first[place]
            if times is None:
                times = self.first[place] = self._durations(place, 0, self.ids)
            return times
        if visit < ALONE:
            times = self._later.get((place, visit))
            if times is None:
                times = self._later[place, visit] = self._durations(place, visit, self.ids)
            return times
        return _Alone(self._durations(place, visit, self.ids[person.row : person.row + 1])[0])

    def visit(self, person: Person, place: int) -> int:
        """The number of this visit, which is counted. Raises NetworkError where somebody goes round and round."""
        if person.visits is None:
            person.visits = {}
        visit = person.visits.get(place, 0)
        if visit >= MOST_VISITS:
            spec = self._network.places[place]
            raise NetworkError(
                [spec.section, spec.name, "next"],
                f"somebody came here {MOST_VISITS:,} times in one replication; shorten `run.length`",
            )
        person.visits[place] = visit + 1
        return visit

    def _durations(self, place: int, visit: int, ids: draws.Ids) -> list[float]:
        spec = self._network.places[place]
        u = draws.uniforms(self._root, ids, spec.stay_key, visit)
        drawn: list[float] = spec.stays[self.index].draw(u).tolist()
        return drawn

    def way_on(self, person: Person, place: Place) -> Place | None:
        """Where this person goes from a place whose next one is drawn."""
        visit = person.visits.get(place.index, 1) - 1 if person.visits else 0
        if visit >= ALONE:
            return self._way(place, visit, self.ids[person.row : person.row + 1])[0]
        ways = self._ways.get((place.index, visit))
        if ways is None:
            ways = self._ways[place.index, visit] = self._way(place, visit, self.ids)
        return ways[person.row]

    def _way(self, place: Place, visit: int, ids: draws.Ids) -> list[Place | None]:
        spec = self._network.places[place.index]
        targets, upto = spec.ways[self.index]
        u = draws.uniforms(self._root, ids, spec.way_key, visit)
        to = [None if target is None else self.places[target] for target in targets]
        return [to[each] for each in np.searchsorted(upto, u, side="right").tolist()]
