"""A refused event as people may see it: the shape of what was sent, and only such values as cannot name anybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from services.domain.events import ATTRIBUTES, DOOR_ATTRIBUTES, SCHEMA_VERSION
from services.ingest.rules import Names, Plan, Rules, plans

_ATTRIBUTES = frozenset([*ATTRIBUTES, *DOOR_ATTRIBUTES])
_CODE_FIELDS = frozenset(["site", "from_site", "to_site", "unit", "organisation", "neighbourhood", "specialty"])
_VERSIONS = Names([SCHEMA_VERSION])
_UNKNOWN_SHOWN = 10


def redacted(raw: dict[str, Any] | bytes, rules: Rules, earliest: datetime, latest: datetime) -> dict[str, Any]:
    """A view of a raw event for people.

    Kept: a known type, a configured source, `time` to the second where it lies within the limits (an older one may
    be a date of birth), a subject that is a configured unit or organisation, and of the data what is a member of a
    closed vocabulary, a boolean or a configured code. The rest is said by kind and size alone, unknown names are
    numbered.
    """
    if isinstance(raw, bytes):
        try:
            value = orjson.loads(raw)
        except orjson.JSONDecodeError:
            value = None
        if not isinstance(value, dict):
            return {"unreadable": f"redacted ({len(raw)} bytes)"}
        raw = value
    sent_type = raw.get("type")
    plan = plans().get(sent_type) if isinstance(sent_type, str) else None
    shown = {"source": rules.sources, "subject": rules.organisations, "specversion": _VERSIONS}
    view: dict[str, Any] = {}
    for key in _known_first(raw, _ATTRIBUTES, view):
        value = raw[key]
        if key == "type" and plan is not None:
            view[key] = plan.name
        elif key in shown and value in shown[key]:
            view[key] = value
        elif key == "time":
            view[key] = _moment(value, earliest, latest) or _said(value)
        elif key == "data" and isinstance(value, dict) and plan is not None:
            view[key] = _data(value, plan, rules)
        else:
            view[key] = _said(value)
    return view


def _known_first(raw: dict[str, Any], known: frozenset[str], view: dict[str, Any]) -> list[str]:
    """The known names, in order; the values of the first unknown ones go into the view under numbers."""
    unknown = [key for key in raw if key not in known]
    for number, key in enumerate(unknown[:_UNKNOWN_SHOWN], 1):
        view[f"unknown attribute {number}"] = _said(raw[key])
    if len(unknown) > _UNKNOWN_SHOWN:
        view["unknown attributes not shown"] = len(unknown) - _UNKNOWN_SHOWN
    return sorted(key for key in raw if key in known)


def _data(data: dict[str, Any], plan: Plan, rules: Rules) -> dict[str, Any]:
    view: dict[str, Any] = {}
    for key in _known_first(data, plan.fields, view):
        value = data[key]
        coded = key in _CODE_FIELDS and any(
            value in names
            for names in (rules.places, rules.units, rules.organisations, rules.neighbourhoods, rules.specialties)
        )
        worded = isinstance(value, str | int) and value in plan.words.get(key, ())
        view[key] = value if coded or worded or isinstance(value, bool) else _said(value)
    return view


def _moment(value: Any, earliest: datetime, latest: datetime) -> str | None:
    try:
        moment = datetime.fromisoformat(value)
        inside = earliest <= moment <= latest
    except (TypeError, ValueError):  # no text, no date, or no time zone
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds") if inside else None


def _said(value: Any) -> Any:
    match value:
        case None:
            return None
        case bool():
            return "redacted (true or false)"
        case str():
            return f"redacted (text, {len(value)} characters)"
        case int() | float():
            return "redacted (number)"
        case list():
            return f"redacted (list, {len(value)} entries)"
        case dict():
            return f"redacted (object, {len(value)} names)"
        case _:
            return "redacted"
