"""The synthetic system: everything the trusts' own feeds would send, from a seed.

It knows the vocabulary (services.domain) and nothing of the store, and sends what a trust's sender sends: visit
numbers and NHS numbers (999 range only) that the door then replaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.domain.system import System
from simulations.ambulance import Ambulances
from simulations.arrivals import Arrivals
from simulations.bed_states import BedStates
from simulations.beds import Beds
from simulations.emergency import Emergency
from simulations.incident_kinds import Parts
from simulations.incidents import Incident, Incidents
from simulations.inpatient import Inpatients
from simulations.mental_health import MentalHealth
from simulations.messages import iso
from simulations.primary_care import PrimaryCare
from simulations.registrations import Registrations
from simulations.response import Responses
from simulations.returns import Returns
from simulations.same_day import SameDay
from simulations.shape import HOUR
from simulations.staff import Staff
from simulations.truth import Books
from simulations.virtual_ward import VirtualWards
from simulations.volumes import demand_of
from simulations.ways_in import WaysIn
from simulations.world import World

#: The world runs unseen for a day first, so that departments and ambulances are in mid-stream at the start.
REHEARSAL_HOURS = 24
#: Every event type the feed sends.
PRODUCED = frozenset(
    {
        "ed.arrived", "ed.streamed", "ed.triaged", "ed.seen", "ed.referred", "ed.ready_to_proceed",
        "ed.decision_to_admit", "ed.bed_requested", "ed.bed_allocated", "ed.moved", "ed.departed",
        "corridor_care.started", "corridor_care.ended", "sdec.arrived", "sdec.departed", "bed.expected",
        "bed.admitted", "bed.transferred", "bed.leave_started", "bed.leave_ended",
        "bed.left", "move.expected", "unit.capacity", "unit.census", "ambulance.called",
        "ambulance.assigned", "ambulance.on_scene", "ambulance.pre_alerted", "ambulance.conveying",
        "ambulance.arrived", "ambulance.cohorted", "ambulance.handed_over", "ambulance.cleared",
        "ambulance.diverted", "virtual_ward.referred", "virtual_ward.accepted", "virtual_ward.declined",
        "virtual_ward.onboarded", "virtual_ward.escalated", "virtual_ward.discharged", "discharge.criteria_not_met",
        "discharge.criteria_met_again", "discharge.ready_date_set", "discharge.referred_to_hub",
        "discharge.accepted", "discharge.start_agreed", "discharge.planned", "discharge.lounge_arrived",
        "gauge.reported", "event.cancelled", "bed.status", "person.updated", "person.merged", "opel.proposed",
        "opel.declared", "incident.declared", "incident.stood_down", "divert.requested", "divert.agreed",
        "divert.ended", "mutual_aid.requested", "mutual_aid.agreed", "mutual_aid.ended",
        "ucr.referred", "ucr.responded", "mh.referred", "mh.assessed",
        "mh.bed_requested", "mh.admitted", "mh.ready_for_discharge", "mh.placed_out_of_area", "mh.left",
        "s136.arrived", "s136.left",
    }
)  # fmt: skip
_ENDS = {
    "bed.left", "virtual_ward.discharged", "virtual_ward.declined", "ambulance.cleared", "sdec.departed",
    "ucr.responded", "mh.left", "s136.left",
}  # fmt: skip
#: Of who leaves one place for the next; and the longest that anybody takes.
_ON_THE_WAY = {
    "admitted", "transferred", "transferred_out", "conveyed", "see_and_treat", "virtual_ward", "community_bed",
}  # fmt: skip
LONGEST_WAY_HOURS = 3


@dataclass(frozen=True)
class FeedSettings:
    """seed: the same seed, start and system give the same events. scale: times the usual arrivals."""

    seed: int = 1
    scale: float = 1.0


class SyntheticSystem:
    """Stands in for every sender of a system.

    start (aware): the moment the world begins, with beds and departments already occupied. `opening` gives the events
    of the journeys in place then (and of those they follow), `advance` what is sent after it. incidents: by timetable;
    others may be begun while it runs. `truth` holds what was told of them and not taken yet.
    """

    def __init__(
        self, system: System, start: datetime, *, seed: int = 1, scale: float = 1.0,
        incidents: Sequence[Incident] = (),
    ) -> None:  # fmt: skip
        if start.tzinfo is None:
            raise ValueError("start has no time zone; give an aware datetime, for instance in UTC")
        self._settings = FeedSettings(seed, scale)
        self._system = system
        self._start = int(start.timestamp())
        self._opening: list[dict[str, Any]] = []
        self._world: World | None = None
        self._planned = tuple(incidents)
        self._incidents: Incidents | None = None
        self._truth: list[tuple[str, int, dict[str, Any]]] = []

    @property
    def incidents(self) -> Incidents:
        self._began()
        assert self._incidents is not None  # made with the world
        return self._incidents

    def truth(self) -> list[tuple[str, int, dict[str, Any]]]:
        """What was told apart from the events since the last call: kind, epoch seconds, facts."""
        told, self._truth = self._truth, []
        return told

    def _tell(self, kind: str, at: int, **facts: Any) -> None:
        self._truth.append((kind, at, facts))

    def opening(self) -> Iterator[dict[str, Any]]:
        """Raw CloudEvents of the journeys in place at the start, every time and sentat <= start, ordered by time."""
        self._began()
        yield from self._opening

    def advance(self, until: datetime) -> Iterator[dict[str, Any]]:
        """Raw CloudEvents sent after the last call and by `until`, ordered by sentat; start <= time < until."""
        world = self._began()
        end = int(until.timestamp())
        while world.now < end:
            step = min(end, (world.now // HOUR + 1) * HOUR)
            world.run(step)
            yield from world.outbox.due(step)
        yield from world.outbox.due(min(end, world.now))

    @property
    def books(self) -> Books:
        """Where the synthetic people really are."""
        return self._began().books

    def _began(self) -> World:
        if self._world is None:
            self._world = self._begin()
        return self._world

    def _begin(self) -> World:
        world = World(self._system, self._start - REHEARSAL_HOURS * HOUR, self._settings.seed, self._settings.scale)
        world.people = Registrations(world)
        beds = Beds(world)
        bed_states = BedStates(world, beds)
        demand = demand_of(self._system)
        inpatients = Inpatients(world, beds, demand)
        ways = WaysIn(world)
        emergency = Emergency(world, inpatients, demand, ways)
        same_day = SameDay(world, inpatients, ways)
        ambulances = Ambulances(world, emergency, same_day, ways)
        virtual_wards = VirtualWards(world, inpatients, emergency)
        inpatients.discharges.step_down = virtual_wards.step_down
        responses = Responses(world, emergency, virtual_wards, inpatients, ways)
        arrivals = Arrivals(world, inpatients, emergency, ambulances, virtual_wards, ways)
        returns = Returns(world, beds, virtual_wards, inpatients.discharges.hub, ways)
        staff = Staff(world, beds, emergency)
        mental_health = MentalHealth(world, emergency, ways)
        parts = Parts(world, emergency, ambulances, inpatients, mental_health.beds)
        self._incidents = Incidents(parts, self._tell)
        primary_care = PrimaryCare(world, ways)
        inpatients.fill(world.now)
        virtual_wards.fill(world.now)
        mental_health.fill(world.now)
        world.at(world.now, arrivals.hour)
        for part in (same_day, returns, mental_health, responses, primary_care):
            world.at(world.now, part.hour)
        world.run(self._start - 1)
        self._opening = _in_place(world.outbox.take_before(self._start), self._start)
        for opens in (returns, mental_health, responses, bed_states, staff):
            opens.everything(self._start - 1)
        self._opening.extend(world.outbox.take_before(self._start))
        world.now = self._start - 1
        self._incidents.plan(self._planned)
        return world


def _in_place(events: list[dict[str, Any]], start: int) -> list[dict[str, Any]]:
    """The events of open journeys and, so that no `follows` dangles, of those they follow or will: of who is between
    a department and a ward, or between two hospitals, at the start.
    """
    lately = iso(start - LONGEST_WAY_HOURS * HOUR)
    closed: set[str] = set()
    follows: dict[str, str] = {}
    subjects: set[str] = set()
    for event in events:
        type_, subject = event["type"], event["subject"]
        if type_.startswith(("unit.", "gauge.", "move.")):
            continue
        subjects.add(subject)
        if "follows" in event:
            follows[subject] = event["follows"]
        if event["time"] >= lately and event["data"].get("reason", event["data"].get("outcome")) in _ON_THE_WAY:
            continue
        if type_ in _ENDS or "cancels" in event or (type_ == "ed.departed" and event["data"]["reason"] != "sdec"):
            closed.add(subject)
    kept = subjects - closed
    for subject in list(kept):
        before = follows.get(subject)
        while before is not None and before not in kept:
            kept.add(before)
            before = follows.get(before)
    return [event for event in events if event["subject"] in kept]
