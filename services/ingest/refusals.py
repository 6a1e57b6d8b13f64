"""A validation error as one sentence that names the field and never the value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from services.domain.events import ATTRIBUTES, DOOR_ATTRIBUTES
from services.errors import RefusedEvent
from services.ingest.rules import Names, Plan, known_paths

_SENT_ATTRIBUTES = ("person", "personflag", "personmerged", "recordedat")
_ATTRIBUTES = Names([*(name for name in ATTRIBUTES if name not in _SENT_ATTRIBUTES), *DOOR_ATTRIBUTES])
_KNOWN = known_paths()

#: By pydantic's error type. What is filled in comes from the model (its bounds and vocabularies), never from the event.
_WORDS: Mapping[str, str] = {
    "missing": "is required; add it",
    "literal_error": "must be {expected}",
    "string_type": "must be a text",
    "string_pattern_mismatch": "is not in the required form; see `lightship schema`",
    "string_too_short": "is empty; fill it or leave it out",
    "string_too_long": "is longer than {max_length} characters",
    "string_unicode": "is not valid text; send it as UTF-8",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "timezone_aware": "has no time zone; add Z or an offset such as +01:00",
    "datetime_type": "must be a date and time such as 2026-01-31T09:30:00Z",
    "datetime_parsing": "must be a date and time such as 2026-01-31T09:30:00Z",
    "datetime_from_date_parsing": "must be a date and time such as 2026-01-31T09:30:00Z",
    "datetime_object_invalid": "must be a date and time such as 2026-01-31T09:30:00Z",
    "tuple_type": "must be a list",
    "too_long": "holds more than {max_length} entries; send it in parts",
    "model_type": "must be an object, between {{ and }}",
    "model_attributes_type": "must be an object, between {{ and }}",
    "dict_type": "must be an object, between {{ and }}",
}
_OTHERWISE = "is not valid; see `lightship schema`"


def refusal_of(error: ValidationError, plan: Plan) -> RefusedEvent:
    """The first problem in words, and how many more there are."""
    problems = error.errors(include_url=False, include_input=False)
    first = problems[0]
    more = f" (and {len(problems) - 1} more to correct)" if len(problems) > 1 else ""
    location = first["loc"]
    if first["type"] == "extra_forbidden":
        return RefusedEvent(_unknown(location, plan) + more, "data" if location[0] == "data" else None)
    path = ".".join(str(part) for part in location if isinstance(part, int) or part in _KNOWN)
    words = _WORDS.get(first["type"], _OTHERWISE).format_map(_Bounds(first.get("ctx", {})))
    return RefusedEvent(f"{path or 'The event'} {words}{more}", path or None)


class _Bounds(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "as the schema says"


def _unknown(location: tuple[int | str, ...], plan: Plan) -> str:
    if location[0] == "data":
        names = Names(plan.fields)
        known = ", ".join(sorted(plan.fields)) or "nothing"
        return f"data holds a name that {plan.name} does not have{names.hint(location[-1])}; it takes {known}"
    return f"The event holds an attribute that is not known{_ATTRIBUTES.hint(location[-1])}; leave it out"
