"""Taking batches in, in a process of its own: reading from Kafka and folding then have a core each.

The process ends when the other end of its pipe closes, however the worker ended: what it has begun it finishes, and
nothing else. It leaves signals to the worker.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from services import logs
from services.ingest.kafka.taking import Away, CannotGoOn, Message, Taking, Took
from services.store.offsets import Behind

_END_SECONDS = 5
_START_SECONDS = 120

#: Makes what takes batches in, in the new process; must be importable from there.
Make = Callable[[], AbstractContextManager[Taking]]


class Apart:
    """A `Taking` whose work another process does."""

    def __init__(self, make: Make) -> None:
        """Raises CannotGoOn where the process cannot begin."""
        context = get_context("spawn")
        self._is_busy = False
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, make), daemon=True, name="lightship-taker")
        self._process.start()
        theirs.close()
        self._heard(_START_SECONDS)

    def take(self, batch: Sequence[Message]) -> Took:
        self._is_busy = True
        try:
            self._pipe.send([tuple(message) for message in batch])
            took = self._heard(None)
        except OSError as error:
            raise CannotGoOn("The process that takes events in has ended.") from error
        finally:
            self._is_busy = False
        assert isinstance(took, Took)
        return took

    def close(self) -> None:
        """End the process; what it is at is rolled back, and whoever waits for it is told that it has ended."""
        if self._is_busy:
            self._process.kill()
            self._process.join(_END_SECONDS)
        self._pipe.close()
        self._process.join(_END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _heard(self, seconds: float | None) -> Any:
        try:
            if seconds is not None and not self._pipe.poll(seconds):
                raise CannotGoOn("The process that takes events in does not begin.")
            kind, what = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise CannotGoOn("The process that takes events in has ended.") from error
        if kind == "behind":
            raise Behind(what)
        if kind == "away":
            raise Away(what)
        if kind == "failed":
            raise CannotGoOn(what)
        return what


def _serve(pipe: Connection, make: Make) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    sys.setswitchinterval(0.001)
    logs.from_environment()
    with contextlib.suppress(EOFError, OSError):  # the worker has ended
        try:
            with make() as taking:
                pipe.send(("ready", None))
                while True:
                    pipe.send(_answer(taking, [Message(*each) for each in pipe.recv()]))
        except (EOFError, OSError):
            raise
        except Exception as error:
            pipe.send(("failed", f"The process that takes events in cannot begin: {error}"))


def _answer(taking: Taking, batch: Sequence[Message]) -> tuple[str, Any]:
    try:
        return "took", taking.take(batch)
    except Behind as error:
        return "behind", str(error)
    except Away as error:
        return "away", error.error
    except Exception as error:
        return "failed", str(error) or type(error).__name__
