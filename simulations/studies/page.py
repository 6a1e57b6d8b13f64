"""A validation as a page of the documentation, with its picture beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from services.errors import LightshipError
from simulations.studies.picture import known, picture, shown
from simulations.studies.rows import ERRORS, PRECISION, Row
from simulations.studies.validation import Result

INTRODUCTION = """\
# The engine beside what is known

Written by `lightship validate --write {folder}`; do not edit. The flow engine
(`services/flow_model/engine`) plays networks whose answers are known, from the documents in
`simulations/studies`, as `lightship simulate` plays any other. "Theirs" is what is known.

**{verdict}** Seed {seed}.

![The engine beside what is known]({name}/studies.svg)

Beside a closed form, ours must be known to {precision:.0%} (its standard error over theirs) and lie within {errors:g}
standard errors of it. With as many figures as these, an engine without a fault fails one in about one seed of twenty;
the same seed always gives the same figures. Standard errors are over replications: of a share or a mean of people those
of a ratio, of a variance by the fourth moment. Intervals are 95 %, by Student's t. No figure is adjusted by another.

| option | says |
|---|---|
| `--only mmc` | one study, by the name of its document; may be said several times |
| `--seed 1` | other draws |
| `--workers 2` | processes; the figures do not depend on it |
| `--write FOLDER` | writes this page as `FOLDER.md` and the picture into `FOLDER` |
| `--json` | prints the object below, and nothing else, on standard output |

Exit code 1: a figure is outside its bound, or not precise enough.

```json
{{"studies": [{{"name": "mmc", "source": "Exact: Erlang C. ...", "rows": [
    {{"measure": "3 servers, share who wait", "ours": 0.7019, "standard_error": 0.0011, "low": 0.6997, "high": 0.7041,
      "theirs": 0.702247, "tolerance": 0.0033, "passed": true}}]}}],
 "seed": 1, "seconds": 171.4, "passed": true}}
```

`tolerance` is the most that `ours` may differ from `theirs`. What is no number is null.
"""


def write(found: Sequence[Result], seed: int, folder: Path) -> Path:
    """`folder`.md, and the picture in `folder`; returns the page. Raises LightshipError where it cannot be written."""
    page = folder.with_name(f"{folder.name}.md")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "studies.svg").write_text(picture(found), encoding="utf-8")
        page.write_text(markdown(found, seed, folder), encoding="utf-8")
    except OSError as error:
        raise LightshipError(f"{error.filename}: cannot be written ({error.strerror})") from None
    return page


def verdict(found: Sequence[Result]) -> str:
    """One sentence."""
    rows = [row for result in found for row in result.rows]
    failed = sum(not row.passed for row in rows)
    return f"{len(rows)} figures: {'all agree' if not failed else f'{failed} do not agree'}."


def markdown(found: Sequence[Result], seed: int, folder: Path) -> str:
    """The page; folder: where its picture is."""
    page = [
        INTRODUCTION.format(
            folder=folder.as_posix(), name=folder.name, verdict=verdict(found), seed=seed, precision=PRECISION,
            errors=ERRORS,
        )
    ]  # fmt: skip
    for result in found:
        study = result.study
        file = f"`simulations/studies/{study.name}.yaml`"
        page.append(f"## {study.title}\n\n{file}. {study.explains}\n\n{result.source}\n")
        head = ("Figure", "Ours", "Standard error", "95 % interval", "Theirs", "May differ by", "")
        rule = f"|{'---|' * len(head)}"
        page.append("\n".join([f"| {' | '.join(head)} |", rule, *map(_line, result.rows), ""]))
    return "\n".join(page)


def _line(row: Row) -> str:
    between = f"{shown(row, row.low)} to {shown(row, row.high)}"
    error = f"{row.standard_error:.2g} ({row.standard_error / row.theirs:.2%})"
    word = "" if row.passed else f"**{row.says}**"
    cells = (row.measure, shown(row, row.ours), error, between, known(row), f"{row.tolerance:.2g}", word)
    return f"| {' | '.join(cells)} |"
