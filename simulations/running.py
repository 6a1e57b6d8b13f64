"""Worlds run side by side in worker processes, counted by the recorder; nothing is stored."""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from services.configuration import load_system
from services.domain.clock import LONDON
from services.domain.system import System
from simulations.conservation import Conservation
from simulations.feed import SyntheticSystem
from simulations.recorder import Counts, Recorder

LOOK_SECONDS = 0.3
EVERYWHERE = "all"  # what is counted of the whole system


@dataclass(frozen=True)
class Run:
    """One world from `start`'s midnight in London. name: which of the report's parts wants it."""

    name: str
    system: str | Path
    start: date
    days: int
    seed: int
    balance: bool = False  # read for conservation too
    flu: tuple[date, date] | None = None  # a flu winter from one midnight to the other


_done: Any = None  # in a worker: days simulated by all workers together


def counted(run: Run, told: Callable[[int], None] | None = None) -> Counts:
    """That world's counts; `told` hears of every day that is done."""
    system = load_system(run.system)
    begins = _midnight(run.start)
    recorder = Recorder(system, begins, run.days)
    feed: Any = SyntheticSystem(system, begins, seed=run.seed, **_incidents(system, run.flu))
    reader = Conservation(begins, run.days) if run.balance else None

    def take(event: dict[str, Any]) -> None:
        recorder.take(event)
        if reader:
            reader.take(event)

    for event in feed.opening():
        take(event)
    for day in range(1, run.days + 1):
        for event in feed.advance(_midnight(run.start + timedelta(days=day))):
            take(event)
        if told:
            told(1)
    counts = recorder.finish()
    if reader:
        verdict = reader.finish()
        balances = [(b.day - counts.first).days for b in verdict.balances if not b.holds]
        counts.by_site[EVERYWHERE, "unbalanced"] = [balances.count(day) for day in range(run.days)]
        counts.by_site[EVERYWHERE, "faults"] = [len(verdict.faults), *[0] * (run.days - 1)]
        counts.provider_of[EVERYWHERE] = EVERYWHERE
    if run.flu and hasattr(feed, "truth"):
        _flu_beds(counts, feed.truth())
    return counts


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), LONDON)


def _incidents(system: System, flu: tuple[date, date] | None) -> dict[str, Any]:
    """The flu winter as SyntheticSystem takes it; nothing where the generator has no incidents."""
    if flu is None or not has_incidents():
        return {}
    made = import_module("simulations.incidents").incident(system, "flu_winter", _midnight(flu[0]), _midnight(flu[1]))
    return {"incidents": (made,)}


def has_incidents() -> bool:
    return find_spec("simulations.incidents") is not None


def _flu_beds(counts: Counts, truth: Sequence[tuple[str, int, dict[str, Any]]]) -> None:
    """Beds with flu by provider and day, which no event says: from what the generator tells as truth."""
    for kind, at, facts in truth:
        day = (datetime.fromtimestamp(at, LONDON).date() - counts.first).days
        if kind == "flu_beds" and 0 <= day < counts.days:
            provider = facts["organisation"]
            counts.provider_of[provider] = provider
            counts.by_site.setdefault((provider, "flu_beds"), [0] * counts.days)[day] = facts["count"]


def run_all(runs: Sequence[Run], workers: int, progress: Callable[[float], None]) -> list[tuple[Run, Counts]]:
    """Every run's counts, in the order of `runs`. `progress` hears the share done, 0 to 1. Ctrl-C ends the workers."""
    context = multiprocessing.get_context("spawn")
    total = sum(run.days for run in runs)
    done: Synchronized[int] = context.Value("i", 0)
    # The longest first, so that no worker is left alone with it at the end.
    order = sorted(range(len(runs)), key=lambda index: -runs[index].days)
    with context.Pool(min(workers, len(runs)), _begin, (done,)) as pool:
        waiting = [(index, pool.apply_async(_counted, (runs[index],))) for index in order]
        found: dict[int, Counts] = {}
        for index, result in waiting:
            while not result.ready():
                result.wait(LOOK_SECONDS)
                progress(done.value / total)
            found[index] = result.get()
    progress(1.0)
    return [(run, found[index]) for index, run in enumerate(runs)]


def _begin(done: Synchronized[int]) -> None:
    global _done
    _done = done
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began the worker ends it
    gc.set_threshold(50_000, 5, 200)


def _counted(run: Run) -> Counts:
    return counted(run, _told)


def _told(days: int) -> None:
    with _done.get_lock():
        _done.value += days
