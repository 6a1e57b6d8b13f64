"""The quarantine and the API keys, in a real PostgreSQL."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection

from services.errors import LightshipError, StoreError
from services.ingest.identity import KeyRing
from services.store import keys as api_keys
from services.store import quarantine
from services.store.embedded import embedded
from services.store.quarantine import Refused

MIGRATIONS = Path(quarantine.__file__).parent / "migrations"
NOW = datetime(2026, 10, 18, 12, 0, tzinfo=UTC)
RING = KeyRing(secrets.token_bytes(32), {"0001": secrets.token_bytes(32)})


@pytest.fixture(scope="module")
def quarantine_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded(tmp_path_factory.mktemp("quarantine") / "data") as url:
        with psycopg.connect(url, autocommit=True) as opened:
            for name in ("0002.quarantine", "0003.api_key"):
                opened.execute((MIGRATIONS / f"{name}.sql").read_text())
        yield url


@pytest.fixture
def connection(quarantine_database: str) -> Iterator[Connection[Any]]:
    with psycopg.connect(quarantine_database, autocommit=True) as opened:
        opened.execute("truncate quarantine, api_key")
        yield opened


def refused(raw: bytes = b'{"id": "SMITH 9434765919"}', **changes: Any) -> Refused:
    fields: dict[str, Any] = {
        "raw": raw,
        "reason": "data.site is required; add it",
        "field": "data.site",
        "source": "urn:nhs:ods:RVV",
        "type": "ed.seen",
        "redacted": {"id": "redacted (text, 16 characters)"},
        "content_type": "application/json",
        "received_at": NOW,
    }
    return Refused(**(fields | changes))


def test_a_refused_payload_is_kept_sealed_and_opens_with_the_key(connection: Connection[Any]) -> None:
    (id_,) = quarantine.put(connection, RING, [refused(content_type="text/SMITH")])
    held = quarantine.get(connection, id_)
    assert held is not None
    assert (held.state, held.times, held.reason, held.field) == (
        "held",
        1,
        "data.site is required; add it",
        "data.site",
    )
    assert (held.received_at, held.expires_at) == (NOW, NOW + timedelta(days=30))
    assert quarantine.open_bytes(connection, RING, id_) == b'{"id": "SMITH 9434765919"}'
    other = KeyRing(RING.pseudonym_key, {"0001": secrets.token_bytes(32)})
    with pytest.raises(LightshipError, match="does not open"):
        quarantine.open_bytes(connection, other, id_)


def test_nothing_sent_is_readable_in_the_row_neither_the_original_nor_the_mended(connection: Connection[Any]) -> None:
    (id_,) = quarantine.put(connection, RING, [refused()])
    quarantine.mend(connection, RING, id_, b'{"id": "JONES 9990000018"}', {"id": "redacted"})
    row = connection.execute("select to_jsonb(quarantine) from quarantine").fetchone()
    stored = connection.execute(
        "select digest, nonce, ciphertext, mend_nonce, mend_ciphertext from quarantine"
    ).fetchone()
    assert row is not None
    assert stored is not None
    text = json.dumps(row[0]) + "".join(bytes(part).decode("latin-1") for part in stored)
    for secret in ("SMITH", "JONES", "9434765919", "9990000018"):
        assert secret not in text
        assert secret.encode().hex() not in text


def test_the_same_bytes_of_a_source_are_one_row_that_counts_them(connection: Connection[Any]) -> None:
    first = quarantine.put(connection, RING, [refused(), refused(), refused(source=None), refused(b"other")])
    assert first[0] == first[1]
    assert len(set(first)) == 3
    later = NOW + timedelta(hours=1)
    again = quarantine.put(connection, RING, [refused(received_at=later, reason="new words", field=None)])
    assert again == first[:1]
    held = quarantine.get(connection, first[0])
    assert held is not None
    assert (held.times, held.received_at, held.last_received_at) == (3, NOW, later)
    assert (held.reason, held.field, held.expires_at) == ("new words", None, later + timedelta(days=30))
    assert quarantine.open_bytes(connection, RING, first[0]) == refused().raw


def test_no_payloads_are_no_rows(connection: Connection[Any]) -> None:
    assert quarantine.put(connection, RING, []) == []


def test_ten_thousand_bad_events_are_kept_in_seconds_and_paged_through(connection: Connection[Any]) -> None:
    items = [refused(b'{"n": %d}' % n, received_at=NOW + timedelta(seconds=n // 7)) for n in range(10_000)]
    began = time.perf_counter()
    ids = quarantine.put(connection, RING, items)
    assert time.perf_counter() - began < 10
    assert quarantine.open_bytes(connection, RING, ids[4321]) == b'{"n": 4321}'
    seen, cursor = [], None
    while True:
        page, cursor = quarantine.list_(connection, cursor, 499, "held")
        seen += [row.id for row in page]
        if cursor is None:
            break
    assert len(seen) == 10_000
    assert set(seen) == set(ids)
    assert quarantine.list_(connection, None, 5, "mended") == ([], None)


@pytest.mark.parametrize("cursor", ["x", "!!!", "eHh4", "w6k=", "é"])
def test_a_cursor_that_is_not_ours_is_refused(connection: Connection[Any], cursor: str) -> None:
    with pytest.raises(StoreError, match="begin again"):
        quarantine.list_(connection, cursor)


def test_a_payload_is_mended_refused_again_and_replayed(connection: Connection[Any]) -> None:
    (id_,) = quarantine.put(connection, RING, [refused()])
    mended = quarantine.mend(connection, RING, id_, b"mended once", {"a": 1})
    assert (mended.state, mended.redacted) == ("mended", {"a": 1})
    quarantine.mend(connection, RING, id_, b"mended twice", {"a": 2})
    assert quarantine.open_bytes(connection, RING, id_) == b"mended twice"
    assert quarantine.open_bytes(connection, RING, id_, original=True) == refused().raw
    quarantine.refused_again(connection, id_, "time is required; add it", "time")
    quarantine.put(connection, RING, [refused()])
    held = quarantine.get(connection, id_)
    assert held is not None
    assert (held.state, held.reason, held.field, held.times) == ("mended", "time is required; add it", "time", 2)
    uid = uuid4()
    quarantine.mark_replayed(connection, id_, uid, NOW)
    held = quarantine.get(connection, id_)
    assert held is not None
    assert (held.state, held.replaced_by, held.replayed_at) == ("replayed", uid, NOW)
    with pytest.raises(StoreError, match="replayed already"):
        quarantine.mend(connection, RING, id_, b"again", {})


def test_after_thirty_days_the_bytes_are_gone_and_the_reason_stays(connection: Connection[Any]) -> None:
    held, replayed = quarantine.put(connection, RING, [refused(), refused(b"two")])
    quarantine.mark_replayed(connection, replayed, None, NOW)
    assert quarantine.purge_expired(connection, NOW + timedelta(days=29)) == 0
    assert quarantine.purge_expired(connection, NOW + timedelta(days=30)) == 2
    assert quarantine.purge_expired(connection, NOW + timedelta(days=31)) == 0
    rows = {row.id: row.state for row in quarantine.list_(connection)[0]}
    assert rows == {held: "expired", replayed: "replayed"}
    kept = connection.execute("select num_nulls(key_id, nonce, ciphertext, digest) from quarantine").fetchall()
    assert kept == [(4,), (4,)]
    for action in (
        lambda: quarantine.open_bytes(connection, RING, held),
        lambda: quarantine.mend(connection, RING, held, b"", {}),
    ):
        with pytest.raises(StoreError, match="dropped after 30 days"):
            action()
    (anew,) = quarantine.put(connection, RING, [refused(received_at=NOW + timedelta(days=31))])
    assert anew != held
    assert quarantine.open_bytes(connection, RING, anew) == refused().raw


def test_what_is_not_there_is_said(connection: Connection[Any]) -> None:
    assert quarantine.get(connection, uuid4()) is None
    for action in (
        lambda: quarantine.open_bytes(connection, RING, uuid4()),
        lambda: quarantine.mark_replayed(connection, uuid4(), None, NOW),
    ):
        with pytest.raises(StoreError, match="no such payload"):
            action()


def test_a_key_is_known_until_it_expires_or_is_revoked(connection: Connection[Any]) -> None:
    expires_at = NOW + timedelta(days=90)
    key, token = api_keys.create(
        connection, name="East Kent feed", scopes=["events:write"], source="urn:nhs:ods:RVV", now=NOW,
        expires_at=expires_at,
    )  # fmt: skip
    assert api_keys.verify(connection, token, NOW) == key
    assert api_keys.list_(connection) == [key]
    stored = connection.execute("select to_jsonb(api_key)::text from api_key").fetchone()
    assert stored is not None
    assert token not in stored[0]
    for given, at, why in ((token + "x", NOW, "not known"), ("", NOW, "not known"), (token, expires_at, "expired")):
        with pytest.raises(api_keys.KeyRefused, match=why):
            api_keys.verify(connection, given, at)
    api_keys.revoke(connection, key.id, NOW)
    api_keys.revoke(connection, key.id, NOW + timedelta(days=1))
    assert api_keys.list_(connection)[0].revoked_at == NOW
    with pytest.raises(api_keys.KeyRefused, match="revoked"):
        api_keys.verify(connection, token, NOW)
    with pytest.raises(StoreError, match="no such API key"):
        api_keys.revoke(connection, uuid4(), NOW)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scopes": ["event:write"]}, "did you mean 'events:write'"),
        ({"scopes": []}, "needs a scope"),
        ({"name": ""}, "needs a name"),
        ({"expires_at": NOW}, "over already"),
    ],
)
def test_a_key_that_would_be_of_no_use_is_not_made(
    connection: Connection[Any], changes: dict[str, Any], said: str
) -> None:
    wanted: dict[str, Any] = {
        "name": "feed", "scopes": ["state:read"], "source": None, "now": NOW, "expires_at": NOW + timedelta(days=1),
    }  # fmt: skip
    with pytest.raises(StoreError, match=said):
        api_keys.create(connection, **(wanted | changes))
