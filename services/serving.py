"""What every server is made of, embedded or in production: signals, a listener, the boards' files.

`up` composes them in one process; `production` in several.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from services.api.protocol import ProblemProtocol
from services.errors import LightshipError

LOOPBACK = "127.0.0.1"


def frontend() -> Path | None:
    """The built boards: in the wheel, else in the checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here / "_boards", here.parent / "frontend" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


def listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without its protocol named, asyncio takes it for no TCP and leaves Nagle's algorithm on: 40 ms for each answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise LightshipError(
            f"Port {port} is in use: stop what listens there, or choose another with --port."
        ) from error
    return listener


def serve(app: FastAPI, listener: socket.socket, ending: threading.Event) -> None:
    """Serve until a signal; one that came while everything was starting counts too."""

    def watch() -> None:
        ending.wait()
        server.should_exit = True

    config = uvicorn.Config(
        app, log_config=None, access_log=False, ws_ping_interval=20, ws_max_size=65536,
        http=ProblemProtocol, ws_per_message_deflate=False, timeout_graceful_shutdown=2,
    )  # fmt: skip
    server = uvicorn.Server(config)
    threading.Thread(target=watch, daemon=True).start()
    server.run(sockets=[listener])


class Signals:
    """What Ctrl-C, SIGTERM and the terminal's end do: they end what runs, and what would run after it."""

    def __init__(self) -> None:
        self.caught = False
        self._ending = threading.Event()

    def ending(self) -> threading.Event:
        """What is set when the next that runs is to end; set already where a signal came before."""
        self._ending = ending = threading.Event()
        if self.caught:
            ending.set()
        return ending

    def catch(self, *_: object) -> None:
        self.caught = True
        self._ending.set()


@contextlib.contextmanager
def ended_by_signals() -> Iterator[Signals]:
    """Signals set an event; none of them interrupts what is being started or ended.

    uvicorn raises again what it met, which would end this process before the database and the feed are stopped.
    """
    signals = Signals()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signals.catch)
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
