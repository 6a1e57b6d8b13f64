"""The command `lightship` in the virtual environment: `python -m tools.command`.

For whoever runs Lightship and builds nothing: `pip install --editable` needs what packages are built with. For
developers that follows (`make test`), and writes its own over this.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Processes that it starts import it again, and must not run it again.
SCRIPT = """from services.cli import main

if __name__ == "__main__":
    main()
"""


def main() -> None:
    """Write the script, and where its modules are."""
    (Path(sysconfig.get_path("purelib")) / "lightship-here.pth").write_text(f"{ROOT}\n")
    script = Path(sysconfig.get_path("scripts")) / "lightship"
    script.write_text(f"#!{sys.executable}\n{SCRIPT}")
    script.chmod(0o755)


if __name__ == "__main__":
    main()
