"""Typed returns as deeds: ordinary events through the door of every sender, and an audit entry, or neither.

They are sent by the integrated care system on the organisation's behalf, so that a value somebody typed never makes a
silent feed look alive (decision 16).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson
from psycopg import Connection

from services.domain.facts import Fact
from services.domain.fold import survivors
from services.domain.measures import Measure
from services.domain.returns import surprising, wrong
from services.ingest.intake import Intake, take_in
from services.store import audit
from services.store.audit import By
from services.store.gauges import facts_of_moment, newest_facts
from services.tending import whole

GAUGE = "gauge.reported"
Outcome = Literal["ready", "accepted", "duplicate", "refused", "confirm"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a gauge last said: its value, from when, until when at most, since when it is known, and whether typed."""

    value: float
    at: datetime
    until: datetime | None
    recorded_at: datetime
    typed: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """One line of a return. sure: it was looked at again, however surprising."""

    measure: str
    value: float
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What became of a line. replaces: whether it corrects an earlier typed value of the same moment."""

    measure: str
    outcome: Outcome
    reason: str | None = None
    replaces: bool = False


def sender(system_code: str) -> str:
    return f"urn:nhs:ods:{system_code}"


def last_readings(
    connection: Connection[Any], organisation: str, measures: Iterable[str], t: datetime, ours: str
) -> dict[str, Reading]:
    """What each gauge of an organisation said last by t, as known now; one that never said anything is not in it."""
    keys = [f"{organisation}/{measure}" for measure in measures]
    found: dict[str, Reading] = {}
    for subject, facts in newest_facts(connection, keys, t).items():
        said = [fact for fact in survivors(facts) if fact.type == GAUGE and fact.time <= t]
        if said:
            newest = max(said, key=lambda fact: (fact.time, fact.sent_at))
            found[subject.partition("/")[2]] = reading_of(newest, ours)
    return found


def reading_of(fact: Fact, ours: str) -> Reading:
    """What a fact of a gauge says. ours: the source of what is typed."""
    until = fact.data.get("until")
    return Reading(float(fact.data["value"]), fact.time, datetime.fromisoformat(until) if until else None,
                   fact.recorded_at, fact.source == ours)  # fmt: skip


def check(
    connection: Connection[Any], organisation: str, lines: Sequence[Typed], measures: Mapping[str, Measure],
    at: datetime, ours: str,
) -> list[Line]:  # fmt: skip
    """What would become of each line: refused, to be confirmed, or ready."""
    last = last_readings(connection, organisation, [line.measure for line in lines], at, ours)
    return [_checked(line, measures.get(line.measure), last.get(line.measure)) for line in lines]


def _checked(line: Typed, measure: Measure | None, last: Reading | None) -> Line:
    if measure is None:
        return Line(line.measure, "refused", "is not reported by this organisation")
    reason = wrong(measure, line.value)
    if reason is not None:
        return Line(line.measure, "refused", reason)
    reason = surprising(measure, line.value, last.value if last else None)
    if reason is not None and not line.sure:
        return Line(line.measure, "confirm", reason)
    return Line(line.measure, "ready")


def send(
    intake: Intake, organisation: str, lines: Sequence[Typed], at: datetime, until: datetime, now: datetime, by: By,
    ours: str,
) -> list[Line]:  # fmt: skip
    """Send checked lines. A value typed before for the same moment is replaced, and the same one is a duplicate."""
    with whole(intake) as (within, connection):
        subjects = [f"{organisation}/{line.measure}" for line in lines]
        known = facts_of_moment(connection, subjects, at)
        found: list[Line] = []
        for line, subject in zip(lines, subjects, strict=True):
            event = _event(within, organisation, line, known.get(subject, []), at, until, now, ours)
            taken = take_in(within, orjson.dumps(event), content_type="application/json", content_encoding=None,
                            now=now, only_source=ours)  # fmt: skip
            refused = taken.reasons[0].reason if taken.reasons else None
            outcome: Outcome = "refused" if refused else "accepted" if taken.accepted else "duplicate"
            found.append(Line(line.measure, outcome, refused, replaces="replaces" in event))
        told = {"at": at.isoformat(), "lines": {each.measure: each.outcome for each in found}}
        audit.write(connection, by, "return.send", system_at=now, target=organisation, after=told)
    return found


def _event(
    intake: Intake, organisation: str, line: Typed, known: Sequence[Fact], at: datetime, until: datetime,
    now: datetime, ours: str,
) -> dict[str, Any]:  # fmt: skip
    """The event of a line: the next after those typed for its moment, or the last again where it says the same."""
    subject = f"{organisation}/{line.measure}"
    data = {"organisation": organisation, "measure": line.measure, "value": line.value, "until": until.isoformat(),
            "typed": True}  # fmt: skip
    event = {"specversion": "1.0", "source": ours, "subject": subject, "type": GAUGE, "time": at.isoformat()}
    by_uid = {fact.uid: fact for fact in known}
    typed: list[Fact] = []
    while (fact := by_uid.get(intake.keys.event_uid(ours, subject, _id(at, len(typed))))) is not None:
        typed.append(fact)
    number = len(typed)
    if typed and float(typed[-1].data["value"]) == line.value and _same_end(typed[-1], until):
        number, sent_at = number - 1, typed[-1].sent_at
    elif typed:
        sent_at = max(now, typed[-1].sent_at + timedelta(microseconds=1))
    if number > 0:
        event |= {"replaces": _id(at, number - 1), "sentat": sent_at.isoformat()}
    return {**event, "id": _id(at, number), "data": data}


def _same_end(fact: Fact, until: datetime) -> bool:
    end = fact.data.get("until")
    return end is not None and datetime.fromisoformat(end) == until


def _id(at: datetime, number: int) -> str:
    return f"return:{at.astimezone(UTC).isoformat()}:{number}"
