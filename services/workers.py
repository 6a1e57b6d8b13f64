"""Where replications run: processes of this machine, or a Dask cluster that `LIGHTSHIP_DASK` names."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import multiprocessing
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from services.errors import LightshipError

MOST_WORKERS = 64
CONNECT_SECONDS = 5
ASK_SECONDS = 2  # between two looks at whether a cluster still has workers
ALONE_SECONDS = 30  # without any: longer than Dask's nanny takes to start a lost one again


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Workers:
    """An executor and how many tasks it has at a time; None runs them here, one after the other.

    stop: to be asked now and then while tasks run, as `replications` does. Raises LightshipError where there is nobody
    left to end them.
    """

    executor: Executor | None
    number: int
    stop: Callable[[], bool] = _never


@dataclass(frozen=True, order=True)
class Build:
    """What has to be the same everywhere for the same seed to give the same answer. engine: a digest of its sources."""

    engine: str
    python: str
    numpy: str
    scipy: str


def default_workers() -> int:
    """As many as this process may use cores."""
    return max(1, min(MOST_WORKERS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1))


@contextlib.contextmanager
def workers_of(asked: int, dask: str | None) -> Iterator[Workers]:
    """Workers of the cluster whose scheduler `dask` names, else of this machine. asked: processes here.

    Raises LightshipError where the cluster cannot be used: it never falls back to this machine.
    """
    if dask:
        with cluster_of(dask) as workers:
            yield workers
        return
    number = asked or default_workers()
    with executor_of(number) as executor:
        yield Workers(executor, number)


@contextlib.contextmanager
def executor_of(workers: int) -> Iterator[Executor | None]:
    """An executor with that many processes, None for one: then it runs here. At the end what waits is cancelled.

    After an error or Ctrl-C what is under way is ended too: a batch of long replications can take minutes. Processes
    are forked from a clean server, never from this one: it may have threads that hold locks.
    """
    if workers == 1:
        yield None
        return
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("forkserver"))
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def cluster_of(scheduler: str) -> Iterator[Workers]:
    """The cluster of that scheduler, such as tcp://host:8786. At the end what has not begun is cancelled there.

    Raises LightshipError where it does not answer, has no workers, or runs another Lightship, Python or NumPy.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise LightshipError(
            "LIGHTSHIP_DASK is set and `distributed` is not installed: pip install 'lightship[dask]', "
            "or unset it to use this machine's processes."
        ) from None
    for name in ("distributed", "distributed.client", "tornado", "asyncio"):  # what they would log our own errors say
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        asyncio.run(_answers(scheduler))
        client: Any = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except Exception as error:  # of whatever kind: anything may answer at a wrong port
        raise LightshipError(
            f"LIGHTSHIP_DASK={scheduler}: no scheduler answers there ({_line(error)}). Name it as tcp://HOST:8786 and "
            "start it (`dask scheduler`), or unset it to use this machine's processes."
        ) from None
    try:
        number = _usable(client, scheduler)
        executor = client.get_executor(pure=False)
        try:
            yield Workers(executor, number, _Presence(client, scheduler))
        except (CancelledError, KilledWorker) as error:
            raise LightshipError(
                f"The cluster of {scheduler} lost what it was working on ({type(error).__name__}); see its log, and "
                "run it again."
            ) from None
        finally:
            executor.shutdown(wait=False)
    finally:
        client.close(timeout=CONNECT_SECONDS)


async def _answers(scheduler: str) -> None:
    """Raises where no scheduler answers. A Client alone would wait for ever at the port of something else."""
    from distributed import Security
    from distributed.comm import connect

    reach: Any = connect
    kind: Any = Security()  # type: ignore[no-untyped-call]
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            found = await reach(scheduler, timeout=CONNECT_SECONDS, **kind.get_connection_args("client"))
    except TimeoutError:
        raise TimeoutError(f"nothing that speaks Dask within {CONNECT_SECONDS} seconds") from None
    await found.close()


class _Presence:
    """Whether a cluster still has workers: without any its tasks would wait for ever."""

    def __init__(self, client: Any, scheduler: str) -> None:
        self.client = client
        self.scheduler = scheduler
        self.asked = self.seen = time.monotonic()

    def __call__(self) -> bool:
        """Never a reason to stop. Raises LightshipError where there have been none for ALONE_SECONDS."""
        now = time.monotonic()
        if now - self.asked < ASK_SECONDS:
            return False
        self.asked = now
        with contextlib.suppress(OSError):  # a scheduler that is lost is said by the tasks
            if self.client.nthreads():
                self.seen = now
        if now - self.seen > ALONE_SECONDS:
            raise LightshipError(
                f"The cluster of {self.scheduler} lost its workers; see their log, start some "
                f"(`dask worker {self.scheduler}`), and run it again."
            )
        return False


def _usable(client: Any, scheduler: str) -> int:
    """How many tasks the cluster runs at a time. Raises LightshipError where it cannot give our answer."""
    threads: int = sum(client.nthreads().values())
    if not threads:
        raise LightshipError(f"The cluster of {scheduler} has no workers; start some: `dask worker {scheduler}`.")
    try:
        found = {scheduler: client.run_on_scheduler(build), **client.run(build)}
    except Exception as error:  # of whatever kind: a process there could not say what it is
        raise LightshipError(
            f"The cluster of {scheduler} cannot say which Lightship it has ({_line(error)}); install the same version "
            "for its scheduler and its workers."
        ) from None
    refuse_others(build(), found)
    return threads


def refuse_others(mine: Build, found: Mapping[str, Build]) -> None:
    """Raises LightshipError where a worker, by its address, has another build than this process."""
    for address, theirs in sorted(found.items()):
        if theirs != mine:
            raise LightshipError(
                f"The process at {address} would give other answers: it has {theirs}, here is {mine}. "
                "Install the same Lightship and Python there."
            )


@cache
def build() -> Build:
    """This process's."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent / "flow_model"
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return Build(digest.hexdigest()[:12], platform.python_version(), np.__version__, scipy.__version__)


def _line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:160]
