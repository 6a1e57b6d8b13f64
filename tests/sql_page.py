"""The queries of docs/how-to/ask-the-store-by-sql.md, for the tiers that run them."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "ask-the-store-by-sql.md"
GRANTS, *QUERIES = re.findall(r"^```sql\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
ROLE = "lightship_analyst"
