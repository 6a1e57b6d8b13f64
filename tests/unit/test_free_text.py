"""Free text: a number that may be somebody's is found however it is written, and ordinary numbers are let through."""

from __future__ import annotations

import pytest

from services.ingest.free_text import may_name_somebody


@pytest.mark.parametrize(
    "text",
    [
        "9991234543", "999 123 4543", "999-123-4543", "moved 999.123.4543 to bed 4", "999 1234543", "99 91 23 45 43",
        "999\u2013123\u20134543", "999\u00a0123\u00a04543", "999\u200b123\u200b4543", "no9991234543x",
        "９９９１２３４５４３", "٩٩٩١٢٣٤٥٤٣", "999, 123, 4543", "1, 999 123 4543", "999 123 4561",
        "ref 99912345601", "01227 766877",
    ],
)  # fmt: skip
def test_a_number_that_may_be_somebodys_is_found_however_it_is_written(text: str) -> None:
    assert may_name_somebody(text)


@pytest.mark.parametrize(
    "text",
    [
        "CT scanner down 14:10-16:00", "Beds 1, 2 and 3 closed", "", "14:10 22 Nov to 16:00 23 Nov",
        "x" * 280, "99.91.23.45.61", "OPEL 4 since 09:30, 120 waiting, 14 over 12 h",
    ],
)  # fmt: skip
def test_ordinary_words_and_numbers_are_let_through(text: str) -> None:
    assert not may_name_somebody(text)
