"""Measures: one declaration, from which both the SQL and the plain evaluator follow.

A measure is made of *atoms*; an atom aggregates one *selection* of phases into a number for each (site, unit).
Atoms add up: a figure of a provider, a place or the system is computed from the atoms of its sites, never as a mean
of means. `evaluate` below is the reference; `services.store.measure_sql` writes the same atoms as SQL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from services.domain.clock import LONDON, local_midnight
from services.domain.fold import Subject
from services.domain.phases import Phase
from services.domain.system import System

Window = Literal["today", "last_hour", "last_24h"]
Moment = Literal["open", "started", "ended"]
Aggregate = Literal["count", "minutes_total", "value_total", "value_latest", "minutes"]
Kind = Literal["count", "share", "mean", "quantile", "sum", "gauge"]
Direction = Literal["lower", "higher", "neutral"]
MeasureUnit = Literal["people", "beds", "spare_beds", "minutes", "share", "count", "hours", "days"]

#: What a kind of measure does where there is nothing.
MISSING: Mapping[Kind, str] = {
    "count": "Nobody counted is 0, a count. No reading until the feed has sent its first event.",
    "sum": "Nothing to add up is 0. No reading until the feed has sent its first event.",
    "share": "No reading while nobody is in the denominator; never shown as 0%.",
    "mean": "No reading while nobody is counted in the window; never shown as 0.",
    "quantile": "No reading while nobody is counted in the window; never shown as 0.",
    "gauge": "No reading until somebody reports, or once the reported period is over.",
}
#: The same of a measure that rests on what a provider may not send at all.
NOT_SENT = "No reading where the provider does not send what it is counted from; never shown as 0 then."
#: Minutes are added up; these units are made of them.
_MINUTES_IN: Mapping[str, int] = {"hours": 60, "days": 1440}
#: Phases that say where somebody is: a full-list census of the unit can contradict them.
PLACED = ("ed.area", "bed.place", "virtual_ward.stay", "mh.place", "s136.place")
#: How far back a window can reach: a London day has up to 25 hours.
LONGEST_WINDOW = timedelta(hours=25)


@dataclass(frozen=True)
class Selection:
    """Which phases. `moment` open: in it at t; started/ended: it began/ended within `window`, up to t.

    at_least_minutes / within_minutes bound the time in the phase, up to its end or t.
    """

    phase: str
    moment: Moment = "open"
    window: Window | None = None
    labels: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    at_least_minutes: int | None = None
    within_minutes: int | None = None
    value: float | None = None
    bed_kinds: tuple[str, ...] = ()  # units that configuration gives this kind of bed
    areas: tuple[str, ...] = ()  # ED areas, likewise


@dataclass(frozen=True)
class Atom:
    selection: Selection
    aggregate: Aggregate = "count"
    over_minutes: int = 0  # minutes_total and minutes: only the part beyond this


@dataclass(frozen=True)
class Measure:
    """A defined number. n is the count behind a mean or quantile."""

    name: str
    title: str
    kind: Kind
    unit: MeasureUnit
    direction: Direction
    definition: str
    source: str
    numerator: tuple[Atom, ...]  # summed
    minus: tuple[Atom, ...] = ()  # subtracted from the numerator
    denominator: tuple[Atom, ...] = ()
    denominator_minus: tuple[Atom, ...] = ()
    quantile: float | None = None
    provided_by: tuple[Atom, ...] = ()  # what must have been sent; while there is none of it there is no reading
    age: tuple[Atom, ...] = ()  # of what is reported: how long it has stood
    needs: Literal[
        "ed", "type_1_ed", "beds", "ga_beds", "virtual_ward", "ucr", "mental_health", "mental_health_beds",
        "place_of_safety", "unit", "organisation", "system",
    ] = "beds"  # fmt: skip
    target: float | None = None
    target_source: str | None = None

    def atoms(self) -> tuple[Atom, ...]:
        counted = (*self.numerator, *self.minus, *self.denominator, *self.denominator_minus)
        return (*counted, *self.provided_by, *self.age)

    @property
    def missing(self) -> str:
        """What the measure does where there is nothing."""
        return NOT_SENT if self.provided_by else MISSING[self.kind]

    @property
    def window(self) -> str:
        windows = {atom.selection.window for atom in self.atoms()} - {None}
        return " and ".join(sorted(str(each) for each in windows)) or "now"


Place = tuple[str | None, str | None]  # (site or organisation, unit)
#: For an atom: its number at each place; `minutes` atoms hold the sorted minutes themselves.
Atoms = dict[Atom, dict[Place, float | list[float]]]


@dataclass(frozen=True)
class World:
    """Everything measures are evaluated over. subjects: folded, with their phases; not yet cut at the moment."""

    subjects: Sequence[tuple[Subject, Sequence[Phase]]]
    system: System
    configured: Sequence[Phase] = field(default_factory=tuple)


def configured_capacity(system: System) -> tuple[Phase, ...]:
    """Capacity as configuration states it, effective-dated: it stands until a unit's first `unit.capacity`."""
    found: list[Phase] = []
    for unit in system.units():
        for index, capacity in enumerate(unit.capacities):
            start = datetime.combine(capacity.valid_from, datetime.min.time(), LONDON).astimezone(UTC)
            following = unit.capacities[index + 1].valid_from if index + 1 < len(unit.capacities) else None
            end = datetime.combine(following, datetime.min.time(), LONDON).astimezone(UTC) if following else None
            for name, beds in (("core", capacity.core), ("escalation", capacity.escalation)):
                found.append(Phase(f"capacity.{name}", unit.site, unit.code, None, float(beds), start, end))
    return tuple(found)


def window_start(window: Window | None, t: datetime) -> datetime | None:
    """Where a window that ends at t begins.

    last_24h runs from the same time yesterday in London, so that at midnight it is the whole day before, also on the
    two days of 23 and 25 hours.
    """
    if window is None:
        return None
    if window == "last_24h":
        return _yesterday(t)
    return {"today": local_midnight(t), "last_hour": t - timedelta(hours=1)}[window]


def _yesterday(t: datetime) -> datetime:
    """The same time yesterday in London; where the clocks skipped it, the moment at which they did.

    It never goes back: through an hour that comes a second time it waits at what was reached when the first one ended,
    so that nothing that left the window comes into it again.
    """
    today = t.astimezone(LONDON)
    if today.fold:
        return t.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    local = today - timedelta(days=1)
    start = local.astimezone(UTC)
    skipped = start.astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None)
    return start.replace(minute=0, second=0, microsecond=0) if skipped else start


def units_of(selection: Selection, system: System) -> frozenset[str] | None:
    """The units a selection is limited to, or None for no limit."""
    if not selection.bed_kinds and not selection.areas:
        return None
    named = [system.units_by_bed_kind.get(kind, frozenset()) for kind in selection.bed_kinds]
    return frozenset().union(*named, *(system.units_by_area.get(area, frozenset()) for area in selection.areas))


def absent(
    subject: Subject, phases: Sequence[Phase], t: datetime, lists: Mapping[str | None, Phase], system: System
) -> bool:
    """Whether an open journey is left out of counts at t: a ghost, or silent past its kind's limit.

    A ghost: the newest full-list census of its unit is later than its own last milestone and does not name it.
    """
    last = max((milestone.time for milestone in subject.milestones if milestone.time <= t), default=None)
    if last is None:
        return False
    hours = system.silent_hours.get(subject.kind or "")
    if hours is not None and t - last > timedelta(hours=hours):
        return True
    for phase in phases:
        if phase.name in PLACED and phase.unit in lists and _open(phase, t):
            census = lists[phase.unit]
            if census.from_at > last and subject.key not in (census.visits or ()):
                return True
    return False


def _open(phase: Phase, t: datetime) -> bool:
    return phase.from_at <= t and (phase.to_at is None or phase.to_at > t)


def _microseconds(length: timedelta) -> int:
    return (length.days * 86_400 + length.seconds) * 1_000_000 + length.microseconds


def chosen(selection: Selection, phase: Phase, t: datetime, units: frozenset[str] | None) -> bool:
    """Whether a phase belongs to a selection at t."""
    if phase.name != selection.phase or phase.from_at > t:
        return False
    ended = phase.to_at is not None and phase.to_at <= t
    if selection.moment == "open" and ended:
        return False
    if selection.moment == "ended" and not ended:
        return False
    since = window_start(selection.window, t)
    if since is not None:
        moment = phase.to_at if selection.moment == "ended" else phase.from_at
        if moment is None or moment < since:
            return False
    if selection.labels and phase.label not in selection.labels:
        return False
    if selection.outcomes and (not ended or phase.outcome not in selection.outcomes):
        return False
    if selection.value is not None and phase.value != selection.value:
        return False
    if units is not None and phase.unit not in units:
        return False
    length = (phase.to_at if ended and phase.to_at else t) - phase.from_at
    if selection.at_least_minutes is not None and length < timedelta(minutes=selection.at_least_minutes):
        return False
    return not (selection.within_minutes is not None and length > timedelta(minutes=selection.within_minutes))


def evaluate(world: World, atoms: Iterable[Atom], t: datetime) -> Atoms:
    """The plain evaluator: every atom at every place, at moment t.

    Minutes are exact microseconds until the end, so that SQL and Python agree to the last bit.
    """
    wanted = tuple(dict.fromkeys(atoms))
    by_phase: dict[str, list[tuple[Atom, frozenset[str] | None]]] = defaultdict(list)
    for atom in wanted:
        by_phase[atom.selection.phase].append((atom, units_of(atom.selection, world.system)))
    sums: dict[Atom, dict[Place, int | float]] = {atom: {} for atom in wanted}
    lists_: dict[Atom, dict[Place, list[float]]] = {atom: {} for atom in wanted}
    newest: dict[tuple[Atom, Place], datetime] = {}
    for phase in _standing(world, t):
        for atom, units in by_phase.get(phase.name, ()):
            if not chosen(atom.selection, phase, t, units):
                continue
            place = (phase.site, phase.unit)
            end = phase.to_at if phase.to_at is not None and phase.to_at <= t else t
            beyond = max(0, _microseconds(end - phase.from_at) - atom.over_minutes * 60_000_000)
            if atom.aggregate == "minutes":
                lists_[atom].setdefault(place, []).append(beyond / 60_000_000)
            elif atom.aggregate == "value_latest":
                if (atom, place) not in newest or phase.from_at > newest[(atom, place)]:
                    newest[(atom, place)] = phase.from_at
                    sums[atom][place] = phase.value or 0.0
            else:
                add = {"count": 1, "minutes_total": beyond, "value_total": phase.value or 0.0}[atom.aggregate]
                sums[atom][place] = sums[atom].get(place, 0) + add
    result: Atoms = {}
    for atom in wanted:
        if atom.aggregate == "minutes":
            result[atom] = {place: sorted(values) for place, values in lists_[atom].items()}
        elif atom.aggregate == "minutes_total":
            result[atom] = {place: total / 60_000_000 for place, total in sums[atom].items()}
        else:
            result[atom] = {place: float(total) for place, total in sums[atom].items()}
    return result


def _standing(world: World, t: datetime) -> Iterator[Phase]:
    lists: dict[str | None, Phase] = {
        phase.unit: phase
        for _, phases in world.subjects
        for phase in phases
        if phase.name == "census.list" and phase.unit is not None and _open(phase, t)
    }
    reported: set[str | None] = set()
    for subject, phases in world.subjects:
        gone = absent(subject, phases, t, lists, world.system)
        for phase in phases:
            if phase.from_at <= t and not (gone and _open(phase, t)):
                yield phase
                if phase.name == "capacity.core":
                    reported.add(phase.unit)
    for phase in world.configured:
        if phase.unit not in reported:
            yield phase


@dataclass(frozen=True, slots=True)
class Value:
    """A reading's numbers. value is None where there is none; absent then says which kind of nothing."""

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    absent: Literal["not_applicable", "feed_silent", "not_due", "not_provided"] | None = None
    reason: str | None = None


def combine(measure: Measure, atoms: Atoms, places: Iterable[Place]) -> Value:
    """A measure over a set of places, from the atoms of each."""
    wanted = tuple(places)

    def total(parts: Sequence[Atom]) -> float:
        found = 0.0
        for atom in parts:
            held = atoms[atom]
            for place in wanted:
                number = held.get(place, 0.0)
                found += len(number) if isinstance(number, list) else number
        return found

    if measure.kind == "quantile":
        minutes = sorted(
            each
            for atom in measure.numerator
            for place in wanted
            for each in _as_list(atoms[atom].get(place, []))
        )  # fmt: skip
        if not minutes:
            return Value(None, n=0, absent="not_due", reason="nobody counted yet in this window")
        return Value(quantile_of(minutes, measure.quantile or 0.5), n=len(minutes))
    if measure.kind == "gauge":
        if not any(place in atoms[atom] for atom in measure.numerator for place in wanted):
            return Value(None, absent="not_provided", reason="nobody has reported this figure")
        return Value(total(measure.numerator))
    if measure.provided_by and not any(place in atoms[atom] for atom in measure.provided_by for place in wanted):
        return Value(None, absent="not_provided", reason="the provider does not send what it is counted from")
    numerator = (total(measure.numerator) - total(measure.minus)) / _MINUTES_IN.get(measure.unit, 1)
    if not measure.denominator:
        return Value(numerator)
    denominator = total(measure.denominator) - total(measure.denominator_minus)
    if measure.kind == "mean":
        if denominator == 0:
            return Value(None, n=0, absent="not_due", reason="nobody counted yet in this window")
        return Value(numerator / denominator, n=int(denominator))
    if denominator == 0:
        return Value(None, numerator, denominator, absent="not_due", reason="nobody counted yet in this window")
    return Value(numerator / denominator, numerator, denominator)


def _as_list(number: float | list[float]) -> list[float]:
    return number if isinstance(number, list) else [number]


def quantile_of(ordered: Sequence[float], q: float) -> float:
    """Linear interpolation between order statistics (Hyndman and Fan type 7)."""
    position = q * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)
