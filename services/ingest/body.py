"""From the bytes of a request or a file to raw events, one by one.

Whatever is wrong with one event refuses that event; only what leaves nothing to read refuses the body.
"""

from __future__ import annotations

import itertools
import json
import re
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import orjson

from services.errors import LightshipError, RefusedEvent

MEBIBYTE = 1024 * 1024
MAX_BYTES = 16 * MEBIBYTE
MAX_EXPANDED = 64 * MEBIBYTE
MAX_EVENTS = 20_000
MAX_DEPTH = 8  # an event needs three
#: An event has two brackets, a census three. Refusing far more before parsing keeps a body of `{},{},{}` cheap.
_MAX_BRACKETS_EACH = 8
_MAX_COMMAS_EACH = 32

_JSON_TYPES = frozenset(["application/json", "application/cloudevents+json", "application/cloudevents-batch+json"])
_LINE_TYPES = frozenset(["application/x-ndjson", "application/ndjson", "application/jsonl", "application/jsonlines"])
_OPEN_TYPES = frozenset(["", "application/octet-stream", "application/gzip", "application/x-gzip", "text/plain"])

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_CHUNK = 64 * 1024
_GZIP_MEMBERS = 4096
_LINE = re.compile(rb"[^\s][^\n]*")
_WHOLE_OBJECT_LINE = re.compile(rb"^[ \t]*\{[^\n]*\}[ \t\r]*$", re.MULTILINE)
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},]')


class BodyRefused(LightshipError):
    """A body that holds no readable event at all. status: the HTTP status that says so (400, 413 or 415)."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class RawItem(NamedTuple):
    """One event as sent: `event` or `refusal` is set once it is read. raw: its bytes, for the quarantine.

    One of neither is not read yet: `read` reads it, and a door may know what to make of its bytes without.
    """

    number: int  # its place in the body, from 0
    raw: bytes
    event: dict[str, Any] | None = None
    refusal: RefusedEvent | None = None
    what: str = "The line"  # begins the reason where it cannot be read

    def read(self) -> RawItem:
        is_read = self.event is not None or self.refusal is not None
        return self if is_read else read_item(self.number, self.raw, self.what)


_new_item = partial(tuple.__new__, RawItem)  # what `RawItem(...)` does, at a third of its cost


def read_body(
    body: bytes,
    *,
    content_type: str | None,
    content_encoding: str | None,
    max_bytes: int = MAX_BYTES,
    max_expanded: int = MAX_EXPANDED,
    max_events: int = MAX_EVENTS,
) -> Iterator[RawItem]:
    """The events of a JSON array, a single JSON object or NDJSON, plain or gzipped.

    max_bytes bounds what came over the wire, max_expanded what a gzip may grow to. An array of broken form, having no
    boundaries to trust, comes back as one refused item. Raises BodyRefused, before the first item, for a body that
    is empty (400), too large or too full (413), or in a form not taken here (415).
    """
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind not in _JSON_TYPES and kind not in _LINE_TYPES and kind not in _OPEN_TYPES:
        raise BodyRefused(415, "Content-Type is not taken here; send application/json or application/x-ndjson.")
    if len(body) > max_bytes:
        raise BodyRefused(
            413,
            f"The body is larger than {_size(max_bytes)}; send it in parts of at most {max_events} events, or gzip.",
        )
    text = _expanded(body, (content_encoding or "").strip().lower(), max_expanded).removeprefix(b"\xef\xbb\xbf")
    if not text or text.isspace():
        raise BodyRefused(400, "The body is empty; send at least one event.")
    if kind in _LINE_TYPES:
        return _lines(text, max_events)
    if text.count(b"{") + text.count(b"[") > _MAX_BRACKETS_EACH * max_events:
        raise _too_many(max_events)
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        if not text.lstrip().startswith(b"[") and _WHOLE_OBJECT_LINE.search(text):
            return _lines(text, max_events)
        if count := _count_leniently(text, max_events):
            if count > max_events:
                raise _too_many(max_events) from None
            return (RawItem(index, raw, what="The member") for index, raw in enumerate(_slices(text)))
        return iter([RawItem(0, text, what="The body")])
    if not isinstance(value, list):
        return iter([RawItem(0, text.strip(), what="The body")])
    if not value:
        raise BodyRefused(400, "The body is an empty list; send at least one event.")
    if len(value) > max_events:
        raise _too_many(max_events)
    return _members(text, value)


def _count_leniently(text: bytes, max_events: int) -> int:
    """How many members an array has whose form is right and only some value is not: a number beyond all range, half a
    surrogate pair, a byte that is not UTF-8. 0 for any other text. Such a value costs its own event, not the others.
    """
    if not text.lstrip().startswith(b"[") or text.count(b",") > _MAX_COMMAS_EACH * max_events:
        return 0
    try:
        value = json.loads(text.decode("utf-8", "replace"), parse_int=len, parse_float=len, parse_constant=len)
    except (ValueError, RecursionError):
        return 0
    return len(value)


def _size(count: int) -> str:
    return f"{count // MEBIBYTE} MiB" if count >= MEBIBYTE else f"{count} bytes"


def _too_many(max_events: int) -> BodyRefused:
    return BodyRefused(413, f"The body holds more than {max_events} events; send it in smaller parts.")


def _expanded(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its gzip, never holding more than the limit and one chunk of it."""
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise BodyRefused(415, "Content-Encoding is not taken here; send the body plain or as gzip.")
    if "gzip" not in encoding and not body.startswith(_GZIP_MAGIC):
        return body
    parts: list[bytes] = []
    total = members = 0
    damaged = False
    member: Any = None
    try:
        for start in range(0, len(body), _GZIP_CHUNK):
            waiting = body[start : start + _GZIP_CHUNK]
            while waiting:
                if member is None:
                    members += 1
                    member = zlib.decompressobj(wbits=31)
                part = member.decompress(waiting, limit + 1 - total)
                parts.append(part)
                total += len(part)
                if total > limit or members > _GZIP_MEMBERS:
                    raise BodyRefused(413, f"The gzip body expands to more than {_size(limit)}; send it in parts.")
                waiting = member.unused_data if member.eof else member.unconsumed_tail
                if member.eof:
                    member = None
    except zlib.error:
        damaged = True
    if damaged or member is not None:
        raise BodyRefused(400, "The gzip body is damaged or cut short; send it again.")
    return b"".join(parts)


def _lines(text: bytes, max_events: int) -> Iterator[RawItem]:
    if text.count(b"\n") >= max_events:  # cheap; only such a body can hold too many
        for count, _ in enumerate(_LINE.finditer(text), 1):
            if count > max_events:
                raise _too_many(max_events)
    lines = filter(None, map(bytes.strip, text.split(b"\n")))
    nothing = itertools.repeat(None)
    return map(_new_item, zip(itertools.count(), lines, nothing, nothing, itertools.repeat("The line")))


def _members(text: bytes, values: list[Any]) -> Iterator[RawItem]:
    """The members of an array that is known to parse: written again if none can be suspect, else cut out."""
    suspect = _is_deeper(values, MAX_DEPTH + 1) or _may_repeat_a_key(text, orjson.dumps(values))
    for index, raw in enumerate(_slices(text) if suspect else map(orjson.dumps, values)):
        yield RawItem(index, raw, what="The member")


def _slices(text: bytes) -> Iterator[bytes]:
    """The bytes of each member of a valid, non-empty JSON array, however deep."""
    depth = start = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in (b"[", b"{"):
            depth += 1
            if depth == 1:
                start = token.end()
        elif mark in (b"]", b"}"):
            depth -= 1
            if depth == 0:
                yield text[start : token.start()].strip()
        elif mark == b"," and depth == 1:
            yield text[start : token.start()].strip()
            start = token.end()


def read_item(index: int, raw: bytes, what: str) -> RawItem:
    """One event from its bytes; `what` begins the reason where they are not one."""
    value: Any = None
    reason = ""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        # The message and the document stay behind: both hold what was sent.
        reason = f"{what} is not valid JSON: reading stopped at character {error.pos + 1}; correct it and send it again"
    if reason and not _is_utf8(raw):
        reason = f"{what} is not text in UTF-8; send it as UTF-8"
    elif type(value) is dict and _is_shallow(raw) and not _may_repeat_a_key(raw, orjson.dumps(value)):
        return RawItem(index, raw, value, None)
    elif not reason and not isinstance(value, dict):
        reason = f"{what} is not an event: an event is one JSON object, between {{ and }}"
    elif not reason and not _is_shallow(raw) and _is_deeper(value, MAX_DEPTH):
        reason = f"{what} is nested more than {MAX_DEPTH} deep; an event's data is flat"
    elif not reason and _repeats_a_key(raw):
        reason = f"{what} names an attribute twice, so it is not clear which is meant; send each once"
    if reason:
        return RawItem(index, raw, None, RefusedEvent(reason))
    return RawItem(index, raw, value, None)


def _is_shallow(raw: bytes) -> bool:
    """Whether the text holds too few brackets to be nested too deep, which is sure and costs nothing."""
    return raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH


def _is_deeper(value: Any, limit: int) -> bool:
    """Whether lists and objects lie in one another more than `limit` deep."""
    if not isinstance(value, dict | list):
        return False
    members: Any = value.values() if isinstance(value, dict) else value
    return limit == 0 or any(_is_deeper(member, limit - 1) for member in members)


def _may_repeat_a_key(raw: bytes, written: bytes) -> bool:
    """A key given twice is lost in parsing, and two quotation marks or more with it. So where as many were sent as are
    in the value written again, and none was escaped, no key was given twice: cheaper than a hook on every pair.
    """
    return raw.count(b'"') != written.count(b'"') or b"\\" in raw


def _repeats_a_key(raw: bytes) -> bool:
    repeated = False

    def noted(pairs: list[tuple[str, Any]]) -> None:
        nonlocal repeated
        repeated = repeated or len({key for key, _ in pairs}) != len(pairs)

    json.loads(raw, object_pairs_hook=noted, parse_int=len, parse_float=len)
    return repeated


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
