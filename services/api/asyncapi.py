"""The AsyncAPI 3 document: the topics of events and the socket's messages, made from the models that check them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from services.api.messages import SENT, TOPICS, Subscribe
from services.domain.events import EVENT_MODELS, EVENT_TYPES, SCHEMA_VERSION

LIVE = "live"
MESSAGES: tuple[type[BaseModel], ...] = (Subscribe, *SENT)
_EVERY = "every"  # the topic of a type that may stand on each
_SCHEMAS = "#/components/schemas/{model}"
_CLOUDEVENT = "application/cloudevents+json"


def document() -> dict[str, Any]:
    """The document. Channels: one a topic `flow.*`, and `live`, the WebSocket."""
    by_name: dict[str, type[BaseModel]] = {**EVENT_MODELS, **{_name(model): model for model in MESSAGES}}
    made, definitions = models_json_schema([(model, "validation") for model in by_name.values()], ref_template=_SCHEMAS)
    messages = {
        name: {
            "name": name, "title": name, "summary": (model.__doc__ or "").strip(),
            "contentType": _CLOUDEVENT if name in EVENT_MODELS else "application/json",
            "payload": made[model, "validation"],
        }
        for name, model in by_name.items()
    }  # fmt: skip
    topics = sorted({event_type.topic for event_type in EVENT_TYPES.values()} - {_EVERY})
    channels: dict[str, Any] = {topic: _channel(topic, _of_topic(topic)) for topic in topics}
    socket = [_name(model) for model in MESSAGES]
    channels[LIVE] = _channel("/api/v1/live", socket) | {
        "description": f"A WebSocket; what may be subscribed to: {', '.join(TOPICS)} (a site as `site:<code>`, a "
        "service as `service:<name>`).",
        "bindings": {"ws": {"method": "GET"}},
    }
    operations = {f"take_in.{topic}": _operation("receive", topic, _of_topic(topic)) for topic in topics}
    operations["live.subscribe"] = _operation("receive", LIVE, [_name(Subscribe)])
    operations["live.tell"] = _operation("send", LIVE, [_name(model) for model in SENT])
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lightship", "version": SCHEMA_VERSION,
            "description": "Events as CloudEvents 1.0, with the subject as the key, and the live picture.",
        },
        "defaultContentType": "application/json",
        "channels": channels, "operations": operations,
        "components": {"messages": messages, "schemas": definitions.get("$defs", {})},
    }  # fmt: skip


def _name(model: type[BaseModel]) -> str:
    return f"live.{model.__name__.lower()}"


def _of_topic(topic: str) -> list[str]:
    return [name for name, event_type in EVENT_TYPES.items() if event_type.topic in (topic, _EVERY)]


def _channel(address: str, messages: Iterable[str]) -> dict[str, Any]:
    return {"address": address, "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages}}


def _operation(action: str, channel: str, messages: Iterable[str]) -> Mapping[str, Any]:
    return {
        "action": action, "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }  # fmt: skip
