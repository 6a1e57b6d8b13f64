"""Commands of `lightship feed` that steer the synthetic system: its clock, incidents, silent feeds, saved moments."""

from __future__ import annotations

import contextlib
import getpass
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.table import Table

from services.cli_feed import feed_app
from services.cli_shared import Json, console, database_at, settings_of
from services.errors import LightshipError, unknown

if TYPE_CHECKING:
    from psycopg import Connection

    from services.moments import Moments
    from services.settings import Settings
    from services.store.audit import By

DataDir = Annotated[Path | None, typer.Option(help="Where the data live. Default ~/.local/share/lightship.")]
_TRAINER = "Steering the synthetic system"


@feed_app.command("speed", rich_help_panel=_TRAINER)
def feed_speed(
    speed: Annotated[float, typer.Argument(min=0.1, max=3600, help="Seconds of the system's time a second.")],
    data_dir: DataDir = None,
) -> None:
    """Let the clock run at another speed, at once: 1 is real time, 60 an hour a minute, 3600 an hour a second."""
    with _store(data_dir) as (connection, _):
        from services import training

        training.set_clock(connection, _by(), datetime.now(UTC), speed=speed)
    _say(f"The clock runs at {speed:g} seconds a second.")


@feed_app.command("pause", rich_help_panel=_TRAINER)
def feed_pause(data_dir: DataDir = None) -> None:
    """Stop the clock: nothing happens and no figure ages until `lightship feed resume`. A restart stays paused."""
    _set_paused(data_dir, paused=True)
    _say("Paused. `lightship feed resume` lets it go on.")


@feed_app.command("resume", rich_help_panel=_TRAINER)
def feed_resume(data_dir: DataDir = None) -> None:
    """Let a paused clock go on, at the speed it had."""
    _set_paused(data_dir, paused=False)
    _say("It goes on.")


def _set_paused(data_dir: Path | None, *, paused: bool) -> None:
    from services import training

    with _store(data_dir) as (connection, _):
        training.set_clock(connection, _by(), datetime.now(UTC), paused=paused)


@feed_app.command("inject", rich_help_panel=_TRAINER)
def feed_inject(
    kind: Annotated[
        str,
        typer.Argument(
            help="surge, ward_closed, ambulance_wave and so on; a wrong one is answered with the list."
        ),
    ],
    at: Annotated[str, typer.Option(help="Code of a site, ward, provider or place, or of the system for everywhere.")],
    hours: Annotated[float | None, typer.Option(help="For how long. Default: the usual of its kind.")] = None,
    size: Annotated[float | None, typer.Option(help="How large, as its kind counts. Default: the usual.")] = None,
    data_dir: DataDir = None,
) -> None:  # fmt: skip
    """Begin an incident now. Sizes: a surge or an ambulance wave in times the usual, a major incident in casualties, a
    flu winter in times a usual winter, a closed ward, a lost service or a strike in shares of 1, a cold snap in the
    share by which emergency admissions grow.

    lightship feed inject surge --at RVV01 --hours 6 --size 1.8
    """
    from services import training
    from services.configuration import load_system
    from services.domain.training import KINDS

    known = next((each for each in KINDS if each == kind), None)
    if known is None:
        raise LightshipError(unknown("No incident is of this kind", kind, KINDS, f"it is one of {', '.join(KINDS)}"))
    with _store(data_dir) as (connection, settings):
        made = training.inject(
            connection, _by(), _now(connection), load_system(settings.system), kind=known, organisation=at, hours=hours,
            size=size,
        )  # fmt: skip
    _say(f"{made.kind} of size {made.size:g} at {made.organisation} until {_shown(made.until)}: {made.id}")


@feed_app.command("silence", rich_help_panel=_TRAINER)
def feed_silence(
    source: Annotated[str, typer.Argument(help="ODS code of the provider whose feed falls silent.")],
    hours: Annotated[float, typer.Option(help="Of the system's time; then its backlog arrives, late.")] = 2,
    data_dir: DataDir = None,
) -> None:
    """Let a feed say nothing. What it held back arrives when it speaks again: `lightship feed end ID` for earlier.

    lightship feed silence RVV --hours 2
    """
    from services import training
    from services.configuration import load_system

    with _store(data_dir) as (connection, settings):
        system = load_system(settings.system)
        made = training.silence(connection, _by(), _now(connection), system, source=source, hours=hours)
    _say(f"{made.source} is silent until {_shown(made.until)}: {made.id}")


@feed_app.command("end", rich_help_panel=_TRAINER)
def feed_end(
    identity: Annotated[str, typer.Argument(metavar="ID", help="As `lightship feed controls` shows it, or its first.")],
    data_dir: DataDir = None,
) -> None:
    """End an incident or a silence before its time."""
    from services import training
    from services.store import training as store

    with _store(data_dir) as (connection, _):
        found = store.read(connection)
        ends = {str(each.id): training.end_injection for each in found.injections}
        ends |= {str(each.id): training.end_silence for each in found.silences}
        hits = [each for each in ends if each.startswith(identity)]
        if len(hits) != 1:
            raise LightshipError(
                f"{len(hits) or 'No'} incidents or silences have a number that begins so: `lightship feed controls`."
            )
        ends[hits[0]](connection, _by(), _now(connection), UUID(hits[0]))
    _say("Ended.")


@feed_app.command("controls", rich_help_panel=_TRAINER)
def feed_controls(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Speed, incidents, silent feeds and saved moments, as they are now."""
    from services.moments import Moments
    from services.store import training as store

    with _store(data_dir) as (connection, settings):
        found, now = store.read(connection), _now(connection)
    moments = Moments(settings.data_dir)
    copy = moments.opened()
    if as_json:
        told = {
            "now": now, "speed": found.speed, "paused": found.paused,
            "incidents": [asdict(each) | {"state": each.state(now)} for each in found.injections],
            "silences": [asdict(each) | {"state": each.state(now)} for each in found.silences],
            "moments": [asdict(each) for each in moments.saved()], "moment": copy and copy.name,
        }  # fmt: skip
        print(json.dumps(told, default=_plain))
        return
    _say(f"{_shown(now)}, {'paused' if found.paused else 'running'} at {found.speed:g} seconds a second"
         + (f", in a copy of the saved moment {copy.name!r}" if copy else ""))  # fmt: skip
    table = Table("Id", "What", "Where", "From", "Until", "State")
    for it in found.injections:
        what = f"{it.kind} {it.size:g}"
        table.add_row(str(it.id)[:8], what, it.organisation, _shown(it.at), _shown(it.end), _words(it.state(now)))
    for each in found.silences:
        table.add_row(
            str(each.id)[:8], "silent feed", each.source, _shown(each.since), _shown(each.end), _words(each.state(now))
        )
    console.print(table if table.row_count else "No incident and no silence was asked for.")


@feed_app.command("save", rich_help_panel=_TRAINER)
def feed_save(
    name: Annotated[str, typer.Argument(help="What to call it, such as 'before the surge'.")], data_dir: DataDir = None
) -> None:
    """Save this moment: a copy of the whole store, made while it runs. `lightship feed jump` opens it."""
    from services import training

    settings, moments = _with_moments(data_dir)
    with database_at(settings) as database, database.connection() as connection:
        made = training.save_moment(connection, _by(), moments, database.url, name, datetime.now(UTC))
    _say(f"Saved {made.name!r} at {_shown(made.system_at)}, {made.size / 1e6:.0f} MB.")


@feed_app.command("moments", rich_help_panel=_TRAINER)
def feed_moments(
    forget: Annotated[str | None, typer.Option(help="Drop this one.", show_default=False)] = None,
    data_dir: DataDir = None, as_json: Json = False,
) -> None:  # fmt: skip
    """The saved moments, the latest of the system's time first."""
    _, moments = _with_moments(data_dir)
    if forget is not None:
        moments.forget(forget)
    saved = moments.saved()
    if as_json:
        print(json.dumps([asdict(each) for each in saved], default=_plain))
        return
    table = Table("Name", "The system's time", "Saved", "MB", "By")
    for each in saved:
        table.add_row(each.name, _shown(each.system_at), _shown(each.saved_at), f"{each.size / 1e6:.0f}", each.who)
    console.print(table if saved else "No moment is saved: `lightship feed save NAME`.")


@feed_app.command("jump", rich_help_panel=_TRAINER)
def feed_jump(
    name: Annotated[str | None, typer.Argument(help="Of a saved moment.", show_default=False)] = None,
    back: Annotated[bool, typer.Option("--back", help="To the store itself, where it was left.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Go to a saved moment: a copy of it is opened, under a clock that goes on from there.

    A running `lightship up` does it at once, at the same address; else the next one does. The moment itself and the
    store that is left stay as they are, so that one can jump again, and --back.
    """
    from services import training

    if (name is None) != back:
        raise LightshipError("Say which moment, or --back: `lightship feed moments` lists them.")
    _, moments = _with_moments(data_dir)
    with _store(data_dir) as (connection, _):
        training.jump(connection, _by(), moments, name, datetime.now(UTC))
    _say("Asked for: `lightship up` opens it at once where it runs, else when it is started.")


@contextlib.contextmanager
def _store(data_dir: Path | None) -> Iterator[tuple[Connection[Any], Settings]]:
    settings = settings_of(data_dir)
    with database_at(settings) as database, database.connection() as connection:
        yield connection, settings


def _with_moments(data_dir: Path | None) -> tuple[Settings, Moments]:
    from services.moments import Moments

    settings = settings_of(data_dir)
    if settings.database_url:
        raise LightshipError(
            "Moments are copies of the embedded database; LIGHTSHIP_DATABASE_URL names another, which is yours to copy."
        )
    return settings, Moments(settings.data_dir)


def _by() -> By:
    from services.store.audit import By

    return By(f"command line ({getpass.getuser()})", "operator")


def _now(connection: Connection[Any]) -> datetime:
    from services.store.feeds import read_clock

    return read_clock(connection).at(datetime.now(UTC))


def _shown(moment: datetime) -> str:
    from services.domain.clock import LONDON

    return f"{moment.astimezone(LONDON):%-d %b %Y %H:%M}"


def _words(state: str) -> str:
    return state.replace("_", " ")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _say(text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
