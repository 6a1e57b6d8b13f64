"""The synthetic system's speed: a history made into a file, and that file taken into a fresh store, in one run.

Generation: from the seed to events as JSON lines in a file. Import: the whole path, as `lightship import --history`
goes it: lines read, judged at the door under pseudonyms, folded and committed in a fresh embedded store.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.errors import LightshipError
from services.ingest.door import Door
from services.ingest.files import HISTORY_DAYS, import_file
from services.ingest.identity import KeyRing
from services.ingest.intake import Intake, Taken
from services.settings import Settings
from services.store.database import Database, migrate
from services.store.embedded import embedded
from simulations.delivery import Asked
from simulations.history_file import write

START = datetime(2025, 1, 1, tzinfo=UTC)  # the same people whenever it runs


def run(days: float, progress: Callable[[str, float], None], data_dir: Path | None = None) -> dict[str, Any]:
    """Simulated days and events a second, of each half. progress: called with the half and its share.

    data_dir: where there is room; a year takes some 13 GB while it runs. Nothing is left there.
    """
    system = load_system()
    if data_dir is not None:
        data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lightship-bench-", dir=data_dir) as name:
        folder, file = Path(name), Path(name) / "history.ndjson"
        asked = Asked(1, 1.0, START, START + timedelta(days=days))
        began = time.perf_counter()
        events, size = write(system, asked, file, None, lambda share: progress("generation", share))
        generated = time.perf_counter() - began
        keys = KeyRing.load(folder / "keys", create=True)
        door = Door(system, keys, GAUGES, max_age_days=HISTORY_DAYS, trusted=True)
        taken = Taken()
        with embedded(folder / "postgres") as url:
            migrate(url)
            with Database(url) as database:
                began = time.perf_counter()
                for share in import_file(Intake(database, door), file, Settings().system, taken):
                    progress("import", share)
                imported = time.perf_counter() - began
    if taken.accepted != events:
        raise LightshipError(f"Of {events} events {taken.accepted} were taken in: the benchmark's own were refused.")
    return {
        "days": days, "events": events, "bytes": size,
        "generation": _rates(days, events, generated), "import": _rates(days, events, imported),
    }  # fmt: skip


def _rates(days: float, events: int, seconds: float) -> dict[str, float]:
    return {
        "seconds": round(seconds, 2),
        "days_per_second": round(days / seconds, 3),
        "events_per_second": round(events / seconds),
    }
