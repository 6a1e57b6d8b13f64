"""Tiers of tests that need what a machine may lack: skipped with what to install, and failed where it must be there."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

REQUIRED = "LIGHTSHIP_TIERS"  # `required`: CI, where a skip would hide that nothing was tested


def missing(what: str) -> NoReturn:
    """This machine lacks something that the tier needs. what: it, and how to install it."""
    words = f"This tier needs {what}."
    if os.environ.get(REQUIRED) == "required" or os.environ.get("CI"):
        pytest.fail(words, pytrace=False)
    pytest.skip(words)
