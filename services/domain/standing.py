"""The atoms of now from memory: what each subject counts for and when, worked out once each time it is written.

What a phase counts for is `sweep.members_of`, on an axis of single microseconds instead of five-minute marks; the atoms
of a moment are then one sum over the members that stand at it. What depends on others is worked out together: who is
placed in a unit with the unit's censuses, a unit's configured capacity with what is reported of it, the latest of
several reports with the others of its place. A property test holds this to the SQL at every moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from services.domain.fold import Subject
from services.domain.instants import Instants
from services.domain.measures import PLACED, Atom, Atoms, Place
from services.domain.phase_table import Ints, PhaseTable, tabulate
from services.domain.phases import Phase
from services.domain.sweep import members_of, midnights_of
from services.domain.system import System
from services.domain.versions import Version

#: How long what was worked out holds. After that it is begun again, without what no window reaches any more.
HORIZON = timedelta(hours=6)
_MINUTE = 60_000_000
_CENSUS, _CAPACITY = "census.list", "capacity.core"
_VALUES = ("value_total", "value_latest")

Story = tuple[Subject, Sequence[Phase]]
Owner = tuple[str, str | None]  # ("subject", its key) or ("configured", a unit)
Group = tuple[str, str | None, str | None]  # a phase's name and place: subjects whose phases depend on one another's
_PLACED = "placed"  # the group of those who are in a unit, whatever their phase there is called


class Columns:
    """Members of all atoms: what stands at places [a, b) adds fixed + slope * place and value to its slot."""

    def __init__(self) -> None:
        self._whole = np.zeros((6, 0), np.int64)  # owner, slot, a, b, fixed, slope: a column each member
        self._value = np.zeros(0, np.float64)

    def replace(
        self,
        owners: Sequence[int],
        count: int,
        whole: Sequence[NDArray[np.int64]],
        value: Sequence[NDArray[np.float64]],
    ) -> None:
        """Take out the members of these owners, of whom there are `count` in all, and put these in."""
        gone = np.zeros(count, bool)
        gone[owners] = True
        kept = ~gone[self._whole[0]]
        self._whole = np.concatenate([self._whole[:, kept], *whole], 1)
        self._value = np.concatenate([self._value[kept], *value])

    def at(self, place: int) -> tuple[Ints, Ints, NDArray[np.float64]]:
        """Slot, weight and value of each member that stands at a place."""
        _, slot, a, b, fixed, slope = self._whole
        here = np.flatnonzero((a <= place) & (place < b))
        return slot[here], fixed[here] + slope[here] * place, self._value[here]


class Standing:
    """The subjects that a window can reach, and what they count for from a moment on. Not safe from several threads."""

    def __init__(
        self, atoms: Iterable[Atom], system: System, configured: Sequence[Phase], t: datetime,
        stories: Mapping[str, Story],
    ) -> None:  # fmt: skip
        """stories: by key, every subject with a phase that has not ended LONGEST_WINDOW before t; t: the first moment
        that is asked for.
        """
        self.atoms = tuple(dict.fromkeys(atoms))
        self._system, self._axis = system, Instants.following(t, HORIZON)
        self._midnights = midnights_of(self._axis)
        self._configured: dict[str | None, list[Phase]] = defaultdict(list)
        for phase in configured:
            self._configured[phase.unit].append(phase)
        self._latest = {atom.selection.phase for atom in self.atoms if atom.aggregate == "value_latest"}
        self._held: dict[str, Story] = {}
        self._groups: dict[Group, set[str]] = defaultdict(set)
        self._columns = Columns()
        self._owners: dict[Owner, int] = {}
        self._slots: dict[tuple[int, Place], int] = {}
        self._named: list[tuple[int, Place]] = []  # the slots by number: which atom, where
        self._change(stories, {(_CAPACITY, None, unit) for unit in self._configured})

    def covers(self, t: datetime) -> bool:
        return self._axis.covers(t)

    def put(self, stories: Mapping[str, Story | None]) -> None:
        """Subjects as they are now; None: one that no window reaches any more."""
        self._change(stories, set())

    def at(self, t: datetime) -> Atoms:
        """Every atom at every place where something belongs to it, at a moment that is covered."""
        slot, weight, value = self._columns.at(self._axis.place(t))
        count = len(self._named)
        whole = np.zeros(count, np.int64)
        np.add.at(whole, slot, weight)
        members = np.bincount(slot, minlength=count)
        beds = np.bincount(slot, value, count)
        kinds = [atom.aggregate for atom in self.atoms]
        listed = np.array([kinds[atom] == "minutes" for atom, _ in self._named], bool)[slot]
        order = np.lexsort((weight[listed], slot[listed]))
        minutes = (weight[listed][order] / _MINUTE).tolist()  # of one slot after the other
        found: list[dict[Place, float | list[float]]] = [{} for _ in self.atoms]
        first = 0
        for (atom, where), number, bed, many in zip(
            self._named, whole.tolist(), beds.tolist(), members.tolist(), strict=True
        ):
            if not many:
                continue
            if kinds[atom] == "minutes":
                found[atom][where] = minutes[first : first + many]
                first += many
            elif kinds[atom] in _VALUES:
                found[atom][where] = bed
            else:
                found[atom][where] = number / _MINUTE if kinds[atom] == "minutes_total" else float(number)
        return dict(zip(self.atoms, found, strict=True))

    def _groups_of(self, story: Story | None) -> set[Group]:
        found: set[Group] = set()
        for phase in story[1] if story else ():
            if phase.name in PLACED:
                found.add((_PLACED, None, phase.unit))
            elif phase.name in (_CENSUS, _CAPACITY):
                found.add((phase.name, None, phase.unit))
            if phase.name in self._latest:
                found.add((phase.name, phase.site, phase.unit))
        return found

    def _change(self, stories: Mapping[str, Story | None], touched: set[Group]) -> None:
        for key, story in stories.items():
            before = self._groups_of(self._held.pop(key, None))
            for group in before:
                self._groups[group].discard(key)
            after = self._groups_of(story)
            for group in after:
                self._groups[group].add(key)
            if story is not None:
                self._held[key] = story
            touched |= before | after
        again = {key for key in stories if key in self._held}
        for name, site, unit in touched:
            if name != _PLACED:  # one more in a unit changes nothing for the others there
                again |= self._groups[_PLACED if name == _CENSUS else name, site, unit]
        beside = {
            other
            for key in again
            for name, site, unit in self._groups_of(self._held[key])
            for other in self._groups[_CENSUS if name == _PLACED else name, site, unit]
        }
        units = [unit for name, _, unit in touched if name == _CAPACITY and unit in self._configured]
        self._work_out(list(again), list(beside - again), units, set(stories) - again)

    def _work_out(self, again: list[str], beside: list[str], units: list[str | None], gone: set[str]) -> None:
        """Work out what subjects and configured units count for; beside: who is looked at with them."""
        versions = [Version(*self._held[key], 0, 1) for key in (*again, *beside)]
        configured = [phase for unit in units for phase in self._configured[unit]]
        table = tabulate(versions, configured, self._system, self._axis)
        mine = [self._owner("subject", key) for key in again]
        of_units = {unit: self._owner("configured", unit) for unit in units}
        owner_of = np.array([*mine, *[-1] * len(beside), -1], np.int64)[table.owner]
        if configured:
            of_text = np.full(len(table.texts), -1, np.int64)
            for unit, owner in of_units.items():
                of_text[table.texts[unit]] = owner
            owner_of = np.where(table.owner < 0, of_text[table.unit], owner_of)
        whole, value = [], []
        for index, atom in enumerate(self.atoms):
            if atom.selection.phase in table.texts:
                held = self._members(index, table, owner_of)
                whole.append(held[0])
                value.append(held[1])
        owners = [*mine, *of_units.values(), *(self._owner("subject", key) for key in gone)]
        self._columns.replace(owners, len(self._owners), whole, value)

    def _members(self, index: int, table: PhaseTable, owner_of: Ints) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        atom = self.atoms[index]
        members, rows = members_of(atom, table, self._system, self._midnights)
        owner = owner_of[rows]
        kept = np.flatnonzero(owner >= 0)
        members = members.take(kept)
        slot_of = np.zeros(len(table.places), np.int64)
        for place in np.unique(members.place).tolist():
            slot_of[place] = self._slot(index, table.places[place])
        fixed, value = members.fixed, np.zeros(len(kept))
        if atom.aggregate in _VALUES:
            fixed, value = np.zeros(len(kept), np.int64), members.fixed.astype(np.float64)
        whole = np.stack([owner[kept], slot_of[members.place], members.a, members.b, fixed, members.slope])
        return whole, value

    def _slot(self, atom: int, place: Place) -> int:
        number = self._slots.setdefault((atom, place), len(self._named))
        if number == len(self._named):
            self._named.append((atom, place))
        return number

    def _owner(self, kind: str, name: str | None) -> int:
        return self._owners.setdefault((kind, name), len(self._owners))
