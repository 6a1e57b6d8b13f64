"""A network document from outside: mistakes by line and key, and what would never end is refused at once."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.errors import ConfigurationError, LightshipError
from services.flow_model.engine.replications import replications
from services.network_file import LARGEST_BYTES, network_of, read_network
from tests.networks import constant, desk, document, exponential

AT_ONCE_SECONDS = 5  # on a busy machine; what is refused would take hours

TEXT = """\
name: a desk
time_unit: minutes
run: {length: 1000}
classes: {patient: {}}
arrivals:
  walk_in: {to: desk, of: patient, rate: 0.25}
stations:
  desk:
    servers: 3
    service: {distribution: exponential, mean: 10}
"""


def refusal(said: str | bytes | dict[str, Any]) -> str:
    text = json.dumps(said).encode() if isinstance(said, dict) else said.encode() if isinstance(said, str) else said
    began = time.monotonic()
    with pytest.raises(ConfigurationError) as caught:
        network_of(text, "net.yaml")
    assert time.monotonic() - began < AT_ONCE_SECONDS
    return str(caught.value)


def test_a_document_is_read_from_yaml_and_from_json() -> None:
    short = network_of(TEXT.replace("rate: 0.25", "rate: 25e-2").encode(), "net.yaml")
    assert short.streams[0].rate == network_of(TEXT.encode(), "net.yaml").streams[0].rate
    assert network_of(TEXT.encode(), "net.yaml").places[0].name == "desk"
    assert network_of(json.dumps(desk()).encode(), "net.json").places[0].name == "desk"


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("servce: 3", "servers: 3", "line 9: stations.desk.servce: is not a key here; did you mean 'service'?"),
        ("meen: 10", "mean: 10", "line 10: stations.desk.service.meen: is not a key here; did you mean 'mean'?"),
        ("distribution: exponental", "distribution: exponential", "did you mean 'exponential'?"),
        ("to: desc", "to: desk", "line 6: arrivals.walk_in.to: 'desc' is not a place; did you mean 'desk'?"),
        ("of: pateint", "of: patient", "arrivals.walk_in.of: 'pateint' is not a class; did you mean 'patient'?"),
        ("time_unit: minuets", "time_unit: minutes", "did you mean 'minutes'?"),
        ("servers: 1000000000", "servers: 3", "line 9: stations.desk.servers: should be less than or equal"),
        ("servers: 2000000", "servers: 3", "stations.desk.servers: 2,000,000 is more than the 1,000,000 that run"),
        ("servers: 2.5", "servers: 3", "line 9: stations.desk.servers: servers and beds are whole numbers"),
        ("rate: 9e6", "rate: 0.25", "make `run.length` shorter"),
        ("rate: -1", "rate: 0.25", "line 6: arrivals.walk_in.rate"),
        ("rate: .nan", "rate: 0.25", "line 6: arrivals.walk_in.rate"),
        ("rate: 1, interval: {distribution: constant, value: 1}", "rate: 0.25", "by `rate` or by `interval`"),
        ("rate: 1, scale: 3", "rate: 0.25", "line 6: arrivals.walk_in.scale: is above `headroom`"),
        ("length: 1e12", "length: 1000", "line 3: run.length"),
        ("length: 10, warm_up: 10", "length: 1000", "`warm_up` is shorter than `length`"),
        ("length: 10, step: 1e-9", "length: 1000", "more than 10,000 marks"),
        ("length: 10, starts_at: monday noon", "length: 1000", "a weekday and a time such as 'monday 08:00'"),
        ("walk_in: &a {to: desk, of: patient, rate: 1}\n  two: *a", "walk_in: {to: desk, of: patient, rate: 0.25}",
         "line 7: *a is an alias"),
        ("servers: 3\n    when_full: desk", "servers: 3", "say how many in `queue`"),
        ("servers: 3\n    servers: 4", "servers: 3", "stands twice"),
        ("rate: true", "rate: 0.25", "line 6: arrivals.walk_in.rate: should be a valid number, not True"),
        ("rate: '5'", "rate: 0.25", "line 6: arrivals.walk_in.rate: should be a valid number, not '5'"),
        ("servers: yes", "servers: 3", "line 9: stations.desk.servers: should be a valid number, not True"),
        ("servers: 3\n    queue: true", "servers: 3", "line 10: stations.desk.queue: should be a valid integer"),
        ("{no: {}, patient: {}}", "{patient: {}}", "YAML reads the name no as something else; put it in"),
        ("length: 1000}\npools: {ward: {beds: {by_hours: [3]}, stay: {distribution: exponential, mean: 1}}}",
         "length: 1000}", "pools.ward.beds.by_hours: is not a key here; did you mean 'by_hour'?"),
        ("servers: {by_hour: [1, 2]}", "servers: 3", "stations.desk.servers.by_hour: has 2 entries, not at least"),
        ("servers: {by_hour: [1], stepz: 3}", "servers: 3", "line 9: stations.desk.servers.stepz: is not a key here"),
        ("servers: {steps: [[0, 1, 2]]}", "servers: 3", "stations.desk.servers.steps[0]: has 3 entries, not at most 2"),
        ("servers: {steps: []}", "servers: 3", "stations.desk.servers.steps: has 0 entries, not at least 1"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_line_and_key(wrong: str, right: str, expected: str) -> None:
    assert right in TEXT
    assert expected in refusal(TEXT.replace(right, wrong))


def test_a_mistake_in_a_list_is_said_once() -> None:
    said = refusal(TEXT.replace("servers: 3", "servers: {steps: [[0, true]]}"))
    assert said.endswith("line 9: stations.desk.servers.steps[0][1]: should be a valid number, not True")
    assert "\n" not in said


def test_a_bomb_of_aliases_a_tower_of_brackets_and_what_is_no_text_are_refused_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24)
    )
    assert "is an alias" in refusal(bomb)
    assert "deep" in refusal("[" * 100_000)
    assert "not valid YAML" in refusal(b"\x00\xff\xfe")
    assert "holds no keys" in refusal("../../etc/passwd")
    assert "larger than" in refusal(b"#" * (LARGEST_BYTES + 1))
    assert "arrivals.a.to: should match" in refusal(TEXT.replace("walk_in: {to: desk", "a: {to: ../../etc/passwd"))


def test_a_circle_without_time_is_refused_and_one_with_time_is_not() -> None:
    def around(middle: dict[str, Any], **more: Any) -> dict[str, Any]:
        stations = {"a": {"servers": 1, "service": middle, "next": "b"}, "b": {"servers": 1, "service": constant(0)}}
        stations["b"] |= {"next": {"a": 0.5}, **more}
        return document(arrivals={"in": {"to": "a", "of": "patient", "rate": 1}}, stations=stations)

    assert "people would go round a -> b -> a without any time passing" in refusal(around(constant(0)))
    network_of(json.dumps(around(exponential(1))).encode(), "net.json")
    said = document(
        stations={
            name: {"servers": 1, "service": exponential(1), "queue": 0, "when_full": other}
            for name, other in (("a", "b"), ("b", "a"))
        }
    )
    assert "without any time passing" in refusal(said)


def test_a_circle_that_takes_almost_no_time_is_refused_and_a_slow_one_ends() -> None:
    for almost in (
        {"distribution": "exponential", "mean": 1e-12}, {"distribution": "lognormal", "mean": 1, "sigma": 1000},
        {"distribution": "gamma", "shape": 1e-9, "scale": 1},
        {"distribution": "empirical", "values": [0, 1], "weights": [1, 1e-300]},
    ):  # fmt: skip
        said = document(
            arrivals={"in": {"to": "a", "of": "patient", "rate": 1}},
            stations={"a": {"servers": 1, "service": almost, "next": "a"}},
        )
        assert "without any time passing" in refusal(said)


def test_a_small_text_cannot_ask_for_all_memory() -> None:
    hourly = {"by_hour": [1.0] * 24}
    stations = {f"s{number}": {"servers": hourly, "service": exponential(1)} for number in range(40)}
    assert "hourly changes in all" in refusal(document(900_000, stations=stations))
    spread = {"in": {"to": "a", "of": "patient", "rate": 1e-6, "dispersion": 0.1}}
    assert "a level an hour" in refusal(document(1e9, arrivals=spread, stations={"a": stations["s0"] | {"servers": 1}}))
    many = {f"s{number}": {"servers": 1, "service": exponential(1)} for number in range(100)}
    assert "take a longer step" in refusal(document(10_000, run={"step": 1}, stations=many))
    with pytest.raises(LightshipError, match="too many to keep"):
        replications(network_of(json.dumps(desk()).encode(), "net.json"), 100_001, 1)


def test_what_would_be_taken_in_silence_is_said() -> None:
    shares = {"in": {"to": "ward", "of": {"a": 0.2, "b": 0.3}, "rate": 1}}
    ward = {"ward": {"beds": 3, "stay": exponential(1)}}
    assert "add up to 0.5" in refusal(document(classes={"a": {}, "b": {}}, arrivals=shares, pools=ward))
    twice = [{"place": "ward", "of": "patient", "keys": ["x", "x"]}]
    assert "stands once" in refusal(document(pools=ward, start=twice))
    assert "gates.hub.slots" in refusal(document(pools=ward, gates={"hub": {"slots": 2}}))
    assert "stations.desk.service: 'distribution' 'expo'" in refusal(
        document(stations={"desk": {"servers": 1, "service": {"distribution": "expo", "mean": 1}}})
    )
    assert "not longer than" in refusal(desk(length=10) | {"run": {"length": 10, "step": 11}})


def test_a_long_row_of_places_without_time_is_refused() -> None:
    stations = {
        f"s{number}": {"servers": 1, "service": constant(0), "next": f"s{number + 1}" if number < 199 else {}}
        for number in range(200)
    }
    assert "places without time in a row" in refusal(document(stations=stations))


def test_a_class_without_a_duration_where_it_comes_is_named() -> None:
    said = document(
        classes={"a": {}, "b": {}},
        arrivals={"in": {"to": "ward", "of": {"a": 0.5, "b": 0.5}, "rate": 1}},
        pools={"ward": {"beds": 3, "stay": {"by_class": {"a": exponential(1)}}}},
    )
    assert "pools.ward.stay.by_class: class 'b' comes here and has no duration" in refusal(said)


def test_people_of_the_start_are_counted_and_named() -> None:
    ward = {"ward": {"beds": {"bay": 2}, "stay": exponential(1)}}

    def start(**said: Any) -> str:
        return refusal(document(pools=ward, start=[{"place": "ward", "of": "patient", **said}]))

    assert "start[0]" in start(count=2_000_000)
    assert "say the same number of people" in start(count=3, elapsed=[1, 2])
    assert "start[0].kind: 'bey' is not a kind here; did you mean 'bay'?" in start(count=3, kind="bey")
    gates = {"hub": {"slots": {"steps": [[0, 3]]}}}
    assert "people there wait" in refusal(
        document(pools=ward, gates=gates, start=[{"place": "hub", "of": "patient", "count": 1}])
    )


def test_simulate_prints_json_and_a_table_and_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(TEXT)
    told = CliRunner().invoke(app, ["simulate", str(file), "--replications", "3", "--workers", "1", "--json"])
    assert told.exit_code == 0, told.output
    rows = {(row["place"], row["measure"]): row for row in json.loads(told.output)["rows"]}
    assert 0 < rows["desk", "utilisation"]["mean"] <= 1
    shown = CliRunner().invoke(app, ["simulate", str(file), "--replications", "3", "--workers", "1"])
    assert "desk" in shown.output
    assert CliRunner().invoke(app, ["simulate", str(file), "--replications", "1000000000"]).exit_code == 2
    with pytest.raises(LightshipError, match="PLACE:MEASURE:SHARE"):
        CliRunner().invoke(app, ["simulate", str(file), "--precision", "desk"], catch_exceptions=False)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_network(tmp_path / "absent.yaml")
