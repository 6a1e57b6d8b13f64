"""What a server tidies up once an hour: what is past its time goes, and the feeds' rhythms are learned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from services.domain.system import System
from services.duties import Duty
from services.live.feeds import expected
from services.store import ageing, forecasts, quarantine, readings, synthetic
from services.store import feeds as feed_store
from services.store.database import Database

INTERVAL_SECONDS = 3600
SOON_SECONDS = 60  # while nothing is learned yet, and where something failed
STOPPING_SECONDS = 2  # what is dropped, is dropped in one transaction: cut short, it goes the next time
_log = structlog.get_logger(__name__)


class Housekeeping:
    """Once an hour, and at once: sealed bytes go past their 30 days, readings past their 14, forecasts past their 800,
    and journeys that were over longer ago than events are kept (None: never); rhythms are learned. A chore that fails
    is said, and keeps none of the others from being done.
    """

    def __init__(
        self, database: Database, system: System, now: Callable[[], datetime], events_kept: timedelta | None = None
    ) -> None:
        self._database, self._system, self._now, self._events_kept = database, system, now, events_kept
        self._learned = 0
        self._duty = Duty("house", self._round)

    def start(self) -> None:
        self._duty.start()

    def stop(self) -> None:
        self._duty.stop(STOPPING_SECONDS)

    def tidy(self) -> bool:
        """Every chore once; answers whether none failed."""
        is_whole = True
        for chore in (self._sealed, self._readings, self._forecasts, self._rhythms, self._events):
            if self._duty.stopping.is_set():
                break
            try:
                chore()
            except Exception as error:
                is_whole = False
                self._duty.failed(error, chore=chore.__name__.strip("_"))
        return is_whole

    def _round(self) -> None:
        is_whole = self.tidy()
        self._duty.stopping.wait(INTERVAL_SECONDS if is_whole and self._learned else SOON_SECONDS)

    def _sealed(self) -> None:
        with self._database.connection() as connection:
            quarantine.purge_expired(connection, self._now())

    def _readings(self) -> None:
        with self._database.connection() as connection:
            readings.purge(connection, self._now())

    def _forecasts(self) -> None:
        with self._database.connection() as connection:
            forecasts.purge(connection, self._now())

    def _rhythms(self) -> None:
        with self._database.connection() as connection:
            run = synthetic.read(connection)
            if run is not None and run.share < 1:  # half a history would teach gaps that are not there
                return
            self._learned = feed_store.learn_rhythms(
                connection, lambda source: expected(source, self._system), self._now()
            )

    def _events(self) -> None:
        if self._events_kept is None:
            return
        before, count = self._now() - self._events_kept, 0
        try:
            with self._database.connection() as connection:
                for each in ageing.drop(connection, before):
                    count += each
                    if self._duty.stopping.is_set():
                        break
        finally:  # where it failed, the next hour goes on
            if count:
                _log.info("house.events_dropped", before=before.isoformat(), facts=count)
