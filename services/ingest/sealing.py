"""The seal on refused payloads: AES-256-GCM under a key that never enters the database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.errors import LightshipError
from services.ingest.identity import KeyRing

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    key_id: str
    nonce: bytes
    ciphertext: bytes


def seal(keys: KeyRing, plain: bytes, context: bytes = b"") -> Sealed:
    """The bytes under the newest seal key. context: what they belong to; the same must be given to open them."""
    key_id = keys.newest_seal
    nonce = secrets.token_bytes(NONCE_BYTES)
    return Sealed(key_id, nonce, AESGCM(keys.seal_keys[key_id]).encrypt(nonce, plain, context))


def unseal(keys: KeyRing, sealed: Sealed, context: bytes = b"") -> bytes:
    """The bytes again. Raises LightshipError where the key is not on the ring or the seal is broken."""
    key = keys.seal_keys.get(sealed.key_id)
    if key is None:
        raise LightshipError(
            f"seal-{sealed.key_id}.key is not among the key files; put it back from the backup to open this payload."
        )
    try:
        return AESGCM(key).decrypt(sealed.nonce, sealed.ciphertext, context)
    except InvalidTag:
        raise LightshipError(
            f"The sealed payload does not open with seal-{sealed.key_id}.key: the key file or the row was changed. "
            "Restore the one from the backup, or ask the sender to send again."
        ) from None
