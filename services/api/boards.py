"""The addresses of the boards: each is the same page, which draws the board that its address names."""

from __future__ import annotations

import re

#: As `frontend/src/boards/routes.ts` has them; tests/unit/test_contract.py holds the two together.
BOARDS = (
    "", "site/[A-Z0-9]{3,9}", "ed", "ambulance", "beds", "discharge", "virtual-wards", "community", "feeds", "return",
    "trainer",
)  # fmt: skip
is_board = re.compile("|".join(f"(?:{board})" for board in BOARDS)).fullmatch
