"""What goes wrong in the synthetic system on demand or by timetable, each told as truth apart from the events.

A timetable is YAML (docs/how-to/make-a-history.md). What each kind does is in incident_kinds.py, winter.py and cold.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.domain.clock import LONDON
from services.domain.payloads import Council
from services.domain.system import System
from services.domain.training import INCIDENT_KINDS, KINDS, IncidentKind, places
from services.errors import LightshipError, unknown
from services.yaml_file import YamlFile, read_yaml
from simulations.incident_kinds import EFFECTS, Effect, Parts
from simulations.messages import iso
from simulations.shape import HOUR

Told = Callable[..., None]  # (kind, at in epoch seconds, **facts): a line of the truth


class IncidentRefused(LightshipError):
    """An incident that cannot be; `field` is what is wrong with it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


@dataclass(frozen=True)
class Incident:
    """One incident to come; at and until aware, at < until."""

    kind: str
    at: datetime
    until: datetime
    organisation: str
    size: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat(), "until": self.until.isoformat()}

    @classmethod
    def of_json(cls, said: dict[str, Any]) -> Incident:
        return cls(**(said | {name: datetime.fromisoformat(said[name]) for name in ("at", "until")}))


#: Where a timetable says more than a trainer's page offers.
_ALSO = {"discharge_service_lost": ", or a council; with /1, /2 or /3 for one pathway"}


def incident(
    system: System, kind: str, at: datetime, until: datetime, organisation: str = "", size: float | None = None
) -> Incident:
    """An incident that may be in this system. Raises IncidentRefused, which says what would do."""
    known = next((each for each in KINDS.values() if each.kind == kind), None)
    if known is None:
        listed = "it is one of " + ", ".join(INCIDENT_KINDS)
        raise IncidentRefused("kind", unknown(f"{kind!r} is no kind of incident", kind, INCIDENT_KINDS, listed))
    organisation = "" if organisation == system.code else organisation
    if until <= at:
        raise IncidentRefused("until", "must be after `at`")
    size = known.size if size is None else float(size)
    if not known.least < size <= known.most:
        raise IncidentRefused("size", f"of {kind} must be above {known.least:g} and at most {known.most:g}: "
                              f"{known.size_means}")  # fmt: skip
    allowed = _places(system, known.kind)
    if organisation not in allowed:
        words = f"{organisation!r} cannot have {kind}: it takes {known.where}{_ALSO.get(known.kind, '')}"
        raise IncidentRefused("organisation", unknown(words, organisation, allowed, "see config/ for the codes"))
    return Incident(kind, at, until, organisation, size)


def _places(system: System, kind: IncidentKind) -> set[str]:
    """Where an incident of the kind may be; "" is everywhere. A service that is lost may also be a council's, or be
    lost for one pathway alone.
    """
    found = {"" if code == system.code else code for code in places(kind, system)}
    if kind == "discharge_service_lost":
        found |= set(get_args(Council))
        found |= {f"{each}/{pathway}" for each in found for pathway in (1, 2, 3)}
    return found


# By timetable --------------------------------------------------------------------------------------------------------

_DAY = re.compile(r"day (\d{1,4})(?: (\d\d):(\d\d))?")
_WHEN = 'must be a moment such as "2026-01-12 08:00", London time, or "day 3 08:00" from the first day on'


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    at: str
    until: str | None = None
    hours: float | None = Field(default=None, gt=0, le=400 * 24)
    organisation: str = ""
    size: float | None = None

    @field_validator("at", "until", mode="before")
    @classmethod
    def _readable(cls, value: Any) -> Any:
        if value is None:
            return value
        text = value.isoformat(" ") if isinstance(value, datetime) else str(value)
        moment_of(text, date(2026, 1, 1))
        return text


class Timetable(BaseModel):
    """incidents: what happens, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    incidents: list[Entry]


def moment_of(text: str, first_day: date) -> datetime:
    """A moment of a timetable, in UTC. Raises ValueError with words."""
    if found := _DAY.fullmatch(text):
        number, hour, minute = (int(part or 0) for part in found.groups())
        if not number or hour > 23 or minute > 59:
            raise ValueError(_WHEN)
        return datetime.combine(first_day + timedelta(days=number - 1), time(hour, minute), LONDON).astimezone(UTC)
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC)
    except (ValueError, OverflowError):  # no moment, or one on the calendar's last day
        raise ValueError(_WHEN) from None


def read_timetable(path: Path, system: System, start: datetime, end: datetime) -> tuple[Incident, ...]:
    """The incidents of a file, for a history from start to end. Raises ConfigurationError with the line."""
    file = read_yaml(path.absolute().parent, path.name, Timetable)
    first_day = start.astimezone(LONDON).date()
    return tuple(_planned(file, number, entry, system, first_day, (start, end))
                 for number, entry in enumerate(file.model.incidents))  # fmt: skip


def _planned(
    file: YamlFile[Timetable], number: int, entry: Entry, system: System, first_day: date,
    within: tuple[datetime, datetime],
) -> Incident:  # fmt: skip
    where: list[str | int] = ["incidents", number]
    at = moment_of(entry.at, first_day)
    if entry.at == "day 1":
        at = max(at, within[0])  # of a history that begins at noon, noon
    if (entry.until is None) == (entry.hours is None):
        raise file.mistake(where, "give either until or hours")
    if not within[0] <= at < within[1]:
        raise file.mistake([*where, "at"], f"{at:%Y-%m-%d %H:%M} UTC lies outside the history, which runs from "
                           f"{within[0]:%Y-%m-%d %H:%M} to {within[1]:%Y-%m-%d %H:%M} UTC")  # fmt: skip
    until = moment_of(entry.until, first_day) if entry.until else at + timedelta(hours=entry.hours or 0)
    try:
        return incident(system, entry.kind, at, until, entry.organisation, entry.size)
    except IncidentRefused as refused:
        raise file.mistake([*where, refused.field], refused.reason) from None


# While the world runs ------------------------------------------------------------------------------------------------


class Running:
    """An incident under way or to come. Times are epoch seconds."""

    __slots__ = ("effect", "incident", "over", "until")

    def __init__(self, incident: Incident, effect: Effect) -> None:
        self.incident = incident
        self.effect = effect
        self.until = int(incident.until.timestamp())
        self.over = False


class Incidents:
    """The incidents of one world. Each draws from a stream of its own, named by what, where and when."""

    def __init__(self, parts: Parts, tell: Told) -> None:
        """tell: called with (kind, at, **facts) for the truth."""
        self._parts, self._tell = parts, tell

    def begin(
        self, kind: str, at: datetime, until: datetime, organisation: str = "", size: float | None = None
    ) -> Running:
        """Plan one, before the world runs or while it does; a moment that has passed is now.

        Raises IncidentRefused where there can be none such.
        """
        made = incident(self._parts.world.system, kind, at, until, organisation, size)
        world, moment = self._parts.world, int(at.timestamp())
        random = world.stream(f"incident/{kind}/{organisation}/{moment}")
        running = Running(made, EFFECTS[kind](self._parts, organisation, made.size, random, self._tell))
        world.at(moment, self._begin, running)
        return running

    def plan(self, incidents: Sequence[Incident]) -> None:
        for each in incidents:
            self.begin(each.kind, each.at, each.until, each.organisation, each.size)

    def end(self, running: Running, at: datetime) -> None:
        """End one earlier than was planned: then, or now where that has passed."""
        moment = max(int(at.timestamp()), self._parts.world.now)
        if moment < running.until:
            running.until = moment
            self._parts.world.at(moment, self._finish, running)

    def _begin(self, running: Running) -> None:
        now, made = self._parts.world.now, running.incident
        if running.until <= now:
            return
        self._tell(
            "incident", now, incident=made.kind, organisation=made.organisation, until=iso(running.until),
            size=made.size,
        )  # fmt: skip
        running.effect.begin(now, running.until)
        self._parts.world.at(running.until, self._finish, running)
        self._hour(running)

    def _hour(self, running: Running) -> None:
        now = self._parts.world.now
        if running.over or now >= running.until:
            return
        following = min(running.until, (now // HOUR + 1) * HOUR)
        running.effect.hour(now, following)
        self._parts.world.at(following, self._hour, running)

    def _finish(self, running: Running) -> None:
        now, made = self._parts.world.now, running.incident
        if running.over or now < running.until:
            return
        running.over = True
        facts = running.effect.end()
        self._tell("incident_over", now, incident=made.kind, organisation=made.organisation, **facts)
