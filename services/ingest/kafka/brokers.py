"""Where Kafka's brokers are, and how they know us and we know them: what every client of ours is made with."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from services.errors import LightshipError
from services.settings import Settings

RECONNECT_MILLISECONDS = 2_000  # at most, until brokers that were away are tried again; by default thirty seconds
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9._-]+):\d{1,5}")
_HERE = frozenset(["127.0.0.1", "localhost"])


@dataclass(frozen=True, slots=True)
class Brokers:
    """addresses: host:port of each. is_tls: talk TLS, with host names verified against ca_file, else the system's
    authorities. certificate_file, key_file: who we are, where the brokers ask for certificates. user, password: who we
    are by SASL.
    """

    addresses: tuple[str, ...]
    is_tls: bool = False
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    mechanism: str = "SCRAM-SHA-512"

    @classmethod
    def at(cls, addresses: str, **how: Any) -> Self:
        """Those of a list such as a:9092,b:9092. Raises LightshipError for what is no address."""
        each = tuple(address.strip() for address in addresses.split(","))
        if not all(map(_ADDRESS.fullmatch, each)):
            raise LightshipError("LIGHTSHIP_KAFKA is a list of host:port, such as kafka:9092 or a:9092,b:9092.")
        return cls(each, **how)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of the settings. Raises LightshipError where they are not set, cannot be used or make no sense."""
        if not settings.kafka:
            raise LightshipError("LIGHTSHIP_KAFKA is not set: name the brokers, such as kafka:9092.")
        certificate, key = settings.kafka_certificate_file, settings.kafka_key_file
        user, password_file = settings.kafka_user, settings.kafka_password_file
        if (certificate is None) != (key is None):
            raise LightshipError("LIGHTSHIP_KAFKA_CERTIFICATE_FILE and LIGHTSHIP_KAFKA_KEY_FILE go together: set both.")
        if (user is None) != (password_file is None):
            raise LightshipError("LIGHTSHIP_KAFKA_USER and LIGHTSHIP_KAFKA_PASSWORD_FILE go together: set both.")
        made = cls.at(
            settings.kafka, is_tls=settings.kafka_tls or settings.kafka_ca_file is not None or certificate is not None,
            ca_file=settings.kafka_ca_file, certificate_file=certificate, key_file=key, user=user,
            password=None if password_file is None else _password(password_file),
            mechanism=settings.kafka_sasl_mechanism,
        )  # fmt: skip
        if user is not None and not made.is_tls and not made.is_here:
            raise LightshipError(
                f"LIGHTSHIP_KAFKA_USER without TLS would send its password to {made} in the clear: set "
                "LIGHTSHIP_KAFKA_TLS, or LIGHTSHIP_KAFKA_CA_FILE where the brokers' authority is your own."
            )
        made.tls()  # what is wrong with the files is said at once
        return made

    def __str__(self) -> str:
        return ",".join(self.addresses)

    @property
    def is_here(self) -> bool:
        """Whether all of them are on this machine."""
        return all(address.rpartition(":")[0] in _HERE for address in self.addresses)

    def tls(self) -> ssl.SSLContext | None:
        """None where they are talked to in the clear. Raises LightshipError for files that cannot be used."""
        if not self.is_tls:
            return None
        try:
            context = ssl.create_default_context(cafile=None if self.ca_file is None else str(self.ca_file))
        except OSError as error:  # also of what is no certificate
            raise LightshipError(
                f"LIGHTSHIP_KAFKA_CA_FILE {self.ca_file} holds no certificates that can be read ({_why(error)}): give "
                "the authority that signed the brokers' certificates, as PEM."
            ) from None
        if self.certificate_file is not None and self.key_file is not None:
            try:
                context.load_cert_chain(self.certificate_file, self.key_file, password=_no_password)
            except (OSError, _Locked) as error:
                raise LightshipError(
                    f"LIGHTSHIP_KAFKA_CERTIFICATE_FILE {self.certificate_file} and LIGHTSHIP_KAFKA_KEY_FILE "
                    f"{self.key_file} cannot be used ({_why(error)}): give a certificate and its own key, as PEM "
                    "without a password."
                ) from None
        return context

    def client(self) -> dict[str, Any]:
        """For a client of kafka-python."""
        way = "SASL_" if self.user is not None else ""
        named = {
            "sasl_mechanism": self.mechanism, "sasl_plain_username": self.user, "sasl_plain_password": self.password,
        }  # fmt: skip
        return {
            "bootstrap_servers": list(self.addresses),
            "security_protocol": f"{way}SSL" if self.is_tls else f"{way}PLAINTEXT",
            "ssl_context": self.tls(),
            **(named if self.user is not None else {}),
        }

    def app(self) -> dict[str, Any]:
        """For an app of Faust."""
        import faust

        credentials: faust.auth.Credentials | None = None
        context = self.tls()
        if self.user is not None:
            credentials = faust.SASLCredentials(
                username=self.user, password=self.password, ssl_context=context, mechanism=self.mechanism
            )
        elif context is not None:
            credentials = faust.SSLCredentials(context)
        return {"broker": [f"kafka://{each}" for each in self.addresses], "broker_credentials": credentials}


class _Locked(Exception):
    def __init__(self) -> None:
        super().__init__("the key has a password")


def _no_password() -> str:
    """Instead of asking whoever is at the terminal."""
    raise _Locked


def _password(file: Path) -> str:
    try:
        password = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LightshipError(f"LIGHTSHIP_KAFKA_PASSWORD_FILE {file} cannot be read ({_why(error)}).") from None
    if not password:
        raise LightshipError(f"LIGHTSHIP_KAFKA_PASSWORD_FILE {file} is empty: write the password of the user into it.")
    return password


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error) or type(error).__name__
