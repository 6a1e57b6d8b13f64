"""API keys of machines: stored hashed, limited to scopes and, where wished, to one source; they expire."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, get_args
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import class_row

from services.errors import LightshipError, StoreError, nearest

Scope = Literal["events:read", "events:write", "feeds:read", "quarantine:read", "quarantine:write", "state:read"]
SCOPES: tuple[str, ...] = get_args(Scope)
TOKEN_BYTES = 32
TOKEN_PREFIX = "lightship_"  # so that a leaked one is recognised by scanners
MAX_NAME = 80


class KeyRefused(LightshipError):
    """The key is not valid, or not any longer."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    id: UUID
    name: str
    scopes: tuple[str, ...]
    source: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "scopes", tuple(self.scopes))


_SHOWN = "id, name, scopes, source, created_at, expires_at, revoked_at"


def create(
    connection: Connection[Any],
    *,
    name: str,
    scopes: Iterable[str],
    source: str | None,
    now: datetime,
    expires_at: datetime,
) -> tuple[ApiKey, str]:
    """A new key and its token, which is not kept and cannot be shown again.

    source: the one `urn:nhs:ods:<code>` it may write for, None for any. Raises StoreError for an unknown scope, no
    scope at all, a name that is empty or too long, or an expiry that is over.
    """
    wanted = sorted(set(scopes))
    for scope in wanted:
        if scope not in SCOPES:
            raise StoreError(f"There is no such scope{nearest(scope, SCOPES)}; the scopes are {', '.join(SCOPES)}.")
    if not wanted:
        raise StoreError(f"A key needs a scope; the scopes are {', '.join(SCOPES)}.")
    if not 0 < len(name) <= MAX_NAME:
        raise StoreError(f"A key needs a name of 1 to {MAX_NAME} characters that says who uses it.")
    if expires_at <= now:
        raise StoreError("The expiry is over already; give one that lies ahead.")
    token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    key = ApiKey(uuid4(), name, tuple(wanted), source, now, expires_at, None)
    connection.execute(
        """
        insert into api_key (id, name, token_hash, scopes, source, created_at, expires_at)
        values (%s, %s, %s, %s, %s, %s, %s)
        """,
        (key.id, name, _hash(token), wanted, source, now, expires_at),
    )
    return key, token


def verify(connection: Connection[Any], token: str, now: datetime) -> ApiKey:
    """The key whose token this is. Raises KeyRefused where it is unknown, expired or revoked."""
    with connection.cursor(row_factory=class_row(ApiKey)) as rows:
        key = rows.execute(f"select {_SHOWN} from api_key where token_hash = %s", (_hash(token),)).fetchone()
    if key is None:
        raise KeyRefused("The API key is not known; ask for one made with `lightship keys create`.")
    if key.revoked_at is not None:
        raise KeyRefused("The API key was revoked; ask for a new one.")
    if key.expires_at <= now:
        raise KeyRefused("The API key has expired; ask for a new one.")
    return key


def list_(connection: Connection[Any]) -> list[ApiKey]:
    """Every key, the newest first, the revoked and expired ones among them."""
    with connection.cursor(row_factory=class_row(ApiKey)) as rows:
        return rows.execute(f"select {_SHOWN} from api_key order by created_at desc, id").fetchall()


def revoke(connection: Connection[Any], id_: UUID, now: datetime) -> None:
    """From now on the key opens nothing. Raises StoreError where there is no such key."""
    found = connection.execute(
        "update api_key set revoked_at = coalesce(revoked_at, %s) where id = %s", (now, id_)
    ).rowcount
    if not found:
        raise StoreError("There is no such API key; list them with `lightship keys list`.")


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
