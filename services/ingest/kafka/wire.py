"""A fact as it travels on `flow.*`: the same CloudEvent, after the door has pseudonymised it, and back.

Its `id` is the fact's uid. The digest does not travel: it is made again from what does, so that a fact read is the fact
that was sent, or none. Reading checks the form of everything, and neither codes of the configuration nor limits on
times: the door has judged those, by the configuration and the clock of its day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import orjson
from pydantic import ValidationError

from services.domain.events import EVENT_TYPES, JOURNEY_KINDS, SELECT
from services.domain.facts import CANCEL, FACT, Fact, Written, stated
from services.errors import RefusedEvent
from services.ingest.rules import Plan, plans
from services.store.quarantine import SealedRefusal

_SAID_AT_MOST = 5_000  # payloads of one type remembered
_UID = re.compile(r"[0-9a-f]{32}").fullmatch
_JOURNEY = re.compile(r"j_[A-Za-z0-9_-]{22}").fullmatch
_PERSON = re.compile(r"p_[A-Za-z0-9_-]{22}").fullmatch
_JOURNEYS = frozenset(JOURNEY_KINDS)
_CANCELLED = "event.cancelled"
_LONGEST_SUBJECT = 200
_DIGEST_BYTES = 32
_PLANS: Mapping[str, Plan] = plans()


class Travelled(NamedTuple):
    """What a message of `flow.*` holds. synthetic: the event said that the people it is about are made up."""

    fact: Fact
    synthetic: bool


class _Event(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    specversion: Literal["1.0"]
    id: str
    source: str
    subject: str
    type: str
    time: datetime
    recordedat: datetime
    data: msgspec.Raw
    sentat: datetime | None = None
    replaces: str | None = None
    cancels: str | None = None
    person: str | None = None
    personmerged: str | None = None
    personflag: Literal["invalid_nhs_number"] | None = None
    follows: str | None = None
    synthetic: Literal[True] | None = None


def written(fact: Fact, synthetic: bool = False) -> bytes:
    """The message that a fact travels in."""
    event: dict[str, Any] = {
        "specversion": "1.0", "id": fact.uid, "source": fact.source, "subject": fact.subject, "type": fact.type,
        "time": fact.time, "recordedat": fact.recorded_at,
    }  # fmt: skip
    if fact.sent_at != fact.time or _digest_with(fact, None) != fact.digest:
        event["sentat"] = fact.sent_at
    if fact.rank != FACT:
        event["cancels" if fact.rank == CANCEL else "replaces"] = _named(fact)
    for name, value in (
        ("person", fact.person), ("personmerged", fact.person_merged), ("personflag", fact.flag),
        ("follows", fact.follows), ("synthetic", synthetic or None),
    ):  # fmt: skip
        if value is not None:
            event[name] = value
    event["data"] = fact.data.canonical if type(fact.data) is Written else fact.data
    return orjson.dumps(event)


class _Refusal(msgspec.Struct, forbid_unknown_fields=True):
    digest: bytes
    times: Annotated[int, msgspec.Meta(ge=1)]
    received_at: datetime
    source: str | None
    type: str | None
    reason: str
    field: str | None
    redacted: dict[str, Any]
    content_type: str
    key_id: str
    nonce: bytes
    ciphertext: bytes


def refusal_written(row: SealedRefusal) -> bytes:
    """The message that a refused payload travels in on `flow.quarantine`, sealed as the store keeps it."""
    return _as_json(_Refusal(**{name: getattr(row, name) for name in row.__slots__}))


def refusal_read(raw: bytes) -> SealedRefusal:
    """A refused payload again. Raises RefusedEvent where the message is none."""
    try:
        found = _read_refusal(raw)
    except ValueError:
        found = None
    if found is None or len(found.digest) != _DIGEST_BYTES or found.received_at.tzinfo is None:
        raise RefusedEvent("This is no refused payload as Lightship's doors write them on flow.quarantine.")
    return SealedRefusal(**msgspec.structs.asdict(found))


def _named(fact: Fact) -> str | None:
    return SELECT + fact.selects if fact.selects is not None else fact.target


def _digest_with(fact: Fact, sent_at: datetime | None) -> str:
    named = _named(fact)
    return stated(
        fact.uid, fact.source, fact.subject, fact.type, fact.time, sent_at, fact.data, fact.recorded_at,
        named if fact.rank not in (FACT, CANCEL) else None, named if fact.rank == CANCEL else None,
        fact.person, fact.person_merged, fact.flag, fact.follows,
    ).digest  # fmt: skip


_as_json = msgspec.json.Encoder().encode
_read_refusal = msgspec.json.Decoder(_Refusal).decode


class Reader:
    """Reads messages of `flow.*`; remembers payloads that many events state."""

    def __init__(self) -> None:
        self._decode = msgspec.json.Decoder(_Event).decode
        self._said: dict[str, dict[bytes, Mapping[str, Any]]] = {}

    def read(self, raw: bytes) -> Travelled:
        """The fact in a message. Raises RefusedEvent where it is none that a door of ours writes."""
        try:
            event = self._decode(raw)
        except ValueError:  # its text may hold what was sent
            event = None
        if event is None:
            raise RefusedEvent(
                "This is no event as Lightship's doors write them on flow.*; send to a door, or to the topic in.<code>."
            )
        plan = _PLANS.get(event.type)
        if plan is None:
            raise RefusedEvent("type is not an event type of this version; upgrade the workers, then replay it", "type")
        time, recorded_at = _utc(event.time, "time"), _utc(event.recordedat, "recordedat")
        sent_at = None if event.sentat is None else _utc(event.sentat, "sentat")
        _check_names(event, plan)
        fact = stated(
            event.id, event.source, event.subject, event.type, time, sent_at, self._payload(plan, bytes(event.data)),
            recorded_at, event.replaces, event.cancels, event.person, event.personmerged, event.personflag,
            event.follows,
        )  # fmt: skip
        return Travelled(fact, event.synthetic is not None)

    def _payload(self, plan: Plan, raw: bytes) -> Mapping[str, Any]:
        """A payload, ready for JSON, as its door wrote it."""
        said = self._said.setdefault(plan.name, {})
        found = said.get(raw)
        if found is None:
            found = _judged(plan, raw)
            if plan.few_words:
                if len(said) >= _SAID_AT_MOST:
                    said.clear()
                said[raw] = found = Written(found)
        return found


def _judged(plan: Plan, raw: bytes) -> Mapping[str, Any]:
    data: Any = None
    try:
        data = orjson.loads(raw)
        if type(data) is dict:
            plan.payload(data)
            return data
    except (ValueError, ValidationError):  # out there its text would hold what was sent
        pass
    raise RefusedEvent("data is not what this type of event carries; see `lightship schema`", "data")


def _check_names(event: _Event, plan: Plan) -> None:
    """That everything which is to be a pseudonym is one."""
    if not _UID(event.id):
        raise RefusedEvent("id is not one that a door of ours makes", "id")
    if not event.source.startswith("urn:nhs:ods:"):
        raise RefusedEvent("source is not urn:nhs:ods: and a code", "source")
    subject = event.subject
    is_named = bool(_JOURNEY(subject)) if plan.kind in _JOURNEYS else 0 < len(subject) <= _LONGEST_SUBJECT
    if not is_named or (plan.kind == "person" and not _PERSON(subject)):
        raise RefusedEvent("subject is not a pseudonym as doors of ours make them", "subject")
    for name, text in (("person", event.person), ("personmerged", event.personmerged)):
        if text is not None and not _PERSON(text):
            raise RefusedEvent(f"{name} is not a pseudonym as doors of ours make them", name)
    if event.follows is not None and not _JOURNEY(event.follows):
        raise RefusedEvent("follows is not a pseudonym as doors of ours make them", "follows")
    for name, text in (("cancels", event.cancels), ("replaces", event.replaces)):
        if text is None:
            continue
        if event.sentat is None:
            raise RefusedEvent(f"sentat is required with {name}", "sentat")
        known = text[len(SELECT) :] in EVENT_TYPES if text.startswith(SELECT) else _UID(text)
        if not known:
            raise RefusedEvent(f"{name} names no event as doors of ours name them", name)
    if (event.cancels is not None) != (plan.name == _CANCELLED) or (event.cancels and event.replaces):
        raise RefusedEvent("cancels goes with event.cancelled, and with that alone", "cancels")


def _utc(moment: datetime, name: str) -> datetime:
    if moment.tzinfo is None:
        raise RefusedEvent(f"{name} has no time zone", name)
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
