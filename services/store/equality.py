"""Whether two stores hold the same: a digest of each table that no order, session or version of PostgreSQL changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import tuple_row

#: What a value looks like as text hangs on these alone.
SETTINGS = """
set local timezone = 'UTC';
set local datestyle = 'ISO, YMD';
set local intervalstyle = 'postgres';
set local extra_float_digits = 1;
set local bytea_output = 'hex';
set local statement_timeout = 0;
"""
#: Ours: what an extension brings, such as the insides of TimescaleDB, and partitions are not tables of their own.
TABLES = """
select coalesce(json_agg(json_build_array(table_.relname, (
    select json_agg(attname) from pg_catalog.pg_attribute
    where attrelid = table_.oid and attnum > 0 and not attisdropped
))), '[]')
from pg_catalog.pg_class as table_
where table_.relnamespace = 'public'::regnamespace and table_.relkind in ('r', 'p') and not table_.relispartition
  and not exists (
      select from pg_catalog.pg_depend
      where classid = 'pg_catalog.pg_class'::regclass and objid = table_.oid and deptype = 'e'
  )
"""
_DIGEST = """
select json_build_array(count(*), coalesce(sum(
    ('x' || left(md5(convert_to(row({columns})::text, 'UTF8')), 16))::bit(64)::bigint
), 0)::text)
from public.{table}
"""


@dataclass(frozen=True)
class Table:
    """columns: by name. digest: 16 hexadecimal characters, the sum over all rows of 64 bits of each row's MD5.

    A sum, since a row that is there twice must count twice. It finds accidents; it is no seal against somebody who can
    write rows as he likes.
    """

    columns: tuple[str, ...]
    rows: int
    digest: str


def columns_of(found: Iterable[tuple[str, Iterable[str] | None]]) -> dict[str, tuple[str, ...]]:
    """What `TABLES` found, as the columns of each table, all by name."""
    return {table: tuple(sorted(columns or ())) for table, columns in sorted(found)}


def statement(table: str, columns: Iterable[str]) -> str:
    """The query for one table's digest: one JSON value, to be read by `read`."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(_DIGEST).format(columns=names, table=sql.Identifier(table)).as_string(None)


def read(columns: tuple[str, ...], found: tuple[int, str]) -> Table:
    rows, total = found
    return Table(columns, rows, f"{int(total) % 2**64:016x}")


def columns(connection: Connection[Any]) -> dict[str, tuple[str, ...]]:
    """The tables of the store and the columns of each, by name."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(TABLES).fetchone()
    assert row is not None
    return columns_of(row[0])


def digest(connection: Connection[Any], table: str, columns: tuple[str, ...]) -> Table:
    """The digest of these columns of a table, in the transaction that the connection is in."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(statement(table, columns).encode()).fetchone()
    assert row is not None
    return read(columns, row[0])


def digests(
    connection: Connection[Any], wanted: Mapping[str, tuple[str, ...]] | None = None
) -> dict[str, Table]:  # fmt: skip
    """The digest of every table, of one moment; or of these columns of these tables, where they are all there."""
    with connection.transaction():
        connection.execute(SETTINGS)
        there = columns(connection)
        if wanted is not None:
            there = {table: names for table, names in wanted.items() if set(names) <= set(there.get(table, ()))}
        return {table: digest(connection, table, names) for table, names in there.items()}


def differences(before: Mapping[str, Table], after: Mapping[str, Table]) -> list[str]:
    """What is not equal, a few words for each table; empty where all is."""
    return [
        f"{table} {_difference(before.get(table), after.get(table))}"
        for table in sorted(before.keys() | after.keys())
        if before.get(table) != after.get(table)
    ]


def _difference(before: Table | None, after: Table | None) -> str:
    if after is None:
        return "is missing, or columns of it"
    if before is None:
        return "is new"
    if before.columns != after.columns:
        return "has other columns"
    if before.rows != after.rows:
        return f"has {after.rows:,} rows rather than {before.rows:,}"
    return f"has other values in its {after.rows:,} rows"
