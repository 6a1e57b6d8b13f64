"""A YAML file read against a pydantic model; every mistake in it in words a manager can act on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

import yaml  # type: ignore[import-untyped, unused-ignore]
from pydantic import BaseModel, Tag, ValidationError
from pydantic_core import ErrorDetails

from services.errors import ConfigurationError, nearest

Model = TypeVar("Model", bound=BaseModel)
Key = str | int
_SHOWN = 80  # characters of a value that is wrong


@dataclass(frozen=True)
class YamlFile(Generic[Model]):
    """A file's contents and where they came from, so that a later check can still point at a line."""

    name: str  # as shown to people: from the name of the system's folder on
    text: bytes
    model: Model

    def mistake(self, where: Sequence[Key], what: str) -> ConfigurationError:
        """The error for what is wrong at a key, given as the keys and list positions that lead to it."""
        return ConfigurationError(sentence(self.name, self.text, where, what))

    def line(self, where: Sequence[Key]) -> int:
        """The line a key stands on, counted from 1."""
        return _line(self.text, where)


def read_yaml(folder: Path, file: str, model: type[Model]) -> YamlFile[Model]:
    """The file of that name in the folder. Raises ConfigurationError with every mistake the model finds."""
    name = f"{folder.name}/{file}"
    try:
        text = inside(folder, file).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{name}: cannot be read ({error.strerror}); the folder must have this file") from None
    try:
        data = yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise ConfigurationError(f"{name}{line}: not valid YAML: {getattr(error, 'problem', error)}") from None
    except ValueError as error:  # a date such as 2022-02-30
        raise ConfigurationError(f"{name}: not valid YAML: {error}") from None
    try:
        return YamlFile(name, text, model.model_validate(data))
    except ValidationError as error:
        raise ConfigurationError(mistakes(name, text, error, model, data)) from None


def refuse_repeats(entries: Iterable[tuple[YamlFile[Any], Sequence[Key], object]]) -> None:
    """Raises ConfigurationError where a code stands twice; each entry is a file, the keys to a code, the code."""
    first: dict[object, tuple[YamlFile[Any], Sequence[Key]]] = {}
    for file, where, code in entries:
        if code in first:
            other, there = first[code]
            raise file.mistake(where, f"{code!r} stands already at {other.name} line {other.line(there)}")
        first[code] = (file, where)


def inside(folder: Path, file: str) -> Path:
    """The path of a file that must lie in the folder, whatever `..` or link its name holds."""
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ConfigurationError(f"{folder.name}/{file}: lies outside the system's folder; put the file into it")
    return path


class Loader(yaml.CSafeLoader):  # type: ignore[misc, unused-ignore]
    """YAML keeps the last of two equal keys and says nothing; here that is a mistake."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def mistakes(name: str, text: bytes, error: ValidationError, model: type[BaseModel], data: Any) -> str:
    """Every mistake that the model found in the data of a text, a line each."""
    return "\n".join(
        sentence(name, text, _without_tags(found["loc"], data, found["type"]), _in_words(found, model), data)
        for found in error.errors()
        if not _follows(found)
    )


def _follows(found: ErrorDetails) -> bool:
    """Whether a mistake is only that of its entries, which are said too: pydantic counts those that are right."""
    return found["type"] == "too_short" and found["ctx"]["actual_length"] == 0 and bool(found["input"])


def _without_tags(where: Sequence[Key], data: Any, kind: str) -> list[Key]:
    """The keys of a mistake without the names that pydantic gives to the sides of a union: no text has those.

    A side may be called as a key of the text is: of the ways to read it, the one that leads to the last of `where`, and
    of those the one with most keys.
    """
    if not where:
        return []
    key, rest = where[0], where[1:]
    if key == "[key]":
        return [key, *_without_tags(rest, data, kind)]
    ways = []
    if isinstance(data, dict) and (key in data or (not rest and kind == "missing")):
        ways.append([key, *_without_tags(rest, data.get(key), kind)])
    elif isinstance(data, list) and isinstance(key, int) and key < len(data):
        ways.append([key, *_without_tags(rest, data[key], kind)])
    if not ways or isinstance(key, str):
        ways.append(_without_tags(rest, data, kind))
    return max(ways, key=lambda kept: (kept[-1:] == [where[-1]], len(kept)))


def sentence(name: str, text: bytes, where: Sequence[Key], what: str, data: Any = None) -> str:
    """What is wrong at a key of a text, with its line and its path."""
    path = _path(where, yaml.load(text, Loader=Loader) if data is None else data)
    return f"{name} line {_line(text, where)}: {path + ': ' if path else ''}{what}"


def _path(where: Sequence[Key], data: Any) -> str:
    """`sites[RVV01].units[RVV01-MAJORS].core`: a list's entry goes by its code where it has one."""
    path = ""
    for key in where:
        if isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
            path += f"[{data.get('code', key) if isinstance(data, dict) else key}]"
        elif key != "[key]":
            data = data.get(key) if isinstance(data, dict) else None
            path += f".{key}" if path else str(key)
    return path


def _line(text: bytes, where: Sequence[Key]) -> int:
    node = yaml.compose(text, Loader=Loader)
    line = node.start_mark.line if node else 0
    for key in where:
        if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line
        elif isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(key)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
    return int(line) + 1


def _short(value: Any) -> str:
    """A value as it is shown: the whole of what is not long."""
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."


def _in_words(found: ErrorDetails, model: type[BaseModel]) -> str:
    kind, value, context = found["type"], found["input"], found.get("ctx", {})
    if kind == "extra_forbidden":
        keys = _keys_at(model, found["loc"][:-1])
        return f"is not a key here{nearest(str(found['loc'][-1]), keys)} (the keys are {', '.join(keys)})"
    if kind == "missing":
        return "is missing; add it"
    if kind == "literal_error":
        expected = str(context["expected"])
        near = nearest(str(value), re.findall(r"'([^']*)'", expected))
        return f"{_short(value)} is not one of {expected}{near}"
    if kind == "union_tag_invalid":
        near = nearest(str(context["tag"]), re.findall(r"'([^']*)'", str(context["expected_tags"])))
        return f"{context['discriminator']} {_short(context['tag'])} is not one of {context['expected_tags']}{near}"
    if kind == "union_tag_not_found":
        return f"the key {context['discriminator']} is missing; add it"
    if kind == "value_error":
        return str(context["error"])
    if kind in ("model_type", "dict_type", "list_type"):
        shape = "a list" if kind == "list_type" else "keys and values"
        return f"should be {shape}, and {'is empty' if value is None else f'is a {type(value).__name__}'}"
    if kind in ("too_short", "too_long") and context["field_type"] == "Tuple":
        least = kind == "too_short"
        wanted = f"at least {context['min_length']}" if least else f"at most {context['max_length']}"
        return f"has {len(value)} entries, not {wanted}"
    quotes = "; put it in quotation marks" if kind == "string_type" and value is not None else ""
    wanted = found["msg"].replace("Input should", "should").replace("String should", "should")
    return f"{wanted}, not {_short(value)}{quotes}"


def _keys_at(model: type[BaseModel], where: Sequence[Key]) -> list[str]:
    """The keys that the section at `where` may have; tags of unions in `where` choose their side."""
    found: list[Any] = [model]
    for key in where:
        sides = [side for each in found for side in _sides(each)]
        chosen = [side for side, tag in sides if tag == key]
        found = chosen or [within for side, _ in sides for within in _within(side, key)] or found
    models = [side for each in found for side, _ in _sides(each) if isinstance(side, type)]
    return list(dict.fromkeys(key for each in models if issubclass(each, BaseModel) for key in each.model_fields))


def _sides(annotation: Any) -> list[tuple[Any, str | None]]:
    """What a value may be, each with the tag by which a union tells it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *notes = get_args(annotation)
        tag = next((note.tag for note in notes if isinstance(note, Tag)), None)
        return [(inner, tag)] if tag else _sides(inner)
    if origin in (Union, UnionType):
        return [side for each in get_args(annotation) for side in _sides(each)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        kinds = [get_args(field.annotation) for field in annotation.model_fields.values()]
        literal = next((words[0] for words in kinds if len(words) == 1 and isinstance(words[0], str)), None)
        return [(annotation, literal)]
    return [(annotation, None)]


def _within(annotation: Any, key: Key) -> list[Any]:
    """What stands at a key of a value: nothing where it has no keys."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation.model_fields[key].annotation] if key in annotation.model_fields else []
    origin = get_origin(annotation)
    if origin is dict:
        return [get_args(annotation)[1]]
    return [get_args(annotation)[0]] if origin in (list, tuple) else []
