"""Notes on a moment: what people know that no feed says ("CT scanner down at Medway 14:10-16:00")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.domain.levels import level_of
from services.domain.system import System
from services.domain.withdrawals import Withdrawal

MAX_TEXT = 280


@dataclass(frozen=True, slots=True)
class Note:
    """scope: the code of a site, a provider, a place or the system; measure: None for everything there.

    at, until: the moment, or the stretch of time, that it is about; made_at: since when it is known, by the one clock.
    text: None once it was withdrawn, whatever moment is looked at: it may have named somebody.
    """

    id: UUID
    scope: str
    measure: str | None
    at: datetime
    until: datetime | None
    text: str | None
    made_at: datetime
    who: str
    role: str
    withdrawn: Withdrawal | None = None


def concerned(code: str, system: System) -> frozenset[str]:
    """The scopes whose notes concern an organisation or a unit: itself, what it is part of, and what is part of it.

    Raises KeyError for a code that nothing has.
    """
    match level_of(code, system):
        case "unit":
            return concerned(system.unit_by_code[code].site, system)
        case "site":
            site = system.site_by_code[code]
            return frozenset([code, site.provider, site.place, system.code])
        case "provider" | "place":
            within = [site.code for site in system.sites if code in (site.provider, site.place)]
            return frozenset([code, *within, system.code])
        case "system":
            return scopes(system)
    raise KeyError(code)


def scopes(system: System) -> frozenset[str]:
    """Every code that a note can be about: no unit is, so that few people never stand behind a note."""
    codes = [each.code for group in (system.sites, system.providers, system.places) for each in group]
    return frozenset([system.code, *codes])
