"""The socket of the overview: a snapshot, deltas, resuming, and a bad message that costs nothing."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from services.api.app import AppState
from tests.integration.doors import HERE, LIVE, published_overview, wish


def test_the_socket_gives_a_snapshot_then_deltas_and_resumes(client: TestClient, state: AppState) -> None:
    first = published_overview(state, 1, 5)
    with client.websocket_connect(LIVE, headers={"Origin": HERE}) as socket:
        socket.send_json(wish(None))
        assert socket.receive_json() == {"type": "snapshot", "topic": "overview", "revision": 1, "data": first}
        second = published_overview(state, 2, 6)
        change = socket.receive_json()
        assert (change["type"], change["previous"], change["revision"]) == ("delta", 1, 2)
        code = first["sites"][0]["code"]
        assert set(change["data"]["sites"]) == {code}
        assert set(change["data"]["sites"][code]["measures"]) == {"ed.in_department"}
    published_overview(state, 3, 7)
    with client.websocket_connect(LIVE) as socket:
        socket.send_json(wish(2))
        resumed = socket.receive_json()
        assert (resumed["type"], resumed["previous"], resumed["revision"]) == ("delta", 2, 3)
    with client.websocket_connect(LIVE) as socket:
        socket.send_json(wish(3))
        beat = socket.receive_json()
        assert (beat["type"], beat["revision"], beat["clock"]["rate"]) == ("heartbeat", 3, 1.0)
        socket.send_json(wish(99))
        assert socket.receive_json()["type"] == "snapshot"
    assert second["sites"][0]["measures"]["ed.in_department"]["value"] == 6


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"subscribe": ["9991234560"]}', '{"subscribe": ["overview"], "after": {"overview": "1"}}']
)
def test_a_bad_message_is_a_problem_and_keeps_the_socket(client: TestClient, state: AppState, text: str) -> None:
    published_overview(state, 1, 5)
    with client.websocket_connect(LIVE) as socket:
        socket.send_text(text)
        problem = socket.receive_json()
        assert problem["type"] == "problem"
        assert "9991234560" not in problem["detail"]
        socket.send_json(wish(None))
        assert socket.receive_json()["type"] == "snapshot"
