"""Atoms of a moment -> any measure's figure at any level, with its age, its freshness, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.domain.levels import applies, feed_of, owner_of, serves, within
from services.domain.measures import Atoms, Measure, Place, Value, combine
from services.domain.story import TYPED
from services.domain.system import Site, System
from services.live.feeds import Feed

_NOBODY_INSIDE = "a team goes to people; nobody is placed in it"
_NOT_APPLICABLE = {
    "ed": "no emergency department or urgent treatment centre",
    "type_1_ed": "no type 1 emergency department",
    "beds": "no beds here",
    "ga_beds": "no general and acute beds",
    "virtual_ward": "no virtual ward",
    "ucr": "no urgent community response team",
    "mental_health": "neither a type 1 emergency department nor a mental health unit",
    "mental_health_beds": "no mental health beds",
    "place_of_safety": "no place of safety",
    "unit": "a figure of units",
    "organisation": "reported by organisations",
    "system": "a figure of the whole system",
}


def _why_not(measure: Measure, site: Site) -> str | None:
    return "no such beds" if serves(measure, site) else _NOT_APPLICABLE.get(measure.needs)


def shown(measure: Measure, value: Value, feed: Feed | None, *, known: bool = True) -> dict[str, Any]:
    """A value as the API gives it, with its age and freshness. known False: its feed has never sent anything."""
    if not known:
        value = Value(None, absent="feed_silent", reason="nothing received yet")
    return {
        "value": value.value,
        "unit": measure.unit,
        "numerator": value.numerator,
        "denominator": value.denominator,
        "n": value.n,
        "absent": value.absent,
        "reason": value.reason,
        "as_of": feed.last_event_at if feed else None,
        "freshness": feed.freshness if feed else "live",
    }


def collapse(atoms: Atoms) -> Atoms:
    """Units summed up to their sites."""
    found: Atoms = {}
    for atom, places in atoms.items():
        held: dict[Place, float | list[float]] = {}
        for (site, _), number in places.items():
            key = (site, None)
            before = held.get(key)
            if before is None:
                held[key] = list(number) if isinstance(number, list) else number
            elif isinstance(before, list) and isinstance(number, list):
                before.extend(number)
            elif not isinstance(before, list) and not isinstance(number, list):
                held[key] = before + number
        found[atom] = held
    return found


class Figures:
    """Atoms of a moment, ready to be asked for any measure at any level."""

    def __init__(self, system: System, atoms: Atoms, feeds: Mapping[str, Feed], t: datetime) -> None:
        self.system, self.feeds, self.by_unit, self.t = system, feeds, atoms, t
        self.by_site = collapse(atoms)
        self._levels: dict[tuple[str, str], dict[str, Any]] = {}

    def _feed(self, measure: Measure, site: Site | None) -> Feed | None:
        return self.feeds.get(feed_of(measure, site, self.system) or "")

    def at_site(self, measure: Measure, site: Site) -> dict[str, Any]:
        feed = self._feed(measure, site)
        if not applies(measure, site):
            return shown(measure, Value(None, absent="not_applicable", reason=_why_not(measure, site)), feed)
        value = combine(measure, self.by_site, [(site.code, None)])
        return shown(measure, value, feed, known=feed is not None)

    def at_unit(self, measure: Measure, site: Site, unit: str) -> dict[str, Any]:
        feed = self._feed(measure, site)
        if self.system.unit_by_code[unit].kind == "response_team":
            return shown(measure, Value(None, absent="not_applicable", reason=_NOBODY_INSIDE), feed)
        return shown(measure, combine(measure, self.by_unit, [(site.code, unit)]), feed, known=feed is not None)

    def at_level(self, measure: Measure, sites: Iterable[Site], organisation: str) -> dict[str, Any]:
        """A provider, a place or the system: from the counts of its sites, never a mean of means.

        organisation: its code, or that of a single site; sites: those it has.
        """
        found = self._levels.get((measure.name, organisation))
        if found is None:
            found = self._levels[measure.name, organisation] = self._at_level(measure, sites, organisation)
        return found

    def _at_level(self, measure: Measure, sites: Iterable[Site], organisation: str) -> dict[str, Any]:
        if measure.kind == "gauge":
            return self._reported(measure, organisation)
        if measure.needs == "system" and organisation == self.system.code:
            feed = self._feed(measure, None)
            return shown(measure, combine(measure, self.by_site, [(None, None)]), feed, known=feed is not None)
        if measure.needs == "organisation":
            codes = within(self.system, organisation)
            sources = [self.feeds.get(owner_of(self.system, code) or "") for code in codes]
        else:
            having = [site for site in sites if applies(measure, site)]
            if not having:
                reason = _NOT_APPLICABLE.get(measure.needs)
                return shown(measure, Value(None, absent="not_applicable", reason=reason), None)
            codes = tuple(site.code for site in having)
            sources = [self._feed(measure, site) for site in having]
        known = [feed for feed in sources if feed is not None]
        oldest = max(known, key=lambda feed: (feed.state == "silent", feed.state == "delayed"), default=None)
        value = combine(measure, self.by_site, [(code, None) for code in codes])
        return shown(measure, value, oldest, known=bool(known))

    def _reported(self, measure: Measure, organisation: str) -> dict[str, Any]:
        """What an organisation reports is as fresh as its feed; what a person typed is as old as it is."""
        value = combine(measure, self.by_site, [(organisation, None)])
        stood = [self.by_unit[atom].get((organisation, TYPED)) for atom in measure.age]
        minutes = next((each for each in stood if isinstance(each, float)), None)
        if minutes is None:
            return shown(measure, value, self.feeds.get(organisation))
        return shown(measure, value, None) | {"as_of": self.t - timedelta(minutes=minutes)}
