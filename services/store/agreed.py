"""The steps of incidents, diverts and mutual aid that organisations have told, without everything else they tell."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from services.domain.agreed import TYPES
from services.domain.facts import Fact
from services.store.rows import FACTS, facts_by_subject

_STAMPS = "select key, stamp from subject where key = any(%s)"
#: And whatever takes a step back.
_STEPS = f"""
{FACTS} where subject = any(%(keys)s) and (type = any(%(types)s) or type = 'event.cancelled')
  and (%(known_at)s::timestamptz is null or recorded_at <= %(known_at)s)
"""


def stamps(connection: Connection[Any], organisations: Collection[str]) -> dict[str, Any]:
    """What changes whenever something is written of an organisation; one of which nothing is known is left out."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return dict(cursor.execute(_STAMPS, (list(organisations),)).fetchall())


def steps(
    connection: Connection[Any], organisations: Collection[str], known_at: datetime | None = None
) -> dict[str, list[Fact]]:
    """By organisation, the facts of its steps known at known_at (None: by now)."""
    asked = {"keys": list(organisations), "types": list(TYPES), "known_at": known_at}
    return facts_by_subject(connection, _STEPS, asked)
