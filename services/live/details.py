"""What changes from one revision of a topic to the next: rows by their code, figures by their name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_MOVING = ("as_at", "known_at")  # in every delta
_WHOLE = ("opel",)  # comes and goes, and is sent whole


def shape(data: Any) -> Any:
    """What a delta cannot say: which keys there are, and which rows in which order."""
    if isinstance(data, Mapping):
        return {key: None if key in _WHOLE else shape(value) for key, value in data.items()}
    if _is_rows(data):
        return [(row["code"], shape(row)) for row in data]
    return None


def change(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What changed between two of the same shape: the keys that did; rows as an object by their code."""
    found: dict[str, Any] = {}
    for key, value in after.items():
        part = _changed(before[key], value, whole=key in _WHOLE)
        if part is not None or key in _MOVING:
            found[key] = value if part is None else part[0]
    return found


def substance(data: Mapping[str, Any]) -> dict[str, Any]:
    """What makes a revision new: not the passing of time alone."""
    return {key: value for key, value in data.items() if key not in _MOVING}


def _changed(before: Any, after: Any, *, whole: bool) -> tuple[Any] | None:
    """The part to send, in a tuple since it may be null; None where nothing changed."""
    if before == after:
        return None
    if whole:
        return (after,)
    if isinstance(before, Mapping) and isinstance(after, Mapping) and not _is_figure(after):
        return (change(before, after),)
    if _is_rows(after):
        rows = {row["code"]: change(old, row) for old, row in zip(before, after, strict=True)}
        return ({code: row for code, row in rows.items() if row},)
    return (after,)


def _is_figure(value: Mapping[str, Any]) -> bool:
    return "value" in value and "absent" in value  # sent whole, so that its parts always agree


def _is_rows(value: Any) -> bool:
    is_list = isinstance(value, Sequence) and not isinstance(value, str) and len(value) > 0
    return is_list and all(isinstance(row, Mapping) and "code" in row for row in value)
