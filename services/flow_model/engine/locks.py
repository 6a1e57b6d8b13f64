"""Circles that stand still: people who keep a server for ever, since whom they wait for waits in the end for them."""

from __future__ import annotations

from collections.abc import Sequence

from services.flow_model.engine.network import Network
from services.flow_model.engine.place import GatePlace, Person, Place


def locked_places(network: Network, places: Sequence[Place], found: Sequence[Person]) -> tuple[int, ...]:
    """Places whose people keep a server that they can never give back, whatever may still be drawn.

    found: everybody who is somewhere at the end. A server can come free where one is free, where somebody's service
    still runs, where the number changes with time, or where somebody waits on for a place of which that is true. What
    cannot, by going through all of them until no more can, is kept for ever.
    """
    waiting = [person for place in places for line in place.lines.values() for person in line]
    keeping = [person for person in waiting if person.holds is not None]
    if not keeping:
        return ()
    moves = {
        (place.index, kind)
        for place, spec in zip(places, network.places, strict=True)
        for kind, (free, course) in enumerate(zip(place.free, spec.limits, strict=True))
        if isinstance(place, GatePlace) or free is None or free > 0 or (course and len(set(course.values)) > 1)
    }
    serving = [person for person in found if person.callbacks is not None and person.place is not None]
    moves |= {(person.place.index, person.kind) for person in serving if person.place is not None}
    moves |= {(person.holds.index, person.held_kind) for person in serving if person.holds is not None}
    still = keeping
    while True:
        stuck = [person for person in still if not _can_be_taken(person, moves)]
        if len(stuck) == len(still):
            break
        kept = {id(person) for person in stuck}
        moves |= {(p.holds.index, p.held_kind) for p in still if id(p) not in kept and p.holds is not None}
        still = stuck
    return tuple(sorted({person.holds.index for person in still if person.holds is not None}))


def _can_be_taken(person: Person, moves: set[tuple[int, int]]) -> bool:
    place = person.place
    assert place is not None
    return any((place.index, kind) in moves for kind in place.uses[person.people.index])
