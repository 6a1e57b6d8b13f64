"""The past of a measure: its readings at their marks, by the hour or by the day, as known at a moment."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request
from psycopg import Connection
from pydantic import AwareDatetime
from starlette.responses import Response

from services.api.answers import AsAt, KnownAt, moments
from services.api.asked import measure_named
from services.api.auth import GuardedRoute, needs
from services.api.context import state_of
from services.api.problems import Problem
from services.api.schemas_history import Hours, MeasureHistory
from services.domain.clock import local_day, local_midnight
from services.domain.levels import level_of
from services.domain.measures import Measure
from services.domain.rebases import Rebase, parts
from services.domain.spc import LEAST_POINTS, Chart, chart
from services.store import history as store
from services.store import rebases as store_of_rebases

router = APIRouter(prefix="/api/v1", tags=["state"], route_class=GuardedRoute)

MOST_MEASURES = 20
Resolution = Literal["5m", "1h", "1d"]
#: The longest stretch of each resolution, and what is given where nobody says from when.
LONGEST: dict[str, timedelta] = {"5m": timedelta(days=14), "1h": timedelta(days=92), "1d": timedelta(days=800)}
USUAL: dict[str, timedelta] = {"5m": timedelta(days=1), "1h": timedelta(days=7), "1d": timedelta(days=35)}


@router.get("/measures/{name}/history", response_model=MeasureHistory, summary="The past of a measure at one place")
@needs("state:read")
async def get_history(
    request: Request, name: str,
    code: Annotated[str | None, Query(max_length=60, description="A unit, site, provider, place or system.")] = None,
    from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to: Annotated[AwareDatetime | None, Query(description="Now where left out.")] = None,
    resolution: Annotated[Resolution, Query(description="Marks (changes only), whole hours, or London days.")] = "1h",
    known_at: Annotated[AwareDatetime | None, Query(description="As it was known then; now where left out.")] = None,
) -> Response:  # fmt: skip
    state = state_of(request)
    measure = measure_named(name, 404)
    code = code or state.system.code
    level = level_of(code, state.system)
    if level is None:
        raise Problem(404, "No unit, site, provider, place or system has this code.")
    now = state.clock()
    until, known = min(to or now, now), min(known_at or now, now)
    first = from_ or until - USUAL[resolution]
    if first >= until:
        raise Problem(422, "from must lie before to, and before now.")
    if until - first > LONGEST[resolution]:
        raise Problem(422, f"At this resolution at most {LONGEST[resolution].days} days can be asked for at once.")
    answer = await state.ask(_read, measure, level, code, resolution, first, until, known)
    return Response(orjson.dumps(answer), media_type="application/json")


@router.get("/hours", response_model=Hours, summary="The last hours of several measures, system and sites")
@needs("state:read")
async def get_hours(
    request: Request,
    measures: Annotated[str, Query(max_length=800, description="Names parted by commas, at most 20.",
                                   examples=["ed.in_department,beds.ga_occupancy"])],
    hours: Annotated[int, Query(ge=1, le=72)] = 24,
    as_at: AsAt = None, known_at: KnownAt = None,
) -> Response:  # fmt: skip
    state = state_of(request)
    names = list(dict.fromkeys(measures.split(",")))
    for name in names:
        measure_named(name)
    if len(names) > MOST_MEASURES:
        raise Problem(422, f"At most {MOST_MEASURES} measures can be asked for at once.")
    until, known = moments(state, as_at, known_at)
    last = until.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    first = last - timedelta(hours=hours)
    codes = [state.system.code, *state.system.site_by_code]
    kept = await state.ask(store.hours_of, names, codes, first, last, known or state.clock())
    ends = [first + timedelta(hours=each) for each in range(1, hours + 1)]
    answer = {
        "from": first, "to": last, "known_at": known,
        "series": [
            {"measure": measure, "code": code, "values": [values.get(end) for end in ends]}
            for (measure, code), values in kept.items()
        ],
    }  # fmt: skip
    return Response(orjson.dumps(answer), media_type="application/json")


def _read(
    connection: Connection[Any], measure: Measure, level: str, code: str, resolution: Resolution, first: datetime,
    until: datetime, known: datetime,
) -> dict[str, Any]:  # fmt: skip
    series = store.series_of(connection, measure.name, level, code)
    points: list[store.Point] = []
    if series is not None:
        if resolution == "5m":
            points = store.marks(connection, series, first, until, known)
        elif resolution == "1h":
            points = store.hours(connection, series, first, until, known)
        else:
            points = store.days(connection, series, measure, local_midnight(first), until, known)
    answer: dict[str, Any] = {
        "measure": measure.name, "unit": measure.unit, "level": level, "code": code, "resolution": resolution,
        "from": first, "to": until, "known_at": known, "points": [asdict(point) for point in points],
        "spc": None, "spc_reason": "SPC charts are of days: ask for resolution=1d.",
    }  # fmt: skip
    if resolution == "1d":
        rebases = store_of_rebases.standing(connection, measure.name, code, known, local_day(first))
        answer |= _chart(measure, points, rebases)
    return answer


def _chart(measure: Measure, points: list[store.Point], rebases: list[Rebase]) -> dict[str, Any]:
    """The chart of the whole days that have a figure; a day that still runs is no point of it."""
    whole = [
        each for each in points
        if each.value is not None and each.until is not None and local_midnight(each.until) == each.until
    ]  # fmt: skip
    begun = parts([local_day(each.at) for each in whole], rebases) if whole else {}
    values = [each.value or 0.0 for each in whole]
    made = chart(values, direction=measure.direction, target=measure.target, breaks=list(begun))
    if made is None:
        return {"spc": None, "spc_reason": "A chart needs two whole days."}
    shown = asdict(made)
    shown["points"] = [{"at": each.at, **asdict(point)} for each, point in zip(whole, made.points, strict=True)]
    shown["parts"] = [
        {"at": whole[part.first].at, "until": whole[part.first + part.points - 1].at, "points": part.points,
         "limits": part.limits and asdict(part.limits), "trial": part.trial,
         "rebases": [asdict(each) for each in begun.get(part.first, [])]}
        for part in made.parts
    ]  # fmt: skip
    if made.advice:
        shown["advice"] = {"at": whole[made.advice.first].at, "points": made.advice.points, "side": made.advice.side}
    return {"spc": shown, "spc_reason": _unjudged(made)}


def _unjudged(made: Chart) -> str | None:
    last = made.parts[-1]
    if last.limits is None:
        return "Too few days to judge: the limits begin again with the second whole day."
    if last.trial:
        return f"Too few days to judge: {last.points} of {LEAST_POINTS}. The limits drawn are trial limits."
    return None
