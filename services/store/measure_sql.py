"""The SQL of the measures, written from the same declarations that `domain.measures.evaluate` runs.

One pass over the phases that a window at t can reach; then, for each phase name, one row a (site, unit) with every
atom of that phase as an element of an array.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.domain.measures import (
    LONGEST_WINDOW,
    PLACED,
    Atom,
    Atoms,
    Place,
    Selection,
    World,
    evaluate,
    units_of,
    window_start,
)
from services.domain.phases import Phase
from services.domain.system import System

#: Cut at %(t)s: what happened later is gone, later ends are open; and so is what ended before any window. The years of
#: phases of a unit or a gauge are cut first, since everything after looks at all of them.
#: %(refolded)s: subjects folded as known earlier.
_HEAD = """
with subject_at as (
    select key, kind, age_band, sex, neighbourhood, segment, high_intensity, described_at, moments,
           case when cardinality(phases) < 50 then phases else array(
               select phase from unnest(phases) as phase
               where phase.from_at <= %(t)s and (phase.to_at is null or phase.to_at >= %(reach)s)
           ) end as phases,
           started_at, ended_at
    from subject
    where ended_at >= %(reach)s and started_at <= %(t)s and {known}
    {refolded}
), census as materialized (
    select phase.unit, phase.from_at, phase.visits
    from subject_at, unnest(phases) as phase
    where kind = 'unit' and phase.name = 'census.list'
      and phase.from_at <= %(t)s and (phase.to_at is null or phase.to_at > %(t)s)
), told as materialized (
    select subject_at.*,
        case when moments[cardinality(moments)] <= %(t)s then moments[cardinality(moments)]
             else (select max(moment) from unnest(moments) as moment where moment <= %(t)s) end as last_at
    from subject_at
), ghost as materialized (
    select told.key
    from told, unnest(phases) as phase join census using (unit)
    where told.ended_at > %(t)s and phase.name = any(%(placed)s)
      and phase.from_at <= %(t)s and (phase.to_at is null or phase.to_at > %(t)s)
      and census.from_at > last_at and told.key <> all(census.visits)
), standing as materialized (
    select told.*, coalesce(%(t)s - last_at > case kind {silent} end, false) or ghost.key is not null as absent
    from told left join (select distinct key from ghost) as ghost using (key)
), stood as materialized (
    select phase.name, phase.site, phase.unit, phase.label, phase.value, phase.from_at, {split} as part,
        case when phase.to_at <= %(t)s then phase.to_at end as ended_at,
        case when phase.to_at <= %(t)s then phase.outcome end as outcome,
        case when phase.to_at <= %(t)s then phase.to_at else %(t)s end - phase.from_at as length
    from standing, unnest(phases) as phase
    where phase.name = any(%(names)s) and phase.from_at <= %(t)s
      and (phase.to_at is null or phase.to_at >= %(reach)s)
      and not (absent and (phase.to_at is null or phase.to_at > %(t)s))
)
"""
_REFOLDED = """union all
    select key, kind, age_band, sex, neighbourhood, segment, high_intensity, described_at, moments, phases,
           started_at, ended_at
    from jsonb_populate_recordset(null::subject, %(refolded)s::jsonb)
    where ended_at >= %(reach)s and started_at <= %(t)s"""
SPLITS = ("age_band", "neighbourhood", "segment", "high_intensity")


@dataclass(frozen=True)
class Refolded:
    """Subjects that are not stored as they were known at known_at (None: as they are known now) for the moment asked
    for. keys: which; rows: a JSON array of them.
    """

    known_at: datetime | None
    keys: Sequence[str]
    rows: str


@dataclass(frozen=True)
class Query:
    text: str
    parameters: dict[str, Any]
    groups: tuple[tuple[Atom, ...], ...]  # group number -> the atoms of its array
    lists: tuple[Atom, ...]  # atoms whose row holds minutes


def query(
    atoms: Iterable[Atom], t: datetime, system: System, refolded: Refolded | None = None, *, split: str | None = None
) -> Query:
    """The statement that computes the atoms at t, and how to read its rows.

    refolded: to compute them as they were known then. split: one of SPLITS, to compute every atom for each of its
    groups.
    """
    wanted = tuple(dict.fromkeys(atoms))
    names = sorted({atom.selection.phase for atom in wanted})
    parameters: dict[str, Any] = {
        "t": t,
        "reach": t - LONGEST_WINDOW,
        "placed": list(PLACED),
        "names": [*names, *(() if "capacity.core" in names else ("capacity.core",))],
    }
    known, union = _knowing(refolded, parameters)
    parts = [_group(index, name, wanted, t, system, parameters) for index, name in enumerate(names)]
    lists = tuple(atom for atom in wanted if atom.aggregate == "minutes")
    parts += [_list(-1 - index, atom, t, system, parameters) for index, atom in enumerate(lists)]
    parts.append("select null::int, site, unit, part, null::float8[] from stood where name = 'capacity.core'")
    return Query(
        text=_HEAD.format(known=known, refolded=union, silent=_silent(system, parameters), split=_split(split))
        + "\nunion all\n".join(parts),
        parameters=parameters,
        groups=tuple(tuple(a for a in wanted if a.selection.phase == name and a not in lists) for name in names),
        lists=lists,
    )


def open_phases(
    names: Iterable[str], t: datetime, system: System, refolded: Refolded | None = None
) -> tuple[str, dict[str, Any]]:
    """The statement for the phases of these names that are open at t, those that no count holds left out."""
    parameters: dict[str, Any] = {"t": t, "reach": t, "placed": list(PLACED), "names": list(names)}
    known, union = _knowing(refolded, parameters)
    head = _HEAD.format(known=known, refolded=union, silent=_silent(system, parameters), split=_split(None))
    shown = "select name, site, unit, label, value, from_at, null::timestamptz from stood where ended_at is null"
    return f"{head}{shown} order by site, name, from_at, label", parameters


def _knowing(refolded: Refolded | None, parameters: dict[str, Any]) -> tuple[str, str]:
    """The condition on stored subjects, and the union with those folded as they were known."""
    if refolded is None:
        return "true", ""
    parameters |= {
        "known_at": refolded.known_at or "infinity", "again": list(refolded.keys), "refolded": refolded.rows
    }  # fmt: skip
    return "first_recorded_at <= %(known_at)s and key <> all(%(again)s)", _REFOLDED


def _split(split: str | None) -> str:
    if split is None:
        return "null::text"
    if split not in SPLITS:
        raise ValueError(f"a split is one of {', '.join(SPLITS)}")
    return f"case when described_at <= %(t)s then {split}::text end"


def _silent(system: System, parameters: dict[str, Any]) -> str:
    if not system.silent_hours:
        return "when '' then null::interval"
    cases = []
    for index, (kind, hours) in enumerate(sorted(system.silent_hours.items())):
        parameters[f"kind_{index}"], parameters[f"silent_{index}"] = kind, timedelta(hours=hours)
        cases.append(f"when %(kind_{index})s then %(silent_{index})s::interval")
    return " ".join(cases)


def _group(
    index: int, name: str, atoms: Sequence[Atom], t: datetime, system: System, parameters: dict[str, Any]
) -> str:
    numbers = [
        _number(atom, t, system, parameters)
        for atom in atoms
        if atom.selection.phase == name and atom.aggregate != "minutes"
    ]
    parameters[f"name_{index}"] = name
    array = ", ".join(numbers) or "null"
    return (
        f"select {index}, site, unit, part, array[{array}]::float8[]\n"
        f"from stood where name = %(name_{index})s group by site, unit, part"
    )


def _list(index: int, atom: Atom, t: datetime, system: System, parameters: dict[str, Any]) -> str:
    where = _where(atom.selection, t, system, parameters)
    parameters[f"list_{-index}"] = atom.selection.phase
    return (
        f"select {index}, site, unit, part, array_agg({_beyond(atom)}::float8 / 60000000 order by length)\n"
        f"from stood where name = %(list_{-index})s and {where} group by site, unit, part"
    )


def _beyond(atom: Atom) -> str:
    """Whole microseconds beyond the limit, exact."""
    return f"greatest(0, (extract(epoch from length) * 1000000)::bigint - {atom.over_minutes * 60_000_000}::bigint)"


def _number(atom: Atom, t: datetime, system: System, parameters: dict[str, Any]) -> str:
    where = f"filter (where {_where(atom.selection, t, system, parameters)})"
    if atom.aggregate == "count":
        return f"nullif(count(*) {where}, 0)"
    if atom.aggregate == "minutes_total":
        return f"sum({_beyond(atom)}) {where}"
    if atom.aggregate == "value_total":
        return f"sum(value) {where}"
    return f"(array_agg(value order by from_at desc) {where})[1]"


def _where(selection: Selection, t: datetime, system: System, parameters: dict[str, Any]) -> str:
    conditions: list[str] = []

    def parameter(value: Any) -> str:
        name = f"p{len(parameters)}"
        parameters[name] = value
        return f"%({name})s"

    if selection.moment == "open":
        conditions.append("ended_at is null")
    if selection.moment == "ended":
        conditions.append("ended_at is not null")
    since = window_start(selection.window, t)
    if since is not None:
        conditions.append(f"{'ended_at' if selection.moment == 'ended' else 'from_at'} >= {parameter(since)}")
    if selection.labels:
        conditions.append(f"label = any({parameter(list(selection.labels))})")
    if selection.outcomes:
        conditions.append(f"outcome = any({parameter(list(selection.outcomes))})")
    if selection.value is not None:
        conditions.append(f"value = {parameter(selection.value)}")
    units = units_of(selection, system)
    if units is not None:
        conditions.append(f"unit = any({parameter(sorted(units))})")
    if selection.at_least_minutes is not None:
        conditions.append(f"length >= {parameter(timedelta(minutes=selection.at_least_minutes))}")
    if selection.within_minutes is not None:
        conditions.append(f"length <= {parameter(timedelta(minutes=selection.within_minutes))}")
    return " and ".join(conditions) or "true"


def read(
    rows: Iterable[tuple[int | None, str | None, str | None, str | None, list[float | None] | None]],
    asked: Query, t: datetime, system: System, configured: Sequence[Phase],
) -> Mapping[str | None, Atoms]:  # fmt: skip
    """Rows -> for each group of the split (None alone without one), the atoms at each place.

    Units without a reported capacity get the configured one, by the plain evaluator.
    """
    every = tuple(dict.fromkeys([*(a for group in asked.groups for a in group), *asked.lists]))
    found: dict[str | None, Atoms] = {None: {atom: {} for atom in every}}
    reported: set[str | None] = set()
    for index, site, unit, part, numbers in rows:
        if index is None or numbers is None:
            reported.add(unit)
            continue
        atoms = found.setdefault(part, {atom: {} for atom in every})
        place: Place = (site, unit)
        if index < 0:
            atoms[asked.lists[-1 - index]][place] = [float(each or 0.0) for each in numbers]
            continue
        for atom, number in zip(asked.groups[index], numbers, strict=True) if asked.groups[index] else ():
            if number is not None:
                atoms[atom][place] = number / 60_000_000 if atom.aggregate == "minutes_total" else number
    missing = [phase for phase in configured if phase.unit not in reported]
    capacity = evaluate(World((), system, missing), every, t)
    for atom, places in capacity.items():
        found[None][atom].update(places)
    return found
