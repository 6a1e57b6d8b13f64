"""How brokers are talked to: what makes no sense is refused at the start, and a password is nowhere to be read."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import faust
import pytest

from services.errors import LightshipError
from services.ingest.kafka.brokers import Brokers
from services.settings import Settings
from tests.kafka.certificates import Authority

PASSWORD = "not to be read"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    authority = Authority(tmp_path / "authority.pem")
    certificate, key = authority.signs(tmp_path, "worker")
    other, _ = authority.signs(tmp_path, "other")
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "junk").write_bytes(b"\xff\x00no certificate")
    return {
        "authority": authority.file, "certificate": certificate, "key": key, "other": other,
        "password": tmp_path / "password", "empty": tmp_path / "empty", "junk": tmp_path / "junk",
        "absent": tmp_path / "absent", "folder": tmp_path,
    }  # fmt: skip


def brokers(files: dict[str, Path], **given: Any) -> Brokers:
    """given: settings without `kafka_`; a name of the files stands for its path."""
    wanted: dict[str, Any] = {
        f"kafka_{name}": files[value] if name.endswith("_file") else value for name, value in given.items()
    }
    return Brokers.of(Settings(kafka=wanted.pop("kafka_at", "kafka:9093"), **wanted))


def test_without_more_they_are_talked_to_in_the_clear(files: dict[str, Path]) -> None:
    made = brokers(files, at="a:9092, b:9092")
    assert made.client() == {
        "bootstrap_servers": ["a:9092", "b:9092"], "security_protocol": "PLAINTEXT", "ssl_context": None,
    }  # fmt: skip
    assert made.app() == {"broker": ["kafka://a:9092", "kafka://b:9092"], "broker_credentials": None}
    assert str(made) == "a:9092,b:9092"


@pytest.mark.parametrize(
    ("given", "protocol"),
    [({"tls": True}, "SSL"), ({"ca_file": "authority"}, "SSL"),
     ({"ca_file": "authority", "certificate_file": "certificate", "key_file": "key"}, "SSL"),
     ({"certificate_file": "certificate", "key_file": "key"}, "SSL"),
     ({"tls": True, "user": "us", "password_file": "password"}, "SASL_SSL"),
     ({"at": "127.0.0.1:9092,localhost:9093", "user": "us", "password_file": "password"}, "SASL_PLAINTEXT")],
)  # fmt: skip
def test_each_way_that_makes_sense_is_said_to_both_libraries(
    files: dict[str, Path], given: dict[str, Any], protocol: str
) -> None:  # fmt: skip
    made = brokers(files, **given)
    client, app = made.client(), made.app()["broker_credentials"]
    assert client["security_protocol"] == protocol == app.protocol.value
    if made.is_tls:
        assert client["ssl_context"].check_hostname
    if made.user:
        assert client["sasl_plain_password"] == PASSWORD == app.password
        assert client["sasl_mechanism"] == "SCRAM-SHA-512" == app.mechanism.value
    else:
        assert isinstance(app, faust.SSLCredentials)
    assert PASSWORD not in f"{made!r} {made} {app!r}"
    assert pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize(
    ("given", "said"),
    [({"certificate_file": "certificate"}, "go together"), ({"key_file": "key"}, "go together"),
     ({"user": "us"}, "go together"), ({"password_file": "password"}, "go together"),
     ({"user": "us", "password_file": "password"}, "in the clear"),
     ({"at": "127.0.0.1:1,kafka:2", "user": "us", "password_file": "password"}, "in the clear"),
     ({"ca_file": "junk"}, "CA_FILE .* as PEM"), ({"ca_file": "absent"}, "CA_FILE .*No such file"),
     ({"ca_file": "key"}, "CA_FILE"), ({"ca_file": "folder"}, "CA_FILE"),
     ({"certificate_file": "other", "key_file": "key"}, "its own key"),
     ({"certificate_file": "junk", "key_file": "key"}, "KEY_FILE"),
     ({"tls": True, "user": "us", "password_file": "empty"}, "is empty"),
     ({"tls": True, "user": "us", "password_file": "absent"}, "cannot be read"),
     ({"tls": True, "user": "us", "password_file": "junk"}, "cannot be read"),
     ({"at": "http://kafka:9092"}, "list of host:port"), ({"at": "kafka"}, "list of host:port"),
     ({"at": "a:1,"}, "list of host:port")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_says_what_to_do(
    files: dict[str, Path], given: dict[str, Any], said: str
) -> None:  # fmt: skip
    with pytest.raises(LightshipError, match=said) as refused:
        brokers(files, **given)
    assert PASSWORD not in str(refused.value)


def test_a_mechanism_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="SCRAM-SHA-512"):
        Settings(kafka="kafka:9092", kafka_sasl_mechanism="SECRET")  # type: ignore[arg-type]
