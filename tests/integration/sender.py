"""A process that sends facts to the store and is killed while it does: `sender.py URL FACTS BATCH`.

FACTS is a pickled list. It prints `ready <backend pid>`, then one line a batch that the store has taken, after the
database's commit.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import psycopg

from services.store.events import ingest


def main(url: str, facts_file: str, batch: str) -> None:
    facts, size = pickle.loads(Path(facts_file).read_bytes()), int(batch)
    with psycopg.connect(url, autocommit=True) as connection:
        _say(f"ready {connection.info.backend_pid}")
        for start in range(0, len(facts), size):
            _say(f"{start} {ingest(connection, facts[start : start + size]).accepted}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
