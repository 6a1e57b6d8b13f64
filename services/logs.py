"""What processes log: a line each on standard error, for people at a terminal, as JSON for what collects them.

Ours says what happened by a name and bounded values. What libraries log comes the same way, from warnings on. Of an
exception its type and where it was raised are logged, never its text or the values of its frames: those may quote a
payload.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
import sys
import threading
import time as wall_time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from services.errors import LightshipError

JSON, CONSOLE = "json", "console"
_FRAMES = 12  # the innermost
SELDOM_SECONDS = 60.0
_NUMBER = re.compile(r"\d+")
_WORDS_AT_MOST = 1_000
_LONGEST = 300  # characters of what a library says; its further lines may quote anything
_log = structlog.get_logger(__name__)


def from_environment() -> None:
    """Log as LIGHTSHIP_LOG says: `json`, or for the `console`; without it as JSON where standard error is no terminal.

    To be called once, as a process begins. Raises LightshipError for another kind.
    """
    kind = os.environ.get("LIGHTSHIP_LOG") or None
    if kind not in (None, JSON, CONSOLE):
        raise LightshipError("LIGHTSHIP_LOG is json or console; unset, lines are JSON where nobody looks on.")
    configure(as_json=kind == JSON or (kind is None and not sys.stderr.isatty()))
    if is_collected():
        sys.excepthook = _raised
        threading.excepthook = _raised_in_thread


def is_collected() -> bool:
    """Whether every line on standard error is to be JSON."""
    return os.environ.get("LIGHTSHIP_LOG") == JSON


def configure(*, as_json: bool) -> None:
    begin: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _raised_where,
    ]
    render: Processor = (
        structlog.processors.JSONRenderer(serializer=_json)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="at")
    )
    structlog.configure(processors=[*begin, render], logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    handler = _OnStandardError()
    handler.addFilter(_Seldom())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _how_often, *begin],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _in_short, render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


class _Seldom(logging.Filter):
    """What a library says again in the same words, numbers apart, comes once a minute, with how often it was said
    meanwhile; an exception comes each time. Kafka's clients say fifteen lines a second while brokers are away.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info:
            return True
        words, now = (record.name, record.levelno, _words(record)), wall_time.monotonic()
        said_at, unsaid = self._said.get(words, (-math.inf, 0))
        if now - said_at < SELDOM_SECONDS:
            self._said[words] = (said_at, unsaid + 1)
            return False
        if len(self._said) >= _WORDS_AT_MOST:
            self._said.clear()
        self._said[words] = (now, 0)
        record.repeated = unsaid
        return True


def _words(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except Exception:  # the line that cannot be written says so
        text = str(record.msg)
    return _NUMBER.sub("#", text[:_LONGEST])


def _how_often(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if unsaid := getattr(event.get("_record"), "repeated", 0):
        event["repeated"] = unsaid
    return event


class _OnStandardError(logging.Handler):
    """Whatever that is when a line is written."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception as error:
            # logging's own way would print the arguments, which may quote a payload.
            with contextlib.suppress(Exception):
                _log.error("log.line_not_written", logger=record.name, error=type(error).__name__)


def _json(value: Any, **_: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def _raised_where(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """An exception as its type and the places that it came through, the innermost last."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event.update(error=type(error).__name__, where=_places(error.__traceback__))
    return event


def _places(trace: TracebackType | None) -> list[str]:
    return [
        f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)[-_FRAMES:]
    ]


def _in_short(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    text = str(event["event"])
    event["event"] = text.partition("\n")[0][:_LONGEST]
    return event


def _raised(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    _log.critical("process.failed", exc_info=error)


def _raised_in_thread(found: threading.ExceptHookArgs) -> None:
    name = found.thread.name if found.thread is not None else None
    _log.critical("thread.failed", exc_info=found.exc_value, thread=name)
