"""Sign-in by bearer tokens: JWTs that an identity provider has signed, verified against the public keys in a file.

Every request needs one, pages of the boards too; only the checks of a container's health do not. A page cannot add a
header by itself, so a proxy that people sign in at adds it. Claims: docs/reference/api.md.
"""

from __future__ import annotations

import json
import re
import time as wall_time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import JWSRegistry
from starlette.requests import HTTPConnection

from services.api.identity import ROLES, Actor, Machine, Role
from services.api.problems import Problem
from services.domain.system import System
from services.errors import LightshipError
from services.store.keys import SCOPES, TOKEN_PREFIX

#: Signatures by a key that this side does not have. None of a shared secret, and not `none`.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
LEEWAY_SECONDS = 30
LONGEST_TOKEN = 16 * 1024
LOOK_SECONDS = 5  # between two looks at whether the file of keys was changed
_LONGEST_ENDING_SECONDS = 24 * 3600  # what lasts longer is asked again before; an end may lie beyond all calendars
#: OpenID Connect Core, 2: at most 255 characters of ASCII. Without a space none is like "command line (root)".
_SUBJECT = re.compile(r"[!-~]{1,255}")
#: Of an access or an identity token (RFC 9068, 2.1; RFC 8725, 3.11). A token of another kind is not meant for us.
_KINDS = frozenset(["jwt", "at+jwt", "application/jwt", "application/at+jwt"])
_LONGEST_TITLE = 100
_LEAST_RSA_BITS = 2048
_PRIVATE = frozenset(["d", "p", "q", "dp", "dq", "qi", "k"])
#: What a client is told whose token or key is not valid (RFC 6750, 3.1).
INVALID = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
_log = structlog.get_logger(__name__)


class _Signatures(JWSRegistry):
    """Our algorithms alone, without the library's word on every token that names EdDSA. Header parameters that nobody
    knows are passed by (RFC 7515, 4.1); some issuers send their certificates there.
    """

    max_header_length = LONGEST_TOKEN

    def __init__(self) -> None:
        super().__init__(algorithms=ALGORITHMS, strict_check_header=False)

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


_SIGNATURES = _Signatures()


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
        self._unheard_of: set[str] = set()
        self.keys_too = tokens.keys_too

    async def actor(self, connection: HTTPConnection) -> Actor | None:
        token = bearer_of(connection)
        if token is None:
            return None
        try:
            return self.verified(token)
        except TokenRefused as refused:
            _log.warning("token.refused", why=str(refused))
            raise Problem(401, "The token is not valid; sign in again.", headers=INVALID) from None

    def verified(self, token: str) -> Actor:
        """Who a token says. Raises TokenRefused."""
        if len(token) > LONGEST_TOKEN:
            raise TokenRefused("too long")
        try:
            found = jwt.decode(token, self._current(), registry=_SIGNATURES)
            self._registry().validate(found.claims)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise TokenRefused(type(error).__name__) from None  # its text may quote the token
        if found.header.get("typ", "JWT").lower() not in _KINDS:
            raise TokenRefused("typ is of another kind of token")
        if "cnf" in found.claims:
            raise TokenRefused("cnf: bound to a key of its sender, which a bearer token does not show")
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
        if not _SUBJECT.fullmatch(subject):
            raise TokenRefused("sub is no name")
        ends = min(claims["exp"] + LEEWAY_SECONDS, wall_time.time() + _LONGEST_ENDING_SECONDS)
        until = datetime.fromtimestamp(ends, UTC)
        said = _words(_at(claims, self._tokens.roles_claim))
        roles = frozenset(role for role in ROLES if role in said)
        titles: list[str] = [claims[key] for key in ("name", "preferred_username") if _is_title(claims.get(key))]
        title = next(iter(titles), subject)
        if roles:
            return Actor(subject, title, roles, self._sites_of(claims, roles), until=until)
        scopes = frozenset(word for word in _words(claims.get("scope")) if word in SCOPES)
        source = claims.get("source")
        if "source" in claims and not isinstance(source, str):  # a null would let it write for everybody
            raise TokenRefused("source is no text")
        return Actor(subject, title, frozenset(), machine=Machine(scopes, source), until=until)

    def _sites_of(self, claims: Mapping[str, Any], roles: frozenset[Role]) -> frozenset[str] | None:
        """Those of the claim. Without it all, but none for a site manager who is not the control centre too: another
        role beside it, such as a viewer's, does not make them the manager of every site.
        """
        if "sites" not in claims:
            return frozenset() if "site_manager" in roles and "control_centre" not in roles else None
        said = frozenset(_words(claims["sites"]))
        if (unknown := said - self._sites) - self._unheard_of:
            self._unheard_of |= unknown
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


def bearer_of(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def is_api_key(connection: HTTPConnection) -> bool:
    bearer = bearer_of(connection)
    return bearer.startswith(TOKEN_PREFIX) if bearer else "x-api-key" in connection.headers


def read_keys(file: Path) -> KeySet:
    """The public keys of a JWKS file. Raises LightshipError where it holds anything else."""
    try:
        said = json.loads(file.read_bytes())
        listed = said["keys"] if isinstance(said, dict) else None
    except (OSError, ValueError, KeyError, RecursionError) as error:
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
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise LightshipError(
            f"LIGHTSHIP_JWKS_FILE {file} holds a key that is none ({type(error).__name__})."
        ) from error
    if any(size < _LEAST_RSA_BITS for size in sizes):
        raise LightshipError(f"LIGHTSHIP_JWKS_FILE {file} holds an RSA key of fewer than {_LEAST_RSA_BITS} bits.")
    return keys


def _written(file: Path) -> tuple[int, int, int]:
    """What is another where the file was written, or another was put in its place as mounted secrets are."""
    stat = file.stat()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _is_title(said: Any) -> bool:
    return isinstance(said, str) and 0 < len(said) <= _LONGEST_TITLE and said.isprintable()


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
