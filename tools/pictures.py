"""The sheet of the boards in the docs: `python -m tools.pictures FOLDER`, the folder that LIGHTSHIP_PICTURES named.

    LIGHTSHIP_PICTURES=/tmp/pictures .venv/bin/python -m pytest tests/browser/test_states.py
    .venv/bin/python -m tools.pictures /tmp/pictures

A row a board; what it shows in each state, on the size on which that says most. It lays them out in Chromium.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SHEET = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "boards.png"
CHROMIUM = "/usr/bin/chromium"
BOARDS = {
    "overview": "Overview", "site": "Site", "ed": "ED", "ambulance": "Ambulance", "beds": "Beds",
    "discharge": "Discharge", "virtual-wards": "Virtual wards",
    "community": "Community, mental health", "feeds": "Feeds",
}  # fmt: skip
#: Heading, the picture's name without its board.
COLUMNS = (
    ("Calm, a desk", "calm-{}-desk"), ("Surge, a wall by night", "surge-{}-wall"),
    ("A silent feed, a larger wall by day", "silent-{}-wall-4k"), ("No data, a desk", "nodata-{}-desk"),
    ("Lost, a wall by night", "lost-{}-wall"), ("Surge, a phone", "surge-{}-phone"),
)  # fmt: skip
_STYLE = """
body { margin: 0; padding: 12px; background: #f0f4f5; color: #212b32; font: 13px sans-serif; width: max-content; }
table { border-spacing: 6px; }
th { text-align: left; vertical-align: top; font-size: 14px; }
td { vertical-align: top; }
div { width: 300px; height: 169px; overflow: hidden; outline: 1px solid #d8dde0; background: #fff; }
td:last-child div { width: 110px; }
img { width: 100%; display: block; }
"""


def page_of(folder: Path) -> str:
    """The sheet as a page. Raises FileNotFoundError for a picture that is not there."""
    heads = "".join(f"<th>{head}" for head, _ in COLUMNS)
    rows = []
    for board, name in BOARDS.items():
        cells = []
        for _, pattern in COLUMNS:
            picture = folder / f"{pattern.format(board)}.png"
            if not picture.is_file():
                raise FileNotFoundError(
                    f"{picture} is missing: run tests/browser/test_states.py with LIGHTSHIP_PICTURES"
                )
            cells.append(f'<td><div><img src="{picture.resolve().as_uri()}"></div>')
        rows.append(f"<tr><th>{name}{''.join(cells)}")
    return f"<!doctype html><style>{_STYLE}</style><table><tr><th>{heads}{''.join(rows)}</table>"


def main(folder: Path) -> None:
    laid_out = folder / "sheet.html"
    laid_out.write_text(page_of(folder))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page()
        page.goto(laid_out.as_uri())
        page.wait_for_load_state("networkidle")
        page.locator("body").screenshot(path=str(SHEET))
        chromium.close()
    print(f"{SHEET}: {SHEET.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
