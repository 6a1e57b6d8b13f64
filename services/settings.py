"""Settings from the environment (LIGHTSHIP_...) and the command line."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.moments import store_folder


class Settings(BaseSettings):
    """LIGHTSHIP_DATABASE_URL, LIGHTSHIP_SYSTEM, LIGHTSHIP_DATA_DIR, LIGHTSHIP_KEYS_DIR, LIGHTSHIP_DASK,
    LIGHTSHIP_KAFKA, LIGHTSHIP_METRICS_PORT, LIGHTSHIP_METRICS_HOST, LIGHTSHIP_ISSUER, LIGHTSHIP_AUDIENCE,
    LIGHTSHIP_JWKS_FILE, LIGHTSHIP_ROLES_CLAIM, LIGHTSHIP_API_KEYS.

    dask: the scheduler of the cluster that plays replications, such as tcp://host:8786; without it this machine does.
    kafka: the brokers, such as kafka:9092 or a:9092,b:9092; without them doors write into the store themselves.
    metrics_port: where this process answers Prometheus; without it nowhere.
    issuer, audience, jwks_file: what bearer tokens are verified by; without them people are made up, on this machine.
    api_keys: whether API keys open doors where tokens are asked for.
    """

    model_config = SettingsConfigDict(env_prefix="LIGHTSHIP_", extra="ignore")

    database_url: str | None = None
    system: str = "kent_and_medway"
    data_dir: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "lightship")
    keys_dir: Path | None = None
    dask: str | None = None
    kafka: str | None = None
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    metrics_host: str = "127.0.0.1"
    issuer: str | None = None
    audience: str | None = None
    jwks_file: Path | None = None
    roles_claim: str = "roles"
    api_keys: bool = False

    @property
    def keys(self) -> Path:
        """The folder of key files: beside the data, never in the database."""
        return self.keys_dir or self.data_dir / "keys"

    @property
    def postgres(self) -> Path:
        """The folder of the embedded database: its own, or the copy of a saved moment that was jumped to."""
        return store_folder(self.data_dir)
