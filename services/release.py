"""Which version of Lightship this is."""

from __future__ import annotations

import importlib.metadata
import tomllib
from pathlib import Path
from typing import Any

#: In a checkout that `make up` runs, Lightship itself is not installed: its own file says what it is.
_PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def version() -> str:
    found = project()
    return found["version"] if found is not None else importlib.metadata.version("lightship")


def dependencies() -> list[str]:
    """What it runs on, as `name>=version`."""
    found = project()
    if found is not None:
        return list(found["dependencies"])
    return [each for each in importlib.metadata.requires("lightship") or () if "extra ==" not in each]


def project() -> dict[str, Any] | None:
    """The project's table of `pyproject.toml`; None where this was installed from a wheel."""
    if not _PYPROJECT.is_file():
        return None
    found: dict[str, Any] = tomllib.loads(_PYPROJECT.read_text())["project"]
    return found
