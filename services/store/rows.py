"""Rows as PostgreSQL reads them from text: far cheaper to make and to read than JSON of the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import orjson

from services.domain.facts import Fact
from services.domain.phases import Phase

_IS_PLAIN = re.compile(r"[A-Za-z0-9_.:+-]+", re.ASCII).fullmatch


def table_text(fact: Fact) -> str:
    """A fact as a line for `copy event from stdin (null '')`, in the order of the table's columns."""
    (uid, digest, subject, source, type_, time, sent_at, rank, target, selects, person, merged, follows, flag, data,
     recorded_at) = fact  # fmt: skip
    moments = orjson.dumps((time, sent_at, recorded_at)).decode()[2:-2].replace('","', "\t")
    text = orjson.dumps(data).decode()
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return (
        f"{uid}\t{digest}\t{_cell(subject)}\t{source}\t{type_}\t{moments}\t{rank}\t{target or ''}\t{selects or ''}\t"
        f"{person or ''}\t{merged or ''}\t{follows or ''}\t{flag or ''}\t{text}\n"
    )


def _cell(text: str) -> str:
    """A text that is no code of ours. The pseudonyms and codes in the other columns hold nothing to escape."""
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text


def phases_text(phases: Sequence[Phase]) -> str:
    """Phases as the text of a `phase[]`."""
    if not phases:
        return "{}"
    times = orjson.dumps([phase[5:7] for phase in phases]).decode().replace('"', "").replace("null", "")
    each = zip(phases, times[2:-2].split("],["), strict=True)
    parts = [
        f"{_start(name, site, unit, label, value)}{time},{_text(outcome)},{'' if visits is None else _visits(visits)}"
        for (name, site, unit, label, value, _, _, outcome, visits), time in each
    ]
    return '{"(' + ')","('.join(parts) + ')"}'


@lru_cache(maxsize=10_000)
def _start(name: str, site: str | None, unit: str | None, label: str | None, value: float | None) -> str:
    return f"{_text(name)},{_text(site)},{_text(unit)},{_text(label)},{'' if value is None else value},"


@lru_cache(maxsize=10_000)
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
