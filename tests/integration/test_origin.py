"""Events that say that they are synthetic: whatever store takes one in knows it, however it comes in."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from services.api.app import AppState
from services.store import synthetic
from tests.integration.doors import event, post

NOBODY, MADE_UP, BOTH = (False, False), (True, False), (True, True)


def people(state: AppState) -> tuple[bool, bool]:
    with state.database.connection() as connection:
        return synthetic.people(connection)


def escaped(sent: dict[str, Any]) -> bytes:
    return orjson.dumps(sent).replace(b'"synthetic"', b'"\\u0073ynthetic"')


def test_a_store_says_what_it_has_taken_in(client: TestClient, state: AppState) -> None:
    assert people(state) == NOBODY
    assert post(client, event(id="synthetic")).json()["accepted"] == 1
    assert people(state) == NOBODY  # a value is no mark, and others alone are nothing to say
    assert post(client, event(synthetic=True)).json()["accepted"] == 1
    assert people(state) == BOTH


@pytest.mark.parametrize("write", [orjson.dumps, lambda sent: orjson.dumps([sent]), escaped])
def test_one_is_enough_however_it_is_written_and_its_facts_are_those_of_any_other(
    client: TestClient, state: AppState, write: Any
) -> None:
    sent = event(synthetic=True)
    assert post(client, write(sent)).json()["accepted"] == 1
    assert people(state) == MADE_UP
    del sent["synthetic"]
    assert post(client, sent).json()["duplicate"] == 1
    assert people(state) == BOTH


@pytest.mark.parametrize("said", [False, "true", 1, {}])
def test_whoever_is_not_synthetic_leaves_it_out(client: TestClient, state: AppState, said: Any) -> None:
    (reason,) = post(client, event(synthetic=said)).json()["reasons"]
    assert reason["field"] == "synthetic"
    assert "true" in reason["reason"]
    assert people(state) == NOBODY


def test_one_that_is_mended_and_sent_again_counts_too(client: TestClient, state: AppState) -> None:
    wrong = event(synthetic=True, data={"site": "RVV99", "department_type": 1})
    (reason,) = post(client, wrong).json()["reasons"]
    assert people(state) == NOBODY
    address = f"/api/v1/quarantine/{reason['quarantine_id']}"
    assert client.post(f"{address}/mend", json={"set": {"data.site": "RVV01"}}).status_code == 200
    assert client.post(f"{address}/replay").json()["accepted"] == 1
    assert people(state) == MADE_UP
