"""The soak: a history through Kafka while workers are killed, the broker restarts and the database is cut off.

Afterwards the store must hold what one holds that took the same file in by itself: the same facts, once each, the same
journeys, the same in quarantine. `make soak` plays 28 days; CI a shorter form (`test_soak.py`).
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import tempfile
import time as wall_time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from psycopg_pool import PoolTimeout

from tests.kafka.histories import history, undisturbed
from tests.kafka.production import Production, production, state_of

WORKERS = 2
MOST_SECONDS = 4 * 3600
CUT_SECONDS = (1.0, 6.0)


@dataclass(frozen=True)
class Disturbances:
    kills: int
    restarts: int
    cuts: int


@dataclass
class Soaked:
    """What came of it. facts, quarantined: in the store. differing: the tables that are not as undisturbed."""

    days: float
    facts: int
    quarantined: int
    kills: int
    broker_restarts: int
    database_cuts: int
    imports: int
    seconds: float
    differing: list[str]

    @property
    def held(self) -> bool:
        return not self.differing


def soak(
    line: Production, file: Path, days: float, wanted: Disturbances, seed: int, say: Callable[[str], None] = print
) -> Soaked:  # fmt: skip
    """Play a file, disturbing at moments drawn from the seed, spread over the way of its facts."""
    chance = random.Random(seed)
    whole = undisturbed(file, line)
    total = whole["facts"][0]
    began = wall_time.monotonic()
    marks = _marks(chance, wanted, total)
    for _ in range(WORKERS):
        line.worker()
    imports, importing = 1, line.command("import", "--history", str(file))
    reached = 0
    while wall_time.monotonic() - began < MOST_SECONDS:
        wall_time.sleep(0.3)
        if importing.poll() not in (None, 0):
            imports, importing = imports + 1, line.command("import", "--history", str(file))
        for dead in [each for each in line.workers if each.poll() is not None]:
            line.workers.remove(dead)
            line.worker()  # as a supervisor does
        reached = max(reached, _reached(line))
        while marks and marks[0][0] <= reached:
            _, kind = marks.pop(0)
            say(f"{reached} of {total} facts after {wall_time.monotonic() - began:.0f} s: {kind}")
            _disturb(line, kind, chance)
        if importing.poll() == 0 and not marks and line.waiting() == 0:
            break
    with line.connection() as connection:
        found = state_of(connection)
    return Soaked(
        days, found["facts"][0], found["quarantine"][0], wanted.kills, wanted.restarts, wanted.cuts, imports,
        round(wall_time.monotonic() - began, 1), [table for table in whole if found[table] != whole[table]],
    )  # fmt: skip


def _marks(chance: random.Random, wanted: Disturbances, total: int) -> list[tuple[int, str]]:
    """After how many facts what is to happen, in order; none at the very end, where nothing would be left to lose."""
    kinds = ["kill"] * wanted.kills + ["restart"] * wanted.restarts + ["cut"] * wanted.cuts
    chance.shuffle(kinds)
    return sorted((int(chance.uniform(0.02, 0.95) * total), kind) for kind in kinds)


def _reached(line: Production) -> int:
    try:
        return line.count()
    except (psycopg.Error, PoolTimeout):
        return 0


def _disturb(line: Production, kind: str, chance: random.Random) -> None:
    if kind == "kill":
        _kill(chance.choice(line.workers))
    elif kind == "restart":
        line.kafka.restart(chance.choice([signal.SIGTERM, signal.SIGKILL]))
    else:
        line.server.cut_off()
        wall_time.sleep(chance.uniform(*CUT_SECONDS))
        line.server.back()


def _kill(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()
    worker.wait()


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=28)
    parser.add_argument("--scale", type=float, default=1.0, help="times Kent's own arrivals")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--restarts", type=int, default=2)
    parser.add_argument("--cuts", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="lightship-soak-") as room:
        folder = Path(room)
        file = history(folder, days=asked.days, scale=asked.scale)
        with production(folder / "line") as line:
            came = soak(
                line, file, asked.days, Disturbances(asked.kills, asked.restarts, asked.cuts), asked.seed,
                lambda text: print(text, flush=True),
            )  # fmt: skip
            if not came.held:
                print(line.said()[-20_000:])
    print(json.dumps({**asdict(came), "held": came.held}))
    raise SystemExit(0 if came.held else 1)


if __name__ == "__main__":
    main()
