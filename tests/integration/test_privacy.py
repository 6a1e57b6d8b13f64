"""Nothing that names a person can be read behind a door, in whatever place of whatever body it was sent.

Values that name an invented person are sent in every position; then the database (columns, JSON, bytes, compressed
bytes, the server's own files), the logs and every answer are searched for them in every usual spelling. The last tests
plant a value in clear and see that the search finds it.
"""

from __future__ import annotations

import base64
import gzip
import logging
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from psycopg import Connection, sql
from starlette.testclient import TestClient

from services.api.app import AppState, create_app
from services.domain.catalogue import CATALOGUE
from services.ingest.identity import valid_nhs_number
from tests.integration.doors import HERE, LIVE, event, held, kept

NHS = next(f"99941273{n:02}" for n in range(100) if valid_nhs_number(f"99941273{n:02}"))
SPACED = f"{NHS[:3]} {NHS[3:6]} {NHS[6:]}"
NAME, SURNAME = "Wilhelmina", "Featherstonehaugh"
BORN = "1947-03-19"
ADDRESS, POSTCODE = "14 Quarry Bank Lane", "TN99 7ZZ"
PLANTED = (
    NHS, SPACED, SPACED.replace(" ", "-"), NAME, SURNAME, BORN, "19/03/1947", "19470319", ADDRESS, POSTCODE, "TN997ZZ",
)  # fmt: skip
WORDS = (NHS, SPACED, f"{NAME} {SURNAME}", SURNAME.lower(), BORN, "19/03/1947", ADDRESS, POSTCODE)


# --- what is sent ---------------------------------------------------------------------------------------------------


def good_events() -> list[dict[str, Any]]:
    """Events that are taken in, with everything that a sender may say of a person."""
    stay = f"RVV/{NHS}"
    return [
        event(nhsnumber=SPACED),
        event(nhsnumber=NHS, id=f"{SURNAME}-{NHS}", subject=stay, follows=f"RVV/{SURNAME}"),
        event(type="person.merged", subject=None, nhsnumber=NHS, nhsnumbermerged="9990000026", data={}),
        event(type="ed.seen", subject=stay, sentat="2026-03-10T11:31:00Z", replaces=f"{SURNAME}-{NHS}",
              data={"site": "RVV01"}),
        event(type="event.cancelled", subject=stay, sentat="2026-03-10T11:31:00Z", cancels=f"{SURNAME}-{NHS}", data={}),
        event(type="unit.census", subject="RVV01-AMU1",
              data={"site": "RVV01", "unit": "RVV01-AMU1", "visits": [stay, f"RVV/{SURNAME}"]}),
        event(nhsnumber=f"{NHS[:-1]}{(int(NHS[-1]) + 1) % 10}"),  # does not pass its check: kept, unlinked
    ]  # fmt: skip


def bad_events(word: str) -> Iterator[dict[str, Any]]:
    """A word in every position of an event; where the door would take it (an id), beside something that it refuses."""
    for key in ("specversion", "id", "source", "subject", "type", "time", "sentat", "recordedat", "datacontenttype",
                "replaces", "cancels", "person", "personflag", "personmerged", "follows", "nhsnumber",
                "nhsnumbermerged", "data"):  # fmt: skip
        yield event(**{key: word}) | {"unknown": 1}
        yield event(**{"type": "ed.arrived", key: word})
        yield event(**{key: [word]})
        yield event(**{key: {word: word}})
    yield event(source=f"urn:nhs:ods:{word}")
    yield event(subject=f"{word}/{word}")
    yield event(time=f"{word}T00:00:00Z")
    yield event(**{word: 1})
    for data in ({word: 1}, {"site": word}, {"site": "RVV01", "department_type": word},
                 {"site": "RVV01", "department_type": 1, "age_band": word, "neighbourhood": word},
                 {"site": "RVV01", "department_type": 1, "deep": {"deeper": [word, {word: word}]}}):  # fmt: skip
        yield event(data=data)
    yield event(
        type="bed.admitted", data={"site": "RVV01", "unit": f"RVV01-{word}", "bed_kind": word, "specialty": word}
    )
    yield event(type="unit.census", subject="RVV01-AMU1",
                data={"site": "RVV01", "unit": "RVV01-AMU1", "visits": [word]})  # fmt: skip
    yield event(type="gauge.reported", subject=f"RVV/{word}", data={"organisation": "RVV", "measure": word, "value": 1})
    measure = f"{word}.{word}".lower().replace(" ", "_")
    yield event(type="gauge.reported", subject=f"RVV/{measure}",
                data={"organisation": "RVV", "measure": measure, "value": 1})  # fmt: skip
    yield event(type="discharge.ready_date_set", data={"site": "RVV01", "ready_on": word})


def bodies() -> Iterator[tuple[bytes, dict[str, str]]]:
    json, lines = {"Content-Type": "application/json"}, {"Content-Type": "application/x-ndjson"}
    gzipped = {"Content-Encoding": "gzip"}
    everything = [each for word in WORDS for each in bad_events(word)]
    text = orjson.dumps(everything)
    yield orjson.dumps(good_events()), json
    yield text, json
    yield gzip.compress(text), json | gzipped
    yield gzip.compress(text)[:-20], json | gzipped  # cut short: kept whole, sealed
    yield text[:-20], json
    yield b"\n".join([orjson.dumps(event(id=NHS)), f'{{"id": "{SURNAME}", "nhsnumber": "{SPACED}'.encode()]), lines
    yield b"\n".join(orjson.dumps(word) for word in WORDS), lines
    yield orjson.dumps([*WORDS, [list(WORDS)]]), json
    yield f'[{{"nhsnumber": "{NHS}", "nhsnumber": "{NHS}"}}]'.encode(), json
    yield f'[{{"name": "{SURNAME}"}}]'.encode("utf-16"), json
    yield f'{{"name": "{SURNAME}\xe9"}}'.encode("latin-1"), lines
    yield orjson.dumps([event()]), {"Content-Type": f"text/{SURNAME}"}
    yield orjson.dumps([event()]), json | {"Content-Encoding": SURNAME}
    yield orjson.dumps([event()]), json | {"X-API-Key": SURNAME, "Origin": f"http://{SURNAME}.example"}
    yield orjson.dumps([event()]), json | {"Authorization": f"Bearer {NHS}"}


def send_everything(client: TestClient) -> list[str]:
    """Send it all, look at it all through the API, and give back every answer."""
    answers = [client.post("/api/v1/events", content=body, headers=headers) for body, headers in bodies()]
    for word in WORDS:
        for path in ("quarantine/{}", "sites/{}", "measures/{}", "{}", "overview?as_at={}",
                     "measures/ed.over_12h?split={}", "quarantine?cursor={}", "quarantine?limit={}"):  # fmt: skip
            answers.append(client.get("/api/v1/" + path.format(word)))
    cursor: str | None = ""
    listed: list[str] = []
    by_reason: dict[str, str] = {}
    while cursor is not None:
        page = client.get("/api/v1/quarantine", params={"limit": 500} | ({"cursor": cursor} if cursor else {}))
        answers.append(page)
        listed += [item["id"] for item in page.json()["items"]]
        by_reason |= {item["reason"]: item["id"] for item in page.json()["items"]}
        cursor = page.json()["next"]
    for id_ in {*by_reason.values(), *listed[::20]}:  # one of each reason: the order in which they lie is by chance
        answers.append(client.get(f"/api/v1/quarantine/{id_}"))
        for changes in ({"id": NHS, f"data.{SURNAME}": ADDRESS}, {"data": SURNAME}, {f"{NHS}.{SURNAME}": 1}):
            answers.append(client.post(f"/api/v1/quarantine/{id_}/mend", json={"set": changes}))
        answers.append(client.post(f"/api/v1/quarantine/{id_}/mend", json={SURNAME: NHS, "set": SURNAME}))
        answers.append(client.post(f"/api/v1/quarantine/{id_}/replay"))
        answers.append(client.get(f"/api/v1/quarantine/{id_}"))
    assert len(listed) > 200, "the bad ones must be in quarantine, or there is nothing to search"
    assert {answer.status_code for answer in answers} >= {200, 400, 401, 403, 404, 409, 415, 422}
    said = [f"{answer.headers} {answer.text}" for answer in answers]
    with client.websocket_connect(LIVE) as socket:
        for text in (SURNAME, orjson.dumps({"subscribe": [NHS]}).decode(), orjson.dumps({NAME: SURNAME}).decode()):
            socket.send_text(text)
            said.append(socket.receive_text())
    for path in ("overview", "sites/RVV01", "measures", "measures/ed.in_department", "openapi.json"):
        said.append(client.get(f"/api/v1/{path}").text)
    return said


# --- the search -----------------------------------------------------------------------------------------------------


def spellings(word: str) -> set[bytes]:
    """How a word may lie in bytes: by character sets, and inside hex and base64 of a longer text."""
    plain = {form.encode(code) for form in (word, word.lower(), word.upper())
             for code in ("utf-8", "utf-16-le", "utf-16-be")}  # fmt: skip
    coded = set()
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + word.encode())
        coded.add(whole[4 if shift else 0 : -4])  # without the ends, which depend on the neighbours
    return plain | {form.hex().encode() for form in plain} | {each for each in coded if len(each) >= 8}


def expansions(content: bytes) -> Iterator[bytes]:
    """The bytes, and what is compressed in them."""
    yield content
    starts = {0} | {at for at in range(len(content)) if content.startswith(b"\x1f\x8b\x08", at)}
    for start in starts:
        for form in (31, 15, -15):
            try:
                yield zlib.decompressobj(wbits=form).decompress(content[start:])
            except zlib.error:
                continue


def found(words: Iterable[str], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Where which word can be read."""
    wanted = [(word, spelling) for word in words for spelling in spellings(word)]
    return [
        f"{word} in {where}"
        for where, content in places
        for expanded in expansions(content)
        for word, spelling in wanted
        if spelling in expanded
    ]


def in_tables(connection: Connection[Any]) -> Iterator[tuple[str, bytes]]:
    """Every column of every table, as text; byte columns as they are too."""
    columns = connection.execute(
        """
        select table_schema, table_name, column_name, data_type from information_schema.columns
        where table_schema not in ('pg_catalog', 'information_schema')
        """
    ).fetchall()
    assert {"event", "subject", "quarantine", "feed"} <= {table for _, table, _, _ in columns}
    for schema, table, column, kind in columns:
        name = sql.Identifier(column)
        query = sql.SQL("select {}::text from {}").format(name, sql.Identifier(schema, table))
        values = [value for (value,) in connection.execute(query) if value is not None]
        yield f"{table}.{column}", "\n".join(values).encode()
        if kind == "bytea":
            query = sql.SQL("select {} from {}").format(name, sql.Identifier(schema, table))
            for (value,) in connection.execute(query):
                yield f"{table}.{column} as bytes", value or b""


def in_files(connection: Connection[Any]) -> Iterator[tuple[str, bytes]]:
    """The database's own files, its log and its write-ahead log among them, where they are on this machine."""
    connection.execute("checkpoint")
    row = connection.execute("select current_setting('data_directory')").fetchone()
    assert row is not None
    for path in Path(row[0]).rglob("*"):
        if path.is_file():
            try:
                yield f"file {path.name}", path.read_bytes()
            except OSError:
                continue  # gone meanwhile, or another server's


def in_plain(words: Iterable[str], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Like `found`, for large files: in clear only."""
    return [f"{word} in {where}" for where, content in places for word in words if word.encode() in content]


# --- the tests ------------------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(state: AppState) -> AppState:
    """A door that knows which gauges there are, as the running one does."""
    state.door = replace(state.door, gauges=frozenset(CATALOGUE))
    return state


def test_nothing_that_names_a_person_is_readable_behind_the_door(
    guarded: AppState, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with TestClient(create_app(guarded), base_url=HERE, client=("127.0.0.1", 50000)) as client:
        answers = send_everything(client)
    assert kept(guarded) >= len(good_events())
    assert held(guarded) > 200
    # The test's own client logs the addresses that it asks for.
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''} {record.args}" for record in ours)
    written = capfd.readouterr()
    assert not found(PLANTED, [("the log", logged.encode()), ("stdout, stderr", "".join(written).encode())])
    assert not found(PLANTED, [("an answer", "\n".join(answers).encode())])
    with guarded.database.connection() as connection:
        assert not found(PLANTED, in_tables(connection))
        assert not in_plain(PLANTED, in_files(connection))


def test_the_person_is_still_known_as_the_same(guarded: AppState) -> None:
    """The pseudonym links; without it the test above would pass by throwing everything away."""
    with TestClient(create_app(guarded), base_url=HERE, client=("127.0.0.1", 50000)) as client:
        answer = client.post("/api/v1/events", json=good_events()).json()
    assert answer["quarantined"] == 0, answer["reasons"]
    with guarded.database.connection() as connection:
        people = connection.execute("select distinct person from event where person is not null").fetchall()
    assert people == [(guarded.keys.person(NHS),)]


CANARY = "Canary Ptarmigan-Wells"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("words text", f"before {CANARY} after"),
        ("words jsonb", orjson.dumps({"a": [{CANARY: 1}]}).decode()),
        ("words bytea", CANARY.encode()),
        ("words bytea", CANARY.upper().encode("utf-16")),
        ("words bytea", gzip.compress(f"much {CANARY}".encode())),
        ("words bytea", b"header" + gzip.compress(CANARY.encode())),
        ("words bytea", zlib.compress(CANARY.encode())),
        ("words text", base64.b64encode(f"xx{CANARY}yyy".encode()).decode()),
        ("words text", f"as hex {CANARY.encode().hex()}"),
    ],
)
def test_the_search_finds_what_is_planted_in_clear(state: AppState, column: str, value: str | bytes) -> None:
    with state.database.connection() as connection:
        try:
            connection.execute(sql.SQL("create table scratch ({})").format(sql.SQL(column)))
            connection.execute("insert into scratch values (%s)", (value,))
            assert found([CANARY], in_tables(connection))
        finally:
            connection.execute("drop table if exists scratch")


def test_the_search_of_files_finds_what_is_planted_in_clear(state: AppState) -> None:
    with state.database.connection() as connection:
        try:
            connection.execute("create table scratch (words text)")
            connection.execute("insert into scratch values (%s)", (CANARY,))
            assert in_plain([CANARY], in_files(connection))
        finally:
            connection.execute("drop table if exists scratch")
