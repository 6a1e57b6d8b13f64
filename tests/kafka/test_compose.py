"""Every service of the compose file as it is written there, outside a container, on a real Kafka and database."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import orjson
import pytest
from kafka import KafkaProducer

from benchmarks.kafka.broker import free_port
from services.store.database import Database
from tests.compose import command_of, services
from tests.integration.doors import event
from tests.integration.test_tokens import AUDIENCE, EC, ISSUER, RSA, token, written
from tests.kafka.production import Production, until

ONCE = ("keyring", "migrate", "topics")
ALWAYS = ("ingest", "relay", "live", "api")


def answers(address: str, bearer: str) -> bool:
    """Whether the board is ready and has seen two arrivals."""
    with contextlib.suppress(httpx.TransportError):
        shown = httpx.get(f"{address}/api/v1/overview", headers={"Authorization": f"Bearer {bearer}"}).json()
        site = next(each for each in shown["sites"] if each["code"] == "RVV01")
        return bool(site["measures"]["ed.attendances_today"]["value"] == 2)
    return False


def test_every_service_runs_as_written_and_events_come_to_the_board(line: Production, tmp_path: Path) -> None:
    assert {*ONCE, *ALWAYS, "feed", "kafka", "database"} == set(services())
    with Database(line.server.url, size=1) as database, database.connection() as connection:
        connection.execute("create database fresh")
    port = free_port()
    here = {
        "LIGHTSHIP_DATABASE_URL": line.server.url.replace("/postgres?", "/fresh?"),
        "LIGHTSHIP_KAFKA": line.kafka.address,
        "LIGHTSHIP_KEYS_DIR": str(tmp_path / "fresh-keys"), "LIGHTSHIP_DATA_DIR": str(tmp_path / "fresh"),
        "LIGHTSHIP_ISSUER": ISSUER, "LIGHTSHIP_AUDIENCE": AUDIENCE,
        "LIGHTSHIP_JWKS_FILE": str(written(tmp_path / "jwks.json", RSA, EC)),
    }  # fmt: skip

    def settings(name: str) -> tuple[list[str], dict[str, str]]:
        words, environment = command_of(name, here)
        del environment["LIGHTSHIP_DATABASE_PASSWORD_FILE"]  # the embedded server has no password
        environment |= {"LIGHTSHIP_METRICS_HOST": "127.0.0.1", "LIGHTSHIP_METRICS_PORT": str(free_port())}
        return [str(port) if word == "8080" else word for word in words], environment

    for name in ONCE:
        words, environment = settings(name)
        assert line.run(*words, **environment) == 0, line.said()
    running = []
    for name in ALWAYS:
        words, environment = settings(name)
        running.append(line.command(*words, **environment))
    line.workers += running
    address, machine = f"http://127.0.0.1:{port}", token(roles=None, scope="events:write", source="urn:nhs:ods:RVV")
    until(lambda: _ready(address), line.said())
    assert httpx.get(f"{address}/api/v1/overview").status_code == 401
    one = event(time=datetime.now(UTC).isoformat())
    sent = httpx.post(f"{address}/api/v1/events", json=[one], headers={"Authorization": f"Bearer {machine}"})
    assert sent.json()["accepted"] == 1, sent.text
    producer = KafkaProducer(bootstrap_servers=line.kafka.address, metrics_enabled=False)
    producer.send("in.RVV", orjson.dumps(event(time=datetime.now(UTC).isoformat())))
    producer.flush()
    producer.close()
    until(partial(answers, address, token()), line.said())
    words, environment = settings("live")
    assert line.run("doctor", "--json", "--port", str(free_port()), **environment) == 0, line.said()
    (told,) = line.folder.glob("output-*-doctor")
    says = {each["check"]: each["says"] for each in orjson.loads(told.read_bytes())["checks"]}
    assert says["picture"].startswith("kept by ")
    assert " topics at " in says["kafka"]
    words, environment = settings("feed")
    words[words.index("7")] = "0.02"  # days: a history of a week would take minutes
    running.append(line.command(*words, **environment))
    line.workers.append(running[-1])
    with Database(here["LIGHTSHIP_DATABASE_URL"], size=1) as database, database.connection() as connection:
        until(lambda: connection.execute("select count(*) > 100 from event").fetchone() == (True,), line.said())
    for process in running:
        process.terminate()
    for process in running:
        assert process.wait(15) == 0, line.said()
    left = list(line.working_folder.iterdir())
    assert not left, "a container's root is read-only"


def _ready(address: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{address}/health/ready").status_code == 200
    return False


@pytest.mark.parametrize("password", ["plain", "with space/and:signs@%"])
def test_the_password_comes_from_its_file(tmp_path: Path, password: str) -> None:
    from psycopg.conninfo import conninfo_to_dict

    from services.settings import Settings

    file = tmp_path / "password"
    file.write_text(password + "\n")
    made = Settings(database_url="postgresql://lightship@database:5432/lightship", database_password_file=file)
    assert made.database_url is not None
    assert conninfo_to_dict(made.database_url)["password"] == password
    assert conninfo_to_dict(made.database_url)["host"] == "database"
