"""The socket: its topics and who may listen, resuming, and a client that does not read."""

from __future__ import annotations

import base64
import os
import socket as sockets
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import uvicorn
from psycopg import Connection
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from services.api import messages
from services.api import socket as socket_module
from services.api.app import AppState, create_app
from services.api.identity import ROLES
from services.live.detail_writer import DetailWriter, Reader
from services.store import keys as api_keys
from tests.integration.doors import AWAY, LIVE, NOW, Caller, event, key, post, published_overview, wish
from tests.integration.test_roles import ANYBODY, BOARD, Played

#: Written by hand, beside the table in services/api/messages.py: a new topic needs a row here.
WHO: dict[str, tuple[str, frozenset[str]]] = {
    "overview": ("overview", ANYBODY),
    "site": ("site:RVV01", ANYBODY),
    "vehicles": ("vehicles", frozenset(["site_manager", "control_centre"])),
    "service": ("service:beds", ANYBODY),
    "feeds": ("feeds", BOARD),
}
MODELS: dict[str, Any] = {model.model_fields["type"].annotation.__args__[0]: model for model in messages.SENT}  # type: ignore[union-attr]


@pytest.fixture
def details(state: AppState) -> Iterator[DetailWriter]:
    writer = DetailWriter(state.hub, Reader(state.database, state.system, state.clock), interval_seconds=0.1)
    writer.start()
    yield writer
    writer.stop()


def receive(line: Any, *kinds: str) -> dict[str, Any]:
    """The next message of such a kind; every message on the way has its documented shape."""
    while True:
        message: dict[str, Any] = line.receive_json()
        MODELS[message["type"]].model_validate(message)
        if message["type"] in kinds:
            return message


def test_every_topic_has_a_row_in_the_matrix() -> None:
    assert set(WHO) == set(messages.TOPICS)


@pytest.mark.parametrize("role", ROLES)
def test_every_topic_opens_to_the_roles_of_its_row_and_to_no_other(
    state: AppState, caller: Caller, details: DetailWriter, role: str
) -> None:  # fmt: skip
    published_overview(state, 1, 5)
    state.identity = Played(role)
    for topic, may in WHO.values():
        with caller(**AWAY).websocket_connect("ws://lightship.example/api/v1/live") as line:
            line.send_json({"subscribe": [topic]})
            said = receive(line, "snapshot", "problem")
            assert (said["type"] == "snapshot") == (role in may), (topic, role, said)
            if role not in may:
                assert "role" in said["detail"]


def test_a_key_hears_what_its_scopes_open(state: AppState, caller: Caller, details: DetailWriter) -> None:
    token = key(state, "state:read")
    headers = {"Authorization": f"Bearer {token}"}
    with caller(**AWAY).websocket_connect("ws://lightship.example/api/v1/live", headers=headers) as line:
        line.send_json({"subscribe": ["feeds"]})
        assert "feeds:read" in receive(line, "problem")["detail"]
        published_overview(state, 1, 5)
        line.send_json({"subscribe": ["overview"]})
        assert receive(line, "snapshot")["revision"] == 1


def test_a_site_is_a_snapshot_then_deltas_and_resumes(
    client: TestClient, state: AppState, details: DetailWriter
) -> None:  # fmt: skip
    published_overview(state, 1, 5)
    with client.websocket_connect(LIVE) as line:
        line.send_json({"subscribe": ["site:RVV01"]})
        first = receive(line, "snapshot")
        assert first["topic"] == "site:RVV01"
        assert first["data"]["measures"] == client.get("/api/v1/sites/RVV01").json()["measures"]
        post(client, [event()])
        state.hub.vouch()
        change = receive(line, "delta", "snapshot")
        assert (change["type"], change["previous"]) == ("delta", first["revision"])
        assert change["data"]["measures"]["ed.in_department"]["value"] == 1
    with client.websocket_connect(LIVE) as line:
        line.send_json({"subscribe": ["site:RVV01"], "after": {"site:RVV01": first["revision"]}})
        resumed = receive(line, "delta", "snapshot")
        assert (resumed["type"], resumed["previous"]) == ("delta", first["revision"])
        assert resumed["data"]["measures"] == change["data"]["measures"]


def test_a_service_is_a_snapshot_then_deltas(
    client: TestClient, state: AppState, details: DetailWriter
) -> None:  # fmt: skip
    published_overview(state, 1, 5)
    with client.websocket_connect(LIVE) as line:
        line.send_json({"subscribe": ["service:ed"]})
        first = receive(line, "snapshot")
        assert first["data"]["measures"] == client.get("/api/v1/services/ed").json()["measures"]
        post(client, [event()])
        state.hub.vouch()
        change = receive(line, "delta", "snapshot")
        assert (change["type"], change["previous"]) == ("delta", first["revision"])
        assert change["data"]["sites"]["RVV01"]["measures"]["ed.in_department"]["value"] == 1


def test_several_topics_share_a_socket_and_the_last_wish_counts(
    client: TestClient, state: AppState, details: DetailWriter
) -> None:  # fmt: skip
    published_overview(state, 1, 5)
    post(client, [event()])
    with client.websocket_connect(LIVE) as line:
        line.send_json({"subscribe": ["overview", "feeds", "site:RVV01"]})
        assert {receive(line, "snapshot")["topic"] for _ in range(3)} == {"overview", "feeds", "site:RVV01"}
        line.send_json({"subscribe": ["feeds", "feeds"], "after": {"feeds": None}})
        assert receive(line, "snapshot")["topic"] == "feeds"
        deadline = time.monotonic() + 5
        while state.hub.watched() != ["feeds"]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        beat = receive(line, "heartbeat")
        assert list(beat["revisions"]) == ["feeds"]


@pytest.mark.parametrize(
    "text",
    [
        '{"subscribe": ["site:9991234560"]}', '{"subscribe": ["site"]}',
        '{"subscribe": ["service"]}', '{"subscribe": ["service:RVV01"]}', '{"subscribe": ["overview:RVV01"]}',
        '{"subscribe": [1]}', '{"subscribe": "overview"}', '{"subscribe": ["overview"], "after": [1]}',
        '{"subscribe": ["overview"], "after": {"overview": 1.5}}', '{"subscribe": ["overview"], "more": 1}',
        '{"subscribe": ["overview"], "after": {"overview": true}}',
        '{"subscribe": ["overview"], "after": {"overview": -1}}',
        '{"subscribe": ' + "[" * 500 + "]" * 500 + "}", '{"subscribe": [' + '"overview",' * 30 + '"feeds"]}',
        "x" * 5000,
        '{"subscribe": ["overview"], "after": {"overview": 99999999999999999999}}',
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_a_wrong_wish_is_a_problem_that_repeats_nothing(client: TestClient, state: AppState, text: str) -> None:
    published_overview(state, 1, 5)
    with client.websocket_connect(LIVE) as line:
        line.send_text(text)
        assert "9991234560" not in str(receive(line, "problem"))
        line.send_json(wish(None))
        assert receive(line, "snapshot")["revision"] == 1


def test_a_revoked_key_stops_listening(
    state: AppState, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(socket_module, "ASKED_AGAIN_SECONDS", 0.05)
    published_overview(state, 1, 5)
    token = key(state, "state:read")
    client = caller(**AWAY)
    headers = {"Authorization": f"Bearer {token}"}
    with client.websocket_connect("ws://lightship.example/api/v1/live", headers=headers) as line:
        line.send_json(wish(None))
        assert receive(line, "snapshot")
        with state.database.connection() as connection:
            api_keys.revoke(connection, api_keys.list_(connection)[0].id, NOW)
        with pytest.raises(WebSocketDisconnect) as closed:
            [line.receive_json() for _ in range(3)]  # a heartbeat every two seconds, otherwise
        assert closed.value.code == 1008


# --- a client that does not read ------------------------------------------------------------------------------------


@pytest.fixture
def address(state: AppState) -> Iterator[tuple[str, int]]:
    config = uvicorn.Config(create_app(state), log_level="error", access_log=False, ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    listener = sockets.socket()
    listener.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()
    server.should_exit = True
    thread.join(timeout=10)


def handshake(address: tuple[str, int]) -> sockets.socket:
    line = sockets.create_connection(address, timeout=20)
    nonce = base64.b64encode(os.urandom(16)).decode()
    line.sendall(
        f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{address[1]}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += line.recv(1)
    assert head.startswith(b"HTTP/1.1 101"), head
    return line


def send(line: sockets.socket, text: str) -> None:
    body = text.encode()
    assert len(body) < 126
    line.sendall(bytes([0x81, 0x80 | len(body)]) + bytes(4) + body)


def frame(line: sockets.socket) -> bytes:
    def exactly(size: int) -> bytes:
        found = bytearray()
        while len(found) < size:
            piece = line.recv(size - len(found))
            assert piece, "closed"
            found += piece
        return bytes(found)

    _, size = exactly(2)
    if size == 126:
        (size,) = struct.unpack(">H", exactly(2))
    elif size == 127:
        (size,) = struct.unpack(">Q", exactly(8))
    return exactly(size)


def test_a_client_that_does_not_read_is_brought_up_to_date_and_nothing_piles_up(
    state: AppState, address: tuple[str, int], connection: Connection[Any]
) -> None:  # fmt: skip
    base = published_overview(state, 1, 5)
    line = handshake(address)
    send(line, '{"subscribe": ["overview"]}')
    assert orjson.loads(frame(line))["type"] == "snapshot"
    big = base | {"system": {"code": "QKS", "name": "x" * 2_000_000}}
    last = 60
    for revision in range(2, last + 1):
        # Another shape each time, so that each is a snapshot of two megabytes: 120 MB if they were queued.
        state.hub.publish(revision, {**big, "system": {"code": str(revision), "name": big["system"]["name"]}})
        time.sleep(0.01)
    got: list[dict[str, Any]] = []
    while not got or got[-1]["revision"] < last:
        message = orjson.loads(frame(line))
        if message["type"] == "snapshot":
            got.append(message)
    assert len(got) < 20, "what passed by while the line was full is not sent later"
    line.close()
