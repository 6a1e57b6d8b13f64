"""The engine's rivals on the same network: SimPy with a process a patient, and Ciw. Each records what the engine does.

The network (of our own making): a department of 12 cubicles, three in ten go on to a ward of 60 beds, and two in ten of
those to rehabilitation with 20. Nobody keeps a place while they wait for the next. Times in hours.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy

from services.errors import LightshipError
from services.flow_model.engine.network import Network
from services.flow_model.engine.run import Played, Told

RATE = 5.0
PLACES = (("department", 12, 0.3), ("ward", 60, 0.2), ("rehabilitation", 20, 0.0))
DEPARTMENT_MEAN, DEPARTMENT_SD, WARD_MEAN, REHABILITATION_MEAN = 2.0, 1.5, 34.0, 55.0


def document(length: float) -> dict[str, Any]:
    """The network as the engine reads it."""
    stays = (
        {"distribution": "lognormal", "mean": DEPARTMENT_MEAN, "sd": DEPARTMENT_SD},
        {"distribution": "exponential", "mean": WARD_MEAN},
        {"distribution": "exponential", "mean": REHABILITATION_MEAN},
    )
    names = [name for name, _, _ in PLACES]
    return {
        "name": "department, ward, rehabilitation", "time_unit": "hours",
        "run": {"length": length, "warm_up": length / 10}, "classes": {"patient": {}},
        "arrivals": {"walk_in": {"to": "department", "of": "patient", "rate": RATE}},
        "stations": {
            name: {"servers": servers, "service": stay, "next": {after: onward} if onward else {}}
            for (name, servers, onward), stay, after in zip(PLACES, stays, [*names[1:], ""], strict=True)
        },
    }  # fmt: skip


def _log_of(mean: float, sd: float) -> tuple[float, float]:
    variance = float(np.log1p((sd / mean) ** 2))
    return float(np.log(mean)) - variance / 2, variance**0.5


class _Told:
    """What a rival saw at one place, appended as it happens."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.entered: list[float] = []
        self.left: list[float] = []
        self.waits: list[float] = []
        self.stays: list[float] = []

    def told(self) -> Told:
        nothing = np.empty(0)
        asked, entered, left, waits, stays = (
            np.array(each) for each in (self.asked, self.entered, self.left, self.waits, self.stays)
        )
        who = np.zeros(len(entered), np.int32)
        return Told(0, asked, entered, left, nothing, nothing, waits, nothing, nothing, stays, who)


def simpy_processes(network: Network, seed: int) -> Played:
    """One replication the way that SimPy's own examples go: a generator a patient, a Resource a place."""
    env = simpy.Environment()
    drawn = random.Random(seed)
    mu, sigma = _log_of(DEPARTMENT_MEAN, DEPARTMENT_SD)
    durations: list[Callable[[], float]] = [
        lambda: drawn.lognormvariate(mu, sigma),
        lambda: drawn.expovariate(1 / WARD_MEAN),
        lambda: drawn.expovariate(1 / REHABILITATION_MEAN),
    ]
    places = [
        (simpy.Resource(env, servers), _Told(), duration, onward)
        for (_, servers, onward), duration in zip(PLACES, durations, strict=True)
    ]
    came = 0

    def patient() -> Generator[Any, Any, None]:
        for resource, told, duration, onward in places:
            asked = env.now
            told.asked.append(asked)
            with resource.request() as request:
                yield request
                entered = env.now
                told.entered.append(entered)
                told.waits.append(entered - asked)
                yield env.timeout(duration())
                told.left.append(env.now)
                told.stays.append(env.now - entered)
            if drawn.random() >= onward:
                return

    def arrivals() -> Generator[Any, Any, None]:
        nonlocal came
        while True:
            yield env.timeout(drawn.expovariate(RATE))
            came += 1
            env.process(patient())

    env.process(arrivals())
    env.run(until=network.length)
    return Played(tuple(told.told() for _, told, _, _ in places), came, 0, 0.0)


def ciw(network: Network, seed: int) -> Played:
    """One replication with Ciw. Raises LightshipError where it is not installed."""
    try:
        import ciw as library
    except ImportError:
        raise LightshipError(
            "Ciw, a rival in this benchmark, is not installed: `make test` installs it (requirements/dev.txt)."
        ) from None
    mu, sigma = _log_of(DEPARTMENT_MEAN, DEPARTMENT_SD)
    made = library.create_network(
        arrival_distributions=[library.dists.Exponential(RATE), None, None],
        service_distributions=[
            library.dists.Lognormal(mu, sigma),
            library.dists.Exponential(1 / WARD_MEAN),
            library.dists.Exponential(1 / REHABILITATION_MEAN),
        ],
        routing=[[0.0, PLACES[0][2], 0.0], [0.0, 0.0, PLACES[1][2]], [0.0, 0.0, 0.0]],
        number_of_servers=[servers for _, servers, _ in PLACES],
    )
    library.seed(seed)
    simulation = library.Simulation(made)
    simulation.simulate_until_max_time(network.length)
    told = [_Told() for _ in PLACES]
    for record in sorted(simulation.get_all_records(only=["service"]), key=lambda each: each.service_end_date):
        at = told[record.node - 1]
        at.left.append(record.service_end_date)
        at.stays.append(record.service_time)
    records = simulation.get_all_records(only=["service", "incomplete"])
    for record in sorted(records, key=lambda each: (each.service_start_date, each.arrival_date)):
        at = told[record.node - 1]
        if record.service_start_date == record.service_start_date:  # NaN where the service has not begun
            at.entered.append(record.service_start_date)
            at.waits.append(record.service_start_date - record.arrival_date)
    for record in sorted(records, key=lambda each: each.arrival_date):
        told[record.node - 1].asked.append(record.arrival_date)
    return Played(tuple(each.told() for each in told), len(told[0].asked), 0, 0.0)
