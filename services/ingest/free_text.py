"""Words that people write for others to read, and that must name nobody."""

from __future__ import annotations

import re
import unicodedata

from services.ingest.identity import valid_nhs_number

#: An NHS number (also a mistyped one), a hospital's or a telephone's, with a space or a hyphen between digits.
_LONG = re.compile(r"\d(?:[ -]?\d){8}")
#: Ten digits with at most two marks or spaces between them, however they are grouped; letters part two numbers.
_TEN_DIGITS = re.compile(r"(?<!\d)(?=(\d(?:[\W_]{0,2}\d){9})(?!\d))")


def may_name_somebody(text: str) -> bool:
    """Whether a text holds a long number, or ten digits that are a valid NHS number whatever stands between them.

    Digits of every script count, and marks that are not seen part nothing.
    """
    plain = "".join(
        str(unicodedata.digit(mark, mark))
        for mark in unicodedata.normalize("NFKC", text)
        if unicodedata.category(mark) != "Cf"
    )
    if _LONG.search(plain):
        return True
    return any(valid_nhs_number(re.sub(r"\D", "", found[1])) for found in _TEN_DIGITS.finditer(plain))
