"""Rows of the store: phases as PostgreSQL reads them from text, far cheaper than JSON of the same, and facts read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import tuple_row

from services.domain.facts import Fact
from services.domain.phases import Phase

FACTS = """
select encode(uuid_send(uid), 'hex'), encode(uuid_send(digest), 'hex'), subject, source, type, time, sent_at, rank,
       encode(uuid_send(target), 'hex'), selects, person, person_merged, follows, flag, data, recorded_at
from event
"""
_IS_PLAIN = re.compile(r"[A-Za-z0-9_.:+-]+", re.ASCII).fullmatch


def facts_by_subject(connection: Connection[Any], query: str, asked: Mapping[str, Any]) -> dict[str, list[Fact]]:
    """Facts by subject. query: `FACTS` with a condition."""
    found: dict[str, list[Fact]] = {}
    with connection.cursor(row_factory=tuple_row) as cursor:
        for row in cursor.execute(query, asked).fetchall():
            found.setdefault(row[2], []).append(Fact._make(row))
    return found


def phases_text(phases: Sequence[Phase]) -> str:
    """Phases as the text of a `phase[]`."""
    if not phases:
        return "{}"
    times = orjson.dumps([phase[5:7] for phase in phases]).decode().replace('"', "").replace("null", "")
    parts = []
    for phase, time in zip(phases, times[2:-2].split("],["), strict=True):
        name, site, unit, label, value, _, _, outcome, visits = phase
        before, after = _around(name, site, unit, label, value, outcome)
        parts.append(f"{before}{time}{after}" if visits is None else f"{before}{time}{after}{_visits(visits)}")
    return '{"(' + ')","('.join(parts) + ')"}'


@lru_cache(maxsize=20_000)
def _around(
    name: str, site: str | None, unit: str | None, label: str | None, value: float | None, outcome: str | None
) -> tuple[str, str]:  # fmt: skip
    """What stands before a phase's times and after them."""
    before = f"{_text(name)},{_text(site)},{_text(unit)},{_text(label)},{'' if value is None else value},"
    return before, f",{_text(outcome)},"


def _text(value: str | None) -> str:
    """A text in a composite in an array: quoted for both unless it is of letters, digits and . _ : + - alone."""
    if value is None:
        return ""
    if _IS_PLAIN(value):
        return value
    return _in_array('"' + value.replace("\\", "\\\\").replace('"', '""') + '"')


def _visits(visits: Sequence[str]) -> str:
    inner = ",".join('"' + visit.replace("\\", "\\\\").replace('"', '\\"') + '"' for visit in visits)
    return _in_array('"{' + inner.replace("\\", "\\\\").replace('"', '""') + '}"')


def _in_array(quoted: str) -> str:
    return quoted.replace("\\", "\\\\").replace('"', '\\"')
