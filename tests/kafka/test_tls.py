"""Brokers that ask who comes: by TLS with a password or a certificate, door, relay, worker and topics as ever."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner

from benchmarks.kafka.broker import Broker, Guard, broker
from services import doctor
from services.doctor import Finding
from services.ingest.kafka.brokers import Brokers
from services.ingest.kafka.reach import NotReached
from services.ingest.kafka.topics import QUARANTINE, TAKEN_IN, create, missing, topics
from services.settings import Settings
from tests.integration.doors import event
from tests.kafka.certificates import Authority
from tests.kafka.production import Production, production, until

PASSWORD = "it is a secret"
USER = "lightship"
TRIES = 4  # a broker may hang up before its reason is read; whoever waits is told with one of the next


class Guarded:
    """A broker that asks, and what is needed to come in. strangers: of an authority that it does not know."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.ours, self.theirs = Authority(folder / "ours.pem"), Authority(folder / "theirs.pem")
        certificate, key = self.ours.signs(folder, "broker")
        self.client, self.stranger = self.ours.signs(folder, "client"), self.theirs.signs(folder, "stranger")
        identity = folder / "identity.pem"
        identity.write_bytes(key.read_bytes() + certificate.read_bytes())
        self.password = folder / "password"
        self.password.write_text(PASSWORD + "\n")
        self.guard = Guard(identity, self.ours.file, {USER: PASSWORD})
        self.kafka: Broker | None = None

    @property
    def by_password(self) -> Brokers:
        assert self.kafka is not None
        return Brokers.at(
            self.kafka.guarded, is_tls=True, ca_file=self.ours.file, user=USER, password=self.guard.users[USER]
        )

    @property
    def by_certificate(self) -> Brokers:
        assert self.kafka is not None
        certificate, key = self.client
        return Brokers.at(
            self.kafka.mutual, is_tls=True, ca_file=self.ours.file, certificate_file=certificate, key_file=key
        )

    def environment(self) -> dict[str, str]:
        assert self.kafka is not None
        return {
            "LIGHTSHIP_KAFKA": self.kafka.guarded, "LIGHTSHIP_KAFKA_CA_FILE": str(self.ours.file),
            "LIGHTSHIP_KAFKA_USER": USER, "LIGHTSHIP_KAFKA_PASSWORD_FILE": str(self.password),
        }  # fmt: skip


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    made = Guarded(folder / "files")
    with broker(folder / "kafka", made.guard) as made.kafka:
        yield made


def test_by_password_or_certificate_one_comes_in(guarded: Guarded) -> None:
    assert missing(guarded.by_password, ["in.XXX"]) == ["in.XXX"]
    assert missing(replace(guarded.by_password, mechanism="PLAIN"), ["in.XXX"]) == ["in.XXX"]
    assert missing(guarded.by_certificate, ["in.XXX"]) == ["in.XXX"]


Way = Callable[[Guarded], Brokers]
WRONG: dict[str, tuple[Way, str]] = {
    "password": (lambda made: replace(made.by_password, password="wrong"), "refuses the user or the password"),
    "user": (lambda made: replace(made.by_password, user="nobody"), "refuses the user or the password"),
    "mechanism": (lambda made: replace(made.by_password, mechanism="SCRAM-SHA-256"), "KAFKA_SASL_MECHANISM"),
    "authority": (lambda made: replace(made.by_password, ca_file=made.theirs.file), "nobody signed whom we trust"),
    "host": (lambda made: replace(made.by_password, addresses=(elsewhere(made),)), "is for another host"),
    "no user": (lambda made: replace(made.by_password, user=None, password=None), "LIGHTSHIP_KAFKA_USER"),
    "clear": (lambda made: Brokers(made.by_password.addresses), "talks TLS there"),
    "no TLS there": (lambda made: replace(made.by_certificate, addresses=(plain(made),)), "does not talk TLS there"),
    "no certificate": (lambda made: replace(made.by_certificate, certificate_file=None), "our certificate"),
    "a stranger's": (
        lambda made: replace(made.by_certificate, certificate_file=made.stranger[0], key_file=made.stranger[1]),
        "our certificate",
    ),
    "nobody": (lambda _: Brokers.at("127.0.0.1:1"), "No Kafka broker answers"),
}  # fmt: skip


def elsewhere(made: Guarded) -> str:
    """The same listener by a name that is not in its certificate."""
    return made.by_password.addresses[0].replace("127.0.0.1", "localhost")


def plain(made: Guarded) -> str:
    assert made.kafka is not None
    return made.kafka.address


@pytest.mark.parametrize("what", WRONG)
def test_who_is_refused_is_told_why(guarded: Guarded, what: str) -> None:
    way, said = WRONG[what]
    told: list[str] = []
    while len(told) < TRIES and not any(said in each for each in told):
        with pytest.raises(NotReached) as refused:
            missing(way(guarded), ["flow.ed"])
        told.append(str(refused.value))
    assert said in told[-1], told
    assert "secret" not in "".join(told)


def test_door_relay_and_worker_meet_by_password(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path / "files")
    with production(tmp_path / "line", guarded.guard) as line:
        guarded.kafka = line.kafka
        asked = {**line.environment, **guarded.environment()}
        secure = Production(line.kafka, line.server, line.folder, asked)
        try:
            _by_every_way(secure, guarded)
        finally:
            secure.end()
        assert guarded.guard.users[USER] not in secure.said()


def _by_every_way(line: Production, guarded: Guarded) -> None:
    assert line.run("topics", "create", "RVV") == 0
    line.worker()
    relay = line.command("relay", "RVV")
    line.workers.append(relay)
    file = line.folder / "events.ndjson"
    file.write_bytes(orjson.dumps(event(id="by-file", subject="RVV/by-file")))
    assert line.run("import", str(file)) == 0
    producer = KafkaProducer(**guarded.by_password.client(), metrics_enabled=False)
    with contextlib.closing(producer):
        producer.send("in.RVV", orjson.dumps(event(id="by-relay", subject="RVV/by-relay")))
        producer.flush()
    until(lambda: line.count() == 2, "the file's event and the trust's own")
    assert line.count("quarantine") == 0


def test_a_worker_that_is_refused_says_why_and_waits(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("wrong")
    with production(tmp_path / "line") as line:
        asked = guarded.environment() | {"LIGHTSHIP_KAFKA_PASSWORD_FILE": str(tmp_path / "wrong")}
        worker = line.command("ingest", **asked)
        line.workers.append(worker)
        until(lambda: "refuses the user or the password" in line.said(), "it to be said")
        assert worker.poll() is None
        assert line.run("topics", "create", **asked) == 1
        assert line.run("ingest", **asked | {"LIGHTSHIP_KAFKA_CA_FILE": str(tmp_path / "absent")}) == 1
        assert "No such file" in line.said()


# --- doctor ---------------------------------------------------------------------------------------------------------


def findings(line: Production, **given: Any) -> dict[str, Finding]:
    asked = Settings(kafka=line.kafka.address, database_url=line.server.url, data_dir=line.folder, **given)
    return {each.check: each for each in doctor.kafka(asked)}


def test_doctor_looks_at_the_topics_and_at_who_reads_them(line: Production) -> None:
    found = findings(line)
    assert found["kafka"].state == "ok"
    assert found["workers"].state == "warning"
    assert all(name in found["workers"].says for name in TAKEN_IN)
    line.worker()
    until(lambda: "in.RVV" in (said := findings(line)["workers"].says) and "flow.ed" not in said, "a worker to be seen")
    assert QUARANTINE not in findings(line)["workers"].says


def test_doctor_says_what_is_missing_or_less_than_it_was_made_with(tmp_path: Path) -> None:
    with broker(tmp_path / "kafka") as kafka:
        asked = Settings(kafka=kafka.address, data_dir=tmp_path)
        (found,) = doctor.kafka(asked)
        assert (found.state, found.mend) == ("failing", "lightship topics create")
        assert "flow.quarantine" in found.says
        bed, *others = sorted(topics([]), key=lambda each: each.name != "flow.bed")
        create(kafka.brokers, [replace(bed, partitions=1, kept=bed.kept / 2), *others])
        until(lambda: next(doctor.kafka(asked)).state == "warning", "every topic to be seen")
        (found,) = doctor.kafka(asked)
        assert found.says.count(";") == 1
        assert "flow.bed has 1 partitions, not 6" in found.says
        assert "flow.bed is kept for 7 days, not 14" in found.says


def test_doctor_says_why_kafka_is_not_reached_and_nothing_without_it(
    guarded: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    from services.cli import app

    assert list(doctor.kafka(Settings(data_dir=tmp_path))) == []
    for name, value in guarded.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LIGHTSHIP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LIGHTSHIP_KAFKA_CA_FILE", str(guarded.theirs.file))
    told = CliRunner().invoke(app, ["doctor", "--json"])
    assert told.exit_code == 1
    (check,) = [each for each in orjson.loads(told.stdout)["checks"] if each["check"] == "kafka"]
    assert (check["state"], "nobody signed whom we trust" in check["says"]) == ("failing", True)
