"""The compose file as tests read it: what each service runs, and under which settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FILES = ("docker-compose.yml", "docker-compose.demo.yml")
_VARIABLE = re.compile(r"\$\{(\w+)(?::[-?]([^}]*))?\}")


def services(file: str = FILES[0]) -> dict[str, dict[str, Any]]:
    """By name, with what they share filled in."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / file).read_text())["services"]
    return found


def command_of(name: str, settings: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The words after `lightship` and the environment of a service. settings: what stands for its variables, and what a
    machine without its network has instead.
    """
    service = services()[name]
    environment = {
        key: _VARIABLE.sub(lambda found: settings.get(found[1], found[2] or ""), str(value))
        for key, value in service["environment"].items()
    }
    return [str(word) for word in service["command"]], {**environment, **settings}
