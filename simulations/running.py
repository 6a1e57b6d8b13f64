"""Worlds run side by side in worker processes, counted by the recorder; nothing is stored."""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from services.configuration import load_system
from services.domain.clock import LONDON
from simulations.feed import SyntheticSystem
from simulations.recorder import Counts, Recorder

LOOK_SECONDS = 0.3


@dataclass(frozen=True)
class Run:
    """One world from `start`'s midnight in London. name: which of the report's parts wants it."""

    name: str
    system: str | Path
    start: date
    days: int
    seed: int


_done: Any = None  # in a worker: days simulated by all workers together


def counted(run: Run, told: Callable[[int], None] | None = None) -> Counts:
    """That world's counts; `told` hears of every day that is done."""
    system = load_system(run.system)
    begins = datetime.combine(run.start, datetime.min.time(), LONDON)
    recorder = Recorder(system, begins, run.days)
    feed = SyntheticSystem(system, begins, seed=run.seed)
    take = recorder.take
    for event in feed.opening():
        take(event)
    for day in range(1, run.days + 1):
        for event in feed.advance(datetime.combine(run.start + timedelta(days=day), datetime.min.time(), LONDON)):
            take(event)
        if told:
            told(1)
    return recorder.finish()


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
