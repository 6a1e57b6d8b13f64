"""Who a thing is about, without saying who: keyed pseudonyms, and the key files they hang on.

The keys live in a directory of their own, outside the database. Whoever loses `pseudonym.key` loses every link
between old and new events, so a missing one is never replaced in silence.
"""

from __future__ import annotations

import os
import re
import secrets
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b, sha256
from pathlib import Path

from services.errors import LightshipError

KEY_BYTES = 32
PSEUDONYM_LENGTH = 22  # urlsafe base64 characters: 132 bits
PSEUDONYM_FILE = "pseudonym.key"

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_SEAL_FILE = re.compile(r"seal-([0-9]{1,9})\.key")
_NHS_NUMBER = re.compile(r"([0-9]{3})([ -]?)([0-9]{3})\2([0-9]{4})")


def normalised_nhs_number(text: str) -> str | None:
    """The ten digits of a valid NHS number, or None.

    Valid: ten digits, plain or parted 3-3-4 by spaces or hyphens, whose last is the modulus 11 check digit of the
    others (NHS Data Dictionary, NHS NUMBER). Ten equal digits pass the check but are placeholders, and would link
    everybody who carries them, so they are not valid here.
    """
    found = _NHS_NUMBER.fullmatch(text)
    if found is None:
        return None
    digits = found[1] + found[3] + found[4]
    a, b, c, d, e, f, g, h, i, check = digits.encode()
    # Weights 10 to 2, and the check digit counts once: the whole is a multiple of 11. A check of 10 has no digit. That
    # each digit is 48 too great in ASCII adds 55 x 48, itself a multiple of 11.
    if (10 * a + 9 * b + 8 * c + 7 * d + 6 * e + 5 * f + 4 * g + 3 * h + 2 * i + check) % 11:
        return None
    return None if digits == digits[0] * 10 else digits


def valid_nhs_number(text: str) -> bool:
    """Whether the text is an NHS number (see `normalised_nhs_number`)."""
    return normalised_nhs_number(text) is not None


@dataclass(frozen=True)
class KeyRing:
    """The keys of one installation: one for pseudonyms, one or more (by number, the greatest is in use) for seals."""

    pseudonym_key: bytes = field(repr=False)
    seal_keys: Mapping[str, bytes] = field(repr=False)

    @property
    def newest_seal(self) -> str:
        return max(self.seal_keys, key=int)

    @classmethod
    def load(cls, directory: Path, *, create: bool) -> KeyRing:
        """The ring kept in `directory`: `pseudonym.key` and `seal-<number>.key`, 32 random bytes each.

        create: make what a new installation lacks (files 0600, directory 0700). Raises LightshipError where a key
        is missing, of the wrong length, or readable by everybody.
        """
        if create:
            _create(directory)
        seals = {found[1]: path for path in sorted(directory.glob("seal-*.key"))
                 if (found := _SEAL_FILE.fullmatch(path.name))}  # fmt: skip
        if not (directory / PSEUDONYM_FILE).exists() or not seals:
            raise LightshipError(
                f"No key files in {directory}. A new installation makes them on `lightship up`; an older one needs "
                f"its own {PSEUDONYM_FILE} and seal-<number>.key back from the backup."
            )
        return cls(_read(directory / PSEUDONYM_FILE), {number: _read(path) for number, path in seals.items()})

    def pseudonym(self, text: str) -> str:
        """22 characters that stand for the whole text: HMAC-SHA-256 under the pseudonym key, 132 bits of it."""
        return str(b2a_base64(self._hmac(_bytes(text)))[:PSEUDONYM_LENGTH].translate(_URL_SAFE), "ascii")

    def journey(self, local: str) -> str:
        """The key of a journey, from `<issuer ODS>/<local id>`."""
        return "j_" + self.pseudonym(local)

    def event_uid(self, source: str, subject: str, sent_id: str) -> str:
        """32 hexadecimal characters that name an event: its source, its subject as it is stored, and its sender's id.

        Keyed BLAKE2b: senders build ids from visit and hospital numbers, so an id must not be guessed from it.
        """
        text = f"{source}\x1f{subject}\x1f{sent_id}"
        made = self._blank_uid()
        made.update(_bytes(text))
        return made.hexdigest()

    def person(self, nhs_number: str) -> str:
        """The pseudonym of a person, from the ten digits of a valid NHS number."""
        return "p_" + self.pseudonym("person\x1f" + nhs_number)

    def fingerprint(self, *parts: bytes) -> bytes:
        """32 bytes that recognise the same bytes again; keyed, so that short contents cannot be guessed from it."""
        return self._hmac(b"fingerprint\x1f" + b"\x1f".join(parts))

    @cached_property
    def _blank_uid(self) -> Callable[[], blake2b]:
        return blake2b(digest_size=16, key=self.pseudonym_key, person=b"lightship.event").copy

    @cached_property
    def _hmac(self) -> Callable[[bytes], bytes]:
        """RFC 2104 from the two states that depend on the key alone: half the time of `hmac.digest`."""
        padded = self.pseudonym_key.ljust(64, b"\0")
        first = sha256(bytes(byte ^ 0x36 for byte in padded)).copy
        second = sha256(bytes(byte ^ 0x5C for byte in padded)).copy

        def digest(message: bytes) -> bytes:
            inner, outer = first(), second()
            inner.update(message)
            outer.update(inner.digest())
            return outer.digest()

        return digest


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _read(path: Path) -> bytes:
    if path.stat().st_mode & 0o007:
        raise LightshipError(f"The key file {path} can be read by everybody; run `chmod 600 {path}`.")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise LightshipError(f"The key file {path} must hold {KEY_BYTES} bytes; restore it from the backup.")
    return key


def _create(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    sealed = any(_SEAL_FILE.fullmatch(path.name) for path in directory.glob("seal-*.key"))
    # The pseudonym key is written first, so seals without it mean that it was lost, not that this was cut short.
    if not (directory / PSEUDONYM_FILE).exists():
        if sealed:
            raise LightshipError(
                f"{directory / PSEUDONYM_FILE} is missing while seal keys are there; restore it from the backup, or "
                "every journey and person would be a new one from now on."
            )
        _write(directory / PSEUDONYM_FILE)
    if not sealed:
        _write(directory / "seal-0001.key")


def _write(path: Path) -> None:
    """A new key under its final name only when it is whole and on disk; one made meanwhile by another stays."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)
        except FileExistsError:
            return
    finally:
        partial.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
