"""Synthetic people: numbers in the range that is never issued, and the few attributes that boards split by.

A person is an index. Everything about them is a function of the index, so they are the same at every visit.
"""

from __future__ import annotations

from random import Random
from typing import Any, Literal

from services.domain.system import System

AgeBand = Literal["0-17", "18-39", "40-64", "65-74", "75-84", "85+"]
AGE_BANDS: tuple[AgeBand, ...] = ("0-17", "18-39", "40-64", "65-74", "75-84", "85+")
#: Share of the population in each band (assumption near the ONS estimate for Kent and Medway).
POPULATION = (0.22, 0.27, 0.32, 0.10, 0.065, 0.025)

#: Who comes, by band (assumptions; older people are most of the admissions, children about a fifth of arrivals).
CHILDREN = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
WALK_IN = (0.0, 0.42, 0.36, 0.11, 0.08, 0.03)
EMERGENCY = (0.0, 0.18, 0.27, 0.17, 0.22, 0.16)
ELECTIVE = (0.0, 0.16, 0.40, 0.24, 0.16, 0.04)
MOTHERS = (0.0, 0.97, 0.03, 0.0, 0.0, 0.0)
AGED = ("65-74", "75-84", "85+")
OLDER = (0.0, 0.02, 0.10, 0.20, 0.36, 0.32)

NUMBERS = 980_000  # 999 000 000x to 999 979 999x; those above are second numbers of people, to be merged
HIGH_INTENSITY = 0.02  # of people
HIGH_INTENSITY_VISITS = 0.08  # of visits (assumption: few people, many visits)
LOCAL_VISITS = 0.6  # of visits come from neighbourhoods named after the site's town (assumption)
PLACE_VISITS = 0.9  # of visits come from the site's own place, the town's among them (assumption)
FOREVER = 1 << 60
_REDRAWS = 1000


def check_digit(nine: str) -> int:
    """Modulus 11 check digit of nine digits: 11 minus the weighted sum's remainder; 10 is no number (domain.md 4.4)."""
    remainder = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return 0 if remainder == 11 else remainder


class Person:
    __slots__ = ("age_band", "data", "index", "nhsnumber", "town")

    def __init__(self, index: int, nhsnumber: str, age_band: AgeBand, data: dict[str, Any], town: str) -> None:
        self.index = index
        self.nhsnumber = nhsnumber
        self.age_band = age_band
        self.data = data
        self.town = town


class People:
    """Draws people who are not already somewhere in the system: nobody is in two places."""

    def __init__(self, system: System, random: Random) -> None:
        self._random = random
        self._neighbourhoods = system.neighbourhoods
        self._busy: dict[int, int] = {}
        self._bands: list[tuple[int, int]] = []
        first = 0
        for share in POPULATION:
            size = int(NUMBERS * share)
            self._bands.append((first, size))
            first += size
        names = self._neighbourhoods
        here = {site.town: site.place for site in system.sites}
        self._local = {town: [i for i, name in enumerate(names) if name.startswith(_slug(town))] for town in here}
        self._near = {
            town: [i for i, name in enumerate(names) if system.neighbourhood_places.get(name) == place]
            for town, place in here.items()
        }

    def _place(self, town: str) -> int:
        """The number of a neighbourhood from which somebody comes to a site of that town."""
        drawn = self._random.random()
        for most, places in ((LOCAL_VISITS, self._local.get(town)), (PLACE_VISITS, self._near.get(town))):
            if places and drawn < most:
                return self._random.choice(places)
        return int(self._random.random() * max(1, len(self._neighbourhoods)))

    def draw(self, now: int, bands: tuple[float, ...], town: str, sex: str | None = None) -> Person:
        """Somebody free now, who stays busy until released."""
        random = self._random
        choice, band = random.random(), 0
        while band < 5 and choice >= bands[band]:
            choice -= bands[band]
            band += 1
        first, size = self._bands[band]
        names = self._neighbourhoods
        every = max(1, len(names))
        for _ in range(_REDRAWS):
            place = self._place(town)
            share = HIGH_INTENSITY if random.random() < HIGH_INTENSITY_VISITS else 1.0
            within = place + every * int(random.random() * max(1.0, size * share // every - 1))
            index = first + within
            if self._busy.get(index, 0) > now:
                continue
            nine = f"999{index:06d}"
            check = check_digit(nine)
            if check == 10:
                continue
            fraction = (index * 2654435761 & 0xFFFFFFFF) / 4294967296
            found = "female" if fraction * 1024 % 1 < 0.51 else "male"
            if sex is not None and found != sex:
                continue
            self._busy[index] = FOREVER
            data: dict[str, Any] = {"age_band": AGE_BANDS[band], "sex": found, "segment": _segment(band, fraction)}
            if names:
                data["neighbourhood"] = names[place]
            if within < size * HIGH_INTENSITY:
                data["high_intensity"] = True
            return Person(index, f"{nine}{check}", AGE_BANDS[band], data, town)
        raise RuntimeError(f"no free synthetic person in age band {AGE_BANDS[band]}; lower the scale of the feed")

    def release(self, person: Person, at: int) -> None:
        """They are home from then on."""
        self._busy[person.index] = at


#: Population segments by age band: healthy, long-term condition, frailty, end of life, mental health (assumption).
_SEGMENTS = ("healthy", "long_term_condition", "frailty", "end_of_life", "mental_health")
_SEGMENT_SHARES = (
    (0.88, 0.09, 0.00, 0.005, 0.025),
    (0.72, 0.19, 0.00, 0.005, 0.085),
    (0.50, 0.42, 0.01, 0.010, 0.060),
    (0.25, 0.60, 0.10, 0.020, 0.030),
    (0.10, 0.52, 0.31, 0.040, 0.030),
    (0.04, 0.28, 0.58, 0.070, 0.030),
)


def _segment(band: int, fraction: float) -> str:
    for name, share in zip(_SEGMENTS, _SEGMENT_SHARES[band], strict=True):
        fraction -= share
        if fraction < 0:
            return name
    return "unknown"


def _slug(name: str) -> str:
    return name.lower().replace(" ", "_").replace("-", "_")
