"""A Faust agent that takes what a worker takes, as it takes it, and does nothing: `... BROKERS EVENTS GROUP`.

Prints the events a second from its first message to its last.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import faust

from services.ingest.kafka.topics import FLOW
from services.ingest.kafka.worker import BATCH, CONSUMING, WITHIN_SECONDS


async def rate(brokers: str, events: int, group: str) -> float:
    app = faust.App(group, broker=f"kafka://{brokers}", **CONSUMING)
    began, done, ended = 0.0, 0, asyncio.Event()

    async def body(stream: Any) -> None:
        nonlocal began, done
        async for taken in stream.noack_take(BATCH, within=WITHIN_SECONDS):
            began = began or time.perf_counter()
            for each in taken:
                await stream.ack(each)
            done += len(taken)
            if done >= events:
                ended.set()

    app.agent(app.topic(*FLOW, value_serializer="raw", key_serializer="raw"), name="nothing")(body)
    await app.start()
    await ended.wait()
    lasted = time.perf_counter() - began
    await app.stop()
    return done / lasted


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(rate(sys.argv[1], int(sys.argv[2]), sys.argv[3])):.0f}\n")
