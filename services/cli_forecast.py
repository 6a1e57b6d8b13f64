"""`lightship forecast`: the hours to come, from the live state."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

import typer
from rich.table import Column, Table

from services.cli_model import Replications, Seed, Workers, played
from services.cli_shared import Json, console, database_at, progress_bar, settings_of
from services.errors import LightshipError

if TYPE_CHECKING:
    from services.domain.system import System
    from services.flow_model.engine.draws import Floats
    from services.flow_model.forecast import Forecast
    from services.settings import Settings

forecast_app = typer.Typer(no_args_is_help=True, help="The hours to come, from the live state.")
SHOWN_HOURS = (3, 12, 24, 72)
DataDir = Annotated[Path | None, typer.Option(help="Where the data live.", show_default=False)]


@forecast_app.command("run")
def forecast_run(
    as_at: Annotated[
        str | None,
        typer.Option(help="From this moment, such as 2026-01-20T10:00+00:00. Default: now.", show_default=False),
    ] = None,
    known_at: Annotated[
        str | None, typer.Option(help="With what was known at this moment. Default: the same.", show_default=False)
    ] = None,
    hours: Annotated[float, typer.Option(min=1, max=336, help="How far ahead.")] = 72,
    replications: Replications = 200,
    seed: Seed = 1,
    workers: Workers = 0,
    keep_draws: Annotated[bool, typer.Option(help="With --json: the figures of every replication.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep it in the store, to be looked at again.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Occupied beds, people in departments, waits for a bed, handover and net beds of every site, hour by hour.

    Of assumed stays and pathways (`flow.yaml`), not yet fitted: no figure of skill stands behind it.
    """
    from services.configuration import load_system
    from services.configuration_flow import load_flow_priors, load_region
    from services.flow_model import service
    from services.store import feeds

    settings = settings_of(data_dir)
    system, priors = load_system(settings.system), load_flow_priors(settings.system)
    region = load_region(priors, settings.system)
    with database_at(settings) as database, database.connection() as connection:
        now = feeds.read_clock(connection).at(datetime.now(UTC))
        moment = _moment("--as-at", as_at) if as_at else now
        if moment > now:
            raise LightshipError(
                f"--as-at {as_at}: has not come yet; the store's clock shows {now:%Y-%m-%d %H:%M} UTC."
            )
        known = _moment("--known-at", known_at) if known_at else moment
        with connection.transaction():
            state, arrivals = service.start_of(connection, system, moment, known)
    with progress_bar(as_json) as progress:
        task = progress.add_task("Arrivals", total=None)
        expected = service.expected(
            system, region, arrivals, moment, hours, lambda done, of: progress.update(task, completed=done, total=of)
        )
    made = service.made(
        system, priors, state, expected, seed, hours,
        lambda network: played(network, replications, seed, workers, quiet=as_json),
    )  # fmt: skip
    document = as_data(made, keep_draws)
    id_ = _kept(settings, as_data(made)) if keep else None
    if as_json:
        print(json.dumps(document if id_ is None else {"id": str(id_), **document}))
        return
    _print(system, document)
    if id_ is not None:
        console.print(f"Kept: `lightship forecast show {str(id_)[:8]}` shows it again.", soft_wrap=True)


def _kept(settings: Settings, document: dict[str, Any]) -> UUID:
    """Opened anew: replications may take longer than a connection lives."""
    from services.store import forecasts

    id_ = uuid4()
    with database_at(settings) as database, database.connection() as connection:
        forecasts.keep(connection, id_, document, datetime.now(UTC))
    return id_


@forecast_app.command("list")
def forecast_list(
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, the latest first.")] = 20,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """The forecasts that were kept, the latest first."""
    from services.store import forecasts

    with database_at(settings_of(data_dir)) as database, database.connection() as connection:
        found = forecasts.list_(connection, limit)
    if as_json:
        print(json.dumps([
            {"id": str(each.id), "as_at": each.as_at.isoformat(), "known_at": each.known_at.isoformat(),
             "made_at": each.made_at.isoformat(), "hours": each.length_hours, "replications": each.replications,
             "seed": each.seed}
            for each in found
        ]))  # fmt: skip
        return
    if not found:
        console.print("No forecast is kept: `lightship forecast run --keep` keeps one.")
        return
    right = [Column(head, justify="right") for head in ("Hours", "Runs")]
    moments = [Column(head, no_wrap=True) for head in ("From (UTC)", "As known at (UTC)", "Made (UTC)")]
    table = Table(Column("", min_width=8), *moments, *right, box=None)
    for each in found:
        table.add_row(
            str(each.id)[:8], *(f"{moment:%d %b %Y %H:%M}" for moment in (each.as_at, each.known_at, each.made_at)),
            f"{each.length_hours:g}", str(each.replications),
        )  # fmt: skip
    console.print(table)


@forecast_app.command("show")
def forecast_show(
    forecast: Annotated[str, typer.Argument(help="Its id, or the first letters of it: see `forecast list`.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """A forecast that was kept, as it was said."""
    from services.configuration import load_system
    from services.store import forecasts

    settings = settings_of(data_dir)
    with database_at(settings) as database, database.connection() as connection:
        issue = forecasts.find(connection, forecast)
        document = forecasts.read(connection, issue)
    if as_json:
        print(json.dumps({"id": str(issue.id), **document}))
        return
    _print(load_system(settings.system), document)


def _print(system: System, document: Mapping[str, Any]) -> None:
    """document: as `as_data` says it."""
    console.print(
        f"From {datetime.fromisoformat(document['as_at']):%d %b %Y %H:%M} UTC, {document['replications']} replications "
        f"of {document['people']:,.0f} people: the median, and between what 8 in 10 lie.\n"
    )
    for table in _tables(system, document):
        console.print(table)
        console.print()
    console.print(_demand(system, document["demand"]))
    console.print("Stays and pathways are assumed (flow.yaml), not yet fitted: no skill is known of these figures.")


def _moment(option: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise LightshipError(f"{option} {text}: no moment; write it as 2026-01-20T10:00+00:00.") from None
    if moment.tzinfo is None:
        raise LightshipError(f"{option} {text}: has no time zone; write +00:00 or Z behind it.")
    return moment.astimezone(UTC)


def as_data(made: Forecast, keep_draws: bool = False) -> dict[str, Any]:
    """A forecast for JSON: the same of the same, byte for byte. keep_draws: rows say each replication's figures."""
    from services.flow_model.forecast import LEVELS

    return {
        "as_at": made.as_at.isoformat(),
        "known_at": made.known_at.isoformat(),
        "seed": made.seed,
        "replications": made.replications,
        "people": round(made.people, 1),
        "events": round(made.events, 1),
        "fitted": False,
        "times": [time.isoformat() for time in made.times],
        "rows": [
            {
                "site": row.site,
                "measure": row.measure,
                "unit": row.unit,
                "mean": _figures(row.mean),
                "quantiles": {
                    f"{level:g}": _figures(values) for level, values in zip(LEVELS, row.quantiles, strict=True)
                },
                **({"draws": [_figures(values) for values in row.draws]} if keep_draws else {}),
            }
            for row in made.rows
        ],
        "demand": [
            {
                "site": each.site,
                "way_in": each.way,
                "rule": each.rule,
                "people": round(float(each.mean.sum()), 2),
                "dispersion": round(each.dispersion, 5),
                "mean_pinball": {name: round(lost, 5) for name, lost in each.lost.items()},
                "known_hours": each.known_hours,
                "missing_hours": each.missing_hours,
            }
            for each in made.demand
        ],
    }


def _figures(values: Floats) -> list[float | None]:
    return [None if math.isnan(each) else round(each, 3) for each in values.tolist()]


def _demand(system: System, demand: Sequence[Mapping[str, Any]]) -> str:
    """In words what the arrivals are forecast by."""
    from services.flow_model.system.demand import MEAN_WEEK, MODEL

    by_model = sum(each["rule"] == MODEL for each in demand)
    down = [
        f"{_short_name(system, each['site'])} {each['way_in']} ({each['rule']})"
        for each in demand
        if each["rule"] not in (MODEL, MEAN_WEEK)
    ]
    little = len(demand) - by_model - len(down)
    said = f"Arrivals: {by_model} of {len(demand)} streams by the demand model"
    said += f"; {little} by the mean week, of which too little is known" if little else ""
    said += f"; {len(down)} by a naive rule that did better in the last two weeks: {', '.join(down)}" if down else ""
    silent = len({each["site"] for each in demand if each["missing_hours"]})
    said += f". Hours in which a provider said nothing are left out, of {silent} sites" if silent else ""
    return said + "."


def _tables(system: System, document: Mapping[str, Any]) -> Iterator[Table]:
    """A table a measure, a row a site."""
    from services.flow_model.forecast import MEASURES

    hours = [hour for hour in SHOWN_HOURS if hour < len(document["times"])]
    for measure, unit in MEASURES.items():
        rows = [row for row in document["rows"] if row["measure"] == measure and _shown(system, row)]
        heads = [Column(f"+{hour} h", justify="right", no_wrap=True) for hour in hours]
        table = Table(
            Column("", min_width=17, no_wrap=True), *heads, title=f"{measure}, {unit}", title_justify="left", box=None
        )  # fmt: skip
        for row in rows:
            cells = [_cell(*(row["quantiles"][level][hour] for level in ("0.1", "0.5", "0.9"))) for hour in hours]
            table.add_row(_short_name(system, row["site"]), *cells)
        if rows:
            yield table


def _short_name(system: System, code: str) -> str:
    """A kept forecast may be of a site that is configured no more."""
    site = system.site_by_code.get(code)
    return site.short_name if site else code


def _shown(system: System, row: Mapping[str, Any]) -> bool:
    """Small units have no room here; JSON has them."""
    site = system.site_by_code.get(row["site"])
    return site is None or site.ed_type == 1 or row["measure"].startswith("beds.")


def _cell(low: float | None, middle: float | None, high: float | None) -> str:
    if low is None or middle is None or high is None:
        return ""
    return f"{middle:.0f} ({low:.0f}–{high:.0f})"
