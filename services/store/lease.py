"""One writer of the picture: a lease by the database's clock and a fencing number that every write checks."""

from __future__ import annotations

from typing import Any, NamedTuple

from psycopg import Connection

from services.errors import LeaseLost

SECONDS = 10
LOOKS_SECONDS = 4  # a writer looks every second or so; after this nobody may say that it does
DOORBELL = "lightship_picture"  # NOTIFY without payload: there is a new revision


def take(connection: Connection[Any], holder: str, *, looked: bool = False) -> int | None:
    """Take or renew the lease. Returns the fencing number, or None while another holds it.

    looked: whether its holder has just found how things are, which is more than to hold it.
    """
    row = connection.execute(
        """
        update picture set
            fence = case when holder = %(holder)s then fence else fence + 1 end,
            holder = %(holder)s,
            expires_at = clock_timestamp() + make_interval(secs => %(seconds)s),
            looked_at = case when %(looked)s then clock_timestamp() else looked_at end
        where holder is null or holder = %(holder)s or expires_at < clock_timestamp()
        returning fence
        """,
        {"holder": holder, "seconds": SECONDS, "looked": looked},
    ).fetchone()
    return None if row is None else int(row[0])


def write(connection: Connection[Any], fence: int, body: str) -> int:
    """Write the picture and number it. Returns its revision.

    Raises LeaseLost where the fencing number is no longer the current one or the lease has run out.
    """
    row = connection.execute(
        """
        update picture set revision = revision + 1, written_at = clock_timestamp(), looked_at = clock_timestamp(),
            body = %(body)s::jsonb
        where fence = %(fence)s and expires_at > clock_timestamp()
        returning revision
        """,
        {"fence": fence, "body": body},
    ).fetchone()
    if row is None:
        raise LeaseLost("Another process writes the picture now; this one has stopped writing it.")
    connection.execute(f"notify {DOORBELL}")
    return int(row[0])


class Picture(NamedTuple):
    """The picture as written. body: its JSON, None where it is the revision that was seen. is_kept: whether its writer
    has looked lately, changed or not.
    """

    revision: int
    body: str | None
    is_kept: bool


def read(connection: Connection[Any], seen: int | None) -> Picture:
    """The picture, where its revision is not the one seen."""
    row = connection.execute(
        """
        select revision, case when revision is distinct from %(seen)s then body::text end,
               holder is not null and coalesce(looked_at > clock_timestamp() - make_interval(secs => %(lately)s), false)
        from picture
        """,
        {"seen": seen, "lately": LOOKS_SECONDS},
    ).fetchone()
    assert row is not None
    return Picture(*row)


def holds(connection: Connection[Any], fence: int) -> bool:
    """Whether the lease of this fencing number still stands, so that nobody else can have taken it since."""
    row = connection.execute(
        "select from picture where fence = %s and expires_at > clock_timestamp()", (fence,)
    ).fetchone()
    return row is not None


def release(connection: Connection[Any], holder: str) -> None:
    connection.execute("update picture set holder = null, expires_at = null where holder = %s", (holder,))


def clear(connection: Connection[Any]) -> None:
    """Take the lease from a holder that is known to be gone, so that the next one need not wait for its expiry."""
    connection.execute("update picture set holder = null, expires_at = null")
