"""The atoms of now, kept in memory and brought up to date by what was written since; the SQL keeps watch over it."""

from __future__ import annotations

import threading
import time as wall_time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import structlog
from psycopg import Connection

from services.domain.measures import PLACED, Atom, Atoms, Measure, Place, configured_capacity
from services.domain.standing import Standing
from services.domain.system import System
from services.store import picture, touched

CHECKED_SECONDS = 300.0
FORGET_SECONDS = 10.0
_BESIDE = (*PLACED, "census.list", "capacity.core")  # phases that decide about others
Numbers = Mapping[Place, float | list[float]]
_log = structlog.get_logger(__name__)


class Notes:
    """How far each reader has read the notes, so that none is dropped that another needs. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: dict[Present, str | None] = {}

    def begins(self, reader: Present) -> None:
        """It is about to read everything: until it has, nothing is dropped."""
        with self._lock:
            self._read[reader] = None

    def has_read(self, reader: Present, snapshot: str) -> None:
        with self._lock:
            self._read[reader] = snapshot

    def ends(self, reader: Present) -> None:
        with self._lock:
            self._read.pop(reader, None)

    def by_all(self) -> list[str]:
        """The snapshot that each reader has read; none while one of them begins."""
        with self._lock:
            read = [each for each in self._read.values() if each is not None]
            return read if len(read) == len(self._read) else []


class Present:
    """What `picture.read_atoms` gives at moments that follow one another, for a fraction of its cost.

    It begins anew where a moment lies before the last, where other measures are asked for, and after any error. Now and
    then it is held to the SQL on one snapshot of the store; a difference is logged, and it begins anew. For one thread.

    notes: shared by those who read under one lease. drops: whether this one drops what all of them have read.
    """

    def __init__(
        self, system: System, *, checked_seconds: float = CHECKED_SECONDS, notes: Notes | None = None,
        drops: bool = True,
    ) -> None:  # fmt: skip
        self._system, self._checked_seconds, self._drops = system, checked_seconds, drops
        self._notes = notes or Notes()
        self._standing: Standing | None = None
        self.snapshot: str | None = None
        self._checked_at = self._forgot_at = wall_time.monotonic()

    def forget(self) -> None:
        """Begin anew at the next reading."""
        self._standing = self.snapshot = None
        self._notes.ends(self)

    def atoms(self, connection: Connection[Any], t: datetime, measures: Iterable[Measure]) -> Atoms:
        """The atoms of the measures at t, from everything that is in the store by now."""
        wanted = tuple(measures)
        try:
            now = wall_time.monotonic()
            if self._drops and now - self._forgot_at > FORGET_SECONDS and self.snapshot is not None:
                read = self._notes.by_all()
                if read:
                    touched.forget(connection, *read)
                self._forgot_at = now
            if self._standing is None or now - self._checked_at < self._checked_seconds:
                return self._read(connection, t, wanted).at(t)
            self._checked_at = now
            return self._checked(connection, t, wanted)
        except BaseException:
            self.forget()
            raise

    def _read(self, connection: Connection[Any], t: datetime, measures: Iterable[Measure]) -> Standing:
        """What stands, with everything that is in the store by now."""
        atoms = tuple(dict.fromkeys(atom for measure in measures for atom in measure.atoms()))
        names = {atom.selection.phase for atom in atoms}.union(_BESIDE)
        standing, since = self._standing, self.snapshot
        if standing is not None and standing.atoms == atoms and standing.covers(t):
            found = touched.look(connection, names, t, since)
            if found.stories:
                standing.put(found.stories)
        else:
            self._notes.begins(self)
            found = touched.look(connection, names, t)
            stories = {key: story for key, story in found.stories.items() if story is not None}
            standing = Standing(atoms, self._system, configured_capacity(self._system), t, stories)
        self._standing, self.snapshot = standing, found.snapshot
        self._notes.has_read(self, found.snapshot)
        return standing

    def _checked(self, connection: Connection[Any], t: datetime, measures: tuple[Measure, ...]) -> Atoms:
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read")
            kept = self._read(connection, t, measures).at(t)
            stored = picture.read_atoms(connection, self._system, t, measures=measures)[None]
        differing = [atom for atom, places in stored.items() if not _same(atom, kept[atom], places)]
        if differing:
            _log.error("picture.differs", atoms=len(differing), first=str(differing[0]))
            self.forget()
        return stored


def _same(atom: Atom, kept: Numbers, stored: Numbers) -> bool:
    """Whether two ways of counting agree. Nothing counted may be left out, unless it says that somebody reported."""
    if atom.aggregate not in ("value_latest", "minutes"):
        kept, stored = _some(kept), _some(stored)
    return kept.keys() == stored.keys() and all(np.allclose(kept[place], stored[place]) for place in stored)


def _some(numbers: Numbers) -> Numbers:
    return {place: number for place, number in numbers.items() if number}
