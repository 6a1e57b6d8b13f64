"""Which identity a server has, from its settings."""

from __future__ import annotations

from pathlib import Path

from services.api.identity import Identity, identity_at
from services.api.tokens import BearerTokens, Tokens
from services.domain.system import System
from services.errors import LightshipError
from services.settings import Settings


def identity_of(settings: Settings, system: System, host: str, *, is_production: bool = False) -> Identity:
    """Tokens where issuer, audience and key set are all set, on any host; else made-up actors, on loopback alone.

    is_production: there are no made-up actors. Raises LightshipError, saying what to set.
    """
    given = {
        "LIGHTSHIP_ISSUER": settings.issuer, "LIGHTSHIP_AUDIENCE": settings.audience,
        "LIGHTSHIP_JWKS_FILE": settings.jwks_file,
    }  # fmt: skip
    missing = [name for name, value in given.items() if not value or value == Path()]  # as left empty in a file
    if missing and (is_production or len(missing) < len(given)):
        raise LightshipError(f"Set {', '.join(missing)}: requests are let in by tokens that verify against them.")
    if settings.issuer and settings.audience and settings.jwks_file:
        tokens = Tokens(
            settings.issuer, settings.audience, settings.jwks_file, settings.roles_claim, settings.api_keys
        )  # fmt: skip
        return BearerTokens(tokens, system)
    return identity_at(host, system)
