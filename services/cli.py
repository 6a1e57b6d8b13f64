"""The command `lightship`."""

from __future__ import annotations

import contextlib
import gc
import getpass
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import structlog
import typer
from rich.markup import escape
from rich.table import Column, Table

from services import cli_report, cli_trainer, logs  # noqa: F401 - they add their commands to `feed`
from services.cli_backtest import backtest_app
from services.cli_bench import bench_app
from services.cli_database import database_app
from services.cli_feed import feed_app
from services.cli_forecast import forecast_app
from services.cli_kafka import ingest, relay, topics_app
from services.cli_model import simulate
from services.cli_processes import api, live
from services.cli_shared import Json, console, database_at, errors, progress_bar, settings_of
from services.cli_validate import validate
from services.errors import LightshipError
from services.publishing import publishing
from services.settings import Settings

if TYPE_CHECKING:
    from services.ingest.intake import Intake
    from services.store.audit import By

app = typer.Typer(
    name="lightship", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
quarantine_app = typer.Typer(no_args_is_help=True, help="Payloads that a door refused: list, show, mend, replay.")
keys_app = typer.Typer(no_args_is_help=True, help="API keys of machines that send or read.")
for name, sub in (
    ("feed", feed_app), ("quarantine", quarantine_app), ("db", database_app), ("keys", keys_app), ("bench", bench_app),
    ("forecast", forecast_app), ("backtest", backtest_app), ("topics", topics_app),
):  # fmt: skip
    app.add_typer(sub, name=name)


def _say_version(asked: bool) -> None:
    if asked:
        from services.release import version

        print(version())
        raise typer.Exit


@app.callback()
def _lightship(
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """The real-time command centre of an NHS integrated care system."""


app.command()(api)
app.command()(ingest)
app.command()(live)
app.command()(relay)
app.command()(simulate)
app.command()(validate)

SchemaKind = StrEnum("SchemaKind", ["events", "openapi", "asyncapi", "network"])
DataDir = Annotated[Path | None, typer.Option(help="Where the data live. Default ~/.local/share/lightship.")]


def main() -> None:
    """Run the command; what cannot be done is one line on standard error and exit code 1."""
    # Events are many, small and without cycles: the default walks them for nothing. Fewer at a time: all threads wait.
    gc.set_threshold(50_000, 5, 200)
    sys.setswitchinterval(0.001)  # a thread that the database has answered waits no longer than this for its turn
    try:
        logs.from_environment()
        app()
    except LightshipError as error:
        if logs.is_collected():
            structlog.get_logger(__name__).critical("process.ended", why=str(error))
        else:
            errors.print(f"lightship: {error}", style="bold", highlight=False, markup=False, soft_wrap=True)
        sys.exit(1)


@contextlib.contextmanager
def _intake(settings: Settings, *, trusted: bool = False) -> Iterator[Intake]:
    """The outer door of the command line, on the configured store."""
    from services.configuration import load_system
    from services.domain.catalogue import GAUGES
    from services.ingest.door import Door
    from services.ingest.identity import KeyRing
    from services.ingest.intake import Intake

    keys = KeyRing.load(settings.keys, create=settings.database_url is None)
    with database_at(settings) as database, publishing(settings) as publisher:
        door = Door(load_system(settings.system), keys, GAUGES, trusted=trusted)
        yield Intake(database, door, publisher=publisher)


def _by() -> By:
    """Who typed the command, for the audit."""
    from services.store.audit import By

    return By(f"command line ({getpass.getuser()})", "operator")


def _say(text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen on: without sign-in, only loopback.")] = "127.0.0.1",
    data_dir: DataDir = None,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the board in a browser.")] = True,
    history_days: Annotated[float, typer.Option(min=0, max=400, help="Days of synthetic history.")] = 7,
    speed: Annotated[
        float | None,
        typer.Option(min=0.1, max=3600, help="Seconds of synthetic time a second. Default: as it was left, else 1."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    feed: Annotated[bool, typer.Option("--feed/--no-feed", help="Run the synthetic system.")] = True,
    moment: Annotated[
        str | None, typer.Option(help="Jump to this saved moment: see `lightship feed moments`.", show_default=False)
    ] = None,
) -> None:
    """Everything on this machine: database, synthetic people, live boards. Ctrl-C stops it; a second start resumes."""
    from services.moments import Moments
    from services.up import Options
    from services.up import up as run

    if moment is not None:
        if settings_of(data_dir).database_url:
            raise LightshipError("Moments are of the embedded database; LIGHTSHIP_DATABASE_URL names another.")
        Moments(settings_of(data_dir).data_dir).ask(moment)
    options = Options(
        port=port, host=host, history_days=history_days, speed=speed, seed=seed, feed=feed, open_browser=open_browser
    )
    run(settings_of(data_dir), options, _say)


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="JSON, NDJSON (also .gz) or published daily CSV files.")],
    history: Annotated[bool, typer.Option("--history", help="Old events, with the senders' own recordedat.")] = False,
    as_json: Json = False,
) -> None:
    """Take files in through the same door as POST /api/v1/events; what is refused goes to quarantine.

    NDJSON goes on where an import of the same file was interrupted.
    """
    from services.ingest.files import HISTORY_DAYS, import_file
    from services.ingest.intake import Taken
    from services.store import synthetic

    settings, taken = settings_of(), Taken()
    with _intake(settings, trusted=history) as intake, progress_bar(as_json) as progress:
        for path in files:
            task = progress.add_task(path.name, total=1.0)
            old = history or path.suffix == ".csv"
            door = replace(intake.door, max_age_days=HISTORY_DAYS) if old else intake.door
            for share in import_file(replace(intake, door=door), path, settings.system, taken):
                progress.update(task, completed=share)
        with intake.database.connection() as connection:
            people = synthetic.people(connection)
    totals = {"resumed": taken.resumed} if taken.resumed else {}
    totals |= {"accepted": taken.accepted, "duplicate": taken.duplicate, "quarantined": taken.quarantined}
    reasons = [{key: getattr(reason, key) for key in reason.__slots__} for reason in taken.reasons]
    if as_json:
        print(json.dumps(totals | {"reasons": reasons}, default=str))
        return
    if taken.resumed:
        _say(f"{taken.resumed} were in since an import that was interrupted")
    _say(f"{totals['accepted']} accepted, {totals['duplicate']} known already, {totals['quarantined']} quarantined")
    if people.synthetic and taken.origins:
        _say("Every board says from now on that the people are synthetic." if not people.mixed else
             "The store now holds synthetic people and others: every board says so.")  # fmt: skip
    for reason in taken.reasons[:10]:
        _say(f"  item {reason.index}: {reason.reason}")
    if taken.quarantined:
        _say("See `lightship quarantine list`.")


@quarantine_app.command("list")
def quarantine_list(limit: Annotated[int, typer.Option(min=1, max=500)] = 50, as_json: Json = False) -> None:
    """The newest refused payloads, redacted."""
    from services.store import quarantine

    with database_at(settings_of()) as database, database.connection() as connection:
        rows, _ = quarantine.list_(connection, None, limit, None)
    if as_json:
        print(json.dumps([_held(row) for row in rows], default=str))
        return
    table = Table(Column("Id", no_wrap=True, min_width=36), "Received", "From", "Type", "Why", "State")
    for row in rows:
        table.add_row(
            str(row.id), row.received_at.isoformat(timespec="seconds"), row.source or "unknown", row.type or "unknown",
            row.reason, row.state,
        )  # fmt: skip
    console.print(table if rows else "Nothing is in quarantine.")


def _held(row: Any) -> dict[str, Any]:
    return {key: getattr(row, key) for key in row.__slots__}


@quarantine_app.command("show")
def quarantine_show(identity: UUID) -> None:
    """One refused payload, redacted: its values are never shown."""
    from services.store import quarantine

    with database_at(settings_of()) as database, database.connection() as connection:
        row = quarantine.get(connection, identity)
    if row is None:
        raise LightshipError("No such payload in quarantine: see `lightship quarantine list`.")
    print(json.dumps(_held(row), default=str, indent=2))


@quarantine_app.command("mend")
def quarantine_mend(
    identity: UUID,
    change: Annotated[list[str], typer.Option("--set", help="field=JSON value, such as data.site='\"RVV01\"'")],
) -> None:
    """Change fields of a refused payload; it is sealed again. Then replay it."""
    from services import tending
    from services.ingest import mending

    changes = dict(mending.change_of(each) for each in change)
    with _intake(settings_of()) as intake:
        tending.mend(intake, identity, changes, datetime.now(UTC), _by())
    _say("Mended. Send it again with `lightship quarantine replay`.")


@quarantine_app.command("replay")
def quarantine_replay(identity: UUID) -> None:
    """Send a refused payload through the door again."""
    from services import tending
    from services.store.feeds import read_clock

    with _intake(settings_of()) as intake:
        with intake.database.connection() as connection:
            now = read_clock(connection).at(datetime.now(UTC))
        taken = tending.replay(intake, identity, now, _by())
    if taken.reasons:
        raise LightshipError(f"Refused again: {taken.reasons[0].reason}")
    _say("Accepted.")


@app.command()
def replay(
    readings_only: Annotated[bool, typer.Option("--readings-only", help="Leave the journeys as they are.")] = False,
    data_dir: DataDir = None,
    quiet: bool = False,
) -> None:
    """Build what is derived again from the events: journeys, then readings of every age. Ctrl-C is safe; start again.

    Run it while the server is stopped. What is written stands; a second run begins anew.
    """
    from services.configuration import load_system
    from services.live.readings import again
    from services.store import events, feeds

    settings = settings_of(data_dir)
    system = load_system(settings.system)
    with database_at(settings) as database, database.connection() as connection, progress_bar(quiet) as progress:
        if not readings_only:
            task = progress.add_task("Journeys", total=None)
            done = 0
            for done in events.rebuild(connection):
                progress.update(task, completed=done)
            _say(f"{done} subjects folded again")
        task = progress.add_task("Readings", total=1.0)
        share = 0.0
        for share in again(connection, system, feeds.read_clock(connection).at(datetime.now(UTC))):
            progress.update(task, completed=share)
        if not share:
            _say("Nothing has been received yet.")


@app.command()
def schema(
    kind: Annotated[SchemaKind | None, typer.Option(help="Which document; events where left out.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write files into this folder, one a kind.")] = None,
    as_json: Json = True,
) -> None:
    """The JSON Schema of every event type and of a network document, the OpenAPI of the API, the AsyncAPI of topics and
    socket: all generated."""
    from services.api.app import openapi
    from services.api.asyncapi import document
    from services.domain.events import json_schemas
    from services.flow_model.engine.document import json_schema

    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "events": json_schemas, "openapi": openapi, "asyncapi": document, "network": json_schema,
    }  # fmt: skip
    if out is None:
        print(json.dumps(makers[kind or "events"](), indent=None if as_json else 2))
        return
    out.mkdir(parents=True, exist_ok=True)
    for name in [kind.value] if kind else makers:
        path = out / f"{name}.json"
        path.write_text(json.dumps(makers[name](), indent=2) + "\n")
        _say(str(path))


@app.command()
def doctor(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port that `lightship up` would use.")] = 8080,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Look at everything Lightship needs, and say how to mend what is wrong. Exit code 1: something fails."""
    from services.doctor import examine

    found = list(examine(settings_of(data_dir), port))
    failing = any(each.state == "failing" for each in found)
    if as_json:
        print(json.dumps({"ok": not failing, "checks": [asdict(each) for each in found]}))
    else:
        table = Table("", "Check", "Found", "How to mend it")
        shown = {"ok": "[green]✓ ok", "warning": "[yellow]! warning", "failing": "[bold red]✗ failing"}
        for each in found:
            table.add_row(shown[each.state], each.check, escape(each.says), escape(each.mend or ""))
        console.print(table)
    raise typer.Exit(1 if failing else 0)


@keys_app.command("create")
def keys_create(
    label: str,
    scope: Annotated[list[str], typer.Option(help="state:read, feeds:read, events:read, events:write, ...")],
    source: Annotated[str | None, typer.Option(help="The ODS code it may send for; default any.")] = None,
    days: Annotated[int, typer.Option(min=1, max=730, help="Valid for this many days.")] = 90,
) -> None:
    """Make an API key. It is shown once and stored only hashed."""
    from datetime import timedelta

    from services import tending

    now = datetime.now(UTC)
    with database_at(settings_of()) as database, database.connection() as connection:
        key, token = tending.create_key(
            connection, _by(), name=label, scopes=scope, source=source, now=now, expires_at=now + timedelta(days=days),
            system_at=now,
        )  # fmt: skip
    errors.print(f"Key {key.id}, valid {days} days. It is not shown again:", highlight=False)
    print(token)


@keys_app.command("install")
def keys_install() -> None:
    """Make the key files of a new installation: of pseudonyms and of seals. Those that are there stay."""
    from services.ingest.identity import KeyRing

    settings = settings_of()
    KeyRing.load(settings.keys, create=True)
    _say(f"The key files are in {settings.keys}: back them up apart from the database.")


@keys_app.command("list")
def keys_list() -> None:
    """Every API key, the revoked and expired ones among them; never the key itself."""
    from services.store import keys

    with database_at(settings_of()) as database, database.connection() as connection:
        rows = keys.list_(connection)
    for row in rows:
        state = "revoked" if row.revoked_at else f"until {row.expires_at.isoformat(timespec='minutes')}"
        _say(f"{row.id}  {row.name}  {' '.join(row.scopes)}  {row.source or 'any source'}  {state}")
    if not rows:
        _say("There are no API keys.")


@keys_app.command("revoke")
def keys_revoke(identity: UUID) -> None:
    """From now on the key opens nothing."""
    from services import tending

    now = datetime.now(UTC)
    with database_at(settings_of()) as database, database.connection() as connection:
        tending.revoke_key(connection, _by(), identity, now=now, system_at=now)
    _say("Revoked.")


if __name__ == "__main__":
    main()
