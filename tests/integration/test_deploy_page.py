"""docs/deploy.md: every block is run here, or says that it needs Docker."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from services.api.tokens import BearerTokens, Tokens
from services.configuration import load_system
from tests.compose import ROOT

PAGE = ROOT / "docs" / "deploy.md"
BLOCKS = re.findall(r"^```(\S*)([^\n]*)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_every_block_is_of_commands_that_are_run_here_or_marked() -> None:
    assert {language for language, _, _ in BLOCKS} == {"sh"}
    assert {mark.strip() for _, mark, _ in BLOCKS} == {"", "docker"}
    for _, mark, text in BLOCKS:
        assert ("docker" in text or "curl" in text) == bool(mark.strip()), text


def test_the_blocks_that_need_no_docker_make_secrets_that_let_in(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(Path(os.sys.prefix))  # type: ignore[attr-defined]
    for _, mark, text in BLOCKS:
        if not mark.strip():
            subprocess.run(["bash", "-euc", text], cwd=tmp_path, check=True, timeout=60)
    assert len((tmp_path / "secrets" / "database_password").read_text().strip()) > 40
    tokens = Tokens("https://sign-in.example", "lightship", tmp_path / "secrets" / "jwks.json")
    actor = BearerTokens(tokens, load_system()).verified((tmp_path / "trial.token").read_text())
    assert actor.roles == {"control_centre", "feed_engineer"}


def test_what_the_page_names_is_there() -> None:
    text = PAGE.read_text()
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert (PAGE.parent / link).exists(), link
    for name in ("docker-compose.yml", "docker-compose.demo.yml", "tests/kafka/test_compose.py"):
        assert (ROOT / name).exists()


def test_every_metric_that_the_page_names_is_declared() -> None:
    named = set(re.findall(r"`(lightship_\w+)", PAGE.read_text()))
    declared = "".join(path.read_text() for path in (ROOT / "services").rglob("*.py"))
    missing = {name for name in named if f'"{name.removesuffix("_info")}"' not in declared}
    assert len(named) > 10
    assert not missing
