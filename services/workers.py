"""Where replications run: processes of this machine. One place, so that a cluster is a matter of configuration."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor

MOST_WORKERS = 64


def default_workers() -> int:
    """As many as this process may use cores."""
    return max(1, min(MOST_WORKERS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1))


@contextlib.contextmanager
def executor_of(workers: int) -> Iterator[Executor | None]:
    """An executor with that many processes, None for one: then it runs here. At the end what waits is cancelled.

    Processes are forked from a clean server, never from this one: it may have threads that hold locks.
    """
    if workers == 1:
        yield None
        return
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("forkserver"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
