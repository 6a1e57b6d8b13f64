"""From bytes to raw events: every form, and everything that can be wrong with one."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.body import BodyRefused, RawItem, read_body


def read(body: bytes, content_type: str | None = None, encoding: str | None = None, **bounds: int) -> list[RawItem]:
    return [item.read() for item in read_body(body, content_type=content_type, content_encoding=encoding, **bounds)]


def outcomes(items: list[RawItem]) -> list[Any]:
    return [item.event if item.refusal is None else item.refusal.reason for item in items]


EVENTS: list[dict[str, Any]] = [{"id": "a", "data": {}}, {"id": "b", "data": {"visits": ["RVV/1", "RVV/2"]}}]
LINES = b"\n".join(json.dumps(event).encode() for event in EVENTS)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps(EVENTS).encode(), "application/json"),
        (json.dumps(EVENTS, indent=2).encode(), "application/json; charset=utf-8"),
        (json.dumps(EVENTS).encode(), None),
        (b"\xef\xbb\xbf" + json.dumps(EVENTS).encode(), None),
        (LINES, "application/x-ndjson"),
        (LINES + b"\n", "application/json"),
        (b"\n\r\n" + LINES.replace(b"\n", b"\r\n\r\n") + b"\r\n \n", None),
    ],
)
def test_an_array_and_lines_give_the_same_events(body: bytes, content_type: str | None) -> None:
    for sent, encoding in ((body, None), (gzip.compress(body), "gzip"), (gzip.compress(body), None)):
        items = read(sent, content_type, encoding)
        assert outcomes(items) == EVENTS
        assert [item.number for item in items] == [0, 1]
        assert [json.loads(item.raw) for item in items] == EVENTS


def test_a_single_object_is_one_event_however_it_is_laid_out() -> None:
    assert outcomes(read(json.dumps(EVENTS[1], indent=1).encode())) == [EVENTS[1]]


def test_a_gzip_of_several_members_is_read_whole() -> None:
    half = len(LINES) // 2
    assert outcomes(read(gzip.compress(LINES[:half]) + gzip.compress(LINES[half:]), None, "gzip")) == EVENTS


def test_broken_json_in_the_middle_of_lines_refuses_that_line_only() -> None:
    items = read(b'{"id":"a"}\n{"id":"SMITH\n{"id":"c"}\n', "application/x-ndjson")
    assert [item.event for item in items] == [{"id": "a"}, None, {"id": "c"}]
    assert items[1].raw == b'{"id":"SMITH'
    assert items[1].refusal is not None
    assert "not valid JSON" in items[1].refusal.reason
    assert outcomes(read(b'{"id":"a"}\n{"id":\n{"id":"c"}\n'))[::2] == [{"id": "a"}, {"id": "c"}]


def test_a_broken_array_is_one_refused_item_that_keeps_the_bytes() -> None:
    body = b'[{"id":"a"},{"id":"SMITH},{"id":"c"}]'
    (item,) = read(body, "application/json")
    assert item.raw == body
    assert item.refusal is not None
    assert "not valid JSON" in item.refusal.reason
    assert "SMITH" not in repr((item.refusal, item.refusal.__context__, item.refusal.__cause__))


def test_quotation_marks_and_backslashes_within_a_text_are_no_keys() -> None:
    events = [{"id": 'a"b\\', "\\": '","id":"'}, {"id": "]},{["}]
    assert outcomes(read(json.dumps(events).encode())) == events
    assert [json.loads(item.raw) for item in read(json.dumps(events).encode())] == events


DEEP = b'{"id":' + b"[" * 300 + b"]" * 300 + b"}"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b'{"id":"a","id":"b"}', "twice"),
        (b'{"id":"a","\\u0069d":"b"}', "twice"),
        (b'{"id":"a","data":{"site":"x","site":"y"}}', "twice"),
        (b'{"n":1,"n":"\\"\\\\"}', "twice"),
        (DEEP, "nested"),
        (b"[" * 20 + b"]" * 20, "one JSON object"),
        (b"12", "one JSON object"),
        (b'"SMITH"', "one JSON object"),
        (b"null", "one JSON object"),
    ],
)
def test_a_bad_member_or_line_is_refused_alone(bad: bytes, said: str) -> None:
    for body, content_type in (
        (b'[{"id":"x"}, ' + bad + b' ,{"id":"y"}]', "application/json"),
        (b'{"id":"x"}\n' + bad + b'\n{"id":"y"}', "application/x-ndjson"),
    ):
        items = read(body, content_type)
        assert [item.event for item in items] == [{"id": "x"}, None, {"id": "y"}]
        assert items[1].refusal is not None
        assert said in items[1].refusal.reason
        assert items[1].raw == bad


@pytest.mark.parametrize("bad", [b'{"id":"\x00"}', b'{"id":NaN}', b'{"id":"\\ud800"}', b"{" * 100_000, b"\x00"])
def test_what_json_does_not_allow_is_refused_with_its_line(bad: bytes) -> None:
    items = read(b'{"id":"x"}\n' + bad, "application/x-ndjson")
    assert items[0].event == {"id": "x"}
    assert items[1].refusal is not None
    assert "not valid JSON" in items[1].refusal.reason


def test_what_is_not_utf8_is_said_to_be_so() -> None:
    items = read(b'{"id":"x"}\n{"id":"\xe9"}', "application/x-ndjson")
    assert items[1].refusal is not None
    assert "UTF-8" in items[1].refusal.reason


@pytest.mark.parametrize(
    ("body", "content_type", "encoding", "status"),
    [
        (b"", None, None, 400),
        (b" \n\t", None, None, 400),
        (b"[]", None, None, 400),
        (gzip.compress(b""), None, "gzip", 400),
        (b"", None, "gzip", 400),
        (gzip.compress(LINES)[:-9], None, "gzip", 400),
        (gzip.compress(LINES) + b"rubbish", None, "gzip", 400),
        (LINES, None, "gzip", 400),
        (LINES, None, "br", 415),
        (LINES, "text/html", None, 415),
        (b" " * 50_000_000, None, None, 413),
        (b"[" + b"{}," * 20_000 + b"{}]", None, None, 413),
        (b"{}\n" * 20_001, "application/x-ndjson", None, 413),
        (b"[" + b"{}," * 4_000_000 + b"{}]", None, None, 413),
        (gzip.compress(b"{}") * 5000, None, "gzip", 413),
    ],
)  # fmt: skip
def test_a_body_with_nothing_to_read_is_refused_before_the_first_item(
    body: bytes, content_type: str | None, encoding: str | None, status: int
) -> None:
    with pytest.raises(BodyRefused) as refused:
        read_body(body, content_type=content_type, content_encoding=encoding)
    assert refused.value.status == status


def test_a_zip_bomb_is_refused_without_being_expanded() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200)) + packer.flush()
    tracemalloc.start()
    try:
        with pytest.raises(BodyRefused) as refused:
            read_body(bomb, content_type=None, content_encoding="gzip", max_expanded=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.status == 413
    assert peak < 8_000_000, f"{peak} bytes held for a limit of a million"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)  # fmt: skip


@given(st.lists(st.dictionaries(st.text(), _VALUES), min_size=1, max_size=6), st.booleans(), st.sampled_from([None, 1]))
def test_any_array_comes_out_as_lines_of_the_same_do(events: list[Any], ascii_only: bool, indent: int | None) -> None:
    array = json.dumps(events, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "replace")
    lines = "\n".join(json.dumps(event, ensure_ascii=ascii_only) for event in events).encode("utf-8", "replace")
    assert outcomes_alike(read(array, "application/json")) == outcomes_alike(read(lines, "application/x-ndjson"))


def outcomes_alike(items: list[RawItem]) -> list[Any]:
    return [item.event if item.event is not None else "refused" for item in items]


@given(st.binary(max_size=200), st.sampled_from([None, "application/json", "application/x-ndjson"]))
def test_no_bytes_do_anything_but_give_items_or_a_refusal(body: bytes, content_type: str | None) -> None:
    try:
        items = read(body, content_type)
    except BodyRefused:
        return
    assert all((item.event is None) != (item.refusal is None) for item in items)
