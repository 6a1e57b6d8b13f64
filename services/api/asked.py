"""What several routes ask of what is sent to them: names that we know, and words that everybody may read."""

from __future__ import annotations

from services.api.problems import Problem
from services.domain.catalogue import CATALOGUE
from services.domain.measures import Measure
from services.errors import unknown
from services.ingest.free_text import may_name_somebody


def measure_named(name: str, status: int = 422) -> Measure:
    """The measure of a name. Raises Problem with the status for an unknown one, naming the nearest."""
    if name not in CATALOGUE:
        raise Problem(status, unknown("No measure has this name", name, CATALOGUE, "/api/v1/measures lists them"))
    return CATALOGUE[name]


def words_for_all(words: str, field: str, most: int) -> str:
    """A line that everybody reads, without the spaces around it. field: as the body calls it; most: characters.

    Raises Problem (422) where nothing is left, and where it may name somebody.
    """
    line = words.strip()
    if not line:
        raise Problem(422, f"{field} is one line of 1 to {most} characters.")
    if may_name_somebody(line):
        raise Problem(
            422,
            f"The {field} holds what may be an NHS number or another long number of somebody's. Everybody who opens "
            "this board reads it: leave people out of it.",
        )
    return line
