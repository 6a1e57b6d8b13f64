"""The generated documents: every event and message is in them, and everything they point to is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from services.api.app import openapi
from services.api.asyncapi import document
from services.api.messages import SENT, Heartbeat, Subscribe
from services.domain.events import EVENT_TYPES

DOCUMENTS: dict[str, dict[str, Any]] = {"asyncapi": document(), "openapi": openapi()}


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def found(whole: Any, reference: str) -> Any:
    assert reference.startswith("#/"), reference
    for step in reference.removeprefix("#/").split("/"):
        assert step in whole, reference
        whole = whole[step]
    return whole


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_that_a_document_points_to_is_in_it(name: str) -> None:
    pointed = set(references(DOCUMENTS[name]))
    assert len(pointed) > 30
    for reference in pointed:
        found(DOCUMENTS[name], reference)
    json.dumps(DOCUMENTS[name], allow_nan=False)


def test_every_event_type_is_a_message_of_its_topic_and_those_of_every_topic_of_all() -> None:
    channels = DOCUMENTS["asyncapi"]["channels"]
    for name, event_type in EVENT_TYPES.items():
        on = {channel for channel, each in channels.items() if name in each["messages"]}
        flows = {channel for channel in channels if channel.startswith("flow.")}
        assert on == (flows if event_type.topic == "every" else {event_type.topic}), name
    assert {channel: each["address"] for channel, each in channels.items()}["live"] == "/api/v1/live"


def test_each_side_of_the_socket_says_what_it_sends() -> None:
    operations = DOCUMENTS["asyncapi"]["operations"]

    def sent(operation: str) -> set[str]:
        messages = operations[operation]["messages"]
        return {found(DOCUMENTS["asyncapi"], found(DOCUMENTS["asyncapi"], m["$ref"])["$ref"])["name"] for m in messages}

    assert operations["live.subscribe"]["action"] == "receive", "as the server sees it"
    assert sent("live.subscribe") == {"live.subscribe"}
    assert sent("live.tell") == {f"live.{model.__name__.lower()}" for model in SENT}


def test_the_payloads_are_schemas_that_tell_good_from_bad() -> None:
    whole = DOCUMENTS["asyncapi"]

    def is_valid(name: str, value: Any) -> bool:
        payload = {**found(whole, f"#/components/messages/{name}")["payload"], "components": whole["components"]}
        return bool(jsonschema_rs.is_valid(payload, value))

    event = {
        "specversion": "1.0", "id": "1", "source": "urn:nhs:ods:RVV", "subject": "x", "type": "ed.arrived",
        "time": "2026-03-10T11:30:00Z", "data": {"site": "RVV01", "department_type": 1},
    }  # fmt: skip
    assert is_valid("ed.arrived", event)
    assert not is_valid("ed.arrived", event | {"type": "ed.seen"})
    assert not is_valid("ed.arrived", event | {"nhsnumber": "1"})
    for model in (Subscribe, Heartbeat):
        name = f"live.{model.__name__.lower()}"
        assert not is_valid(name, {"type": "x"})
    assert is_valid("live.subscribe", {"subscribe": ["overview"], "after": {"overview": None}})
