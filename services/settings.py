"""Settings from the environment (LIGHTSHIP_...) and the command line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.errors import LightshipError
from services.moments import store_folder


class Settings(BaseSettings):
    """Each is LIGHTSHIP_ and its name in capitals: LIGHTSHIP_DATABASE_URL and so on.

    database_password_file: where the password of the database's user is, so that it stands in no environment.
    dask: the scheduler of the cluster that plays replications, such as tcp://host:8786; without it this machine does.
    kafka: the brokers, such as kafka:9092 or a:9092,b:9092; without them doors write into the store themselves.
    kafka_tls: talk TLS to the brokers; kafka_ca_file: the authority that signed their certificates, else the system's.
    kafka_certificate_file, kafka_key_file: who we are to them, where they ask for certificates.
    kafka_user, kafka_password_file, kafka_sasl_mechanism: who we are to them by SASL.
    log: how processes log: json or console; without it JSON where standard error is no terminal.
    metrics_port: where this process answers Prometheus; without it nowhere.
    issuer, audience, jwks_file: what bearer tokens are verified by; without them people are made up, on this machine.
    api_keys: whether API keys open doors where tokens are asked for.
    events_kept_years: after how many years the events of a journey that is over are dropped; without it never.
    """

    model_config = SettingsConfigDict(env_prefix="LIGHTSHIP_", extra="ignore")

    database_url: str | None = None
    database_password_file: Path | None = None
    system: str = "kent_and_medway"
    data_dir: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "lightship")
    keys_dir: Path | None = None
    dask: str | None = None
    kafka: str | None = None
    kafka_tls: bool = False
    kafka_ca_file: Path | None = None
    kafka_certificate_file: Path | None = None
    kafka_key_file: Path | None = None
    kafka_user: str | None = None
    kafka_password_file: Path | None = None
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    log: Literal["json", "console"] | None = None
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    metrics_host: str = "127.0.0.1"
    issuer: str | None = None
    audience: str | None = None
    jwks_file: Path | None = None
    roles_claim: str = "roles"
    api_keys: bool = False
    events_kept_years: float | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="after")
    def _with_password(self) -> Self:
        """The password from its file in the database's address."""
        if self.database_url and self.database_password_file:
            try:
                password = self.database_password_file.read_text().strip()
            except OSError as error:
                raise LightshipError(
                    f"LIGHTSHIP_DATABASE_PASSWORD_FILE {self.database_password_file} cannot be read ({error.strerror})."
                ) from error
            parts = urlsplit(self.database_url)
            if parts.password is not None or not parts.username:
                raise LightshipError(
                    "With LIGHTSHIP_DATABASE_PASSWORD_FILE the address in LIGHTSHIP_DATABASE_URL names a user and no "
                    "password: postgresql://user@host/name."
                )
            netloc = f"{parts.username}:{quote(password, safe='')}@{parts.netloc.rpartition('@')[2]}"
            self.database_url = parts._replace(netloc=netloc).geturl()
        return self

    @property
    def events_kept(self) -> timedelta | None:
        """How long events are kept after their journey's end; None: for ever."""
        return None if self.events_kept_years is None else timedelta(days=self.events_kept_years * 365.25)

    @property
    def keys(self) -> Path:
        """The folder of key files: beside the data, never in the database."""
        return self.keys_dir or self.data_dir / "keys"

    @property
    def postgres(self) -> Path:
        """The folder of the embedded database: its own, or the copy of a saved moment that was jumped to."""
        return store_folder(self.data_dir)
