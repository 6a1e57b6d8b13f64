"""A small system whose feeds misbehave in every way, and what its truth says is to be expected."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from services.domain.catalogue import GAUGES
from services.domain.facts import Fact
from services.domain.fold import Subject, canonical_people, fold
from services.domain.measures import Atom, Selection, World, configured_capacity, evaluate
from services.domain.phases import Phase, phases
from services.errors import RefusedEvent
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from simulations.feed import SyntheticSystem
from simulations.misbehaviour import Deliveries
from simulations.misbehaviour_plan import Misbehaviour
from simulations.truth import Truth
from tests.hospitals import SYSTEM as HOSPITALS

Event = dict[str, Any]
SYSTEM = HOSPITALS
KEYS = KeyRing(b"p" * 32, {"1": b"s" * 32})
START = datetime(2026, 3, 26, 6, tzinfo=UTC)  # a Thursday; London's clocks change on the Sunday after
NIGHT = datetime(2026, 3, 29, 1, tzinfo=UTC)
DAYS = 5

#: Every kind at once. BBB's clocks show minutes, AMB is silent for an evening, of a night of QQQ nothing comes.
EVERYTHING = Misbehaviour.model_validate({
    "ghost": [{"share": 0.03}, {"share": 0.2, "sources": ["AAX"]}, {"share": 0.5, "sources": ["MMM"]}],
    "cancelled": [{"share": 0.02}, {"per_day": 20, "sources": ["AAA"]}, {"share": 0.15, "sources": ["MMM", "AAX"]}],
    "corrected": [{"share": 0.03}, {"share": 0.1, "sources": ["BBB"], "after_minutes": 0.5}],  # within its minutes
    "merged": [{"share": 0.03}],
    "duplicate": [{"share": 0.05}],
    "censuses_later": [{"share": 0.5}],
    "renamed_labels": [
        {"sources": ["QQQ"], "from": "2026-03-27T08:00:00Z", "until": "2026-03-27T12:00:00Z"},
        {"sources": ["AAA"], "share": 0.2, "label": "organisation"},
    ],
    "dummy_values": [{"share": 0.05}],
    "closed_zeros": [{"sources": ["AAX"], "per_day": 0.5, "hours": 6}],
    "inverted_percentages": [{"sources": ["MMM"], "share": 0.5}],
    "midnight_counters": [{"sources": ["QQQ"]}],
    "minute_clocks": [{"sources": ["BBB"]}],
    "clock_change": [{"sources": ["BBB", "AAX"]}],
    "late": [{"share": 0.05, "median_minutes": 90}],
    "out_of_order": [{"share": 0.05}],
    "silent": [
        {"sources": ["AMB"], "from": "2026-03-27T17:00:00Z", "until": "2026-03-27T22:00:00Z"},
        {"sources": ["QQQ"], "from": "2026-03-28T00:00:00Z", "until": "2026-03-28T06:00:00Z", "backlog": False},
        {"sources": ["AAA"], "per_day": 0.7, "hours": 3},
    ],
})  # fmt: skip

#: The books' service -> the phases that count for it, and whether it is counted by unit.
PHASES = {
    "ed": (Selection("ed.department"), False), "bed_wait": (Selection("ed.bed_wait"), False),
    "corridor": (Selection("corridor.care"), False), "sdec": (Selection("sdec.attendance"), False),
    "handover": (Selection("ambulance.handover"), False), "no_criteria": (Selection("discharge.no_criteria"), False),
    "bed": (Selection("bed.place"), True), "virtual_ward": (Selection("virtual_ward.stay"), True),
    "ucr": (Selection("ucr.wait"), True), "mental_health": (Selection("mh.place"), True),
    "out_of_area": (Selection("mh.out_of_area", labels=("inappropriate",)), False),
    "s136": (Selection("s136.place", labels=("suite",)), True),
    "s136_ed": (Selection("s136.place", labels=("ed",)), False),
}  # fmt: skip
REFUSED = ("renamed_labels", "dummy_values")


@dataclass
class Told:
    """clean: what the senders would say; delivered: what comes; acts: the truth's lines, as read from its file."""

    feed: SyntheticSystem
    clean: list[Event]
    delivered: list[Event]
    acts: list[dict[str, Any]]

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        return [act for act in self.acts if act["kind"] in kinds]


def told(plan: Misbehaviour, days: float = DAYS, seed: int = 1) -> Told:
    feed = SyntheticSystem(SYSTEM, START, seed=seed)
    clean = [*feed.opening(), *feed.advance(START + timedelta(days=days))]
    out = io.BytesIO()
    delivered = list(Deliveries(plan, seed, Truth(out).record).of(clean))
    return Told(feed, clean, delivered, [orjson.loads(line) for line in out.getvalue().splitlines()])


@dataclass
class Folded:
    """Subjects as the real door and the pure fold make them of events, and the ids that the door refused."""

    subjects: dict[str, Subject] = field(default_factory=dict)
    refused: dict[str, RefusedEvent] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)


def folded(events: Iterable[Event], known_at: datetime | None = None) -> Folded:
    found = Folded()
    door = Door(SYSTEM, KEYS, GAUGES, trusted=True)
    known: dict[str, dict[tuple[str, str], Fact]] = defaultdict(dict)
    for event in events:
        received = at(event["recordedat"] if "recordedat" in event else event["sentat"])
        if known_at is not None and received > known_at:
            continue
        try:
            fact = door.admit(event, received, received)
        except RefusedEvent as refusal:
            found.refused[event["id"]] = refusal
            continue
        held = known[fact.subject].get((fact.uid, fact.digest))
        if held is None or fact.recorded_at < held.recorded_at:
            known[fact.subject][fact.uid, fact.digest] = fact
    found.facts = [fact for facts in known.values() for fact in facts.values()]
    for key, facts in known.items():
        subject = fold(facts.values())
        assert subject is not None
        found.subjects[key] = subject
    return found


def expected(clean: Iterable[Event], acts: list[dict[str, Any]]) -> list[Event]:
    """The clean events with the exceptions that the truth lists, and no others."""
    gone = {
        act["id"] for act in acts if act["kind"] in ("ghost", *REFUSED) or (act["kind"] == "silent" and "id" in act)
    }
    values = {act["id"]: act["told"] for act in acts if "told" in act and act["kind"] not in REFUSED}
    bare = {act["id"] for act in acts if act["kind"] == "censuses_later" and act.get("bare")}
    early = {act["id"] for act in acts if act["kind"] == "clock_change"}
    minutes = [act["source"] for act in acts if act["kind"] == "minute_clocks"]
    found = []
    for event in clean:
        if event["id"] in gone:
            continue
        data = event["data"]
        if event["id"] in values:
            data = {**data, "value": values[event["id"]]}
        if event["id"] in bare:
            data = {**data, "count": len(data["visits"])}
            del data["visits"]
        event = {**event, "data": data}
        for key in ("time", "sentat"):
            moment = at(event[key]) - timedelta(hours=event["id"] in early)
            if event["source"].rpartition(":")[2] in minutes:
                moment = moment.replace(second=0)
            event[key] = moment.isoformat()
        found.append(event)
    return found


def differences(one: Folded, other: Folded) -> dict[str, tuple[Any, Any]]:
    """Subjects that do not say the same: what they are, whom they are of, their milestones and their phases. Facts of
    one moment have no order that a sender's clock could give.
    """
    people = canonical_people(
        (fact.person, fact.person_merged) for fact in (*one.facts, *other.facts) if fact.person and fact.person_merged
    )
    keys = {key for side in (one, other) for key, subject in side.subjects.items() if subject.kind != "person"}
    found = {}
    for key in keys:
        said = [_said(side.subjects.get(key), people) for side in (one, other)]
        if said[0] != said[1]:
            found[key] = said[0], said[1]
    return found


def _said(subject: Subject | None, people: Mapping[str, str]) -> Any:
    if subject is None:
        return None
    person = people.get(subject.person, subject.person) if subject.person else None
    return (
        subject.kind, person, subject.follows, subject.flag,
        sorted((m.time, m.type, orjson.dumps(m.data, option=orjson.OPT_SORT_KEYS)) for m in subject.milestones),
        sorted(phases(subject), key=_by_what_it_says),
    )  # fmt: skip


def _by_what_it_says(phase: Phase) -> tuple[Any, ...]:
    return phase.from_at, phase.to_at is None, phase.to_at or phase.from_at, *map(str, phase[:5])


def counted(found: Folded, moment: datetime) -> Counter[tuple[str, str]]:
    """What the measures count at a moment, under the names of the books."""
    atoms = {service: Atom(selection) for service, (selection, _) in PHASES.items()}
    world = World([(s, phases(s)) for s in found.subjects.values()], SYSTEM, configured_capacity(SYSTEM))
    values = evaluate(world, atoms.values(), moment)
    counts: Counter[tuple[str, str]] = Counter()
    for service, atom in atoms.items():
        for (site, unit), number in values[atom].items():
            where = unit if PHASES[service][1] else site
            assert where is not None
            assert isinstance(number, float)
            counts[service, where] += int(number)
    return counts


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
