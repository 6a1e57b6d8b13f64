"""Who works on a data folder: one at a time, and the hold goes with the process."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from services.errors import LightshipError


@contextlib.contextmanager
def only_one(folder: Path, where: str) -> Iterator[None]:
    """Hold the folder: two servers would write one picture and run one clock.

    where: read by whoever comes second, after "at", such as an address. Raises LightshipError where somebody holds
    the folder already, or where it cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lightship.lock").open("a+")
    except OSError as error:
        raise LightshipError(f"{folder} cannot be used ({error.strerror}): choose another with --data-dir.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            there = lock.read().strip() or "another address"
            raise LightshipError(
                f"Lightship runs on {folder} already, at {there}: stop that one, or choose another folder with "
                "--data-dir."
            ) from error
        lock.truncate(0)
        lock.write(where)
        lock.flush()
        yield
