"""`lightship live` and `lightship api`: the processes of production; and what those of the command line share."""

from __future__ import annotations

import time as wall_time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from services.cli_shared import settings_of

if TYPE_CHECKING:
    from services.ingest.kafka.brokers import Brokers
    from services.settings import Settings

_log = structlog.get_logger(__name__)
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.5, 15.0


def live() -> None:
    """Keep the live picture and the readings of the shared database, until SIGTERM or Ctrl-C.

    One writes; a second waits, and takes over within ten seconds. LIGHTSHIP_DATABASE_URL names the store.
    """
    from services.production import live as run

    settings = settings_of()
    await_database(database_url(settings))
    run(settings, tell)


def api(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    demonstration: Annotated[
        bool, typer.Option("--demonstration", help="Made-up actors instead of tokens: on loopback alone.")
    ] = False,
) -> None:
    """Serve the API and the boards of the shared database, until SIGTERM or Ctrl-C. Any number of them.

    Requests are let in by tokens: LIGHTSHIP_ISSUER, LIGHTSHIP_AUDIENCE, LIGHTSHIP_JWKS_FILE (docs/decisions/0036).
    """
    from services.production import api as run
    from services.production import identity

    settings = settings_of()
    identity(settings, host, is_demonstration=demonstration)  # what is missing is said before anything is waited for
    await_database(database_url(settings))
    run(settings, host, port, is_demonstration=demonstration, say=tell)


def database_url(settings: Settings) -> str:
    from services.production import database_url as of

    return of(settings)


def await_database(url: str) -> None:
    """Wait until the database answers and is migrated."""
    import psycopg

    from services.store.database import is_migrated

    def lacking() -> str:
        try:
            with psycopg.connect(url, connect_timeout=5) as connection:
                return "" if is_migrated(connection) else "the database is not migrated: run `lightship db migrate`"
        except psycopg.OperationalError:
            return "the database does not answer"

    _await(lacking)


def await_topics(brokers: Brokers, names: Iterable[str]) -> None:
    """Wait until the brokers answer, take us, and have these topics."""
    from services.ingest.kafka.reach import NotReached
    from services.ingest.kafka.topics import missing

    wanted = list(names)

    def lacking() -> str:
        try:
            absent = missing(brokers, wanted)
        except NotReached as error:
            return str(error)
        return f"Kafka has no {', '.join(absent)}: run `lightship topics create`" if absent else ""

    _await(lacking)


def _await(lacking: Callable[[], str]) -> None:
    """Wait, and say for what: processes that are started together need not be in order."""
    wait, told = _FIRST_WAIT_SECONDS, ""
    while why := lacking():
        if why != told:
            tell(f"Waiting: {why}")
            told = why
        wall_time.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT_SECONDS)


def tell(text: str) -> None:
    """For whoever runs the process, among what it logs."""
    _log.info(text)
