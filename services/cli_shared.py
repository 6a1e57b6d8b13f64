"""What every part of the command line shares: where its store is, and what it shows its answers with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from services.errors import LightshipError
from services.settings import Settings

if TYPE_CHECKING:
    from services.store.database import Database

console = Console()
errors = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of text.")]


def settings_of(data_dir: Path | None = None) -> Settings:
    """The settings of the environment, with the folder that the command was given. Raises LightshipError for one that
    cannot be, without its value: it may be a secret in the wrong place.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = (
            f"LIGHTSHIP_{str(each['loc'][0]).upper()}: {each['msg'][:1].lower()}{each['msg'][1:]}"
            for each in error.errors(include_input=False, include_url=False, include_context=False)
            if each["loc"]
        )
        raise LightshipError(f"A setting cannot be used. {'; '.join(wrong) or 'See the settings.'}.") from None
    return settings.model_copy(update={"data_dir": data_dir}) if data_dir else settings


@contextlib.contextmanager
def database_at(settings: Settings) -> Iterator[Database]:
    """The configured store, migrated; an embedded one runs as long as the block."""
    from services.store.database import Database
    from services.up import database_of

    with database_of(settings) as url, Database(url) as database:
        yield database


def progress_bar(quiet: bool = False) -> Progress:
    """On standard error, and only for somebody who looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=errors, disable=quiet or not errors.is_terminal)
