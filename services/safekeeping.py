"""Backups, restores and upgrades of the configured store: what is held while they run, and what is said of the keys."""

from __future__ import annotations

import contextlib
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from services.configuration import load_system
from services.errors import LightshipError, StoreError
from services.holding import only_one
from services.ingest.identity import PSEUDONYM_FILE, KeyRing
from services.moments import Moments
from services.release import version
from services.settings import Settings
from services.store import backup, diagnosis, restore
from services.store.backup import Manifest, Progress
from services.store.database import migrate
from services.store.embedded import embedded
from services.store.upgrade import Upgraded
from services.store.upgrade import upgrade as upgrade_store

_HERE = "the command line (lightship db {})"


@dataclass(frozen=True)
class Restored:
    """migrated: how many migrations were applied after it. keys: what is to be said of the key files."""

    manifest: Manifest
    migrated: int
    keys: tuple[str, ...]


@contextlib.contextmanager
def store_of(settings: Settings) -> Iterator[str]:
    """The URL of the configured database as it is, without migrating it."""
    if settings.database_url:
        yield settings.database_url
        return
    with embedded(settings.postgres) as url:
        yield url


def fingerprints(folder: Path) -> dict[str, str] | None:
    """What recognises each key file again and tells nothing of it; None without key files.

    Each is an HMAC-SHA-256 of the file's name under the key in it: keys are 256 random bits, so none can be guessed.
    Raises LightshipError where a key file cannot be used.
    """
    if not any(folder.glob("*.key")):
        return None
    ring = KeyRing.load(folder, create=False)
    keys = {PSEUDONYM_FILE: ring.pseudonym_key} | {f"seal-{number}.key": key for number, key in ring.seal_keys.items()}
    return {
        name: hmac.digest(key, f"lightship backup\x1f{name}".encode(), "sha256")[:16].hex()
        for name, key in sorted(keys.items())
    }


def keys_missing(folder: Path) -> str | None:
    """Why no fingerprints of key files can be kept; None where they can."""
    try:
        return (
            None
            if fingerprints(folder)
            else f"There are no key files in {folder}, where this installation's should be."
        )
    except LightshipError as error:
        return str(error)


def told_of_keys(manifest: Manifest, folder: Path) -> Iterator[str]:
    """What is wrong with the key files of this installation for a store of this backup; nothing where they are its own.

    Raises LightshipError where a key file cannot be used.
    """
    wanted = manifest.keys
    if wanted is None:
        return
    here = fingerprints(folder)
    if here is None:
        yield (
            f"There are no key files in {folder}. Put those of this backup there before anything else is started: "
            "without them new ones are made, what is in quarantine stays sealed, and nobody is recognised again."
        )
        return
    if here.get(PSEUDONYM_FILE) != wanted.get(PSEUDONYM_FILE):
        yield (
            f"{folder / PSEUDONYM_FILE} is not the key of this backup: people and journeys would be new ones from now "
            "on. Put its own there before anything is received."
        )
    sealed = [name for name in wanted if name != PSEUDONYM_FILE and here.get(name) != wanted[name]]
    if sealed:
        yield (
            f"{', '.join(sealed)} in {folder}: not the keys of this backup. What they sealed in quarantine cannot be "
            "opened until its own are there."
        )


def back_up(settings: Settings, target: Path, progress: Progress, *, overwrite: bool = False) -> Manifest:
    """Write a backup of the store, which may be in use. Raises LightshipError, and leaves nothing, where it cannot."""
    if settings.database_url is None and not (settings.postgres / "PG_VERSION").exists():
        raise StoreError(f"There is no store under {settings.data_dir}: nothing to back up. See --data-dir.")
    with store_of(settings) as url:
        return _back_up(url, settings, target, progress, overwrite=overwrite)


def _back_up(url: str, settings: Settings, target: Path, progress: Progress, *, overwrite: bool = False) -> Manifest:
    # Keys that cannot be used are no reason to have no backup either.
    keys = fingerprints(settings.keys) if keys_missing(settings.keys) is None else None
    return backup.back_up(
        url, target, lightship=version(), system=settings.system, keys=keys,
        progress=progress, overwrite=overwrite,
    )  # fmt: skip


def read(file: Path, progress: Progress) -> Manifest:
    """The manifest of a whole backup that this version can restore. Raises StoreError."""
    manifest = backup.read_manifest(file, progress)
    restore.check(manifest)
    return manifest


def put_back(
    settings: Settings, file: Path, manifest: Manifest, progress: Progress, *, replace: bool = False
) -> Restored:
    """Restore into the configured database, then bring it to this version. Raises LightshipError where it cannot; the
    database is then as it was.
    """
    _refuse_a_copy(settings, "restoring")
    keys = tuple(told_of_keys(manifest, settings.keys))
    with only_one(settings.data_dir, _HERE.format("restore")), store_of(settings) as url:
        restore.nobody_else(url, "restoring")
        restore.restore(url, file, manifest, progress, replace=replace)
        return Restored(manifest, migrate(url), keys)


@dataclass(frozen=True)
class Upgrade:
    """backup: None where none was wanted. done: None where nothing was missing."""

    backup: Path | None
    done: Upgraded | None


def upgrade(settings: Settings, say: Callable[[str], None], progress: Progress, *, backing_up: bool = True) -> Upgrade:
    """Back up, apply the migrations that are missing, and see that all else is equal. Raises LightshipError where it is
    not, saying how to go back.
    """
    _refuse_a_copy(settings, "upgrading")
    system = load_system(settings.system)
    with only_one(settings.data_dir, _HERE.format("upgrade")), store_of(settings) as url:
        restore.nobody_else(url, "upgrading")
        found = diagnosis.look(url)
        if found.unknown:
            raise StoreError(
                f"A newer Lightship has used this database ({', '.join(found.unknown)} applied): run that one."
            )
        if not found.missing and not found.gained:
            return Upgrade(None, None)
        applied = _applied(url)
        if not applied:
            migrate(url)
            return Upgrade(None, Upgraded((*found.missing, *found.gained)))
        target = None
        if backing_up:
            target = _place(settings.data_dir / "backups", applied[-1])
            _back_up(url, settings, target, progress)
            say(f"Backed up to {target}")
        back = (
            f"To go back, restore {target} with the Lightship that you upgraded from: "
            f"`lightship db restore {target} --replace`."
            if target else "There is no backup of this upgrade to go back to: restore the last one you have."
        )  # fmt: skip
        return Upgrade(target, upgrade_store(url, system, say, back))


def _applied(url: str) -> tuple[str, ...]:
    with psycopg.connect(url, autocommit=True) as connection:
        return backup.migrations(connection)


def _place(folder: Path, migration: str) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LightshipError(
            f"{folder} cannot be made ({error.strerror}): choose another --data-dir, or --no-backup after a backup of "
            "your own."
        ) from error
    number = re.sub(r"[^0-9].*", "", migration)
    return folder / f"at-{number}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.lightship"


def _refuse_a_copy(settings: Settings, doing: str) -> None:
    opened = None if settings.database_url else Moments(settings.data_dir).opened()
    if opened is not None:
        raise LightshipError(
            f"The store is a copy of the saved moment {opened.name!r}: `lightship feed jump --back` leaves it, then "
            f"`lightship up` once, before {doing}."
        )
