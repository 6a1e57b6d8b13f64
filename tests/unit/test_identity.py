"""Pseudonyms, NHS numbers, key files and seals."""

from __future__ import annotations

import hmac
import stat
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import LightshipError
from services.ingest.identity import KeyRing, normalised_nhs_number, valid_nhs_number
from services.ingest.sealing import Sealed, seal, unseal

RING = KeyRing(b"k" * 32, {"0001": b"s" * 32})


@given(st.text())
def test_a_pseudonym_is_22_characters_of_the_hmac_of_the_whole_text(text: str) -> None:
    digest = hmac.digest(RING.pseudonym_key, text.encode("utf-8", "surrogatepass"), "sha256")
    assert RING.pseudonym(text) == urlsafe_b64encode(digest)[:22].decode()


def test_an_event_has_one_uid_under_each_key_and_another_for_any_other_part() -> None:
    uid = RING.event_uid("urn:nhs:ods:RVV", "j_1", "A1")
    assert uid == RING.event_uid("urn:nhs:ods:RVV", "j_1", "A1")
    assert len(bytes.fromhex(uid)) == 16
    others = [
        RING.event_uid("urn:nhs:ods:RXY", "j_1", "A1"), RING.event_uid("urn:nhs:ods:RVV", "j_2", "A1"),
        RING.event_uid("urn:nhs:ods:RVV", "j_1", "A2"), RING.event_uid("urn:nhs:ods:RVV", "j_1", "\ud800"),
        KeyRing(b"o" * 32, RING.seal_keys).event_uid("urn:nhs:ods:RVV", "j_1", "A1"),
    ]  # fmt: skip
    assert len({uid, *others}) == 6


def test_a_text_has_another_pseudonym_as_a_journey_and_a_person_and_under_another_key() -> None:
    other = KeyRing(b"o" * 32, RING.seal_keys)
    made = {RING.journey("9434765919"), RING.person("9434765919")}
    made.add(other.journey("9434765919"))
    assert len(made) == 3
    assert len({name[2:] for name in made}) == 3
    assert RING.person("9434765919").startswith("p_")
    assert RING.journey("RVV/V1").startswith("j_")


@pytest.mark.parametrize("text", ["9434765919", "943 476 5919", "943-476-5919", "9990000018"])
def test_a_valid_nhs_number_is_known_in_every_usual_spelling(text: str) -> None:
    assert valid_nhs_number(text)
    assert normalised_nhs_number(text) == text.replace(" ", "").replace("-", "")


@pytest.mark.parametrize(
    "text",
    ["9434765918", "943476591", "94347659190", "943 476-5919", "9 434765919", " 9434765919", "9434765919\n", "", "abc",
     "0000000000", "9999999999", "٩٤٣٤٧٦٥٩١٩"],
)  # fmt: skip
def test_what_is_not_an_nhs_number_is_not_valid(text: str) -> None:
    assert not valid_nhs_number(text)


@given(st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(place: int, by: int) -> None:
    digits = list("9434765919")
    digits[place] = str((int(digits[place]) + by) % 10)
    assert not valid_nhs_number("".join(digits))


def test_a_new_ring_is_private_and_comes_back_the_same(tmp_path: Path) -> None:
    made = KeyRing.load(tmp_path / "keys", create=True)
    assert KeyRing.load(tmp_path / "keys", create=False) == made
    assert KeyRing.load(tmp_path / "keys", create=True) == made
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = sorted((tmp_path / "keys").iterdir())
    assert [path.name for path in files] == ["pseudonym.key", "seal-0001.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert made.pseudonym_key.hex() not in repr(made)


def test_missing_keys_are_said_and_not_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(LightshipError, match=r"No key files .* backup"):
        KeyRing.load(tmp_path / "keys", create=False)
    assert not (tmp_path / "keys").exists()


def test_a_lost_pseudonym_key_is_never_replaced_in_silence(tmp_path: Path) -> None:
    KeyRing.load(tmp_path, create=True)
    (tmp_path / "pseudonym.key").unlink()
    with pytest.raises(LightshipError, match="restore it"):
        KeyRing.load(tmp_path, create=True)


def test_a_key_that_all_can_read_or_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    KeyRing.load(tmp_path, create=True)
    (tmp_path / "pseudonym.key").chmod(0o644)
    with pytest.raises(LightshipError, match="chmod 600"):
        KeyRing.load(tmp_path, create=False)
    (tmp_path / "pseudonym.key").chmod(0o600)
    (tmp_path / "pseudonym.key").write_bytes(b"short")
    with pytest.raises(LightshipError, match="32 bytes"):
        KeyRing.load(tmp_path, create=False)


def test_seals_use_the_newest_key_and_older_ones_still_open(tmp_path: Path) -> None:
    first = KeyRing.load(tmp_path, create=True)
    old = seal(first, b"payload", b"row 1")
    (tmp_path / "seal-0010.key").write_bytes(b"n" * 32)
    (tmp_path / "seal-0010.key").chmod(0o600)
    ring = KeyRing.load(tmp_path, create=False)
    new = seal(ring, b"payload", b"row 1")
    assert (old.key_id, new.key_id) == ("0001", "0010")
    assert unseal(ring, old, b"row 1") == unseal(ring, new, b"row 1") == b"payload"
    assert b"payload" not in new.ciphertext
    with pytest.raises(LightshipError, match=r"seal-0010\.key"):
        unseal(first, new, b"row 1")


def test_a_seal_does_not_open_elsewhere_or_changed() -> None:
    sealed = seal(RING, b"payload", b"row 1")
    changed = bytes([sealed.ciphertext[0] ^ 1]) + sealed.ciphertext[1:]
    with pytest.raises(LightshipError, match="does not open"):
        unseal(RING, sealed, b"row 2")
    with pytest.raises(LightshipError, match="does not open"):
        unseal(RING, Sealed(sealed.key_id, sealed.nonce, changed), b"row 1")
