"""The short way through a door: an event with nothing unusual in it, from its bytes to its fact by few checks.

Most events are like that. Whatever else an event holds - a correction, an attribute of no plain event, an escape, a
value that may be wrong - is left to the long way (`services.ingest.door`), which knows every reason. The short way
must admit nothing that the long way would not, and as the same fact: a property test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec
import orjson
from msgspec.structs import asdict

from services.domain.events import EVENT_TYPES, JOURNEY_KINDS
from services.domain.facts import Fact, Written, stated
from services.errors import RefusedEvent
from services.ingest.identity import normalised_nhs_number
from services.ingest.rules import Plan, is_journey, plans

if TYPE_CHECKING:
    from services.ingest.door import Door

MAX_ID = 200
_SAID_AT_MOST = 5_000  # of a type
_NAMED_AT_MOST = 8_000  # more would cost more to look through than it spares
#: The types whose events may go the short way.
_PLANS = {
    name: plan
    for name, plan in plans().items()
    if plan.kind in JOURNEY_KINDS and not plan.visits and "ready_on" not in plan.fields
}
_is_moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII).fullmatch
_says_synthetic = re.compile(rb'"synthetic"\s*:\s*true').search
_has_fine_time = re.compile(rb"\.\d{7}").search  # finer than a microsecond: rounding it is the long way's affair
_LEAST_QUOTES = 26  # of the attributes that every event has, `data` without what is in it
_QUOTES = 4  # of one more attribute whose value is a text
_NEVER = datetime.min.replace(tzinfo=UTC)
#: Attributes whose words are the configuration's codes, which the door's rules check.
_CODED = frozenset(["site", "unit", "from_site", "to_site", "specialty", "neighbourhood"])
_Value = TypeVar("_Value")


def is_synthetic(raw: bytes) -> bool:
    """Whether an event that the short way has taken says that it is synthetic: no other name has such a value."""
    return b'"synthetic"' in raw and _says_synthetic(raw) is not None


class _Event(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    specversion: Literal["1.0"]
    id: str
    source: str
    subject: str
    type: str
    time: datetime
    data: msgspec.Raw
    sentat: datetime | None = None
    nhsnumber: str | None = None
    follows: str | None = None
    recordedat: datetime | None = None
    synthetic: bool | None = None


#: A payload found right: its model, the same ready for JSON, and its quotation marks.
Said = tuple[Any, Mapping[str, Any], int]


class ShortWay:
    """The short way through one door."""

    def __init__(self, door: Door) -> None:
        self._limits = door.check_times
        self._sources = door.rules.sources.all
        self._trusted = door.trusted
        self._decode = msgspec.json.Decoder(_Event).decode
        self._uid = door.keys.event_uid
        self._journeys = _Remembered(door.keys.journey, is_journey)
        self._people = _Remembered(door.keys.person, normalised_nhs_number)
        self._said = {name: _Said(plan, door) for name, plan in _PLANS.items()}
        self._age, self._ahead = timedelta(days=door.max_age_days), timedelta(minutes=door.max_ahead_minutes)
        self._span = (_NEVER, _NEVER, _NEVER)  # a now, and the earliest and the latest moment that it allows

    def fact(self, raw: bytes, received_at: datetime, now: datetime) -> Fact | None:
        """What `raw` states; None for an event that must go the long way, right or wrong."""
        try:
            event = self._decode(raw)
        except ValueError:  # no JSON, no text, or not a plain event
            return None
        type_, id_, source, happened_at, sent_at = event.type, event.id, event.source, event.time, event.sentat
        plan = _PLANS.get(type_)
        if plan is None or source not in self._sources or not 0 < len(id_) <= MAX_ID:
            return None
        of, earliest, latest = self._span
        if of is not now:  # a body's events are all judged by one
            _, earliest, latest = self._span = now, now - self._age, now + self._ahead
        if happened_at.tzinfo is None or not earliest <= happened_at <= latest:
            return None
        if happened_at.tzinfo is not UTC:
            happened_at = happened_at.astimezone(UTC)
        quotes = _LEAST_QUOTES
        if sent_at is not None:
            quotes += _QUOTES
            if sent_at.tzinfo is None or not earliest <= sent_at <= latest:
                return None
            if sent_at.tzinfo is not UTC:
                sent_at = sent_at.astimezone(UTC)
        recorded_at = event.recordedat
        if recorded_at is not None:
            quotes += _QUOTES
            if not self._trusted or recorded_at.tzinfo is None or not earliest <= recorded_at <= latest:
                return None
            received_at = recorded_at if recorded_at.tzinfo is UTC else recorded_at.astimezone(UTC)
        subject = self._journeys[event.subject]
        if subject is None:
            return None
        if event.synthetic is not None:
            quotes += _QUOTES // 2
            if not event.synthetic or not is_synthetic(raw):
                return None
        person, follows = event.nhsnumber, event.follows
        if person is not None:
            quotes += _QUOTES
            person = self._people[person]
            if person is None:
                return None
        if follows is not None:
            quotes += _QUOTES
            follows = self._journeys[follows]
            if follows is None:
                return None
        said = self._said[type_][bytes(event.data)]
        fractions = (
            happened_at.microsecond or (sent_at is not None and sent_at.microsecond)
            or (recorded_at is not None and recorded_at.microsecond) or b".999999" in raw
        )  # fmt: skip
        if fractions and _has_fine_time(raw):
            return None
        # A name given twice is lost in reading, and its quotation marks with it; an escaped mark is one too many, too.
        if said is None or raw.count(b'"') != quotes + said[2]:
            return None
        if plan.times:
            try:
                self._limits(plan, said[0], now)
            except RefusedEvent:
                return None
        return stated(
            self._uid(source, subject, id_), source, subject, type_, happened_at, sent_at, said[1], received_at,
            None, None, person, None, None, follows,
        )  # fmt: skip


class _Said(dict[bytes, "Said | None"]):
    """Payloads of one type, judged once for all events that say the same: most say one of a few hundred things."""

    def __init__(self, plan: Plan, door: Door) -> None:
        super().__init__()
        self._plan, self._judge = plan, door.judged
        self._check_codes = door.rules.check_codes
        self._form = None if plan.few_words else _form(plan)

    def __missing__(self, raw: bytes) -> Said | None:
        """A payload judged; None where it is not right."""
        said = self._judged(raw)
        if said is not None and self._plan.few_words:
            if len(self) >= _SAID_AT_MOST:
                self.clear()
            self[raw] = said
        return said

    def _judged(self, raw: bytes) -> Said | None:
        plan, quotes = self._plan, raw.count(b'"')
        if b"\\" in raw or raw.count(b"{") + raw.count(b"[") > 1:
            return None
        names = raw.count(b'":')  # without escapes, a mark and a colon end a name; parted by a space: the long way
        try:
            formed = self._form(raw) if self._form is not None else None
            if formed is not None:
                said = {key: value for key, value in asdict(formed).items() if value is not None}
                if names == len(said):  # each named once, and none but these
                    self._check_codes(plan, formed)
                    return formed, said, quotes
            data = orjson.loads(raw)
            if type(data) is not dict or names != len(data):
                return None
            if plan.times and not all(_is_moment(data[key]) for key in plan.times if type(data.get(key)) is str):
                return None
            payload, ready = self._judge(plan, data)
            return payload, Written(ready) if plan.few_words else ready, quotes
        except (ValueError, RefusedEvent):
            return None


def _form(plan: Plan) -> Callable[[bytes], Any] | None:
    """Reads a payload whose attributes each have their set of words or codes (None: one that has others too).

    It answers None for what is wrong, and for what leaves out an attribute that something else then stands for: that
    would hide one that is named twice.
    """
    fields = EVENT_TYPES[plan.name].payload.model_fields
    words = {key: tuple(plan.words.get(key, ())) for key in fields}
    if not all(words[key] or key in _CODED or info.annotation in (bool, bool | None) for key, info in fields.items()):
        return None
    said = {key: Literal[words[key]] if words[key] else str if key in _CODED else bool for key in fields}
    attributes: list[Any] = [
        (key, type_ | None, None) if not info.is_required() and info.default is None else (key, type_)
        for (key, info), type_ in zip(fields.items(), said.values(), strict=True)
    ]
    form = msgspec.defstruct(plan.name, attributes, forbid_unknown_fields=True, gc=False, kw_only=True)
    decode = msgspec.json.Decoder(form).decode

    def formed(raw: bytes) -> Any:
        try:
            return decode(raw)
        except msgspec.ValidationError:
            return None

    return formed


class _Remembered(dict[str, "str | None"]):
    """Pseudonyms made lately, so that an event need not make again those of the one before it.

    checked: what there must be in a sent text; answers whether it is right, or the form of it that is made into one.
    """

    def __init__(self, make: Callable[[str], str], checked: Callable[[str], bool | str | None]) -> None:
        super().__init__()
        self._make, self._checked = make, checked

    def __missing__(self, sent: str) -> str | None:
        """A pseudonym made; None where the text is not right."""
        form = self._checked(sent)
        if not form:
            return None
        if len(self) >= _NAMED_AT_MOST:
            self.clear()
        made = self[sent] = self._make(sent if form is True else form)
        return made
