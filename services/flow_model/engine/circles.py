"""Who can come to a place twice, and circles in which no time would pass, so that the clock would never go on."""

from __future__ import annotations

from collections.abc import Sequence

from services.flow_model.engine.document import ByClass, Gate, Pool, Station
from services.flow_model.engine.network import NetworkError

SHORTEST = 1e-9  # of the run: a place that is over sooner takes no time
DEEPEST = 40  # places without time one after another: each is a step deeper into Python's stack


def refuse_circles(instant: Sequence[set[int]], where: Sequence[tuple[str, str]]) -> None:
    """Raises NetworkError for a circle without time, or a row of more than DEEPEST places without.

    instant: for each place, where somebody can go on to at the very moment of coming. where: the keys of each place.
    """
    depth: dict[int, int] = {}
    for first in range(len(instant)):
        path: list[tuple[int, list[int]]] = [(first, list(instant[first]))]
        while path:
            at, todo = path[-1]
            if at in depth or not todo:
                depth[at] = 1 + max((depth[each] for each in instant[at]), default=0)
                path.pop()
                if depth[at] > DEEPEST:
                    raise NetworkError([*where[at], "next"], f"more than {DEEPEST} places without time in a row")
                continue
            each = todo.pop()
            on_path = [place for place, _ in path]
            if each in on_path:
                names = " -> ".join(where[place][1] for place in [*on_path[on_path.index(each) :], each])
                raise NetworkError([*where[each], "next"], f"people would go round {names} without any time passing")
            if each not in depth:
                path.append((each, list(instant[each])))


def returning_places(onward: Sequence[set[int]]) -> set[int]:
    """Places that somebody can come back to. onward: for each place, where its people can go."""
    found = set()
    for place, first in enumerate(onward):
        seen: set[int] = set()
        todo = list(first)
        while todo and place not in seen:
            each = todo.pop()
            if each not in seen:
                seen.add(each)
                todo += onward[each]
        if place in seen:
            found.add(place)
    return found


def takes_no_time(place: Station | Pool | Gate, length: float) -> bool:
    """Whether somebody may come in and go on at the same moment, or one that is as good as the same in such a run."""
    if isinstance(place, Gate):
        return True
    said = place.stay if isinstance(place, Pool) else place.service
    each = said.by_class.values() if isinstance(said, ByClass) else [said]
    return any(not one.lasts(SHORTEST * length) for one in each)
