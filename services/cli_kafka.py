"""`lightship ingest`, `relay` and `topics`: the way of events through Kafka, a process each."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from services.cli_processes import await_database, await_topics, database_url, tell
from services.cli_shared import Json, console, database_at, settings_of
from services.errors import LightshipError
from services.publishing import publishing

if TYPE_CHECKING:
    from services.ingest.door import Door
    from services.ingest.kafka.brokers import Brokers
    from services.ingest.kafka.taking import Taker
    from services.settings import Settings

topics_app = typer.Typer(no_args_is_help=True, help="The topics of Kafka.")

Sources = Annotated[
    list[str], typer.Argument(help="ODS codes of the trusts that send by Kafka, such as RVV.", show_default=False)
]


def ingest() -> None:
    """Take events from Kafka's flow.* topics into the store, until SIGTERM or Ctrl-C.

    A worker: start another and they share the work. LIGHTSHIP_KAFKA names the brokers, LIGHTSHIP_DATABASE_URL the
    store. Exit code 1: it could not go on, and what it had not taken in is read again by the next that starts.
    """
    from services.ingest.kafka import worker
    from services.ingest.kafka.apart import Apart
    from services.ingest.kafka.topics import TAKEN_IN
    from services.metrics import served
    from services.store.database import Database

    settings = settings_of()
    brokers = _brokers(settings)
    url = database_url(settings)
    _door(settings)  # what is wrong with configuration or keys is said here
    await_database(url)
    await_topics(brokers, TAKEN_IN)
    with (
        served(settings.metrics_port, settings.metrics_host), Database(url, size=2) as database,
        contextlib.closing(Apart(partial(_taker, settings))) as taking,
    ):  # fmt: skip
        tell("Taking events in from Kafka (Ctrl-C stops it)")
        worker.run(brokers, database, taking, tell)
    tell("Stopped")


@contextlib.contextmanager
def _taker(settings: Settings) -> Iterator[Taker]:
    from services.ingest.kafka.publisher import Publisher
    from services.ingest.kafka.taking import Taker
    from services.store.database import Database

    door = _door(settings)
    with (
        Database(database_url(settings), size=1) as database,
        contextlib.closing(Publisher(_brokers(settings))) as publisher,
    ):  # fmt: skip
        yield Taker(database, door, lambda held: publisher.refused(door.keys, held))


def relay(sources: Sources) -> None:
    """The door of trusts that send by Kafka: read in.<code>, pseudonymise, publish on flow.*, until SIGTERM or Ctrl-C.

    What is refused is in quarantine, and sealed on flow.quarantine.
    """
    from services.ingest.intake import Intake
    from services.ingest.kafka import relay as room
    from services.ingest.kafka.topics import TAKEN_IN
    from services.metrics import served

    settings = settings_of()
    brokers = _brokers(settings)
    door = _door(settings)
    wanted = _known(sources, settings)
    await_database(database_url(settings))
    await_topics(brokers, [*TAKEN_IN, *(f"in.{code}" for code in wanted)])
    with (
        served(settings.metrics_port, settings.metrics_host), database_at(settings) as database,
        publishing(settings) as publisher,
    ):  # fmt: skip
        tell(f"Reading {', '.join(f'in.{code}' for code in wanted)} (Ctrl-C stops it)")
        room.run(brokers, Intake(database, door, publisher=publisher), wanted)
    tell("Stopped")


@topics_app.command("create")
def topics_create(
    sources: Annotated[list[str] | None, typer.Argument(help="ODS codes of trusts that get a topic in.<code>.")] = None,
    replicas: Annotated[int, typer.Option(min=1, max=9, help="Copies of each partition, on as many brokers.")] = 1,
    as_json: Json = False,
) -> None:
    """Make the topics that are missing, with their partitions and how long they are kept. None is ever compacted."""
    from services.ingest.kafka.topics import create, topics

    settings = settings_of()
    wanted = topics(_known(sources or [], settings))
    made = create(_brokers(settings), wanted, replicas=replicas)
    if as_json:
        print(json.dumps({"made": made, "there": [each.name for each in wanted if each.name not in made]}))
        return
    table = Table("Topic", "Partitions", "Kept for", "")
    for topic in wanted:
        state = "made" if topic.name in made else "there already"
        table.add_row(topic.name, str(topic.partitions), f"{topic.kept.days} days", state)
    console.print(table)


def _known(sources: list[str], settings: Settings) -> list[str]:
    from services.configuration import load_system

    providers = {provider.code for provider in load_system(settings.system).providers}
    for code in sources:
        if code not in providers:
            raise LightshipError(f"{code[:20]} is no configured provider: it is one of {', '.join(sorted(providers))}.")
    return list(dict.fromkeys(sources))


def _brokers(settings: Settings) -> Brokers:
    from services.ingest.kafka.brokers import Brokers

    return Brokers.of(settings)


def _door(settings: Settings) -> Door:
    from services.configuration import load_system
    from services.domain.catalogue import GAUGES
    from services.ingest.door import Door
    from services.ingest.identity import KeyRing

    return Door(load_system(settings.system), KeyRing.load(settings.keys, create=False), GAUGES)
