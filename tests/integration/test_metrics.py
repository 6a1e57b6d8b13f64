"""What processes say of themselves to Prometheus: by routes as they are declared, never by what was sent."""

from __future__ import annotations

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from benchmarks.kafka.broker import free_port
from services.errors import LightshipError
from services.metrics import served
from tests.integration.doors import event, post


def scraped(port: int) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = httpx.get(f"http://127.0.0.1:{port}/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text) for sample in family.samples
    }  # fmt: skip


def test_requests_and_events_are_counted_by_route_and_outcome(client: TestClient) -> None:
    port = free_port()
    with served(port, "127.0.0.1"):
        before = scraped(port)
        assert post(client, [event(), event(type="ed.vanished")]).status_code == 200
        client.get("/api/v1/sites/SMITH-9991234560")
        client.get("/smith")
        after = scraped(port)

    def gained(name: str, **labels: str) -> float:
        key = name, tuple(sorted(labels.items()))
        return after.get(key, 0) - before.get(key, 0)

    requests = "lightship_http_requests_total"
    assert gained(requests, route="/api/v1/events", method="POST", status="200") == 1
    assert gained(requests, route="/api/v1/sites/{code}", method="GET", status="404") == 1
    assert gained(requests, route="none", method="GET", status="404") == 1
    assert gained("lightship_http_request_seconds_count", route="/api/v1/events") == 1
    assert gained("lightship_door_events_total", outcome="accepted") == 1
    assert gained("lightship_door_events_total", outcome="refused") == 1
    assert not any("mith" in value or "9991234560" in value for _, labels in after for _, value in labels)


def test_a_port_that_is_taken_is_said(client: TestClient) -> None:
    port = free_port()
    with served(port, "127.0.0.1"), pytest.raises(LightshipError, match="LIGHTSHIP_METRICS_PORT"), served(
        port, "127.0.0.1"
    ):  # fmt: skip
        pass
    with served(None, "127.0.0.1"):
        pass
