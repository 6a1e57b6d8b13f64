"""What a process says of itself in figures: Prometheus' text at `/metrics`, on a port of its own.

Each figure is declared in the module that knows it, on Prometheus' own default registry.
"""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterator

from prometheus_client import Info, start_http_server

from services.errors import LightshipError
from services.release import version

_BUILD = Info("lightship_build", "What runs here.")
_BUILD.info({"version": version(), "python": platform.python_version()})


@contextlib.contextmanager
def served(port: int | None, host: str) -> Iterator[None]:
    """Answer `/metrics` while the block runs; port None: nowhere. Raises LightshipError where the port is in use."""
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, host)
    except OSError as error:
        raise LightshipError(
            f"Metrics cannot be served at {host}:{port} ({error.strerror}): choose another LIGHTSHIP_METRICS_PORT."
        ) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
