"""How far files have been taken in, so that an interrupted import goes on there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import Connection


@dataclass(frozen=True)
class Reached:
    """items: taken in so far, refused ones among them. bytes: where the next one begins in the unpacked file."""

    items: int = 0
    bytes: int = 0


def reached(connection: Connection[Any], file: str) -> Reached:
    row = connection.execute("select items, bytes from import where file = %s", (file,)).fetchone()
    return Reached(*row) if row else Reached()


def note(connection: Connection[Any], file: str, now: Reached) -> None:
    """Belongs into the transaction that takes the items in."""
    connection.execute(
        """
        insert into import (file, items, bytes) values (%s, %s, %s)
        on conflict (file) do update set items = excluded.items, bytes = excluded.bytes, at = now()
        """,
        (file, now.items, now.bytes),
    )


def done(connection: Connection[Any], file: str) -> None:
    """All of it is in; who imports it again is told of duplicates. Those given up a month ago are forgotten too."""
    connection.execute("delete from import where file = %s or at < now() - interval '30 days'", (file,))
