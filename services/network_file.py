"""A network document read from a file or a text: YAML or JSON, small, without aliases; mistakes by line and key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped, unused-ignore]
from pydantic import ValidationError

from services.errors import ConfigurationError
from services.flow_model.engine.compile import compiled
from services.flow_model.engine.document import Document
from services.flow_model.engine.network import Network, NetworkError
from services.yaml_file import Loader, mistakes, sentence

LARGEST_BYTES = 20_000_000
DEEPEST = 12  # brackets within brackets: a document needs seven


def read_network(path: Path) -> Network:
    """The network of a file. Raises ConfigurationError with the line and the key of each mistake."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); name a network document") from None
    return network_of(text, path.name)


def network_of(text: bytes, name: str) -> Network:
    """The network of a document's text. name: what it is called in messages. Raises ConfigurationError."""
    if len(text) > LARGEST_BYTES:
        raise ConfigurationError(f"{name}: is larger than {LARGEST_BYTES // 1_000_000} MB; a network document is small")
    data = _loaded(text, name)
    if not isinstance(data, dict):
        raise ConfigurationError(f"{name}: holds no keys; a network document begins with `name`, `time_unit` and `run`")
    try:
        return compiled(Document.model_validate(data))
    except ValidationError as error:
        raise ConfigurationError(mistakes(name, text, error, Document, data)) from None
    except NetworkError as error:
        raise ConfigurationError(sentence(name, text, error.where, error.what, data)) from None


class _NetworkLoader(Loader):
    """1e6 is a number, as in JSON; a name that YAML reads as something else (no, 2024-01-01) is a mistake."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:str":
                said = f"YAML reads the name {key.value} as something else; put it in quotation marks"
                raise yaml.constructor.ConstructorError(None, None, said, key.start_mark)
        return super().construct_mapping(node, deep)


_NetworkLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def _loaded(text: bytes, name: str) -> Any:
    """The data of a YAML or JSON text. Aliases are refused before anything is built of them: they can be a bomb."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                said = f"*{event.anchor} is an alias; write out what it stands for"
                raise ConfigurationError(f"{name} line {line}: {said}")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise ConfigurationError(f"{name} line {line}: lists or keys more than {DEEPEST} deep are no network")
        return yaml.load(text, Loader=_NetworkLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f" line {mark.line + 1}" if mark else ""
        raise ConfigurationError(f"{name}{at}: not valid YAML: {getattr(error, 'problem', None) or error}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{name}: not valid YAML: {error}") from None
