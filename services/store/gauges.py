"""What gauges last said, without the years of what they said before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from services.domain.facts import Fact
from services.store import kept
from services.store.events import read_facts
from services.store.rows import FACTS, facts_by_subject

#: Every version of the facts of the moment that the fold has found, and of whatever can take one back.
_NEWEST = f"""
with last as materialized (
    select key, (select max(from_at) from unnest(phases) as phase where name = 'gauge' and from_at <= %(t)s) as at
    from subject
    where key = any(%(keys)s)
), version as materialized (
    select uid from last join event on subject = key and (time = at or rank <> 0)
)
{FACTS}
where subject = any(%(keys)s) and uid in (select uid from version)
"""


def newest_facts(connection: Connection[Any], keys: Sequence[str], t: datetime) -> dict[str, list[Fact]]:
    """By subject, facts of which the newest standing reading by t is that of all of its facts."""
    found = facts_by_subject(connection, _NEWEST, {"keys": list(keys), "t": t})
    # What takes back the last of a type, whichever that is, must see them all.
    whole = [key for key, facts in found.items() if any(fact.selects for fact in facts)]
    whole += kept.kept_of(connection, keys, after=t)  # whose row does not go back to then
    return found | read_facts(connection, whole) if whole else found


def facts_of_moment(connection: Connection[Any], keys: Sequence[str], moment: datetime) -> dict[str, list[Fact]]:
    """By subject, every fact of that time."""
    query = f"{FACTS} where subject = any(%(keys)s) and time = %(moment)s"
    return facts_by_subject(connection, query, {"keys": list(keys), "moment": moment})
