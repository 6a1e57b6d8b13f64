"""Feed health: how old the newest event of a source is, and whether that is normal for it at this hour of the week.

Until a feed's rhythm is learned, it is thought to send as its kind of provider usually does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from psycopg import Connection

from services.domain.rhythm import (
    DELAYED_AT_DOUBT,
    MARK,
    SILENT_AT_DOUBT,
    Rhythm,
    doubted_at,
    hour_of_week,
    steady,
)
from services.domain.system import System
from services.store import feeds as feed_store
from services.store import offsets, quarantine
from services.store.feeds import FeedRow

State = Literal["live", "delayed", "silent"]
Freshness = Literal["live", "delayed", "lost"]

USUAL_GAP: Mapping[str, timedelta] = {
    "acute": timedelta(minutes=5),
    "ambulance": timedelta(minutes=5),
    "community": timedelta(minutes=60),
}
DAY = timedelta(hours=24)
_WORST: tuple[State, ...] = ("silent", "delayed", "live")
OTHER_GAP = timedelta(minutes=60)
#: Kinds of provider that send a feed; the others report, if at all, through somebody else.
SENDING_KINDS = frozenset(["acute", "ambulance", "community", "mental_health"])
_IN_SHORT = ("source", "name", "state", "last_event_at", "last_received_at", "usual_gap_seconds", "facts")


@dataclass(frozen=True)
class Feed:
    """usual_gap: between two five-minute marks with something, at this hour. delayed_at, silent_at: from when on it is
    called so, if nothing comes. learned: whether its rhythm is its own or its kind's.
    """

    source: str
    name: str
    state: State
    last_event_at: datetime | None
    last_receipt_at: datetime | None
    usual_gap: timedelta
    facts: int | None
    delayed_at: datetime
    silent_at: datetime
    learned: bool
    rhythm: Rhythm
    learned_at: datetime | None

    @property
    def freshness(self) -> Freshness:
        return "lost" if self.state == "silent" else self.state


def health(rows: Iterable[FeedRow], system: System, now: datetime) -> dict[str, Feed]:
    """Provider code -> its feed's health at now. A provider that never sent anything is not in it."""
    found: dict[str, Feed] = {}
    for row in rows:
        code = code_of(row.source)
        provider = system.provider_by_code.get(code)
        rhythm = row.rhythm or expected(row.source, system)
        delayed_at = doubted_at(rhythm, row.last_event_at, DELAYED_AT_DOUBT)
        silent_at = doubted_at(rhythm, row.last_event_at, SILENT_AT_DOUBT)
        state: State = "silent" if now > silent_at else "delayed" if now > delayed_at else "live"
        found[code] = Feed(
            source=row.source, name=provider.short_name if provider else system.name, state=state,
            last_event_at=row.last_event_at, last_receipt_at=row.last_receipt_at,
            usual_gap=MARK / max(rhythm.shares[hour_of_week(now)], MARK / timedelta(weeks=1)), facts=row.facts,
            delayed_at=delayed_at, silent_at=silent_at, learned=row.rhythm is not None, rhythm=rhythm,
            learned_at=row.learned_at,
        )  # fmt: skip
    return found


def listed(feed: Feed) -> dict[str, Any]:
    """A feed as the API gives it, without what only its own page shows."""
    return {
        "source": feed.source, "code": code_of(feed.source), "name": feed.name, "state": feed.state,
        "last_event_at": feed.last_event_at, "last_received_at": feed.last_receipt_at,
        "usual_gap_seconds": feed.usual_gap.total_seconds(), "facts": feed.facts,
        "delayed_at": feed.delayed_at, "silent_at": feed.silent_at, "rhythm_learned": feed.learned,
    }  # fmt: skip


def never_heard(system: System, heard: Mapping[str, Feed]) -> list[dict[str, Any]]:
    """The providers that should send and never did, as feeds that are silent."""
    return [
        {
            "source": f"urn:nhs:ods:{each.code}", "code": each.code, "name": each.short_name, "state": "silent",
            "last_event_at": None, "last_received_at": None,
            "usual_gap_seconds": USUAL_GAP.get(each.kind, OTHER_GAP).total_seconds(), "facts": 0,
            "delayed_at": None, "silent_at": None, "rhythm_learned": False,
        }
        for each in system.providers if each.kind in SENDING_KINDS and each.code not in heard
    ]  # fmt: skip


def in_short(system: System, heard: Mapping[str, Feed]) -> list[dict[str, Any]]:
    """Every feed as the overview gives it: those that were heard, then those that should be and never were."""
    rows = [*map(listed, heard.values()), *never_heard(system, heard)]
    return [{key: row[key] for key in _IN_SHORT} for row in rows]


def read_board(
    connection: Connection[Any], system: System, t: datetime, *, known_at: datetime | None = None, past: bool = False
) -> dict[str, Any]:
    """Every feed at t with what it sent and what was refused in the 24 hours before, the worst first.

    past: t is not now, and what waits in Kafka is left out, which is known of now alone.
    """
    heard = health(feed_store.read_at(connection, t, known_at), system, t)
    rows = [*map(listed, heard.values()), *never_heard(system, heard)]
    day = t - DAY
    accepted = feed_store.received(connection, day, t)
    refused = quarantine.refused_by_source(connection, day, t)
    for row in rows:
        taken = accepted.get(row["source"], 0)
        away, waiting = refused.get(row["source"], (0, 0))
        row |= {
            "accepted_24h": taken, "refused_24h": away, "quarantined": waiting,
            "refused_share": away / (away + taken) if away + taken else None,
        }  # fmt: skip
    rows.sort(key=lambda row: (_WORST.index(row["state"]), row["last_event_at"] is None, row["source"]))
    kafka = None if past else [_topic(each) for each in offsets.topics(connection)]
    nameless = refused.get(None, (0, 0))[1]
    return {"as_at": t, "known_at": known_at or t, "items": rows, "unattributed": nameless, "kafka": kafka or None}


def _topic(topic: offsets.Topic) -> dict[str, Any]:
    return {
        "code": topic.name, "partitions": topic.partitions, "waiting": topic.waiting, "is_read": topic.is_read,
        "lost": topic.lost, "read_again": topic.again, "read_again_at": topic.again_at,
    }  # fmt: skip


def read_feed(
    connection: Connection[Any], system: System, code: str, t: datetime, *, known_at: datetime | None = None,
    past: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """One feed as on the board, with its rhythm through the week. Raises KeyError for a code that should not send.

    past: with the rhythm that was known at t, by which its state is judged here and on every board. Where none was kept
    by then, it is learned again from what was received before, and the state is judged by the first that was kept.
    """
    board = read_board(connection, system, t, known_at=known_at)
    row: dict[str, Any] = {item["code"]: item for item in board["items"]}[code]
    thought = expected(row["source"], system)
    moment = min(t, known_at or t)
    heard = health(feed_store.read_at(connection, t, known_at), system, t).get(code)
    rhythm = heard.rhythm if heard else thought
    if past and (heard is None or heard.learned_at is None or heard.learned_at > moment):
        learned = feed_store.rhythm_at(connection, row["source"], thought, moment)
        row |= {"rhythm_learned": learned is not None}
        rhythm = learned or thought
    return row | {"as_at": t, "known_at": known_at or t, "rhythm": list(rhythm.shares)}


def expected(source: str, system: System) -> Rhythm:
    """The rhythm of its kind of provider."""
    provider = system.provider_by_code.get(code_of(source))
    return steady(USUAL_GAP.get(provider.kind if provider else "", OTHER_GAP))


def code_of(source: str) -> str:
    """`urn:nhs:ods:RVV` -> `RVV`."""
    return source.rpartition(":")[2]
