"""What a server does beside answering: each duty in a thread of its own, which says what fails and begins again.

A fault in one reading, or a database that is away, must not end the keeping of a picture for good: until it is kept
again the boards say that it is stale.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import structlog
from prometheus_client import Counter

from services.errors import LeaseLost

AWAY_SECONDS = 0.5  # until the database is asked again
FAULT_SECONDS = 2.0  # until what failed for another reason is tried again
_log = structlog.get_logger(__name__)
_FAILURES = Counter("lightship_duty_failures_total", "Times that something a server keeps doing failed.", ["duty"])


class Duty:
    """A thread that calls `do` over and over until it is told to stop. What `do` raises is logged and counted.

    `do` waits for itself, on `stopping`, where there is nothing to do.
    """

    def __init__(self, name: str, do: Callable[[], object]) -> None:
        self.stopping = threading.Event()
        self._name, self._do = name, do
        self._failures = _FAILURES.labels(name)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience_seconds: float = 10) -> None:
        """Tell it to stop, and wait until it has."""
        self.stopping.set()
        self._thread.join(timeout=patience_seconds)

    def failed(self, error: Exception, **what: str) -> float:
        """Say and count a failure; answers after how many seconds to try again. what: the part of the duty it was."""
        self._failures.inc()
        if isinstance(error, LeaseLost):
            _log.warning(f"{self._name}.lease_lost", reason=str(error), **what)
            return AWAY_SECONDS
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            _log.error(f"{self._name}.database_away", error=type(error).__name__, **what)
            return AWAY_SECONDS
        _log.error(f"{self._name}.failed", exc_info=error, **what)
        return FAULT_SECONDS

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._do()
            except Exception as error:
                self.stopping.wait(self.failed(error))
