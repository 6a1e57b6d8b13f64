"""The reference page of the network document: its examples run, every key and measure is on it, its limits are ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import jsonschema_rs
import pytest
import yaml  # type: ignore[import-untyped, unused-ignore]
from pydantic import BaseModel

from services.flow_model.engine import document as documents
from services.flow_model.engine import durations
from services.flow_model.engine.amounts import ByHour, Steps
from services.flow_model.engine.answer import answer
from services.flow_model.engine.people import MOST_VISITS
from services.flow_model.engine.record import QUANTILES, RATIOS, SERIES
from services.flow_model.engine.replications import replications
from services.network_file import network_of

PAGE = (Path(__file__).parents[2] / "docs/reference/network.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
TEXT = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
WORDS = set(re.findall(r"[A-Za-z_0-9]+", " ".join(re.findall(r"`([^`]+)`", TEXT))))


def models() -> Iterator[type[BaseModel]]:
    yield from (documents.Document, documents.Run, documents.PersonClass, documents.Arrivals, documents.Station)
    yield from (documents.Pool, documents.Gate, documents.Starting, documents.ByClass, documents.NextByClass)
    yield from (ByHour, Steps, *get_args(get_args(durations.Duration)[0]))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_an_example_of_the_page_runs(example: str) -> None:
    network = network_of(example.encode(), "page")
    assert answer(network, 1, replications(network, 2, 1))["rows"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_an_example_of_the_page_agrees_with_the_schema_that_others_are_given(example: str) -> None:
    validator = jsonschema_rs.validator_for(documents.json_schema())
    said = yaml.safe_load(example)
    assert [error.message for error in validator.iter_errors(said)] == []
    section = "stations" if "stations" in said else "pools"
    place = next(iter(said[section].values()))
    place["serverz"] = 3
    assert not validator.is_valid(said)


def test_every_key_and_every_measure_is_on_the_page() -> None:
    assert len(EXAMPLES) >= 4
    keys = {key for model in models() for key in model.model_fields}
    assert keys - WORDS == set()
    assert {*RATIOS, *QUANTILES, *SERIES} - WORDS == set()


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    for limit in (
        documents.MOST_PLACES, documents.MOST_SERVERS, documents.MOST_PEOPLE, documents.MOST_STARTING,
        documents.MOST_REPLICATIONS, documents.MOST_CHANGES, documents.MOST_MARKS, documents.MOST_KEPT, MOST_VISITS,
    ):  # fmt: skip
        assert f"{limit:,}" in PAGE
