"""A synthetic history as files: events as NDJSON, one a line as they are delivered, and the truth beside them."""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

import orjson

from services.domain.system import System
from services.errors import LightshipError
from simulations.delivery import Asked, Delivery
from simulations.truth import Truth

_PACKED = 3  # of zlib: near its best size at half the time


def write(
    system: System, asked: Asked, output: Path, truth: Path | None, progress: Callable[[float], None]
) -> tuple[int, int]:
    """Make the history; answers its events and bytes. A file has its name only once it is whole. Each event says that
    it is synthetic, so that whatever store takes one in can say so.

    Raises LightshipError where a file cannot be written; nothing is left then.
    """
    events = 0
    whole = asked.end - asked.start
    try:
        with whole_file(output) as out, whole_file(truth) if truth else contextlib.nullcontext() as told:
            delivery = Delivery(system, asked, Truth(told) if told else None)
            for event in delivery.history(lambda reached: progress(0.999 * ((reached - asked.start) / whole))):
                out.write(orjson.dumps({**event, "synthetic": True}, option=orjson.OPT_APPEND_NEWLINE))
                events += 1
    except OSError as error:
        names = " or ".join(str(path) for path in (output, truth) if path)
        raise LightshipError(
            f"{names} cannot be written ({error.strerror}): check the folder and the room there is, or name another."
        ) from error
    progress(1.0)
    return events, output.stat().st_size


def is_left(*files: Path | None) -> bool:
    """Whether a run that was killed left part of such a file behind. It is begun anew: making what is there again would
    take as long, for each day follows from those before it, and writing is the least of the work.
    """
    return any(file is not None and _is_free(_part(file)) for file in files)


def _is_free(part: Path) -> bool:
    try:
        with part.open("rb") as raw:
            fcntl.flock(raw, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False  # there is none, or somebody is writing it
    return True


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, that takes its name when the block has ended well; packed where the name ends in .gz, and the
    same bytes whenever that is. Raises LightshipError where somebody else is writing it.
    """
    part = _part(path)
    with _alone(part) as raw:
        try:
            if path.suffix == ".gz":
                with gzip.GzipFile("", "wb", _PACKED, raw, mtime=0) as packed:
                    yield cast(IO[bytes], packed)
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
            os.replace(part, path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def _alone(part: Path) -> Iterator[IO[bytes]]:
    """The file, empty, held against whoever would write it meanwhile; the hold goes with the process."""
    with part.open("ab") as raw:
        try:
            fcntl.flock(raw, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = part.stat().st_ino == os.fstat(raw.fileno()).st_ino
        except (BlockingIOError, FileNotFoundError):
            is_ours = False
        if not is_ours:  # held, or given its name meanwhile
            raise LightshipError(f"{part} is being written by another run: let it end, or name another file.")
        raw.truncate(0)
        yield raw


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")
