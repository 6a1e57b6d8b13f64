"""The tier of Apache Kafka itself. Its jars are fetched once, by Maven; Java 17 runs them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from benchmarks.kafka.broker import JARS
from tests import tiers
from tests.kafka.production import Production, production

FETCH = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=jars"]


@pytest.fixture(scope="session", autouse=True)
def jars() -> Path:
    """Kafka's jars beside their pom."""
    if which("java") is None:
        tiers.missing("Java 17 or later (Debian: apt install openjdk-17-jre-headless)")
    if not any(JARS.glob("kafka_2.13-*.jar")):
        if which("mvn") is None:
            tiers.missing("Maven, which fetches Apache Kafka once (Debian: apt install maven)")
        subprocess.run(FETCH, cwd=JARS.parent, check=True)
    return JARS


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Production]:
    """A broker and a database of their own, empty, without workers."""
    with production(tmp_path) as made:
        yield made
