"""The compose files: valid, pinned, without secrets, and of commands and settings that there are."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import typer.main
from click import Group

from services.cli import app
from services.settings import Settings
from tests.compose import FILES, ROOT, command_of, services

OURS = [(file, name) for file in FILES for name, each in services(file).items() if "build" in each]


@pytest.mark.parametrize("file", FILES)
def test_debians_compose_takes_it(file: str, tmp_path: Path) -> None:
    if which("docker-compose") is None:
        pytest.skip("docker-compose 1.29 is not here (Debian: apt install docker-compose)")
    (tmp_path / file).write_text((ROOT / file).read_text())
    environment = {**os.environ, "LIGHTSHIP_ISSUER": "https://sign-in.example", "LIGHTSHIP_AUDIENCE": "lightship"}
    done = subprocess.run(
        ["docker-compose", "-f", file, "config", "-q"], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_it_does_not_start_without_an_identity_provider(tmp_path: Path) -> None:
    if which("docker-compose") is None:
        pytest.skip("docker-compose 1.29 is not here (Debian: apt install docker-compose)")
    (tmp_path / FILES[0]).write_text((ROOT / FILES[0]).read_text())
    bare = {name: value for name, value in os.environ.items() if not name.startswith("LIGHTSHIP_")}
    done = subprocess.run(["docker-compose", "config", "-q"], cwd=tmp_path, env=bare, capture_output=True, check=False)
    assert done.returncode != 0
    assert b"LIGHTSHIP_ISSUER" in done.stderr


@pytest.mark.parametrize(("file", "name"), OURS)
def test_every_command_and_setting_is_one_that_there_is(file: str, name: str) -> None:
    service = services(file)[name]
    words, command = [str(word) for word in service["command"]], typer.main.get_command(app)
    while isinstance(command, Group):
        word = words.pop(0)
        assert word in command.commands, f"{name}: lightship has no {word}"
        command = command.commands[word]
    command.make_context(name, words, resilient_parsing=False).close()
    for key in service["environment"]:
        assert key.removeprefix("LIGHTSHIP_").lower() in Settings.model_fields, f"{name}: {key}"


@pytest.mark.parametrize(("file", "name"), OURS)
def test_our_services_have_no_rights_that_they_do_not_need(file: str, name: str) -> None:
    service = services(file)[name]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("file", FILES)
def test_images_are_pinned_limits_set_and_nothing_secret_is_written(file: str) -> None:
    for name, service in services(file).items():
        assert re.fullmatch(r"[\w./-]+:\w*[0-9][\w.-]*", service["image"]), name
        assert "latest" not in service["image"]
        if service.get("restart") != "no" or "healthcheck" in service:
            assert {"mem_limit", "cpus", "healthcheck"} <= service.keys(), name
        for key, value in service.get("environment", {}).items():
            assert "PASSWORD" not in key or key.endswith("_FILE"), name
            assert not re.search(r"//[^/@]*:[^/@]+@", str(value)), name


def test_the_demonstration_listens_on_loopback_alone() -> None:
    (service,) = services(FILES[1]).values()
    assert service["network_mode"] == "host"
    words: list[Any] = service["command"]
    assert words[words.index("--host") + 1] == "127.0.0.1"


def test_the_images_of_the_dockerfile_are_pinned_and_the_last_runs_as_nobody_in_particular() -> None:
    text = (ROOT / "Dockerfile").read_text()
    for image in re.findall(r"^FROM (\S+)", text, re.MULTILINE):
        assert re.search(r":\d+\.\d+\.\d+-", image), image
    last = text[text.rindex("FROM ") :]
    assert "USER 10001:10001" in last
    assert "--require-hashes" in text
    assert "apt-get" not in last


def test_a_command_is_given_with_its_settings() -> None:
    words, environment = command_of("api", {"LIGHTSHIP_ISSUER": "https://sign-in.example", "LIGHTSHIP_AUDIENCE": "x"})
    assert words[0] == "api"
    assert environment["LIGHTSHIP_ISSUER"] == "https://sign-in.example"
    assert environment["LIGHTSHIP_SYSTEM"] == "kent_and_medway"
