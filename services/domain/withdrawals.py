"""Withdrawals: what a person wrote for others to read is taken back, and never deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Who took a note or a rebase back, when and why."""

    at: datetime
    who: str
    role: str
    why: str


class Withdrawn(ValueError):
    """It was withdrawn before."""
