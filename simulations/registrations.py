"""What registers of people say: unknown people who are identified later, duplicates merged, details that change.

Somebody unknown is registered under a number of their own, and their visit runs under it, until somebody finds out who
they are: then the two numbers are one person.
"""

from __future__ import annotations

from simulations.people import FOREVER, NUMBERS, People, Person, check_digit
from simulations.shape import HOUR
from simulations.world import World, lognormal

UNKNOWN = 1 / 900  # of those who come, about five a day (assumption)
MOVED = 1 / 900  # of those who come, whose details are put right on the way (assumption)
FOUND_HOURS = 9.0  # median until an unknown person is identified (assumption)


class Registrations(People):
    """Draws the people that `People` draws, from its stream, and sends what is found out about a few of them."""

    def __init__(self, world: World) -> None:
        super().__init__(world.system, world.stream("people"))
        self._world = world
        self._apart = world.stream("registrations")
        self._names = world.system.neighbourhoods
        providers = world.system.providers
        self._sources = {
            site.town: site.provider for site in world.system.sites if site.ed_type == 1
        } or {"": providers[0].code}  # fmt: skip

    def draw(self, now: int, bands: tuple[float, ...], town: str, sex: str | None = None) -> Person:
        person = super().draw(now, bands, town, sex)
        random = self._apart
        chance = random.random()
        if chance < UNKNOWN:
            other = self._spare()
            if other is not None:
                known, person.nhsnumber = person.nhsnumber, other
                found = now + lognormal(random, FOUND_HOURS, 0.7) * HOUR
                self._world.at(found, self._merged, (town, known, other))
        elif chance < UNKNOWN + MOVED and self._names:
            self._world.at(now + random.uniform(0.2, 6) * HOUR, self._updated, (town, person))
        return person

    def _spare(self) -> str | None:
        """A number that nobody has now and nobody is ever drawn with."""
        index = int(self._apart.random() * NUMBERS)
        check = check_digit(f"999{index:06d}")
        if check == 10 or index in self._busy:
            return None
        self._busy[index] = FOREVER
        return f"999{index:06d}{check}"

    def _merged(self, item: tuple[str, str, str]) -> None:
        town, known, other = item
        self._world.outbox.send(
            "person.merged", self._source(town), known, self._world.now, {}, known, nhsnumbermerged=other
        )

    def _updated(self, item: tuple[str, Person]) -> None:
        town, person = item
        data = {"age_band": person.age_band, "neighbourhood": self._names[int(self._apart.random() * len(self._names))]}
        self._world.outbox.send(
            "person.updated", self._source(town), person.nhsnumber, self._world.now, data, person.nhsnumber
        )

    def _source(self, town: str) -> str:
        return self._sources.get(town) or next(iter(self._sources.values()))
