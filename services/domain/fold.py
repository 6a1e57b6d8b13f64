"""The fold: the state of a subject is a function of the set of facts received about it (design 5.1).

This plain function is the reference; the store must agree with it for any order, duplication and batch split.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from itertools import compress
from typing import Any, NamedTuple

from services.domain.events import EVENT_TYPES, SubjectKind
from services.domain.facts import BY_ORDER, FACT, Fact, fields

#: A subject that facts of several kinds name (a visit number shared by ED and ward) takes the first of these.
KIND_ORDER: tuple[SubjectKind, ...] = (
    "stay", "ed", "virtual_ward", "ambulance", "ucr", "mental_health", "s136", "unit", "bed", "gauge",
    "organisation", "person",
)  # fmt: skip

_TIME = fields("time")
_MILESTONE = fields("type", "time", "data", "person_merged")
_UID = fields("uid")
_RANK = fields("rank")
_TYPE, _SOURCE, _RECORDED = fields("type"), fields("source"), fields("recorded_at")
_PERSON, _FLAG, _FOLLOWS = fields("person"), fields("flag"), fields("follows")
#: By event type: what kind of subject it is about, and whether each survivor counts.
_TRAITS = {name: (row.kind, row.repeats) for name, row in EVENT_TYPES.items()}


class Milestone(NamedTuple):
    """Something that stands: its type, when it happened, what it carries."""

    type: str
    time: datetime
    data: Mapping[str, Any]
    other_person: str | None = None


_new_milestone = partial(tuple.__new__, Milestone)  # `Milestone._make` without its check: a quarter of the cost


class Subject(NamedTuple):
    """What facts are about, folded. `kind` is None while only cancels are known of it."""

    key: str
    kind: SubjectKind | None
    source: str
    milestones: tuple[Milestone, ...]  # by time, then by the order among facts
    person: str | None
    flag: str | None
    follows: str | None
    first_recorded_at: datetime
    last_recorded_at: datetime
    earliest_at: datetime  # of all facts, also of those that do not stand any more


def survivors(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that stand, greatest first.

    Walks from the greatest to the least. A standing cancel or replacement removes every smaller version of the
    uid it names; one that selects removes the greatest smaller fact of that type and source still standing.
    Of one uid the greatest stands.
    """
    ordered = sorted(facts, key=BY_ORDER, reverse=True)
    if len(set(map(_UID, ordered))) == len(ordered) and not any(map(_RANK, ordered)):
        return ordered  # nothing is replaced, cancelled or said twice
    standing: list[Fact] = []
    settled: set[str] = set()  # uids already standing or removed: every version met later is smaller
    selectors: dict[tuple[str, str], int] = {}
    for fact in ordered:
        if fact.uid in settled:
            continue
        settled.add(fact.uid)
        if selectors:
            wanted = (fact.source, fact.type)
            if selectors.get(wanted):
                selectors[wanted] -= 1
                continue
        standing.append(fact)
        if fact.rank != FACT:
            if fact.target is not None:
                settled.add(fact.target)
            elif fact.selects is not None:
                wanted = (fact.source, fact.selects)
                selectors[wanted] = selectors.get(wanted, 0) + 1
    return standing


def fold(facts: Iterable[Fact], *, as_at: datetime | None = None, known_at: datetime | None = None) -> Subject | None:
    """One subject's facts -> its state at as_at as known at known_at (both: no limit where None).

    Returns None where nothing was known. The facts must be a set: of one uid and digest, the earliest received.
    """
    known = list(facts) if known_at is None else [fact for fact in facts if fact.recorded_at <= known_at]
    if not known:
        return None
    standing = survivors(known)
    kind, said, counting = _of_types(tuple(map(_TYPE, standing)))
    stated = standing if said is None else list(compress(standing, said))
    kept = standing if counting is None else list(compress(standing, counting))
    if as_at is not None:
        kept = [fact for fact in kept if fact.time <= as_at]
    person = next(filter(None, map(_PERSON, stated)), None)
    flag = None if person else next(filter(None, map(_FLAG, stated)), None)
    follows = next(filter(None, map(_FOLLOWS, stated)), None)
    # From the least on: among facts of one time, sorting keeps the order they stand in, which is the order among facts.
    in_time = kept[::-1]
    in_time.sort(key=_TIME)
    milestones = tuple(map(_new_milestone, map(_MILESTONE, in_time)))
    recorded = list(map(_RECORDED, known))
    source = min(map(_SOURCE, known))
    earliest = in_time[0].time if len(in_time) == len(known) else min(map(_TIME, known))
    return Subject(
        known[0].subject, kind, source, milestones, person, flag, follows, min(recorded), max(recorded), earliest
    )


@lru_cache(maxsize=20_000)
def _of_types(types: tuple[str, ...]) -> tuple[SubjectKind | None, Sequence[bool] | None, Sequence[bool] | None]:
    """What the types of a subject's standing facts, greatest first, decide alone: its kind, which facts say something
    of it (not the cancels), and which of them are milestones; None: all of them.

    The first of a milestone that is single is the one that counts. Journeys have few sequences of types, so most have
    been worked out before.
    """
    said = [type_ != "event.cancelled" for type_ in types]
    kinds = {_TRAITS[type_][0] for type_, says in zip(types, said, strict=True) if says}
    single: set[str] = set()
    counting = []
    for type_, says in zip(types, said, strict=True):
        counting.append(says and type_ not in single)
        if says and not _TRAITS[type_][1]:
            single.add(type_)
    return (
        next((kind for kind in KIND_ORDER if kind in kinds), None),
        None if all(said) else said,
        None if all(counting) else counting,
    )


def canonical_people(edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Merged persons: each member of a connected component -> the least key in it."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for one, other in edges:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    return {key: root(key) for key in parent}
