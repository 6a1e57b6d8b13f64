"""Every bed of a ward by number: who leaves a bed leaves it dirty, and it is cleaned before the next one.

Beds themselves only count (beds.py). Here each count has beds behind it: side rooms, bays of men and of women, the beds
that are there and not staffed because they are escalation not opened, or closed. No event says who lies in which bed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulations.beds import Beds, Ward
from simulations.shape import MINUTE
from simulations.world import World

CLEANING = (30.0, 120.0, 50.0)  # minutes: least, most, most often (assumption)
BAY = 6
#: Share of a ward's beds that are side rooms, by kind; other kinds as the first (assumptions).
SIDE_ROOMS = {"ga_adult": 0.2, "ga_paediatric": 0.5, "critical_care": 0.4, "maternity": 1.0, "community": 0.3}
ONE_SEX = ("ga_adult", "community")  # bays of men or of women


@dataclass(slots=True, eq=False)
class Bed:
    subject: str
    side_room: bool
    sex: str
    extra: bool  # of the escalation beds
    staffed: bool
    clean: bool = True
    held_by: str | None = None
    turn: int = 0  # how often somebody has left it


class Occupants(dict[str, None]):
    """Who is in a ward, in the place of `Ward.occupants`: everybody who enters or leaves takes or leaves a bed."""

    def __init__(self, ward: Ward, states: BedStates) -> None:
        super().__init__()
        self._ward, self._states = ward, states

    def __setitem__(self, subject: str, nothing: None) -> None:
        super().__setitem__(subject, nothing)
        self._states.taken(self._ward, subject)

    def __delitem__(self, subject: str) -> None:
        super().__delitem__(subject)
        self._states.left(self._ward, subject)


class BedStates:
    """Made before anybody is in a bed; silent until `everything`."""

    def __init__(self, world: World, beds: Beds) -> None:
        self._world = world
        self._random = world.stream("bed_states")
        self._tells = False
        self._beds = {ward.code: self._made(ward) for ward in beds.wards()}
        self._wards = list(beds.wards())
        for ward in self._wards:
            ward.occupants = Occupants(ward, self)
        beds.told = self.staffed

    def _made(self, ward: Ward) -> list[Bed]:
        kind = ward.unit.bed_kind or ""
        number = ward.core + ward.most_escalation
        rooms = round(number * SIDE_ROOMS.get(kind, SIDE_ROOMS["ga_adult"]))
        first = self._random.random() < 0.5
        made = []
        for index in range(number):
            bay, place = divmod(index - rooms, BAY)
            sex = "female" if kind == "maternity" else "any"
            if index >= rooms and kind in ONE_SEX:
                sex = "female" if (bay % 2 == 0) == first else "male"
            name = f"S{index + 1}" if index < rooms else f"{chr(ord('A') + bay % 18)}{bay // 18 * BAY + place + 1}"
            extra = index >= ward.core
            made.append(Bed(f"{ward.code}/{name}", index < rooms, sex, extra, not extra))
        return made

    def everything(self, at: int) -> None:
        """Said when the feed begins: every bed."""
        self._tells = True
        for ward in self._wards:
            for bed in self._beds[ward.code]:
                self._tell(ward, bed, at)

    def taken(self, ward: Ward, subject: str) -> None:
        """Somebody is in a bed of the ward: a clean one where there is one."""
        free = [bed for bed in self._beds[ward.code] if bed.held_by is None]
        best = [bed for bed in free if bed.staffed and bed.clean] or [bed for bed in free if bed.staffed] or free
        bed = best[int(self._random.random() * len(best))]
        bed.held_by, bed.clean, bed.staffed = subject, True, True
        self._tell(ward, bed, self._world.now)

    def left(self, ward: Ward, subject: str) -> None:
        bed = next(each for each in self._beds[ward.code] if each.held_by == subject)
        bed.held_by, bed.clean = None, False
        bed.turn += 1
        now = self._world.now
        self._tell(ward, bed, now)
        least, most, usual = CLEANING
        clean_at = now + self._random.triangular(least, most, usual) * MINUTE
        self._world.at(clean_at, self._cleaned, (ward, bed, bed.turn))

    def _cleaned(self, item: tuple[Ward, Bed, int]) -> None:
        ward, bed, turn = item
        if bed.turn == turn and not bed.clean:
            bed.clean = True
            self._tell(ward, bed, self._world.now)

    def staffed(self, ward: Ward) -> None:
        """As many beds have staff as the ward says are open; nobody is left in one without."""
        beds = self._beds[ward.code]
        more = ward.core + ward.escalation - ward.closed - sum(bed.staffed for bed in beds)
        choice = beds if more > 0 else reversed(beds)
        for bed in [bed for bed in choice if bed.held_by is None and bed.staffed == (more < 0)][: abs(more)]:
            bed.staffed = more > 0
            self._tell(ward, bed, self._world.now)

    def _tell(self, ward: Ward, bed: Bed, at: int) -> None:
        if not self._tells:
            return
        data: dict[str, Any] = {
            "site": ward.site.code, "unit": ward.code, "clean": bed.clean, "staffed": bed.staffed,
            "occupied": bed.held_by is not None, "sex": bed.sex, "side_room": bed.side_room, "escalation": bed.extra,
        }  # fmt: skip
        if ward.closed:
            data["cohort"] = "norovirus"  # what closes beds of a ward here
        self._world.outbox.send("bed.status", ward.site.provider, bed.subject, at, data)
