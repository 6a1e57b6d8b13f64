"""Rebases: a person says from which day on the limits of a chart are worked out again, and what changed then.

Nothing ever rebases a chart by itself: limits that move by themselves would call every slow decline normal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.domain.withdrawals import Withdrawal

MAX_REASON = 280


@dataclass(frozen=True, slots=True)
class Rebase:
    """Of the chart of one measure at one place, from a London day on. made_at: since when it is known.

    reason: None once it was withdrawn, whatever moment is looked at: it may have named somebody.
    """

    id: UUID
    measure: str
    code: str
    day: date
    reason: str | None
    made_at: datetime
    who: str
    role: str
    withdrawn: Withdrawal | None = None


def parts(days: Sequence[date], rebases: Sequence[Rebase]) -> dict[int, list[Rebase]]:
    """At which of the successive days of a chart a part begins, by whose word.

    Where the day itself has no figure, its part begins with the next that has; one after the last begins none yet,
    and one before the first day begins none here.
    """
    found: dict[int, list[Rebase]] = {}
    for rebase in sorted(rebases, key=lambda each: (each.day, each.made_at)):
        index = sum(day < rebase.day for day in days)
        if index < len(days) and rebase.day >= days[0]:
            found.setdefault(index, []).append(rebase)
    return found
