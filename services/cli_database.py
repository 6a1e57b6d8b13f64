"""`lightship db`: migrations, backups, restores and upgrades."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress, TaskID

from services.cli_shared import Json, console, database_at, progress_bar, settings_of
from services.domain.clock import LONDON

if TYPE_CHECKING:
    from services.store.backup import Manifest

database_app = typer.Typer(no_args_is_help=True, help="The database: migrate, back up, restore, upgrade.")

DataDir = Annotated[Path | None, typer.Option(help="Where the data live. Default ~/.local/share/lightship.")]
MIB = 2**20


class _Shown:
    """What is done, on a progress bar: one line a step."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, share: float | None, size: int) -> None:
        if what not in self._tasks:
            for done in self._tasks.values():
                self._bar.update(done, total=1.0, completed=1.0)
            self._tasks[what] = self._bar.add_task(what, total=None if share is None else 1.0)
        told = f"{what} ({size / MIB:,.0f} MiB)" if size else what
        self._bar.update(self._tasks[what], description=told, completed=share or 0.0)


def _say(text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


@database_app.command("migrate")
def database_migrate() -> None:
    """Apply the migrations that are missing."""
    with database_at(settings_of()):
        _say("The database is up to date.")


@database_app.command("backup")
def database_backup(
    file: Annotated[Path, typer.Argument(help="The file to write, such as monday.lightship.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over a file of this name.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Copy the store into one file, while it is used; with what a restored one is checked against.

    The key files are not in it: keep them too, elsewhere.
    """
    from services.safekeeping import back_up, keys_missing

    settings, began = settings_of(data_dir), time.monotonic()
    with progress_bar(as_json) as bar:
        manifest = back_up(settings, file, _Shown(bar), overwrite=overwrite)
    seconds, size = time.monotonic() - began, file.stat().st_size
    if as_json:
        told = _told(manifest) | {
            "file": str(file),
            "bytes": size,
            "keys_dir": str(settings.keys),
            "keys": manifest.keys is not None,
        }
        print(json.dumps(told | {"seconds": round(seconds, 2)}))
        return
    _say(f"{file}: {manifest.facts:,} events, {size / MIB:,.1f} MiB, in {seconds:.1f} s")
    if wrong := keys_missing(settings.keys):
        _say(wrong)
    else:
        _say(
            f"The key files are not in it. Keep {settings.keys} as well, in another place: without them a "
            "restored store can neither open its quarantine nor recognise anybody."
        )


@database_app.command("restore")
def database_restore(
    file: Annotated[Path, typer.Argument(help="A file that `lightship db backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Drop what the database holds.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Fill an empty database from a backup, and see that it equals what was backed up. All of it, or nothing.

    A backup of an older version is brought to this one. Exit code 1: nothing was changed.
    """
    from services.safekeeping import put_back, read

    settings = settings_of(data_dir)
    with progress_bar(as_json) as bar:
        manifest = read(file, _Shown(bar))
    if replace and not yes:
        where = "the database of LIGHTSHIP_DATABASE_URL" if settings.database_url else str(settings.data_dir)
        typer.confirm(f"Drop everything in {where}, for the backup of {_at(manifest)}?", abort=True, err=True)
    with progress_bar(as_json) as bar:
        done = put_back(settings, file, manifest, _Shown(bar), replace=replace)
    if as_json:
        told = _told(manifest) | {"file": str(file), "equal": True, "migrated": done.migrated}
        print(json.dumps(told | {"keys": list(done.keys)}))
        return
    _say(
        f"Restored {manifest.facts:,} events as backed up on {_at(manifest)}. All {len(manifest.tables)} tables "
        "are equal to what was backed up."
    )
    if done.migrated:
        _say(f"Brought to this version: {done.migrated} migrations applied.")
    if manifest.system != settings.system:
        _say(f"It is a store of the system {manifest.system!r}; LIGHTSHIP_SYSTEM says {settings.system!r}.")
    for sentence in done.keys:
        _say(sentence)


@database_app.command("upgrade")
def database_upgrade(
    backup: Annotated[
        bool, typer.Option("--backup/--no-backup", help="Back up first, into backups/ of the data folder.")
    ] = True,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Back up, apply the migrations that are missing, and see that all else is as it was. Stop Lightship first."""
    from services.safekeeping import upgrade

    with progress_bar(as_json) as bar:
        shown = _Shown(bar)
        made = upgrade(settings_of(data_dir), lambda what: shown(what, None, 0), shown, backing_up=backup)
    done = made.done
    if as_json:
        told = (
            asdict(done) if done is not None else {"applied": [], "equal": [], "changed": [], "read": [], "as_at": None}
        )
        print(json.dumps(told | {"backup": made.backup}, default=str))
        return
    if done is None:
        _say("The database is up to date.")
        return
    _say(f"Applied: {', '.join(done.applied)}")
    if done.as_at is None:
        return
    _say(f"Equal before and after: {', '.join(done.equal)}")
    if done.changed:
        _say(f"Changed by the migrations, and made again from the events as Lightship runs: {', '.join(done.changed)}")
    moment = f"{done.as_at.astimezone(LONDON):%H:%M:%S on %-d %B %Y}"
    for what in ("state", "picture"):
        _say(
            f"The {what} as at {moment} is equal before and after." if what in done.read else
            f"The {what} could not be compared: the tables of then are too old for this version to read it."
        )  # fmt: skip
    if made.backup is not None:
        _say(f"To go back: `lightship db restore {made.backup} --replace` with the Lightship that you upgraded from.")


def _at(manifest: Manifest) -> str:
    return f"{manifest.made_at.astimezone(LONDON):%-d %B %Y at %H:%M}"


def _told(manifest: Manifest) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at.isoformat(), "lightship": manifest.lightship, "events": manifest.facts,
        "migrations": len(manifest.migrations), "sha256": manifest.dump_sha256,
        "tables": {name: {"rows": table.rows, "digest": table.digest} for name, table in manifest.tables.items()},
    }  # fmt: skip
