"""What was folded lately: facts of subjects that are likely to be spoken of again, so that a door need not read them
back for each new one. Only ever a shortcut: the row's stamp decides whether it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from services.domain.facts import Fact

Facts = Mapping[str, Fact]  # by digest
MOST_FACTS = 25_000  # about 20 MB, and most of a day of a county


class Known(NamedTuple):
    """All facts of a subject under the stamp of the row that they were folded into. The row's stamp is drawn anew at
    every write, so where the stamps are equal the facts are.

    since: these are the facts of a time from then on, which is enough for more of them (`kept`); None: all.
    """

    stamp: int
    facts: Facts
    since: datetime | None = None


class Recent:
    """The subjects touched last, up to so many facts. Any number of threads may use it."""

    def __init__(self, most_facts: int = MOST_FACTS) -> None:
        self._most_facts = most_facts
        self._facts = 0
        self._known: dict[str, Known] = {}  # the longest untouched first
        self._lock = Lock()

    def known(self, key: str) -> Known | None:
        return self._known.get(key)

    def keep(self, known: Iterable[tuple[str, Known]]) -> None:
        with self._lock:
            held, facts = self._known, self._facts
            for key, each in known:
                before = held.pop(key, None)  # so that it goes to the end
                held[key] = each
                facts += len(each.facts) if before is None else len(each.facts) - len(before.facts)
            while facts > self._most_facts:
                facts -= len(held.pop(next(iter(held))).facts)
            self._facts = facts

    def forget(self, keys: Iterable[str]) -> None:
        with self._lock:
            for key in keys:
                self._drop(key)

    def _drop(self, key: str) -> None:
        held = self._known.pop(key, None)
        if held is not None:
            self._facts -= len(held.facts)
