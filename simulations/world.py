"""The core: a clock in epoch seconds and a heap of things to do."""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heappop, heappush
from random import Random
from typing import Any

from services.domain.system import System
from simulations.levers import Levers
from simulations.messages import Outbox
from simulations.people import People
from simulations.shape import DAY, local_seconds
from simulations.truth import Books

Action = Callable[[Any], None]
LONGEST_DAYS = 180.0  # nobody found in place has been there longer; doors refuse what is over a year old


class World:
    """What every part of the synthetic system shares. The parts draw from random streams of their own."""

    def __init__(self, system: System, begins: int, seed: int, scale: float) -> None:
        self.system = system
        self.seed = seed
        self.scale = scale
        self.now = begins
        self.levers = Levers()
        self.books = Books()
        self.outbox = Outbox(begins, self.stream("senders"))
        self.people = People(system, self.stream("people"))
        self._heap: list[tuple[int, int, Action, Any]] = []
        self._sequence = 0

    @property
    def day(self) -> int:
        """London's day, as `days` numbers them."""
        return local_seconds(self.now) // DAY

    def stream(self, purpose: str) -> Random:
        return Random(f"{self.seed}/{purpose}")

    def at(self, moment: float, action: Action, argument: Any = None) -> None:
        """Do it then; what should have happened already happens next."""
        self._sequence += 1
        heappush(self._heap, (max(int(moment), self.now), self._sequence, action, argument))

    def run(self, until: int) -> None:
        heap = self._heap
        while heap and heap[0][0] <= until:
            self.now, _, action, argument = heappop(heap)
            action(argument)
        self.now = max(self.now, until)


def lognormal(random: Random, median: float, sigma: float) -> float:
    return median * math.exp(random.gauss(0.0, sigma))


def lognormal_mean(random: Random, mean: float, sigma: float) -> float:
    return mean * math.exp(random.gauss(-sigma * sigma / 2, sigma))


def length_biased(random: Random, mean: float, sigma: float) -> float:
    """A lognormal length in days as met by somebody who looks in at a random moment: long ones are met more often."""
    return min(LONGEST_DAYS, mean * math.exp(random.gauss(sigma * sigma / 2, sigma)))


def poisson(random: Random, mean: float) -> int:
    """Knuth's product of uniforms for small means, a rounded normal above 40."""
    if mean > 40:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, random.random()
    while product > limit:
        count += 1
        product *= random.random()
    return count
