"""SVG in the boards' visual language, for pages that are read without the boards: light, dark where asked for."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

STYLE = """
text{font-family:-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums;font-size:12px;fill:#212b32}
.ground{fill:#f0f4f5}.panel{fill:#fff}.head{font-weight:700;font-size:13px}.soft{fill:#4c6272;font-size:11px}
.band{fill:#dfe5e8}.rule{stroke:#d8dde0;fill:none}.target{stroke:#768692;fill:none}
.fact{stroke:#212b32;fill:none;stroke-width:1.5}.twin{stroke:#4c6272;fill:none;stroke-width:1.5;stroke-dasharray:4 2.5}
.dot{fill:#212b32}.ring{fill:#fff;stroke:#4c6272;stroke-width:1.5}.out{fill:#d5281b;stroke:#d5281b}.span{stroke:#212b32}
.fine{stroke-width:1;stroke-dasharray:none}.bar{fill:#84939c}
.word{fill:#d5281b;font-weight:700;font-size:11px}.end{text-anchor:end}.middle{text-anchor:middle}
@media(prefers-color-scheme:dark){text{fill:#f0f4f5}.ground{fill:#0e161b}.panel{fill:#172229}.soft{fill:#c0c9cf}
.band{fill:#2b3a43}.rule{stroke:#34444e}.target{stroke:#94a3ad}.fact{stroke:#f0f4f5}.twin{stroke:#c0c9cf}
.dot{fill:#f0f4f5}.ring{fill:#172229;stroke:#c0c9cf}.span{stroke:#f0f4f5}.out{fill:#ff6b5e;stroke:#ff6b5e}
.word{fill:#ff6b5e}}
"""
Point = tuple[float, float]


class Drawing:
    """A picture of the given size in pixels; `label` is what somebody hears who cannot see it."""

    def __init__(self, width: int, height: int, label: str) -> None:
        self._head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{escape(label, {chr(34): "&quot;"})}"><style>{STYLE}</style>'
        )
        self._parts: list[str] = []
        self.rect(0, 0, width, height, "ground")

    def rect(self, x: float, y: float, width: float, height: float, kind: str) -> None:
        self._parts.append(f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        self._parts.append(f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def path(self, points: Sequence[Point | None], kind: str) -> None:
        """A line through the points, interrupted at every None."""
        words, pen = [], "M"
        for point in points:
            if point is None:
                pen = "M"
                continue
            words.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
            pen = "L"
        if words:
            self._parts.append(f'<path class="{kind}" d="{"".join(words)}"/>')

    def area(self, upper: Sequence[Point], lower: Sequence[Point], kind: str) -> None:
        around = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*upper, *reversed(lower)))
        self._parts.append(f'<polygon class="{kind}" points="{around}"/>')

    def dot(self, x: float, y: float, kind: str, radius: float = 4) -> None:
        self._parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>')

    def arrow(self, x: float, y: float, right: bool, kind: str) -> None:
        """A triangle at the edge of a scale: the figure lies beyond it."""
        back = -8 if right else 8
        self._parts.append(
            f'<polygon class="{kind}" points="{x:.1f},{y:.1f} {x + back:.1f},{y - 5:.1f} {x + back:.1f},{y + 5:.1f}"/>'
        )

    def text(self, x: float, y: float, words: str, kind: str = "") -> None:
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(words)}</text>')

    def svg(self) -> str:
        return f"{self._head}{chr(10).join(self._parts)}</svg>\n"
