"""Whether Kafka can be reached, and in words why not: kafka-python tries again and tells its log alone what it met."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from services.errors import LightshipError
from services.ingest.kafka.brokers import Brokers

_CALL_MILLISECONDS = 15_000
_REACH_MILLISECONDS = 5_000
_BACKOFF_MILLISECONDS = 300  # a broker that refuses may hang up before its reason is read: several tries tell it
_TELLER = "kafka"
_TLS_HELLO = "352518912"  # the first bytes of a TLS alert, read as the length of an answer
#: What is in a line of the log, and what it means; of all lines, the first here that is found.
_MEANINGS = (
    ("SaslAuthenticationFailedError", "refuses the user or the password (LIGHTSHIP_KAFKA_USER, "
     "LIGHTSHIP_KAFKA_PASSWORD_FILE)"),
    ("UnsupportedSaslMechanismError", "does not take passwords that way (LIGHTSHIP_KAFKA_SASL_MECHANISM)"),
    ("mismatch, certificate is not valid", "shows a certificate that is for another host: name the brokers in "
     "LIGHTSHIP_KAFKA as their certificates do"),
    ("CERTIFICATE_VERIFY_FAILED", "shows a certificate that nobody signed whom we trust (LIGHTSHIP_KAFKA_CA_FILE)"),
    ("ALERT_", "does not take our certificate, or has none of us (LIGHTSHIP_KAFKA_CERTIFICATE_FILE, "
     "LIGHTSHIP_KAFKA_KEY_FILE)"),
    ("Handshake failed", "does not talk TLS there: another port, or no LIGHTSHIP_KAFKA_TLS, LIGHTSHIP_KAFKA_CA_FILE"),
    (_TLS_HELLO, "talks TLS there: set LIGHTSHIP_KAFKA_TLS, or LIGHTSHIP_KAFKA_CA_FILE"),
    ("socket disconnected", "hangs up on us: it may ask for a user, or take no passwords that way "
     "(LIGHTSHIP_KAFKA_USER, LIGHTSHIP_KAFKA_SASL_MECHANISM)"),
)  # fmt: skip


class NotReached(LightshipError):
    """No broker answers, or each refuses us; what it says is what to do."""


@contextlib.contextmanager
def reached(brokers: Brokers) -> Iterator[KafkaAdminClient]:
    """A client of the brokers, closed at the end. Raises NotReached, within seconds."""
    with _listening() as heard:
        try:
            client = KafkaAdminClient(
                **brokers.client(),
                request_timeout_ms=_CALL_MILLISECONDS,
                bootstrap_timeout_ms=_REACH_MILLISECONDS,
                reconnect_backoff_max_ms=_BACKOFF_MILLISECONDS,
            )
        except KafkaError as error:
            raise NotReached(
                f"Kafka at {brokers} {heard.meaning}." if heard.meaning else f"No Kafka broker answers at {brokers}."
            ) from error
    try:
        yield client
    finally:
        client.close()


@contextlib.contextmanager
def _listening() -> Iterator[_Heard]:
    """What the library logs meanwhile comes here alone, and is said once, in words."""
    heard, teller = _Heard(), logging.getLogger(_TELLER)
    level, propagates = teller.level, teller.propagate
    teller.addHandler(heard)
    teller.setLevel(logging.WARNING)
    teller.propagate = False
    try:
        yield heard
    finally:
        teller.removeHandler(heard)
        teller.setLevel(level)
        teller.propagate = propagates


class _Heard(logging.Handler):
    """What was met, in words; empty where nothing that we know was."""

    def __init__(self) -> None:
        super().__init__()
        self._found = len(_MEANINGS)

    @property
    def meaning(self) -> str:
        return _MEANINGS[self._found][1] if self._found < len(_MEANINGS) else ""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        for number, (sign, _) in enumerate(_MEANINGS[: self._found]):
            if sign in text:
                self._found = number
                return
