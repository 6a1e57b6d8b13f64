"""One exception tree. Every message says what is wrong and what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LightshipError(Exception):
    """Anything Lightship refuses; the text is fit to show a person."""


class ConfigurationError(LightshipError):
    """A file under config/ cannot be used: names the file, the key and the nearest valid name."""


class RefusedEvent(LightshipError):
    """One event that cannot be taken in.

    field is the offending field as a dotted path, or None when the whole is unreadable. The reason never
    repeats a value that was sent: values may identify a person.
    """

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


class StoreError(LightshipError):
    """The database cannot do what is asked (absent, unmigrated, wrong version)."""


class NotTakenIn(LightshipError):
    """What was sent is not known to be durable: it is to be sent again, and what is in already is then a duplicate."""


class LeaseLost(StoreError):
    """Another writer of the picture holds the lease; this one must stop writing."""


_COMPARED = 60  # characters of what was sent, which may be of any length


def nearest(name: str, valid: Iterable[str]) -> str:
    """A sentence part naming the closest valid name, or the empty string."""
    found = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.5)
    return f"; did you mean {found[0]!r}?" if found else ""


def unknown(what: str, sent: str, valid: Iterable[str], otherwise: str) -> str:
    """A whole sentence for a name that nothing has: the nearest valid one, else where the valid ones are listed."""
    return f"{what}{nearest(sent[:_COMPARED], valid) or f'; {otherwise}.'}"
