"""`make up` runs a checkout in which Lightship itself is not installed: nothing asks its metadata, and its command is
the one that `tools/command.py` writes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.unit.test_network_file import TEXT
from tools import command

ROOT = Path(__file__).resolve().parents[2]
_NOT_INSTALLED = """
import importlib.metadata as metadata, sys
known = metadata.distribution
def without(name):
    if name == "lightship":
        raise metadata.PackageNotFoundError(name)
    return known(name)
metadata.distribution = without
"""


def not_installed(code: str) -> str:
    """What this says in a process that finds no metadata of Lightship's own."""
    done = subprocess.run(
        [sys.executable, "-c", _NOT_INSTALLED + code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_version_is_that_of_the_project() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    run = "from services import cli\nsys.argv = ['lightship', '--version']\ncli.main()"
    assert not_installed(run).strip() == wanted


@pytest.mark.parametrize("module", ["metrics", "safekeeping", "up", "production", "doctor", "ingest.kafka.worker"])
def test_every_process_begins_without_its_own_metadata(module: str) -> None:
    not_installed(f"import services.{module}")


def test_a_backup_says_which_version_made_it_without_being_installed(tmp_path: Path) -> None:
    assert "MADE 0" in not_installed(f"""
from pathlib import Path
from services import safekeeping
from services.settings import Settings
from services.up import database_of
settings = Settings(data_dir=Path({str(tmp_path / "data")!r}))
with database_of(settings):
    pass
made = safekeeping.back_up(settings, Path({str(tmp_path / "file.backup")!r}), lambda *_: None)
print("MADE", made.lightship)
""")


def test_the_command_that_make_up_writes_may_start_processes(tmp_path: Path) -> None:
    """Each of them imports the script again; what it would do then is begin the command once more."""
    script, network = tmp_path / "lightship", tmp_path / "network.yaml"
    script.write_text(command.SCRIPT)
    network.write_text(TEXT)
    call = [sys.executable, str(script), "simulate", str(network), "--replications", "64", "--workers", "2", "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["replications"] == 64


def test_a_setting_that_cannot_be_is_said_without_its_value() -> None:
    environment = os.environ | {"LIGHTSHIP_METRICS_PORT": "hunter2", "LIGHTSHIP_KAFKA_SASL_MECHANISM": "hunter2"}
    call = [sys.executable, "-m", "services.cli", "doctor"]
    done = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "LIGHTSHIP_METRICS_PORT: input should be a valid integer" in done.stderr
    assert "SCRAM-SHA-512" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
