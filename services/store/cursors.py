"""Cursors of paged lists: opaque to who holds one, and refused where it is not one of ours."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from services.errors import StoreError

_BETWEEN = "|"
T = TypeVar("T")


def write(kind: str, *parts: object) -> str:
    """The cursor of a place in a kind of list, from what orders it."""
    texts = (part.isoformat() if isinstance(part, datetime) else str(part) for part in (kind, *parts))
    return urlsafe_b64encode(_BETWEEN.join(texts).encode()).decode()


def read(kind: str, cursor: str, parse: Callable[..., T]) -> T:
    """The place, parsed from the texts that were written. Raises StoreError where it is not a cursor of such a list.

    parse must raise ValueError or TypeError for what it cannot read.
    """
    try:
        found, *texts = urlsafe_b64decode(cursor.encode()).decode().split(_BETWEEN)
        if found == kind:
            return parse(*texts)
    except (binascii.Error, ValueError, TypeError, OverflowError):
        pass
    raise StoreError("The cursor is not one of ours; begin again without it.")


def moment(text: str) -> datetime:
    """An aware moment of a cursor. Raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no time zone")
    return found
