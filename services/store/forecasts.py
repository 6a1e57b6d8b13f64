"""Forecasts that were kept: made once, never edited, dropped when they are older than what they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Json, Jsonb

from services.errors import StoreError
from services.store.database import drop_emptied_chunks

KEPT_DAYS = 800  # a winter, the one before it, and some weeks to look at both
MOST = 500
LEAST_LETTERS = 4  # of an id
#: The quantiles there is a column of, by the level as a forecast names it.
COLUMNS: Mapping[str, str] = {
    "0.05": "p05", "0.1": "p10", "0.25": "p25", "0.5": "p50", "0.75": "p75", "0.9": "p90", "0.95": "p95",
}  # fmt: skip
_KEEP = f"""
insert into forecast (issue, as_at, site, measure, at, mean, {", ".join(COLUMNS.values())})
select %(id)s, %(as_at)s, told ->> 'site', told ->> 'measure', hour.at::timestamptz, (told -> 'mean' ->> place)::float8,
       {", ".join(f"(told -> 'quantiles' -> '{level}' ->> place)::float8" for level in COLUMNS)}
from jsonb_array_elements(%(rows)s) as told, jsonb_array_elements_text(%(times)s) with ordinality as hour (at, number),
     lateral (select (number - 1)::int) as nth (place)
order by 3, 4, 5
"""
_ROWS = f"""
select site, measure, array_agg(at order by at) as times, array_agg(mean order by at) as mean,
       {", ".join(f"array_agg({column} order by at) as {column}" for column in COLUMNS.values())}
from forecast where issue = %(id)s and as_at = %(as_at)s group by site, measure
"""
_ISSUE = "select id, as_at, known_at, made_at, replications, seed, said from forecast_issue"


class Issue(NamedTuple):
    """A kept forecast without its figures. said: the rest of its document, with of each row what it is of."""

    id: UUID
    as_at: datetime
    known_at: datetime
    made_at: datetime
    replications: int
    seed: int
    said: Mapping[str, Any]

    @property
    def length_hours(self) -> float:
        return (datetime.fromisoformat(self.said["times"][-1]) - self.as_at) / timedelta(hours=1)


def keep(connection: Connection[Any], id_: UUID, document: Mapping[str, Any], made_at: datetime) -> None:
    """Keep a forecast. document: as `forecast run --json` prints it; made_at: wall time."""
    rows = document["rows"]
    for row in rows:
        if row["quantiles"].keys() != COLUMNS.keys():
            raise ValueError("quantiles of a forecast that there are no columns of")
    said = {**document, "rows": [{key: row[key] for key in ("site", "measure", "unit")} for row in rows]}
    with connection.transaction():
        connection.execute(
            "insert into forecast_issue (id, as_at, known_at, made_at, replications, seed, said)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            (id_, document["as_at"], document["known_at"], made_at, document["replications"], document["seed"],
             Json(said)),
        )  # fmt: skip
        connection.execute(
            _KEEP,
            {"id": id_, "as_at": document["as_at"], "rows": Jsonb(rows), "times": Jsonb(document["times"])},
        )


def list_(connection: Connection[Any], limit: int = 50) -> list[Issue]:
    """Those of the latest moments, the latest first."""
    with connection.cursor(row_factory=class_row(Issue)) as cursor:
        query = f"{_ISSUE} order by as_at desc, made_at desc, id limit %s"
        return cursor.execute(query, (max(1, min(limit, MOST)),)).fetchall()


def find(connection: Connection[Any], beginning: str) -> Issue:
    """The one whose id begins so. Raises StoreError where none or more than one does."""
    wanted = beginning.strip().lower()
    if len(wanted) < LEAST_LETTERS or not set(wanted) <= set("0123456789abcdef-"):
        raise StoreError(
            f"{beginning[:40]!r} is no id of a forecast: give its first {LEAST_LETTERS} or more letters and digits, "
            "as `lightship forecast list` shows them."
        )
    with connection.cursor(row_factory=class_row(Issue)) as cursor:
        found = cursor.execute(f"{_ISSUE} where starts_with(id::text, %s) limit 2", (wanted,)).fetchall()
    if not found:
        raise StoreError(f"No forecast {beginning[:40]} is kept: `lightship forecast list` shows those that are.")
    if len(found) > 1:
        raise StoreError(f"More than one kept forecast begins with {beginning[:40]}: give more of its id.")
    return found[0]


def read(connection: Connection[Any], issue: Issue) -> dict[str, Any]:
    """The document of a kept forecast, as it was kept."""
    with connection.cursor(row_factory=dict_row) as cursor:
        found = {
            (row["site"], row["measure"]): row
            for row in cursor.execute(_ROWS, {"id": issue.id, "as_at": issue.as_at}).fetchall()
        }
    rows = [
        {
            **of,
            "mean": found[of["site"], of["measure"]]["mean"],
            "quantiles": {level: found[of["site"], of["measure"]][column] for level, column in COLUMNS.items()},
        }
        for of in issue.said["rows"]
    ]
    return {**issue.said, "rows": rows}


def purge(connection: Connection[Any], now: datetime) -> int:
    """Drop those of moments longer ago than they are kept, by the one clock; returns how many."""
    before = now - timedelta(days=KEPT_DAYS)
    with connection.transaction():
        connection.execute("delete from forecast where as_at < %s", (before,))
        count = connection.execute("delete from forecast_issue where as_at < %s", (before,)).rowcount
    drop_emptied_chunks(connection, "forecast", before)
    return count
