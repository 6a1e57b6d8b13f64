"""The engine beside its rivals on one network in one run, and 72 hours of Kent: seconds, people, memory, growth."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.engine_kent import kent
from benchmarks.engine_rivals import ciw, document, simpy_processes
from services.flow_model.engine.compile import compiled
from services.flow_model.engine.document import Document
from services.flow_model.engine.network import Network
from services.flow_model.engine.record import RATIOS, Figures, figures
from services.flow_model.engine.replications import ratio, replications
from services.flow_model.engine.run import Played, play
from services.workers import default_workers, executor_of

LENGTH_HOURS = 2_000.0
ROUNDS = 5
REPLICATIONS = 200
COMPARED = ("wait_mean", "queue_mean", "census_mean", "utilisation")
BUDGET = {"simpy_processes": 2.5, "ciw": 6.0, "kent_seconds": 20, "kent_worker_mb": 300}
AIM = {"simpy_processes": 4.0, "ciw": 10.0, "kent_seconds": 12}

Model = Callable[[Network, int], Played]


def run(progress: Callable[[float], None] = lambda _: None) -> dict[str, Any]:
    """Ratios of medians against each rival, the figures of each, and Kent's cost."""
    made = _race(progress)
    progress(0.4)
    return {**made, "kent": _kent(progress), "budget": BUDGET, "aim": AIM}


def _race(progress: Callable[[float], None]) -> dict[str, Any]:
    network = compiled(Document.model_validate(document(LENGTH_HOURS)))
    models: dict[str, Model] = {
        "engine": lambda network, seed: play(network, seed, 0), "simpy_processes": simpy_processes, "ciw": ciw,
    }  # fmt: skip
    seconds: dict[str, list[float]] = {name: [] for name in models}
    found: dict[str, list[Figures]] = {name: [] for name in models}
    for number in range(ROUNDS):
        for name, model in models.items():
            began = time.perf_counter()
            found[name].append(figures(network, model(network, number)))
            seconds[name].append(time.perf_counter() - began)
            progress(0.4 * (number + 1) / ROUNDS)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    people = statistics.mean(each.people for each in found["engine"])
    return {
        "network": "department, ward, rehabilitation", "length_hours": LENGTH_HOURS, "rounds": ROUNDS,
        "people_per_second": {name: round(people / each) for name, each in medians.items()},
        "ratio": {name: round(medians[name] / medians["engine"], 2) for name in models if name != "engine"},
        "figures": {name: _compared(network, each) for name, each in found.items()},
    }  # fmt: skip


def _compared(network: Network, found: list[Figures]) -> dict[str, dict[str, list[float]]]:
    """[mean, standard error] of a few measures of each place, so that one sees that all play the same network."""
    return {
        place.name: {
            measure: [
                round(each, 4)
                for each in ratio(
                    [
                        (float(top), float(bottom))
                        for top, bottom in (f.ratios[number, RATIOS.index(measure)] for f in found)
                    ]
                )
            ]
            for measure in COMPARED
        }
        for number, place in enumerate(network.places)
    }


def _kent(progress: Callable[[float], None]) -> dict[str, Any]:
    whole = compiled(Document.model_validate(kent(7)))
    workers = default_workers()
    seconds, done, worker_mb = _played(whole, REPLICATIONS, workers)
    progress(0.7)
    by_replications = {str(REPLICATIONS): round(seconds, 2)}
    for number in (50, 100):
        by_replications[str(number)] = round(_played(whole, number, workers)[0], 2)
    progress(0.85)
    by_sites = {"7": by_replications["50"]}
    for sites in (1, 2, 4):
        some = compiled(Document.model_validate(kent(sites)))
        by_sites[str(sites)] = round(_played(some, 50, workers)[0], 2)
    progress(1.0)
    return {
        "hours": 72, "replications": REPLICATIONS, "workers": workers, "seconds": round(seconds, 2),
        "people_a_replication": round(statistics.mean(each.people for each in done)),
        "events_a_replication": round(statistics.mean(each.events for each in done)),
        "worker_mb": round(worker_mb), "seconds_by_replications": by_replications, "seconds_by_sites_of_50": by_sites,
    }  # fmt: skip


def _played(network: Network, number: int, workers: int) -> tuple[float, list[Figures], float]:
    """Seconds from a standing start, the workers' own among them; the figures; the most memory of a worker, MB."""
    began = time.perf_counter()
    with executor_of(workers) as executor:
        done = replications(network, number, 1, executor=executor, workers=workers)
        seconds = time.perf_counter() - began
        asked = [] if executor is None else [executor.submit(peak_mb) for _ in range(4 * workers)]
        most = max((each.result() for each in asked), default=peak_mb())
    return seconds, done, most


def peak_mb() -> float:
    """The most memory that this process has held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
