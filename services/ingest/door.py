"""An outer door: a raw event in, a fact out, or a refusal that repeats nothing of what was sent.

Here every identifier of a person or a visit becomes a pseudonym; nothing behind a door ever sees the original.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from services.domain.events import JOURNEY_KINDS, SELECT
from services.domain.facts import Fact, stated
from services.domain.system import System
from services.errors import RefusedEvent
from services.ingest.identity import KeyRing, normalised_nhs_number
from services.ingest.plain import MAX_ID, ShortWay
from services.ingest.redaction import redacted
from services.ingest.refusals import refusal_of
from services.ingest.rules import Plan, Rules, is_journey, plans

CANCELLED = "event.cancelled"
MERGED = "person.merged"
MAX_DAYS_AHEAD = 400  # for what is expected, agreed or holds until
MAX_VISITS = 5000

_PLANS = plans()
Times = tuple[datetime, datetime | None, datetime | None]  # those of _TIMES, in UTC
_JOURNEYS = frozenset(JOURNEY_KINDS)
_BY_KEY = _JOURNEYS | {"person", None}  # kinds of subject that travel as a pseudonym, or as whatever they are about
_NOTHING: Mapping[str, Any] = {}
_STAMPED_HERE = frozenset(["person", "personflag", "personmerged"])
_DAYS_AHEAD = timedelta(days=MAX_DAYS_AHEAD)
_NAMES_AN_EVENT = ("id", "replaces", "cancels")
_TIMES = ("time", "sentat", "recordedat")
_TIME_WORDS = "must be a date and time such as 2026-01-31T09:30:00Z"
_JOURNEY_WORDS = "must be <issuer ODS code>/<local id>, such as RVV/V1234567"
_NHS_WORDS = "is not a valid NHS number; check its ten digits"


@dataclass(frozen=True)
class Door:
    """One outer door.

    gauges: the measures that may be reported; None takes any, and then a measure's name is not checked for what it
    may say. trusted: keep the sender's `recordedat` (import --history, replay, the synthetic feed's own writer).
    """

    system: System
    keys: KeyRing
    gauges: frozenset[str] | None
    max_ahead_minutes: int = 15
    max_age_days: int = 400
    trusted: bool = False

    @cached_property
    def rules(self) -> Rules:
        return Rules.of(self.system, self.gauges)

    @cached_property
    def plain(self) -> Callable[[bytes, datetime, datetime], Fact | None]:
        """(raw, received_at, now) -> the fact that `admit` would make of these bytes, by few checks; None for an event
        that must be read and judged.
        """
        return ShortWay(self).fact

    @cached_property
    def _ahead(self) -> timedelta:
        return timedelta(minutes=self.max_ahead_minutes)

    @cached_property
    def _age(self) -> timedelta:
        return timedelta(days=self.max_age_days)

    def admit(self, raw: dict[str, Any], received_at: datetime, now: datetime) -> Fact:
        """The fact that a raw event states, under pseudonyms; `raw` stays as it is.

        received_at: when it came to this door, and what the fact's recorded_at will be; now: the system's clock, by
        which limits on times are judged. Raises RefusedEvent.
        """
        clean = dict(raw)
        plan = self._plan(clean)
        self._source(clean)
        event_id = clean.get("id")
        if type(event_id) is not str or not 0 < len(event_id) <= MAX_ID:
            raise RefusedEvent(f"id is required: a text of 1 to {MAX_ID} characters", "id")
        for key in _TIMES:
            if key in clean:
                _timestamp(clean[key], key)
        named = self._named(clean, plan)
        self._people(clean, plan, named)
        for key in _NAMES_AN_EVENT:
            name = clean.get(key)
            if name is not None and not (key != "id" and name.startswith(SELECT)):
                clean[key] = self.keys.event_uid(clean["source"], clean["subject"], name)
        if clean.get("follows") is not None:
            clean["follows"] = self._journey(clean["follows"], "follows")
        self._data(clean, plan)
        times, payload, data = self._formed(clean, plan)
        self._limits(plan, payload, now, times)
        if plan.kind not in _BY_KEY:
            self._subject_of(clean["subject"], payload, plan)
        time, sent_at, recorded_at = times
        asked = clean.get
        return stated(
            clean["id"], clean["source"], clean["subject"], plan.name, time, sent_at, data, recorded_at or received_at,
            asked("replaces"), asked("cancels"), asked("person"), asked("personmerged"), asked("personflag"),
            asked("follows"),
        )  # fmt: skip

    def _formed(self, clean: dict[str, Any], plan: Plan) -> tuple[Times, Any, Mapping[str, Any]]:
        """The event's times, its payload, and the payload ready for JSON."""
        try:
            event = plan.validate(clean)
            times = _utc(event.time), _utc(event.sentat), _utc(event.recordedat)
            return times, *self.judged(plan, clean.get("data", _NOTHING))
        except ValidationError as error:
            refusal = refusal_of(error, plan)
        raise refusal  # out here so that the error, which holds the event, is not its context

    def judged(self, plan: Plan, sent: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
        """A payload as its model and the configuration's codes have it, and the same ready for JSON.

        Raises ValidationError or RefusedEvent where it is wrong.
        """
        payload = plan.payload(sent)
        self.rules.check_codes(plan, payload)
        if plan.times or plan.visits:
            return payload, payload.model_dump(mode="json", exclude_none=True)
        return payload, {key: value for key, value in vars(payload).items() if value is not None}  # JSON as they are

    def redact(self, raw: dict[str, Any] | bytes, now: datetime) -> dict[str, Any]:
        """What people may see of a raw event (see `services.ingest.redaction`)."""
        return redacted(raw, self.rules, now - self._age, now + self._ahead)

    def known(self, raw: dict[str, Any] | bytes) -> tuple[str | None, str | None]:
        """The source and the type of a refused event, each only where it is configured: fit to be stored in clear."""
        if isinstance(raw, bytes):
            return None, None
        source, type_ = raw.get("source"), raw.get("type")
        return source if source in self.rules.sources else None, type_ if type_ in self.rules.types else None

    def _plan(self, clean: dict[str, Any]) -> Plan:
        type_ = clean.get("type")
        plan = _PLANS.get(type_) if type(type_) is str else None
        if plan is None:
            if type_ is None:
                raise RefusedEvent("type is required; add it", "type")
            hint = self.rules.types.hint(type_) or "; see `lightship schema` for the types"
            raise RefusedEvent(f"type is not a known event type{hint}", "type")
        return plan

    def _source(self, clean: dict[str, Any]) -> None:
        source = clean.get("source")
        if source not in self.rules.sources:
            if source is None:
                raise RefusedEvent("source is required; add it, such as urn:nhs:ods:RVV", "source")
            hint = self.rules.sources.hint(source) or "; it is urn:nhs:ods: and the sender's code"
            raise RefusedEvent(f"source is not a configured provider{hint}", "source")
        if not self.trusted:
            clean.pop("recordedat", None)
        if (said := clean.get("synthetic")) is not None and said is not True:
            raise RefusedEvent("synthetic must be true; leave it out where people are real", "synthetic")
        if not _STAMPED_HERE.isdisjoint(clean):
            for key in sorted(_STAMPED_HERE & clean.keys()):
                raise RefusedEvent(f"{key} is set by the door; leave it out and send nhsnumber", key)

    def _named(self, clean: dict[str, Any], plan: Plan) -> str | None:
        """Checks what `cancels` or `replaces` names; answers the type where a selector names it."""
        cancels, replaces = clean.get("cancels"), clean.get("replaces")
        if plan.name == CANCELLED:
            if cancels is None:
                raise RefusedEvent("cancels is required: the id of what is cancelled, or select:<type>", "cancels")
            if replaces is not None:
                raise RefusedEvent("replaces does not go with event.cancelled; leave it out", "replaces")
            key, named = "cancels", cancels
        elif cancels is not None:
            raise RefusedEvent("cancels goes only with event.cancelled; send one, or use replaces", "cancels")
        elif replaces is not None:
            key, named = "replaces", replaces
        else:
            return None
        if type(named) is not str or not 0 < len(named) <= MAX_ID:
            raise RefusedEvent(f"{key} must be a text of 1 to {MAX_ID} characters", key)
        if clean.get("sentat") is None:
            raise RefusedEvent(
                f"sentat is required with {key}: without it the correction could not be ordered", "sentat"
            )
        if not named.startswith(SELECT):
            return None
        selected = named[len(SELECT) :]
        if selected not in _PLANS:
            raise RefusedEvent(f"{key} selects a type that is not known{self.rules.types.hint(selected)}", key)
        return selected

    def _people(self, clean: dict[str, Any], plan: Plan, selected: str | None) -> None:
        """Replaces nhsnumber and nhsnumbermerged, and the subject by what its kind asks for."""
        number, flagged = clean.pop("nhsnumber", None), False
        merged = clean.pop("nhsnumbermerged", None)
        digits = _digits(number)
        if number is not None:
            flagged = digits is None
            if digits is not None:
                clean["person"] = self.keys.person(digits)
        if merged is not None and plan.name != MERGED:
            raise RefusedEvent("nhsnumbermerged goes only with person.merged; leave it out", "nhsnumbermerged")
        kind = plan.kind if plan.name != CANCELLED or selected is None else _PLANS[selected].kind
        subject = clean.get("subject")
        if kind is None and number is not None and not self._names_no_person(subject):
            kind = "person"
        if kind == "person":
            self._person(clean, digits, number, plan, merged)
        elif type(subject) is not str or not subject:
            raise RefusedEvent("subject is required: what the event is about, as a text", "subject")
        elif kind in _JOURNEYS or (kind is None and not self.rules.is_place(subject)):
            clean["subject"] = self._journey(subject, "subject")
        elif plan.name == CANCELLED and not self.rules.is_place(subject):
            raise RefusedEvent("subject is not a configured unit, bed, organisation or gauge; correct it", "subject")
        if flagged and kind != "person":
            clean["personflag"] = "invalid_nhs_number"

    def _names_no_person(self, subject: Any) -> bool:
        """Whether the subject reads as something else than a person, who is known by nhsnumber alone."""
        return type(subject) is str and (is_journey(subject) or self.rules.is_place(subject))

    def _person(self, clean: dict[str, Any], digits: str | None, number: Any, plan: Plan, merged: Any) -> None:
        if digits is None:
            words = "is required for what is about a person; add it" if number is None else _NHS_WORDS
            raise RefusedEvent(f"nhsnumber {words}", "nhsnumber")
        if self._names_no_person(clean.get("subject")):
            # A later cancel with the same subject would be taken for a journey's, and miss its target in silence.
            raise RefusedEvent(
                "subject reads as a journey or a place; leave it out: a person is known by nhsnumber", "subject"
            )
        clean["subject"] = clean["person"]
        if plan.name == MERGED:
            other = _digits(merged)
            if other is None:
                words = "is required for person.merged; add it" if merged is None else _NHS_WORDS
                raise RefusedEvent(f"nhsnumbermerged {words}", "nhsnumbermerged")
            if other == digits:
                raise RefusedEvent("nhsnumbermerged is the same as nhsnumber; send the other one", "nhsnumbermerged")
            clean["personmerged"] = self.keys.person(other)

    def _journey(self, text: Any, field: str) -> str:
        if type(text) is not str or not is_journey(text):
            raise RefusedEvent(f"{field} {_JOURNEY_WORDS}", field)
        return self.keys.journey(text)

    def _data(self, clean: dict[str, Any], plan: Plan) -> None:
        """Forms that the models would let pass, and the visits of a census under pseudonyms."""
        data = clean.get("data")
        if data is None:
            return
        if type(data) is not dict:
            raise RefusedEvent("data must be an object, between { and }", "data")
        for key in plan.times:
            _timestamp(data.get(key), f"data.{key}")
        visits = data.get("visits") if plan.visits else None
        if visits is None:
            return
        if type(visits) is not list or len(visits) > MAX_VISITS:
            raise RefusedEvent(f"data.visits must be a list of at most {MAX_VISITS} visits", "data.visits")
        clean["data"] = {**data, "visits": [self._journey(visit, "data.visits") for visit in visits]}

    def _limits(self, plan: Plan, payload: Any, now: datetime, times: Times) -> None:
        latest, earliest = now + self._ahead, now - self._age
        for name, moment in zip(_TIMES, times, strict=True):
            if moment is not None and not earliest <= moment <= latest:
                raise self._out_of_limits(name, moment > latest)
        self.check_times(plan, payload, now)
        if "ready_on" in plan.fields:
            _check_day(payload.ready_on, earliest.date(), (now + _DAYS_AHEAD).date())

    def check_times(self, plan: Plan, payload: Any, now: datetime) -> None:
        """Raises RefusedEvent unless every time in a payload is within its limits."""
        for key in plan.times:
            moment = getattr(payload, key)
            if moment is not None:
                last = now + (self._ahead if key == "clock_start" else _DAYS_AHEAD)
                if not now - self._age <= moment <= last:
                    raise self._out_of_limits(f"data.{key}", moment > last)

    def _out_of_limits(self, key: str, late: bool) -> RefusedEvent:
        if not late:
            return RefusedEvent(f"{key} is more than {self.max_age_days} days ago; check the sender's clock", key)
        if key in _TIMES or key == "data.clock_start":
            ahead = f"more than {self.max_ahead_minutes} minutes ahead"
            return RefusedEvent(f"{key} is {ahead}; check the sender's clock and time zone", key)
        return RefusedEvent(f"{key} is more than {MAX_DAYS_AHEAD} days ahead; correct it", key)

    def _subject_of(self, subject: str, data: Any, plan: Plan) -> None:
        """A subject that travels as it is must say the same as the data, which is checked already."""
        kind = plan.kind
        if kind == "unit":
            if subject != data.unit:
                raise RefusedEvent("subject must be the unit in data.unit", "subject")
        elif kind == "bed":
            if not self.rules.is_bed(subject) or subject.rpartition("/")[0] != data.unit:
                raise RefusedEvent("subject must be <unit>/<bed>, the bed 1 to 6 of A-Z and 0-9", "subject")
        elif kind == "gauge":
            if subject != f"{data.organisation}/{data.measure}":
                raise RefusedEvent("subject must be <organisation>/<measure>, both as in data", "subject")
        elif subject not in self.rules.organisations:
            hint = self.rules.organisations.hint(subject)
            raise RefusedEvent(f"subject is not a configured organisation{hint or '; correct it'}", "subject")


def _digits(number: Any) -> str | None:
    if type(number) is int:
        number = str(number) if 0 <= number < 10**10 else ""
    return normalised_nhs_number(number) if type(number) is str else None


def _timestamp(value: Any, field: str) -> None:
    """pydantic would take a number, or a text of digits, for seconds since 1970."""
    if value is not None and (value[4:5] != "-" if type(value) is str else not isinstance(value, datetime)):
        raise RefusedEvent(f"{field} {_TIME_WORDS}", field)


def _utc(moment: datetime | None) -> Any:
    """In our own UTC where it can be: comparing across two tzinfo classes costs ten times the conversion."""
    try:
        return moment and moment.astimezone(UTC)
    except OverflowError:  # the first or last day there is
        return moment


def _check_day(text: str, first: date, last: date) -> None:
    try:
        good = first <= date.fromisoformat(text) <= last
    except ValueError:
        good = False
    if not good:
        raise RefusedEvent(f"data.ready_on is not a day within {MAX_DAYS_AHEAD} days; correct it", "data.ready_on")
