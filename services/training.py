"""Steering the synthetic system, as deeds: each stands with its audit entry, or neither does.

Only where people are synthetic. A real feed is never held back, and wall time never stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection

from services.domain.system import System
from services.domain.training import (
    FASTEST,
    KINDS,
    LONGEST_HOURS,
    SLOWEST,
    IncidentKind,
    Injection,
    Silence,
    places,
)
from services.errors import LightshipError, unknown
from services.live.feeds import SENDING_KINDS
from services.moments import Moment, Moments
from services.store import audit, feeds, synthetic
from services.store import training as store
from services.store.audit import By
from services.store.events import DOORBELL

_AHEAD = timedelta(days=60)  # how far ahead something may be planned
_BEHIND = timedelta(days=1)  # a fast clock may have passed a moment while somebody made up their mind: then it is now


class NotSynthetic(LightshipError):
    """Real people are in the store, or none yet: there is nothing to steer."""

    def __init__(self) -> None:
        super().__init__(
            "No synthetic system runs here, so there is nothing to steer: `lightship up` on an empty folder brings one."
        )


class Unfit(LightshipError):
    """What was asked for cannot be; the text says why."""


class Over(LightshipError):
    """It has ended already, or was never there."""


def set_clock(
    connection: Connection[Any], by: By, wall: datetime, *, speed: float | None = None, paused: bool | None = None
) -> None:
    """Let the clock run at another speed from wall on, or stop it, or let it go on. It never goes back.

    speed: seconds a second, 0.1 to 3600; None as it was. paused: None as it was. Raises NotSynthetic, Unfit.
    """
    if speed is not None and not SLOWEST <= speed <= FASTEST:
        raise Unfit(f"The speed is {SLOWEST:g} to {FASTEST:g} seconds a second.")
    with connection.transaction():
        _refuse_real(connection)
        before = store.read_speed(connection) or (feeds.read_clock(connection).rate or 1.0, False)
        after = (before[0] if speed is None else speed, before[1] if paused is None else paused)
        store.keep_speed(connection, *after)
        clock = feeds.change_rate(connection, wall, 0.0 if after[1] else after[0])
        audit.write(
            connection, by, "trainer.clock", system_at=clock.at(wall), before=_speed(before), after=_speed(after)
        )
        connection.execute(f"notify {DOORBELL}")


def rate_at_start(connection: Connection[Any], asked: float | None) -> float:
    """At what rate a store's clock goes on: as asked, else as it was left, paused or not, else at real speed."""
    if asked is not None:
        store.keep_speed(connection, asked, paused=False)
        return asked
    kept = store.read_speed(connection)
    return 1.0 if kept is None else 0.0 if kept[1] else kept[0]


def inject(
    connection: Connection[Any], by: By, now: datetime, system: System, *, kind: IncidentKind, organisation: str,
    hours: float | None = None, size: float | None = None, at: datetime | None = None,
) -> Injection:  # fmt: skip
    """Ask for an incident, from `at` (now where None) for hours. Raises NotSynthetic, Unfit."""
    about = KINDS[kind]
    allowed = places(kind, system)
    if organisation not in allowed:
        raise Unfit(unknown(f"{about.title} is of {about.where}", organisation, allowed, "config/ has the codes"))
    size = about.size if size is None else size
    if not about.least < size <= about.most:
        raise Unfit(f"The size is {about.size_means}: above {about.least:g} and at most {about.most:g}.")
    since, until = _window(now, at, about.hours if hours is None else hours)
    made = Injection(
        id=uuid4(), kind=kind, organisation=organisation, size=size, at=since, until=until, made_at=now, who=by.who
    )
    with connection.transaction():
        _refuse_real(connection)
        store.add_injection(connection, made)
        audit.write(connection, by, "trainer.inject", system_at=now, target=made.id, after=_told(made))
    return made


def silence(
    connection: Connection[Any], by: By, now: datetime, system: System, *, source: str, hours: float,
    at: datetime | None = None,
) -> Silence:  # fmt: skip
    """Let a provider's feed say nothing for hours; then its backlog arrives. Raises NotSynthetic, Unfit."""
    senders = [each.code for each in system.providers if each.kind in SENDING_KINDS]
    if source not in senders:
        raise Unfit(unknown("No provider of this code sends a feed", source, senders, "GET /api/v1/trainer lists them"))
    since, until = _window(now, at, hours)
    made = Silence(id=uuid4(), source=source, since=since, until=until, made_at=now, who=by.who)
    with connection.transaction():
        _refuse_real(connection)
        store.add_silence(connection, made)
        audit.write(connection, by, "trainer.silence", system_at=now, target=made.id, after=_told(made))
    return made


def end_injection(connection: Connection[Any], by: By, now: datetime, id_: UUID) -> None:
    """Let an incident end now, or not begin. Raises NotSynthetic, Over."""
    _end(connection, by, now, id_, store.end_injection, "trainer.end", "incident")


def end_silence(connection: Connection[Any], by: By, now: datetime, id_: UUID) -> None:
    """Let a feed speak again now. Raises NotSynthetic, Over."""
    _end(connection, by, now, id_, store.end_silence, "trainer.speak", "silence")


def _end(
    connection: Connection[Any], by: By, now: datetime, id_: UUID,
    end: Callable[[Connection[Any], UUID, datetime], Injection | Silence | None], action: str, what: str,
) -> None:  # fmt: skip
    with connection.transaction():
        _refuse_real(connection)
        found = end(connection, id_, now)
        if found is None:
            raise Over(f"No {what} of this number is planned or under way; `lightship feed controls` lists them.")
        audit.write(connection, by, action, system_at=now, target=id_, before=_told(found))


def save_moment(connection: Connection[Any], by: By, moments: Moments, url: str, name: str, wall: datetime) -> Moment:
    """Save the store as it is now under a name. Raises NotSynthetic, CannotSave, MomentExists."""
    _refuse_real(connection)
    now = feeds.read_clock(connection).at(wall)
    with moments.saving(name, url, system_at=now, saved_at=wall, who=by.who) as made, connection.transaction():
        audit.write(connection, by, "trainer.save", system_at=now, target=name)
    return made


def jump(connection: Connection[Any], by: By, moments: Moments, name: str | None, wall: datetime) -> None:
    """Ask whoever runs the store to open a copy of a moment; None: to go back to the store itself. The audit of what is
    left says so. Raises NotSynthetic, NoSuchMoment.
    """
    _refuse_real(connection)
    moments.check(name)
    with connection.transaction():
        now = feeds.read_clock(connection).at(wall)
        audit.write(connection, by, "trainer.jump", system_at=now, target=name)
        moments.ask(name)


def _refuse_real(connection: Connection[Any]) -> None:
    if synthetic.read(connection) is None:
        raise NotSynthetic


def _window(now: datetime, at: datetime | None, hours: float) -> tuple[datetime, datetime]:
    """From when until when, in whole seconds, as the synthetic world counts them."""
    if not 0 < hours <= LONGEST_HOURS:
        raise Unfit(f"It lasts more than 0 and at most {LONGEST_HOURS:g} hours.")
    if at is not None and at < now - _BEHIND:
        raise Unfit("It cannot begin in the past: give a moment to come, or none for now.")
    since = max(now, at or now).replace(microsecond=0)
    if since > now + _AHEAD:
        raise Unfit("It is to begin within 60 days.")
    return since, since + max(timedelta(seconds=1), timedelta(seconds=round(hours * 3600)))


def _speed(kept: tuple[float, bool]) -> dict[str, Any]:
    return {"speed": kept[0], "paused": kept[1]}


def _told(it: Injection | Silence) -> dict[str, Any]:
    until = it.until.isoformat()
    if isinstance(it, Silence):
        return {"source": it.source, "since": it.since.isoformat(), "until": until}
    return {
        "kind": it.kind, "organisation": it.organisation, "size": it.size, "at": it.at.isoformat(), "until": until,
    }  # fmt: skip
