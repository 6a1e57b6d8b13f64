"""What the trusts' senders send: CloudEvents as plain dicts, released when their `sentat` has come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

from simulations.shape import DAY, HOUR, MINUTE

Message = tuple[int, int, int, dict[str, Any]]  # sent at, sequence, happened at, event
_MINUTES = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(DAY // MINUTE)]
_SECONDS = [f":{second:02d}Z" for second in range(60)]
_LAGS = 4096
_days: dict[int, str] = {}


def iso(moment: int) -> str:
    """Epoch seconds as ISO 8601 in UTC."""
    day, second = divmod(moment, DAY)
    prefix = _days.get(day)
    if prefix is None:
        prefix = _days[day] = datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%dT")
    minute, second = divmod(second, MINUTE)
    return prefix + _MINUTES[minute] + _SECONDS[second]


class Outbox:
    """Messages waiting to be sent. A message may be written ahead of its time; nothing is ever sent early.

    The order of release is (sent at, sequence): sequence follows the simulation, so how far each call
    advances has no influence on it.
    """

    def __init__(self, begins: int, random: Random) -> None:
        # A sender's interface engine takes seconds, at times minutes (assumption: mean 45 s, at most 15 min).
        self._lags = [2 + min(900, int(random.expovariate(1 / 43))) for _ in range(_LAGS)]
        self._sequence = 0
        self._visits = 0
        # Two worlds that begin on different days do not give two people the same visit number.
        self._stamp = f"{begins // HOUR:x}"
        self._minutes: dict[int, list[Message]] = {}
        self._minute = begins // MINUTE

    @property
    def written(self) -> int:
        """Messages ever written."""
        return self._sequence

    @property
    def waiting(self) -> int:
        return sum(map(len, self._minutes.values()))

    def visit(self, issuer: str, letter: str) -> str:
        """A new journey's subject, `<issuer>/<local id>`."""
        self._visits += 1
        return f"{issuer}/{letter}{self._stamp}{self._visits:07d}"

    def send(
        self,
        type_: str,
        source: str,
        subject: str,
        happened: int,
        data: dict[str, Any],
        nhsnumber: str | None = None,
        follows: str | None = None,
        **attributes: str,
    ) -> str:
        """Writes a message and returns its id. `source` is an ODS code, `happened` epoch seconds."""
        sequence = self._sequence
        self._sequence = sequence + 1
        sent = happened + self._lags[sequence % _LAGS]
        event_id = f"{self._stamp}-{sequence}"
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": event_id,
            "source": "urn:nhs:ods:" + source,
            "subject": subject,
            "type": type_,
            "time": iso(happened),
            "sentat": iso(sent),
            "data": data,
        }
        if nhsnumber is not None:
            event["nhsnumber"] = nhsnumber
        if follows is not None:
            event["follows"] = follows
        if attributes:
            event.update(attributes)
        minute = sent // MINUTE
        bucket = self._minutes.get(minute)
        if bucket is None:
            self._minutes[minute] = [(sent, sequence, happened, event)]
        else:
            bucket.append((sent, sequence, happened, event))
        return event_id

    def take_before(self, start: int) -> list[dict[str, Any]]:
        """Removes everything that happened before `start`, ordered by time; later messages stay."""
        taken: list[tuple[int, int, dict[str, Any]]] = []
        for minute, bucket in list(self._minutes.items()):
            stay = []
            for message in bucket:
                sent, sequence, happened, event = message
                if happened < start:
                    if sent > start:
                        event["sentat"] = iso(start)
                    taken.append((happened, sequence, event))
                else:
                    stay.append(message)
            if stay:
                self._minutes[minute] = stay
            else:
                del self._minutes[minute]
        self._minute = start // MINUTE
        return [event for _, _, event in sorted(taken, key=lambda entry: entry[:2])]

    def due(self, until: int) -> Iterator[dict[str, Any]]:
        """What is sent by `until`, in order of `sentat`. The simulation must have reached `until`."""
        last = until // MINUTE
        while self._minute <= last:
            bucket = self._minutes.get(self._minute)
            if bucket:
                bucket.sort(key=_order, reverse=True)  # the earliest last, where pop is cheap
                while bucket and bucket[-1][0] <= until:
                    yield bucket.pop()[3]
            if self._minute == last:
                return
            self._minutes.pop(self._minute, None)
            self._minute += 1


def _order(message: Message) -> tuple[int, int]:
    return message[:2]
