"""The feed's history in the order in which it is written, in memory that does not grow with its days.

It is generated forwards, and written open journeys first, then backwards. A journey is held until some hours after its
end, then laid away whole with those that ended in the same hour; what is said of it later goes by itself. What stands
for ever (units, gauges, expected moves) is laid away as it comes. All lie compressed in a file without a name, which is
gone with the process, however that ends.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

import orjson

from services.domain.events import EVENT_TYPES, JOURNEY_KINDS

_ENDINGS = frozenset(
    ["ed.departed", "sdec.departed", "bed.left", "ambulance.cleared", "virtual_ward.discharged",
     "virtual_ward.declined", "ucr.responded", "mh.left", "s136.left",
     "event.cancelled"]  # the last of an admission that was only expected
)  # fmt: skip
GRACE = timedelta(hours=3)  # in which nearly all comes that is said of a journey after its end
_JOURNEYS = frozenset((*JOURNEY_KINDS, "bed"))  # a bed's: from one person to the next
_QUICK = 1  # of zlib: a seventh of the size at a third of the time of its usual level
Group = list[bytes]  # the events of one subject, each as JSON
Piece = tuple[int, int]  # where it begins in the file, and how long it is


@dataclass(slots=True)
class _Journey:
    last: str = ""  # the greatest time of its events, ISO 8601
    hour: str = ""  # in which the last of them was sent
    is_open: bool = True
    events: bytearray = field(default_factory=bytearray)  # JSON, a line each: orjson's own bytes hold ten times as much


class History:
    """Takes raw CloudEvents in the order of their delivery (`recordedat`, else `sentat`), and gives them back by
    subject: `first`, then `backwards`.

    A bed stands for ever, but only what is said of it since somebody is in it, or was, is wanted first.

    folder: where there is room for it, about 1 MB a day of Kent and Medway. Raises OSError where there is none.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._hours: dict[str, list[Piece]] = {}
        self._standing: dict[str, bytearray] = {}  # of this hour, by subject
        self._standing_pieces: list[Piece] = []
        self._standing_subjects: set[str] = set()
        self._journeys: dict[str, _Journey] = {}
        self._hour = ""
        self._turns = 0  # of beds, from one person to the next
        self.events = 0

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def held(self) -> int:
        """Bytes of events in memory."""
        return sum(len(each.events) for each in self._journeys.values()) + sum(map(len, self._standing.values()))

    def take(self, event: dict[str, Any]) -> None:
        delivered = event.get("recordedat", event["sentat"])
        hour = delivered[:13]
        if hour != self._hour:
            self._hour = hour
            self._lay_away(f"{datetime.fromisoformat(delivered) - GRACE:%Y-%m-%dT%H}")
        self.events += 1
        subject, type_ = event["subject"], event["type"]
        line = orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)
        if subject in self._standing_subjects or _kind(type_) not in _JOURNEYS:
            self._standing_subjects.add(subject)
            self._standing.setdefault(subject, bytearray()).extend(line)
            return
        journey = self._journeys.get(subject)
        if journey is not None and type_ == "bed.status" and event["data"].get("occupied"):
            journey.is_open = False
            self._turns += 1  # an event may be said twice, so that its id is no name
            self._journeys[f"{subject} {self._turns}"] = journey
            journey = None
        if journey is None:
            journey = self._journeys[subject] = _Journey()
        journey.events += line
        journey.hour = hour
        journey.last = max(journey.last, event["time"])
        if type_ in _ENDINGS:
            journey.is_open = type_ == "ed.departed" and event["data"].get("reason") == "sdec"

    def first(self) -> Iterator[Group]:
        """Journeys that have not ended, those that moved last before the others, and what stands for ever."""
        for journey in _in_order(each for each in self._journeys.values() if each.is_open):
            yield _lines(journey.events)
        standing: dict[str, Group] = {}
        self._lay_away_standing()
        for piece in self._standing_pieces:
            for group in self._read(piece):
                standing.setdefault(orjson.loads(group[0])["subject"], []).extend(group)
        yield from standing.values()

    def backwards(self) -> Iterator[Group]:
        """Journeys that have ended, hour by hour of what was said of them last, the newest first."""
        self._lay_away("9999")  # after every hour
        for hour in sorted(self._hours, reverse=True):
            for piece in self._hours[hour]:
                yield from self._read(piece)

    def _lay_away(self, before: str) -> None:
        """Journeys that have ended and of which nothing was said since an hour, and what stands for ever."""
        past: dict[str, list[_Journey]] = {}
        for subject, journey in list(self._journeys.items()):
            if not journey.is_open and journey.hour < before:
                past.setdefault(journey.hour, []).append(self._journeys.pop(subject))
        for hour, journeys in past.items():
            self._hours.setdefault(hour, []).append(self._write(each.events for each in _in_order(journeys)))
        self._lay_away_standing()

    def _lay_away_standing(self) -> None:
        if self._standing:
            self._standing_pieces.append(self._write(self._standing.values()))
            self._standing = {}

    def _write(self, groups: Iterable[bytearray]) -> Piece:
        piece = zlib.compress(b"\n".join(groups), _QUICK)
        start = self._file.seek(0, 2)
        self._file.write(piece)
        return start, len(piece)

    def _read(self, piece: Piece) -> Iterator[Group]:
        start, length = piece
        self._file.seek(start)
        for group in zlib.decompress(self._file.read(length)).split(b"\n\n"):
            yield _lines(group)


def _kind(type_: str) -> str | None:
    known = EVENT_TYPES.get(type_)  # a sender may say what no door takes
    return (known.kind or "stay") if known else None


def _lines(events: bytes | bytearray) -> Group:
    return [bytes(line) for line in events.rstrip(b"\n").split(b"\n")]


def _in_order(journeys: Iterable[_Journey]) -> list[_Journey]:
    return sorted(journeys, key=attrgetter("last"), reverse=True)
