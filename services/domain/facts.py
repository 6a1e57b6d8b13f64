"""A fact: an event as the fold sees it, with its identity, its place in the order and its digest.

Order among facts is (sent_at, rank, uid, digest), never arrival (design 5.1). uid names source + subject + id, under
the door's key; digest covers everything but recorded_at. Both are 128-bit BLAKE2b, stored as uuid (16 bytes).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import blake2b
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from services.domain.events import SELECT

FACT, REPLACEMENT, CANCEL = 0, 1, 2


class Fact(NamedTuple):
    """A named tuple, not a dataclass: making one is a fifth of the cost, and there is one for each event."""

    uid: str
    digest: str
    subject: str
    source: str
    type: str
    time: datetime
    sent_at: datetime  # the sender's own time of saying it; `time` where the sender gave none
    rank: int  # FACT, REPLACEMENT or CANCEL
    target: str | None  # uid of what it cancels or replaces
    selects: str | None  # the type whose greatest smaller fact it cancels or replaces
    person: str | None
    person_merged: str | None
    follows: str | None
    flag: str | None
    data: Mapping[str, Any]
    recorded_at: datetime


def fields(*names: str) -> Callable[[Fact], Any]:
    """The named fields of a fact, as a tuple: by place, for it is done several times for each."""
    return itemgetter(*map(Fact._fields.index, names))


#: The order among facts.
BY_ORDER = fields("sent_at", "rank", "uid", "digest")
_new_fact = tuple.__new__  # what `Fact(...)` does, at half its cost


class Written(dict[str, Any]):
    """A payload that many facts state. canonical: its JSON by sorted keys, written once for all their digests."""

    __slots__ = ("canonical",)

    def __init__(self, payload: Mapping[str, Any]) -> None:
        super().__init__(payload)
        self.canonical = orjson.Fragment(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS))


_blank_hash = blake2b(digest_size=16).copy


def fingerprint(data: bytes) -> str:
    """128 bits of the data's BLAKE2b as hexadecimal text, which sorts as the bytes do and costs a tenth of a UUID."""
    made = _blank_hash()
    made.update(data)
    return made.hexdigest()


def stated(
    uid: str, source: str, subject: str, type_: str, time: datetime, sent_at: datetime | None, data: Mapping[str, Any],
    recorded_at: datetime, replaces: str | None = None, cancels: str | None = None, person: str | None = None,
    merged: str | None = None, flag: str | None = None, follows: str | None = None,
) -> Fact:  # fmt: skip
    """The fact that an accepted event states. uid: made by the door; replaces, cancels: a uid or `select:<type>`;
    data: ready for JSON; times in UTC.
    """
    said = data.canonical if type(data) is Written else data
    canonical = orjson.dumps(
        [uid, type_, time, sent_at, replaces, cancels, person, merged, flag, follows, said],
        option=orjson.OPT_SORT_KEYS,
    )
    rank, target, selects = FACT, None, None
    named = cancels or replaces
    if named:
        rank = CANCEL if cancels else REPLACEMENT
        if named.startswith(SELECT):
            selects = named[len(SELECT) :]
        else:
            target = named
    return _new_fact(Fact, (
        uid, fingerprint(canonical), subject, source, type_, time, sent_at or time, rank, target,
        selects, person, merged, follows, flag, data, recorded_at,
    ))  # fmt: skip
