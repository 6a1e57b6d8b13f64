"""The quarantine: what the doors refused, sealed, until it is mended and replayed or its 30 days are over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.rows import class_row, tuple_row

from services.errors import StoreError
from services.ingest.identity import KeyRing
from services.ingest.sealing import Sealed, seal, unseal
from services.store import cursors

State = Literal["held", "mended", "replayed", "expired"]
KEPT = timedelta(days=30)
MAX_PAGE = 500

#: A header is free text too: what is not one of these is kept as bytes of no known kind.
CONTENT_TYPES = frozenset(
    ["application/json", "application/x-ndjson", "application/fhir+json", "text/csv", "x-application/hl7-v2+er7"]
)
_UNKNOWN_CONTENT = "application/octet-stream"
_MENDED = b"mended"


@dataclass(frozen=True, slots=True)
class Refused:
    """One payload that a door refused. source and type only where they are configured; raw: its bytes as sent."""

    raw: bytes
    reason: str
    field: str | None
    source: str | None
    type: str | None
    redacted: Mapping[str, Any]
    content_type: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SealedRefusal:
    """A refused payload as it is kept, and as it travels: nothing of it in clear but what may be shown."""

    digest: bytes
    times: int
    received_at: datetime
    source: str | None
    type: str | None
    reason: str
    field: str | None
    redacted: Mapping[str, Any]
    content_type: str
    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """A row of the quarantine, as it may be shown. times: how often these bytes were refused."""

    id: UUID
    received_at: datetime
    last_received_at: datetime
    times: int
    source: str | None
    type: str | None
    reason: str
    field: str | None
    redacted: Mapping[str, Any]
    content_type: str
    state: State
    expires_at: datetime
    replayed_at: datetime | None
    replaced_by: UUID | None


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Payloads that wait because a code is not configured. example: the newest of them."""

    field: str
    reason: str
    payloads: int
    times: int
    last_received_at: datetime
    example: UUID


#: Fields that hold codes of this system's configuration.
CODE_FIELDS = (
    "source", "data.site", "data.from_site", "data.to_site", "data.unit", "data.organisation", "data.neighbourhood",
    "data.specialty", "data.council",
)  # fmt: skip

_SHOWN = """
    id, received_at, last_received_at, times, source, type, reason, field, redacted, content_type, state, expires_at,
    replayed_at, replaced_by
"""


def sealed(keys: KeyRing, items: Sequence[Refused]) -> list[SealedRefusal]:
    """What was refused, sealed: a row for the same bytes of the same source, which counts them and has the latest
    reason. In the order of their digests, so that two doors that refuse the same lock rows in one order.
    """
    times: dict[bytes, int] = {}
    latest: dict[bytes, Refused] = {}
    for item in items:
        digest = digest_of(keys, item)
        times[digest] = times.get(digest, 0) + 1
        latest[digest] = item
    return [_sealed(keys, digest, latest[digest], times[digest]) for digest in sorted(latest)]


def _sealed(keys: KeyRing, digest: bytes, item: Refused, times: int) -> SealedRefusal:
    kind = item.content_type if item.content_type in CONTENT_TYPES else _UNKNOWN_CONTENT
    part = seal(keys, item.raw, digest)
    return SealedRefusal(
        digest, times, item.received_at, item.source, item.type, item.reason, item.field, item.redacted, kind,
        part.key_id, part.nonce, part.ciphertext,
    )  # fmt: skip


def digest_of(keys: KeyRing, item: Refused) -> bytes:
    """What a payload is known by: the same bytes of the same source again are the same."""
    return keys.fingerprint((item.source or "").encode(), item.raw)


def id_of(digest: bytes) -> UUID:
    """The id of a payload's row, known before there is one; another where a row with it has lost its bytes to time."""
    return UUID(bytes=digest[:16], version=5)


def put(connection: Connection[Any], keys: KeyRing, items: Sequence[Refused]) -> list[UUID]:
    """Keep refused payloads, sealed, in one statement; answers the id of each item's row, in order."""
    ids = put_sealed(connection, sealed(keys, items))
    return [ids[digest_of(keys, item)] for item in items]


def put_sealed(connection: Connection[Any], rows: Sequence[SealedRefusal]) -> dict[bytes, UUID]:
    """Keep payloads that are sealed already, each digest once and in their order; answers the ids of their rows.

    A payload that is known already is counted again, and says the latest reason while it is still held.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(
            """
            insert into quarantine (
                id, digest, times, received_at, last_received_at, source, type, reason, field, redacted, content_type,
                expires_at, key_id, nonce, ciphertext
            )
            select
                case when exists (select from quarantine where id = batch.id) then gen_random_uuid() else id end,
                digest, times, received_at, received_at, source, type, reason, field, redacted::jsonb,
                content_type, received_at + %s, key_id, nonce, ciphertext
            from unnest(
                %s::uuid[], %s::bytea[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[],
                %s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::bytea[]
            ) as batch (
                id, digest, times, received_at, source, type, reason,
                field, redacted, content_type, key_id, nonce, ciphertext
            )
            on conflict (digest) do update set
                times = quarantine.times + excluded.times,
                last_received_at = greatest(quarantine.last_received_at, excluded.received_at),
                expires_at = greatest(quarantine.expires_at, excluded.expires_at),
                reason = case quarantine.state when 'held' then excluded.reason else quarantine.reason end,
                field = case quarantine.state when 'held' then excluded.field else quarantine.field end,
                redacted = case quarantine.state when 'held' then excluded.redacted else quarantine.redacted end
            returning digest, id
            """,
            (
                KEPT,
                [id_of(row.digest) for row in rows],
                [row.digest for row in rows],
                [row.times for row in rows],
                [row.received_at for row in rows],
                [row.source for row in rows],
                [row.type for row in rows],
                [row.reason for row in rows],
                [row.field for row in rows],
                [orjson.dumps(row.redacted).decode() for row in rows],
                [row.content_type for row in rows],
                [row.key_id for row in rows],
                [row.nonce for row in rows],
                [row.ciphertext for row in rows],
            ),
        )
        return {bytes(digest): id_ for digest, id_ in cursor.fetchall()}


def list_(
    connection: Connection[Any], cursor: str | None = None, limit: int = 100, state: State | None = None
) -> tuple[list[Held], str | None]:
    """A page, newest first, and the cursor of the next (None: there is none).

    Raises StoreError where the cursor is not one that this function gave.
    """
    limit = max(1, min(limit, MAX_PAGE))
    before = cursors.read("quarantine", cursor, _place) if cursor else (None, None)
    with connection.cursor(row_factory=class_row(Held)) as rows:
        found = rows.execute(
            f"""
            select {_SHOWN} from quarantine
            where (%(state)s::text is null or state = %(state)s)
              and (%(at)s::timestamptz is null or (received_at, id) < (%(at)s, %(id)s::uuid))
            order by received_at desc, id desc
            limit %(limit)s
            """,
            {"state": state, "at": before[0], "id": before[1], "limit": limit + 1},
        ).fetchall()
    page = found[:limit]
    return page, cursors.write("quarantine", page[-1].received_at, page[-1].id) if len(found) > limit else None


def get(connection: Connection[Any], id_: UUID) -> Held | None:
    with connection.cursor(row_factory=class_row(Held)) as rows:
        return rows.execute(f"select {_SHOWN} from quarantine where id = %s", (id_,)).fetchone()


def open_bytes(connection: Connection[Any], keys: KeyRing, id_: UUID, *, original: bool = False) -> bytes:
    """The payload: as mended where it was, unless the original is asked for.

    Raises StoreError where there is no such payload or its bytes were dropped, LightshipError where the seal does not
    open.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            """
            select digest, key_id, nonce, ciphertext, mend_key_id, mend_nonce, mend_ciphertext
            from quarantine where id = %s
            """,
            (id_,),
        ).fetchone()
    if row is None:
        raise StoreError("There is no such payload in quarantine; list them with `lightship quarantine list`.")
    digest, *first = row
    if digest is None:
        raise StoreError(f"The bytes were dropped after {KEPT.days} days; ask the sender to send the event again.")
    if first[5] is not None and not original:
        return unseal(keys, Sealed(*first[3:]), digest + _MENDED)
    return unseal(keys, Sealed(*first[:3]), digest)


def mend(connection: Connection[Any], keys: KeyRing, id_: UUID, mended: bytes, redacted: Mapping[str, Any]) -> Held:
    """Keep a mended payload beside the original, sealed as it is; redacted: what people may see of it.

    Raises StoreError where the payload is not there, was replayed, or its bytes were dropped.
    """
    with connection.transaction(), connection.cursor(row_factory=class_row(Held)) as rows:
        digest = _lock_open(connection, id_)
        sealed = seal(keys, mended, digest + _MENDED)
        row = rows.execute(
            f"""
            update quarantine
            set state = 'mended', redacted = %s::jsonb, mend_key_id = %s, mend_nonce = %s, mend_ciphertext = %s
            where id = %s
            returning {_SHOWN}
            """,
            (orjson.dumps(redacted).decode(), sealed.key_id, sealed.nonce, sealed.ciphertext, id_),
        ).fetchone()
    if row is None:
        raise StoreError("The payload left the quarantine meanwhile; list it again.")
    return row


def refused_again(connection: Connection[Any], id_: UUID, reason: str, field: str | None) -> None:
    """A replay was refused: say the new reason. Raises StoreError as `mend` does."""
    with connection.transaction():
        _lock_open(connection, id_)
        connection.execute("update quarantine set reason = %s, field = %s where id = %s", (reason, field, id_))


def mark_replayed(connection: Connection[Any], id_: UUID, replaced_by: UUID | None, now: datetime) -> None:
    """The payload was taken in, as the fact with this uid. Raises StoreError as `mend` does."""
    with connection.transaction():
        _lock_open(connection, id_)
        connection.execute(
            "update quarantine set state = 'replayed', replayed_at = %s, replaced_by = %s where id = %s",
            (now, replaced_by, id_),
        )


def purge_expired(connection: Connection[Any], now: datetime) -> int:
    """Drop the bytes of what is past its 30 days, the mended ones with them; the reason stays. How many."""
    return connection.execute(
        """
        update quarantine
        set digest = null, key_id = null, nonce = null, ciphertext = null,
            mend_key_id = null, mend_nonce = null, mend_ciphertext = null,
            state = case state when 'replayed' then 'replayed' else 'expired' end
        where digest is not null and expires_at <= %s
        """,
        (now,),
    ).rowcount


def refused_by_source(
    connection: Connection[Any], since: datetime, until: datetime
) -> dict[str | None, tuple[int, int]]:  # fmt: skip
    """Source -> how many payloads were refused between two moments, and how many wait to be mended or replayed; None:
    those that name no configured source.

    A payload that is refused again and again counts by its last time.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            """
            select source,
                count(*) filter (where last_received_at > %(since)s and last_received_at <= %(until)s),
                count(*) filter (where state in ('held', 'mended') and received_at <= %(until)s)
            from quarantine group by source
            """,
            {"since": since, "until": until},
        )
        return {row[0]: (row[1], row[2]) for row in rows}


def unmapped(
    connection: Connection[Any], source: str, cursor: str | None = None, limit: int = 100
) -> tuple[list[Unmapped], str | None]:
    """What waits because a code is not configured, by field and reason, and the cursor of the next page.

    Raises StoreError where the cursor is not one that this function gave.
    """
    limit = max(1, min(limit, MAX_PAGE))
    after = cursors.read("unmapped", cursor, _field_and_reason) if cursor else ("", "")
    with connection.cursor(row_factory=class_row(Unmapped)) as rows:
        found = rows.execute(
            """
            select field, reason, count(*)::int as payloads, sum(times)::bigint as times,
                max(last_received_at) as last_received_at, (array_agg(id order by last_received_at desc))[1] as example
            from quarantine
            where source = %(source)s and state in ('held', 'mended') and field = any(%(fields)s)
              and (field, reason) > (%(field)s, %(reason)s)
            group by field, reason
            order by field, reason
            limit %(limit)s
            """,
            {"source": source, "fields": list(CODE_FIELDS), "field": after[0], "reason": after[1], "limit": limit + 1},
        ).fetchall()
    page = found[:limit]
    return page, cursors.write("unmapped", page[-1].field, page[-1].reason) if len(found) > limit else None


def _lock_open(connection: Connection[Any], id_: UUID) -> bytes:
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute("select digest, state from quarantine where id = %s for update", (id_,)).fetchone()
    if row is None:
        raise StoreError("There is no such payload in quarantine; list them with `lightship quarantine list`.")
    digest, state = row
    if state == "replayed":
        raise StoreError("This payload was replayed already; correct the event itself with `replaces`.")
    if digest is None:
        raise StoreError(f"The bytes were dropped after {KEPT.days} days; ask the sender to send the event again.")
    return bytes(digest)


def _place(at: str, id_: str) -> tuple[datetime, UUID]:
    return cursors.moment(at), UUID(id_)


def _field_and_reason(field: str, *reason: str) -> tuple[str, str]:
    if not reason or "\0" in field + "".join(reason):
        raise ValueError(field)
    return field, "|".join(reason)
