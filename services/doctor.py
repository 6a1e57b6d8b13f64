"""What `lightship doctor` looks at: one finding each, and how to mend what is wrong. It changes nothing."""

from __future__ import annotations

import http.client
import importlib.metadata
import os
import re
import shutil
import socket
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services import release
from services.configuration import load_published, load_system
from services.errors import ConfigurationError, LightshipError, StoreError
from services.ingest.identity import KeyRing
from services.serving import LOOPBACK, frontend
from services.settings import Settings
from services.store import diagnosis
from services.store.database import LOWEST_VERSION
from services.store.embedded import embedded
from services.store.lease import LOOKS_SECONDS

State = Literal["ok", "warning", "failing"]

LEAST_PYTHON = (3, 11)
GIB = 2**30
LITTLE_SPACE, TOO_LITTLE_SPACE = 5 * GIB, 1 * GIB  # a day of a whole system takes about a tenth of one
MOST_AHEAD_SECONDS = 2.0  # events are judged to the minute; leases by the database's clock
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*>=\s*([0-9.]+)")


@dataclass(frozen=True)
class Finding:
    """says: what is; mend: what to do about it, None where it is as it should be."""

    check: str
    state: State
    says: str
    mend: str | None = None


def examine(settings: Settings, port: int) -> Iterator[Finding]:
    """Every check in turn; none of them hinders the next."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        python, libraries, lambda: configuration(settings), lambda: disk(settings.data_dir),
        lambda: keys(settings), lambda: database(settings), lambda: keeping(settings), lambda: kafka(settings),
        lambda: listening(port), boards,
    )  # fmt: skip
    for check in checks:
        yield from check()


def python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < LEAST_PYTHON:
        yield Finding("python", "failing", version, "Install Python 3.11 or later, then `make clean up PYTHON=...`.")
    else:
        yield Finding("python", "ok", version)


def libraries() -> Iterator[Finding]:
    """Those that Lightship runs on, each at least as new as it says."""
    wrong, seen = [], 0
    for name, least in sorted(_needed().items()):
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        seen += 1
        if _numbers(version) < _numbers(least):
            wrong.append(f"{name} is {version}, needed is {least}")
    if wrong:
        yield Finding("libraries", "failing", "; ".join(wrong), "Run `make up`: it installs what is pinned.")
    else:
        yield Finding("libraries", "ok", f"{seen} present")


def configuration(settings: Settings) -> Iterator[Finding]:
    try:
        system = load_system(settings.system)
        load_published(settings.system)
    except ConfigurationError as error:
        yield Finding("configuration", "failing", str(error), "Correct the file at that key, or LIGHTSHIP_SYSTEM.")
        return
    units = sum(1 for _ in system.units())
    yield Finding("configuration", "ok", f"{system.name}: {len(system.sites)} sites, {units} units")


def disk(folder: Path) -> Iterator[Finding]:
    """Whether the folder of the data, or where it would be made, can be written and has space."""
    there = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield Finding("disk", "failing", f"{folder} cannot be written", "Choose another with --data-dir.")
        return
    free = shutil.disk_usage(there).free
    says = f"{free / GIB:.1f} GiB free for {folder}"
    if free < LITTLE_SPACE:
        state: State = "failing" if free < TOO_LITTLE_SPACE else "warning"
        yield Finding("disk", state, says, "Free some space, or choose another folder with --data-dir.")
    else:
        yield Finding("disk", "ok", says)


def keys(settings: Settings) -> Iterator[Finding]:
    """The key files: there, whole, and nobody else's to read."""
    folder = settings.keys
    if not folder.exists():
        if settings.database_url:
            mend = "Copy the keys of this installation there; without them no new event joins an old one."
            yield Finding("keys", "failing", f"{folder} is not there", mend)
        else:
            yield Finding("keys", "ok", "none yet; `lightship up` makes them")
        return
    open_ = [path for path in (folder, *sorted(folder.glob("*.key"))) if path.stat().st_mode & 0o077]
    if open_:
        mend = f"chmod 700 {folder} && chmod 600 {folder}/*.key"
        names = ", ".join(path.name for path in open_)
        yield Finding("keys", "failing", f"others on this machine may read {names}", mend)
        return
    try:
        KeyRing.load(folder, create=False)
    except LightshipError as error:
        yield Finding("keys", "failing", str(error), "Restore the key files from the backup.")
        return
    yield Finding("keys", "ok", f"readable by their owner alone, in {folder}")


def database(settings: Settings) -> Iterator[Finding]:
    """The one of LIGHTSHIP_DATABASE_URL, else the embedded one, which is started for a moment where it does not run."""
    try:
        if settings.database_url:
            found = diagnosis.look(settings.database_url)
        elif not (settings.postgres / "PG_VERSION").exists():
            yield Finding("database", "ok", "none yet; `lightship up` makes it")
            return
        else:
            with embedded(settings.postgres) as url:
                found = diagnosis.look(url)
    except StoreError as error:
        mend = "Check LIGHTSHIP_DATABASE_URL and that the server runs." if settings.database_url else (
            f"Look at the log in {settings.postgres}."
        )  # fmt: skip
        yield Finding("database", "failing", str(error), mend)
        return
    version = f"PostgreSQL {found.version // 10000}.{found.version % 10000}"
    if found.version < LOWEST_VERSION:
        yield Finding("database", "failing", version, "Use PostgreSQL 16 or later.")
    else:
        yield Finding("database", "ok", f"{version}, {found.size_bytes / GIB:.2f} GiB")
    yield _migrations(found)
    yield _clock(found)


def _migrations(found: diagnosis.Diagnosis) -> Finding:
    if found.unknown:
        says = f"{', '.join(found.unknown)} applied, and not known here"
        return Finding("migrations", "failing", says, "A newer Lightship used this database: run that one.")
    if found.missing:
        return Finding("migrations", "warning", f"{', '.join(found.missing)} missing", "Run `lightship db migrate`.")
    return Finding("migrations", "ok", "all applied")


def _clock(found: diagnosis.Diagnosis) -> Finding:
    says = f"the database's is {found.ahead_seconds:+.1f} s from this machine's"
    if abs(found.ahead_seconds) > MOST_AHEAD_SECONDS:
        return Finding("clock", "failing", says, "Let both machines follow a time server (NTP).")
    return Finding("clock", "ok", says)


def keeping(settings: Settings) -> Iterator[Finding]:
    """Of a server that processes share: whether one of them keeps the picture, and whether TimescaleDB's jobs run."""
    if not settings.database_url:
        return
    try:
        yield _picture(*diagnosis.keeping(settings.database_url))
    except StoreError:
        return  # the database's own findings say so
    try:
        policies = diagnosis.policies(settings.database_url)
    except StoreError as error:
        mend = "Our user has to be allowed to read timescaledb_information."
        yield Finding("policies", "warning", str(error), mend)
        return
    if policies:
        yield _policies(policies)


def _picture(holder: str | None, looked_seconds: float | None) -> Finding:
    if holder is None:
        return Finding("picture", "warning", "nobody keeps the live picture", "Start `lightship live`, or `up`.")
    if looked_seconds is None or looked_seconds > LOOKS_SECONDS:
        since = "not yet" if looked_seconds is None else f"{looked_seconds:,.0f} s ago"
        mend = "Look at what its process logs; another `lightship live` takes over where it is gone."
        return Finding("picture", "warning", f"{holder} holds it, and found how things are {since}", mend)
    return Finding("picture", "ok", f"kept by {holder}")


def _policies(policies: Collection[diagnosis.Policy]) -> Finding:
    failed = [f"{each.name.removeprefix('policy_')} of {each.table}" for each in policies if each.failed]
    if failed:
        mend = "Look at timescaledb_information.job_errors, and at the server's log."
        return Finding("policies", "warning", f"TimescaleDB's last run failed: {', '.join(failed)}", mend)
    if not any(each.has_run for each in policies):
        mend = "Wait a day after a migration; then look at timescaledb.max_background_workers."
        return Finding("policies", "warning", f"none of TimescaleDB's {len(policies)} has run yet", mend)
    return Finding("policies", "ok", f"TimescaleDB's {len(policies)}, the last run of each without failure")


def kafka(settings: Settings) -> Iterator[Finding]:
    """Where brokers are named: whether they take us, how the topics stand, and whether somebody reads them."""
    if not settings.kafka:
        return
    from kafka.errors import KafkaError

    from services.ingest.kafka.brokers import Brokers
    from services.ingest.kafka.topics import standing

    try:
        codes = [provider.code for provider in load_system(settings.system).providers]
        found = standing(Brokers.of(settings), codes)
    except ConfigurationError:
        return  # its own finding says so
    except LightshipError as error:
        yield Finding("kafka", "failing", str(error), "Correct LIGHTSHIP_KAFKA..., or start the brokers.")
        return
    except KafkaError as error:
        mend = "Look at the brokers' logs; our user has to be allowed to describe topics."
        yield Finding("kafka", "failing", f"{settings.kafka} does not say how its topics stand ({error})", mend)
        return
    if found.missing:
        says = f"{settings.kafka} has no {', '.join(found.missing)}"
        yield Finding("kafka", "failing", says, "lightship topics create")
    elif found.different:
        mend = "Alter them with Kafka's own kafka-topics.sh and kafka-configs.sh; see docs/how-to/run-by-kafka.md."
        yield Finding("kafka", "warning", "; ".join(found.different), mend)
    else:
        yield Finding("kafka", "ok", f"{len(found.there)} topics at {settings.kafka}")
    if settings.database_url:
        yield from _workers(settings.database_url, found.there)


def _workers(url: str, there: Collection[str]) -> Iterator[Finding]:
    """Whether what stands on the topics is read, as the store knows it."""
    try:
        read = {each.name: each for each in diagnosis.topics(url) if each.name in there}
    except StoreError:
        return  # the database's own finding says so
    unread = [name for name in there if name not in read or not read[name].is_read]
    waiting = sum(each.waiting or 0 for each in read.values())
    if unread:
        mend = "Start `lightship ingest` (of in.*: `lightship relay`), or look at what it says."
        yield Finding("workers", "warning", f"nobody reads {', '.join(unread)}; {waiting:,} messages wait", mend)
    else:
        yield Finding("workers", "ok", f"all topics are read; {waiting:,} messages wait")


def listening(port: int) -> Iterator[Finding]:
    """Whether the port is free, or Lightship's."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError:
            yield Finding("port", "failing", f"{port} is reserved", "Choose one above 1023 with --port.")
            return
        except OSError:
            pass
        else:
            yield Finding("port", "ok", f"{port} is free")
            return
    if _is_lightship(port):
        yield Finding("port", "ok", f"Lightship listens on {port}")
    else:
        yield Finding("port", "failing", f"{port} is another program's", "Stop that, or choose another with --port.")


def _is_lightship(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=3)
    try:
        connection.request("GET", "/health/live")
        return b'"status":"live"' in connection.getresponse().read(200).replace(b" ", b"")
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def boards() -> Iterator[Finding]:
    folder = frontend()
    if folder is None:
        yield Finding("boards", "warning", "not built; the API runs without", "Run `make boards`.")
    else:
        yield Finding("boards", "ok", f"built, in {folder}")


def _needed() -> dict[str, str]:
    """Library -> the least version, as the project itself says: installed, or from its checkout."""
    lines = release.dependencies()
    return {found[1]: found[2] for line in lines if (found := _REQUIREMENT.match(line))}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
