"""Histories of the synthetic system with every misbehaviour, and what an undisturbed store makes of them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from psycopg import Connection

from services.configuration import load_system
from services.domain.catalogue import GAUGES
from services.ingest.door import Door
from services.ingest.files import HISTORY_DAYS, import_file
from services.ingest.intake import Intake, Taken
from services.store.database import Database, migrate
from services.store.embedded import embedded
from tests.kafka.production import ROOT, Production, state_of

SYSTEM = "kent_and_medway"
MISBEHAVIOUR = """
ghost: [{share: 0.03}]
cancelled: [{share: 0.03}]
corrected: [{share: 0.03}]
merged: [{share: 0.03}]
duplicate: [{share: 0.05}]
late: [{share: 0.05, median_minutes: 60}]
out_of_order: [{share: 0.05}]
dummy_values: [{share: 0.05}]
renamed_labels: [{sources: [RVV], share: 0.2, label: organisation}]
minute_clocks: [{sources: [RWF]}]
"""


def history(folder: Path, *, days: float, scale: float) -> Path:
    """A history as `lightship feed history --output` writes it."""
    misbehave, file = folder / "misbehave.yaml", folder / "history.ndjson.gz"
    misbehave.write_text(MISBEHAVIOUR)
    subprocess.run(
        [
            sys.executable, "-m", "services.cli", "feed", "history", "--days", str(days), "--scale", str(scale),
            "--start", "2026-01-12", "--misbehave", str(misbehave), "--output", str(file), "--quiet",
        ],
        check=True, env=os.environ | {"PYTHONPATH": str(ROOT), "LIGHTSHIP_DATA_DIR": str(folder)},
    )  # fmt: skip
    return file


@contextmanager
def undisturbed_store(file: Path, line: Production) -> Iterator[Connection[Any]]:
    """A store that has taken the file in by itself, under the same keys."""
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder)) as url:
        migrate(url)
        door = replace(Door(load_system(SYSTEM), line.keys, GAUGES, trusted=True), max_age_days=HISTORY_DAYS)
        with Database(url) as database:
            for _ in import_file(Intake(database, door), file, SYSTEM, Taken()):
                pass
            with database.connection() as connection:
                yield connection


def undisturbed(file: Path, line: Production) -> dict[str, tuple[int, str]]:
    """The state of such a store."""
    with undisturbed_store(file, line) as connection:
        return state_of(connection)
