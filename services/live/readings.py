"""The keeper of readings: writes each mark as it passes, what became known late, and the past behind the first board.

What is kept is a function of the facts that are in: a mark as it passes, a stretch of the past filled later, and all
of it rebuilt are the same computation over another grid.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import hashlib
import signal
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from time import monotonic, sleep
from typing import Any, TypeVar

import psycopg
import structlog
from prometheus_client import Gauge
from psycopg import Connection

from services.domain.catalogue import CATALOGUE
from services.domain.measures import configured_capacity
from services.domain.opel_tables import OpelTables
from services.domain.series import kept, plan
from services.domain.sweep import sweep
from services.domain.system import System
from services.domain.versions import HOUR, MARK, MICROSECOND, Grid, floor_to
from services.duties import Duty
from services.errors import LeaseLost
from services.live.feeds import OTHER_GAP, USUAL_GAP
from services.store import feeds as feed_store
from services.store import readings as store
from services.store.database import Database

DAY = timedelta(days=1)
KEPT = timedelta(days=store.KEPT_DAYS)
BLOCK = timedelta(days=7)  # of the past, swept at once: bounds memory
WORK_SECONDS = 0.0005  # between rests
SETTLING = timedelta(seconds=3)  # for what is being committed when a mark passes
INTERVAL_SECONDS = 0.5  # between looks for a mark that has passed
#: A learned rhythm would change readings that are kept already: theirs stays that of the kind of provider.
SILENT_AFTER_GAPS = 12
Item = TypeVar("Item")
_log = structlog.get_logger(__name__)
_BEHIND = Gauge("lightship_readings_behind_seconds", "From the newest mark that is kept to now: 300 is usual.")


class ReadingsNotWritten(Exception):
    """The process that writes the past has failed; it has said why itself."""


class Stopped(Exception):
    """Told to stop in the middle of a sweep; the transaction leaves what was kept before."""


def _never() -> bool:
    return False


def _between(items: Iterable[Item], stopping: Callable[[], bool]) -> Iterator[Item]:
    """The items, each after a look whether to stop. Raises Stopped."""
    for item in items:
        if stopping():
            raise Stopped
        yield item


def silent_after(system: System) -> dict[str, timedelta]:
    """How long after its newest event a provider's feed gives no more readings."""
    return {each.code: USUAL_GAP.get(each.kind, OTHER_GAP) * SILENT_AFTER_GAPS for each in system.providers}


def rules_of(system: System) -> str:
    """A digest of what readings follow beside the facts: configuration, without its OPEL tables, and the catalogue."""
    told = (dataclasses.replace(system, opel=OpelTables(())), tuple(CATALOGUE.values()), silent_after(system))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def grid_of(first: datetime, last: datetime, base: datetime, known: datetime) -> Grid:
    """Marks from first up to last (which is none itself where an hour ends there), and the closes of the hours.

    base: the known time up to which everything is kept already; known: the last one.
    """
    marks: list[datetime] = []
    mark = first
    while mark <= last:
        if mark > first and mark == floor_to(mark, HOUR):
            marks.append(mark - MICROSECOND)
        marks.append(mark)
        mark += MARK
    times = [base]
    while times[-1] < known:
        times.append(times[-1] + MARK)
    return Grid.at(marks, times)


def keep(
    connection: Connection[Any], system: System, series: store.Series, grid: Grid, recent: datetime, *,
    stopping: Callable[[], bool] = _never,
) -> tuple[int, int]:  # fmt: skip
    """Sweep a grid and write what is new in it; returns how many readings and hours.

    stopping: asked between subjects, atoms and measures. Raises Stopped.
    """
    atoms = dict.fromkeys(atom for measure in CATALOGUE.values() for atom in measure.atoms())
    swept = sweep(
        _between(store.stories(connection, grid), stopping), configured_capacity(system), system, grid,
        _between(atoms, stopping), silent_after=silent_after(system),
    )  # fmt: skip
    planned = plan(swept, CATALOGUE.values(), system)
    rows = _between(kept(swept, planned), stopping)
    return store.write(connection, series.ids(connection, planned), rows, since=recent)


def fill(
    connection: Connection[Any], system: System, until: datetime, begin: datetime, *, fence: int | None = None,
    newest: datetime | None = None,
) -> Iterator[float]:  # fmt: skip
    """Write the readings of the past again, the newest days first; yields the share that is done.

    until: everything recorded by then is known. begin: where to begin; rounded down to 00:00 UTC. newest: the marks
    from this 00:00 UTC on are kept already.
    """
    until, begin = floor_to(until, MARK), floor_to(begin, DAY)
    recent = floor_to(until, DAY) - KEPT
    # What is written over what was kept counts as done with its last block: stopped before, it has to begin again.
    over = store.progress(connection).from_at is not None
    facts: int | None = None
    last = newest
    while last is None or last > begin:
        first = floor_to(until, DAY) if last is None else max(begin, last - BLOCK)
        with store.writing(connection, fence):
            # The mark at which a block ends is the next one's; the close of the hour before it is its own.
            grid = grid_of(first, last or until, first - MARK, until)
            if last is not None:
                grid = Grid(grid.marks[:-1], grid.known)
            store.clear(connection, first, last)
            keep(connection, system, store.Series(connection), grid, recent)
            before = store.progress(connection)
            if last is None:
                facts = store.recorded(connection, until)
            known, rules = before.facts, before.rules
            if facts is not None and (first <= begin or not over):
                known, rules = facts, rules_of(system)
            kept_from = first if before.from_at is None else min(before.from_at, first)
            wanted = begin if before.begin_at is None else min(before.begin_at, begin)
            store.note(connection, store.Progress(wanted, kept_from, until, known, rules))
        last = first
        yield (until - first) / max(until - begin, MARK) if first > begin else 1.0


def again(connection: Connection[Any], system: System, now: datetime) -> Iterator[float]:
    """Write the readings of every age again, as `fill` does; yields nothing where nothing has been received."""
    begin, kept_from = store.earliest(connection), store.progress(connection).begin_at
    if begin is not None:
        yield from fill(connection, system, now, begin if kept_from is None else min(begin, kept_from))


def advance(
    connection: Connection[Any], system: System, now: datetime, *, fence: int | None = None,
    again_from: Callable[[datetime, datetime], None] | None = None, stopping: Callable[[], bool] = _never,
) -> bool:  # fmt: skip
    """Keep the marks that have passed and what became known since; returns whether there was anything to keep.

    Facts that came in behind what is kept (recorded earlier, in later), and configuration that has changed, are met by
    writing the past again: what is kept as changes cannot go on from what followed other rules. again_from: how to
    write it again, given until when and from when on; without it, here. stopping: whether to stop in the middle, which
    raises Stopped and keeps nothing of this step.
    """
    before = store.progress(connection)
    if before.from_at is None or before.until is None or floor_to(now, MARK) <= before.until:
        return False
    until, rules = min(floor_to(now, MARK), floor_to(before.until, DAY) + DAY), rules_of(system)
    oldest = max(before.from_at, floor_to(until - MARK, DAY) - KEPT)  # the same however many marks are kept at once
    with store.writing(connection, fence):
        count, earliest = store.told(connection, before.until, until)
        facts = store.recorded(connection, until)
        behind = facts - before.facts - count
        if behind == 0 and rules == before.rules:
            reached = before.until if earliest is None else min(before.until, earliest)
            # With the whole hour before what can change, against which it is kept.
            first = max(oldest, floor_to(reached, HOUR) - HOUR)
            grid = grid_of(first, until, before.until, until)
            keep(connection, system, store.Series(connection), grid, oldest, stopping=stopping)
            store.note(connection, store.Progress(before.begin_at, before.from_at, until, facts, rules))
            return True
    _log.info("readings.again", facts_behind=behind, other_rules=rules != before.rules)
    if again_from is not None:
        again_from(until, oldest)
        return True
    for _ in fill(connection, system, until, oldest, fence=fence):
        pass
    return True


class Keeper:
    """A thread that keeps the readings while this process holds the lease of the picture.

    fence: the fencing number held now, None while another process holds it. begin: from when on there is anything to
    read, None while that is not known yet.
    """

    def __init__(
        self, database: Database, system: System, *, fence: Callable[[], int | None],
        begin: Callable[[], datetime | None],
    ) -> None:  # fmt: skip
        self._database, self._system, self._fence, self._begin = database, system, fence, begin
        self._rested_at = 0.0
        self._duty = Duty("readings", self._run)

    def start(self) -> None:
        self._duty.start()

    def stop(self) -> None:
        """Stop, if need be in the middle of a step: it is done again next time."""
        self._duty.stop(patience_seconds=30)

    def _rested(self) -> bool:
        """Whether to stop, after a rest where it is time for one.

        A thread that only computes keeps the interpreter for a whole switch interval each time, and who sends to
        hundreds of boards asks for it hundreds of times: what is a second's work here would be seconds there.
        """
        if monotonic() - self._rested_at > WORK_SECONDS:
            sleep(store.REST_SECONDS)
            self._rested_at = monotonic()
        return self._duty.stopping.is_set()

    def _run(self) -> None:
        fence = self._fence()
        try:
            again = fence is not None and self._step(fence)
        except Stopped:
            return
        if not again:
            self._duty.stopping.wait(INTERVAL_SECONDS)

    def _step(self, fence: int) -> bool:
        with self._database.connection() as connection:
            clock = feed_store.read_clock(connection)
            now = clock.at(datetime.now(UTC) - SETTLING)
            before = store.progress(connection)
            if before.until is not None:
                _BEHIND.set((now - before.until).total_seconds())
            if before.from_at is None or before.begin_at is None or before.until is None:
                begin = self._begin()
                if begin is None:
                    return False
                until, newest = now, None
            elif before.from_at > before.begin_at:  # stopped while it wrote the past
                until, begin, newest = before.until, before.begin_at, before.from_at
            else:
                return advance(
                    connection, self._system, now, fence=fence,
                    again_from=lambda until, begin: self._apart(until, begin, fence, None),
                    stopping=self._rested,
                )  # fmt: skip
        self._apart(until, begin, fence, newest)
        return True

    def _apart(self, until: datetime, begin: datetime, fence: int, newest: datetime | None) -> None:
        """Write the past in a process of its own, so that the live picture does not wait for it."""
        arguments = (self._database.url, self._system, until, begin, fence, newest)
        process = get_context("spawn").Process(target=_fill_apart, args=arguments, daemon=True)
        process.start()
        while process.is_alive() and not self._duty.stopping.wait(0.2):
            pass
        if process.is_alive():
            process.terminate()  # a block is one transaction: what is begun again is whole
        process.join()
        if process.exitcode and not self._duty.stopping.is_set():
            raise ReadingsNotWritten(f"the process that writes the past ended with code {process.exitcode}")


def _fill_apart(
    url: str, system: System, until: datetime, begin: datetime, fence: int, newest: datetime | None
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keeper ends it
    gc.set_threshold(200_000, 50, 100)
    with psycopg.connect(url, autocommit=True) as connection, contextlib.suppress(LeaseLost):
        for _ in fill(connection, system, until, begin, fence=fence, newest=newest):
            pass
