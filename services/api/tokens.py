"""Sign-in by bearer tokens: JWTs that an identity provider has signed, verified against the public keys in a file.

Every request needs one, pages of the boards too; only the checks of a container's health do not. A page cannot add a
header by itself, so a proxy that people sign in at adds it. Claims: docs/reference/api.md.
"""

from __future__ import annotations

import json
import time as wall_time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from services.api.identity import ROLES, Actor, Machine, Role
from services.api.problems import Problem, respond
from services.domain.system import System
from services.errors import LightshipError
from services.store.keys import SCOPES, TOKEN_PREFIX

#: Signatures by a key that this side does not have. None of a shared secret, and not `none`.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
LEEWAY_SECONDS = 30
LONGEST_TOKEN = 16 * 1024
LOOK_SECONDS = 5  # between two looks at whether the file of keys was changed
_LONGEST_NAME = 100
_LEAST_RSA_BITS = 2048
_PRIVATE = frozenset(["d", "p", "q", "dp", "dq", "qi", "k"])
_HEALTH = "/health/"
_UNSIGNED = {"WWW-Authenticate": "Bearer"}
_REFUSED = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
_log = structlog.get_logger(__name__)


class TokenRefused(Exception):
    """The token opens nothing. Why is in the log, and not in the answer."""


@dataclass(frozen=True)
class Tokens:
    """What tokens are checked by. roles_claim: where a person's roles are, dotted where they lie deeper. keys_too:
    whether API keys open doors beside tokens.
    """

    issuer: str
    audience: str
    jwks_file: Path
    roles_claim: str = "roles"
    keys_too: bool = False


class BearerTokens:
    """An `Identity`: whoever shows a token that verifies is who it says."""

    choices: Sequence[Actor] = ()
    is_closed = True

    def __init__(self, tokens: Tokens, system: System) -> None:
        """Raises LightshipError where the file of keys cannot be used."""
        self._tokens, self._sites = tokens, frozenset(site.code for site in system.sites)
        self._keys, self._written = read_keys(tokens.jwks_file), _written(tokens.jwks_file)
        self._looked_at = wall_time.monotonic()
        self.keys_too = tokens.keys_too

    async def actor(self, connection: HTTPConnection) -> Actor | None:
        token = bearer_of(connection)
        if token is None:
            return None
        try:
            return self.verified(token)
        except TokenRefused as refused:
            _log.warning("token.refused", why=str(refused))
            raise Problem(401, "The token is not valid; sign in again.", headers=_REFUSED) from None

    def verified(self, token: str) -> Actor:
        """Who a token says. Raises TokenRefused."""
        if len(token) > LONGEST_TOKEN:
            raise TokenRefused("too long")
        try:
            found = jwt.decode(token, self._current(), algorithms=list(ALGORITHMS))
            self._registry().validate(found.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise TokenRefused(type(error).__name__) from None  # its text may quote the token
        return self._actor(found.claims)

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._tokens.issuer},
            aud={"essential": True, "value": self._tokens.audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    def _actor(self, claims: Mapping[str, Any]) -> Actor:
        subject = claims["sub"]
        if not isinstance(subject, str) or not _is_name(subject):
            raise TokenRefused("sub is no name")
        said = _words(_at(claims, self._tokens.roles_claim))
        roles = frozenset(role for role in ROLES if role in said)
        titles: list[str] = [claims[key] for key in ("name", "preferred_username") if _is_name(claims.get(key))]
        title = next(iter(titles), subject)
        if roles:
            return Actor(subject, title, roles, self._sites_of(claims, roles))
        scopes = frozenset(word for word in _words(claims.get("scope")) if word in SCOPES)
        source = claims.get("source")
        if source is not None and not isinstance(source, str):
            raise TokenRefused("source is no text")
        return Actor(subject, title, frozenset(), machine=Machine(scopes, source))

    def _sites_of(self, claims: Mapping[str, Any], roles: frozenset[Role]) -> frozenset[str] | None:
        """Those of the claim. Without it all, but for who is a site manager alone: then none."""
        if "sites" not in claims:
            return frozenset() if roles == {"site_manager"} else None
        said = frozenset(_words(claims["sites"]))
        if unknown := said - self._sites:
            _log.warning("token.sites_unknown", count=len(unknown))
        return said & self._sites

    def _current(self) -> KeySet:
        """The keys as the file has them; where it was changed into something else, those that were good."""
        if wall_time.monotonic() - self._looked_at > LOOK_SECONDS:
            self._looked_at = wall_time.monotonic()
            try:
                written = _written(self._tokens.jwks_file)
                if written != self._written:
                    self._keys, self._written = read_keys(self._tokens.jwks_file), written
                    _log.info("token.keys_read", keys=len(self._keys.keys))
            except (LightshipError, OSError) as error:
                _log.error("token.keys_not_read", error=str(error))
        return self._keys


class Closed:
    """Nothing but the checks of health is answered to whoever shows no token that verifies: no page either."""

    def __init__(self, app: ASGIApp, identity: BearerTokens) -> None:
        self._app, self._identity = app, identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"].startswith(_HEALTH):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            with_key = self._identity.keys_too and is_api_key(connection)
            if not with_key and await self._identity.actor(connection) is None:
                raise Problem(401, "Sign in: this needs `Authorization: Bearer <token>`.", headers=_UNSIGNED)
        except Problem as problem:
            answer = respond(problem.status_code, problem.detail, headers=problem.headers)
            if scope["type"] == "websocket":
                await WebSocket(scope, receive, send).send_denial_response(answer)
            else:
                await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def bearer_of(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def is_api_key(connection: HTTPConnection) -> bool:
    return "x-api-key" in connection.headers or (bearer_of(connection) or "").startswith(TOKEN_PREFIX)


def read_keys(file: Path) -> KeySet:
    """The public keys of a JWKS file. Raises LightshipError where it holds anything else."""
    try:
        said = json.loads(file.read_bytes())
        listed = said["keys"] if isinstance(said, dict) else None
    except (OSError, ValueError, KeyError) as error:
        raise LightshipError(f"LIGHTSHIP_JWKS_FILE {file} cannot be read ({type(error).__name__}).") from error
    if not isinstance(listed, list) or not listed or not all(isinstance(key, dict) for key in listed):
        raise LightshipError(f'LIGHTSHIP_JWKS_FILE {file} is no key set: {{"keys": [...]}} with at least one key.')
    if any(key.get("kty") == "oct" or _PRIVATE & key.keys() for key in listed):
        raise LightshipError(
            f"LIGHTSHIP_JWKS_FILE {file} holds a private or a shared key: put the public keys alone into it, and make "
            "those that lay there anew."
        )
    try:
        keys = KeySet.import_key_set({"keys": listed})
        sizes = [key.public_key.key_size for key in keys if isinstance(key, RSAKey)]
    except (JoseError, ValueError, TypeError) as error:
        raise LightshipError(
            f"LIGHTSHIP_JWKS_FILE {file} holds a key that is none ({type(error).__name__})."
        ) from error
    if any(size < _LEAST_RSA_BITS for size in sizes):
        raise LightshipError(f"LIGHTSHIP_JWKS_FILE {file} holds an RSA key of fewer than {_LEAST_RSA_BITS} bits.")
    return keys


def _written(file: Path) -> tuple[int, int]:
    stat = file.stat()
    return stat.st_mtime_ns, stat.st_size


def _is_name(said: Any) -> bool:
    return isinstance(said, str) and 0 < len(said) <= _LONGEST_NAME and said.isprintable()


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """A claim, where its whole name is none the one that its dots lead to."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _words(said: Any) -> list[str]:
    """A claim that is a list of texts, or one text with spaces between words."""
    if isinstance(said, str):
        return said.split()
    return [word for word in said if isinstance(word, str)] if isinstance(said, list) else []
