"""What a national return would say of the synthetic system, counted from its written events alone.

Days are London's. A figure is kept by day and site and added up to providers. What each counts:

- `attendances`: ed.arrived, every department type, on the day of arrival. Somebody sent on to another department counts
  at both, as in the return. `departed`, `within_4_hours`: of those who arrived that day, who has left, and who left
  within four hours of arrival (for an ambulance ed.arrived is the handover or 15 minutes after arrival, the return's
  own clock). By day of arrival: over months the day of departure gives the same share.
- `waits_over_4_hours`: by day of ed.departed, who was admitted more than four hours after ed.decision_to_admit.
- `emergency_admissions`: bed.admitted of admission `emergency`, through the department or direct, same-day stays too.
- `ga_open`, `ga_occupied`, `critical_open`, `critical_occupied`: at 08:00, the hour of the daily SitRep's snapshot that
  the published monthly figures are means of (domain.md 2). Open is core + escalation - closed as unit.capacity says it.
- `long_stays`: of `ga_occupied`, at the same snapshot, who was admitted 21 days before it or earlier.
- `no_criteria_to_reside`: adults in acute beds who did not meet the criteria at any time of the day: those still in at
  its end and those who left. That is how the real series behave: less the day's discharges it is flat over the week
  (RVV .97 to 1.03), while the series itself rises and falls with them (correlation .63 to .87 by trust).
- `discharges`, `discharges_by_17`: adults who left an acute bed while recorded as not meeting the criteria, pathway 0
  included, deaths not. That is the discharge SitRep: a part of all who leave (domain.md 7).
- `handovers`, `handovers_30_60`, `handovers_over_60`: by day of the ambulance's arrival. `Delays30` is 30 to 60
  minutes.
- `beds_closed`: closed G&A beds at 08:00.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from services.domain.system import GENERAL_AND_ACUTE, System
from simulations.journeys import DAY, EPOCH, GRACE_HOURS, HOUR, Journey, Journeys, london, moment

SNAPSHOT_HOUR = 8
FOUR_HOURS = 4 * HOUR
LONG_STAY = 21 * DAY
#: Beds whose people the criteria to reside are asked of, once a day: adults in acute beds.
ASKED = ("ga_adult", "critical_care")


@dataclass(frozen=True)
class Counts:
    """first: London's first day; days: how many; by_site: (site, measure) -> one figure a day."""

    first: date
    days: int
    by_site: dict[tuple[str, str], list[int]]
    provider_of: dict[str, str] = field(default_factory=dict)

    def daily(self, provider: str, measure: str) -> list[int]:
        """The provider's figure of each day: the sum over its sites."""
        total = [0] * self.days
        for (site, name), values in self.by_site.items():
            if name == measure and self.provider_of.get(site) == provider:
                total = [a + b for a, b in zip(total, values, strict=True)]
        return total

    def dates(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.days)]


class Recorder:
    """Reads raw CloudEvents in order of `sentat` (`take`), and gives `Counts` of whole days (`finish`).

    start: aware, midnight in London; days: how many to count. Events outside them are read for who is in place.
    """

    def __init__(self, system: System, start: datetime, days: int, grace_hours: float = GRACE_HOURS) -> None:
        self._first = london(int(start.timestamp())) // DAY
        self._days = days
        self._journeys = Journeys(self._settled, grace_hours)
        self._take = self._journeys.take
        self._sites = {site.code: site.provider for site in system.sites}
        self._kinds = {unit.code: unit.bed_kind for site in system.sites for unit in site.units}
        self._site_of = {unit.code: site.code for site in system.sites for unit in site.units}
        # One more day than is counted: what happens after the end falls into it.
        self._counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (days + 1))
        self._steps: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (days + 2))
        self._capacity: dict[str, list[tuple[int, int, int]]] = defaultdict(list)

    def take(self, event: dict[str, Any]) -> None:
        if event["type"] == "unit.capacity":
            data = event["data"]
            if self._kinds.get(data["unit"]) in (*GENERAL_AND_ACUTE, "critical_care"):
                closed = data.get("closed", 0)
                opened = data["core"] + data.get("escalation", 0) - closed
                self._capacity[data["unit"]].append((moment(event["time"]), opened, closed))
            return
        self._take(event)

    def finish(self) -> Counts:
        """No more events: the figures of every day. Whoever is in place at the end counts as still there."""
        self._journeys.finish()
        for unit, said in self._capacity.items():
            self._open_beds(unit, sorted(said))
        days = self._days
        made = {key: values[:days] for key, values in self._counts.items()}
        for key, steps in self._steps.items():
            level, levels = 0, []
            for step in steps[:days]:
                level += step
                levels.append(level)
            made[key] = [a + b for a, b in zip(levels, made.get(key, [0] * days), strict=True)]
        return Counts(EPOCH + timedelta(days=self._first), days, made, dict(self._sites))

    # Days and snapshots -------------------------------------------------------------------------------------------

    def _day(self, at: int) -> int:
        """0 for the first day; the day after the last for anything outside."""
        day = london(at) // DAY - self._first
        return day if 0 <= day < self._days else self._days

    def _snapshot(self, at: int) -> int:
        """The first day whose snapshot is after this moment, within 0 and the day after the last."""
        day, second = divmod(london(at), DAY)
        return min(self._days, max(0, day - self._first + (second >= SNAPSHOT_HOUR * HOUR)))

    def _add(self, site: str, measure: str, at: int) -> None:
        self._counts[site, measure][self._day(at)] += 1

    def _open_beds(self, unit: str, said: list[tuple[int, int, int]]) -> None:
        site = self._site_of[unit]
        measure = "critical_open" if self._kinds[unit] == "critical_care" else "ga_open"
        opened = closed = 0
        for at, now_open, now_closed in said:
            day = self._snapshot(at)
            self._steps[site, measure][day] += now_open - opened
            self._steps[site, "beds_closed"][day] += now_closed - closed if measure == "ga_open" else 0
            opened, closed = now_open, now_closed

    # Journeys -----------------------------------------------------------------------------------------------------

    def _settled(self, journey: Journey) -> None:
        first = journey.lines[0][2]
        if first[:3] == "ed.":
            self._attendance(journey)
        elif first[:4] == "bed." or first[:10] == "discharge.":
            self._stay(journey)
        elif first[:10] == "ambulance.":
            self._conveyance(journey)

    def _attendance(self, journey: Journey) -> None:
        came: int | None = None
        decided: int | None = None
        for at, _, type_, data, _ in journey.lines:
            if type_ == "ed.arrived":
                came, decided = at, None
                self._add(data["site"], "attendances", at)
            elif type_ == "ed.decision_to_admit":
                decided = at
            elif type_ == "ed.departed" and came is not None:
                self._add(data["site"], "departed", came)
                if at - came <= FOUR_HOURS:
                    self._add(data["site"], "within_4_hours", came)
                if decided is not None and data["reason"] == "admitted" and at - decided > FOUR_HOURS:
                    self._add(data["site"], "waits_over_4_hours", at)

    def _conveyance(self, journey: Journey) -> None:
        came: int | None = None
        for at, _, type_, data, _ in journey.lines:
            if type_ == "ambulance.arrived":
                came = at
            elif type_ == "ambulance.handed_over" and came is not None:
                site, waited = data["site"], at - came
                self._add(site, "handovers", came)
                if waited > HOUR:
                    self._add(site, "handovers_over_60", came)
                elif waited > HOUR // 2:
                    self._add(site, "handovers_30_60", came)

    def _stay(self, journey: Journey) -> None:
        site = kind = None
        bed_since = unmet_since = None
        admitted = 0
        counted = -1  # the last day this person was counted among those without criteria to reside
        for at, _, type_, data, _ in journey.lines:
            if type_ in ("bed.admitted", "bed.transferred", "bed.left"):
                if bed_since is not None and site is not None:
                    self._occupied(site, kind, bed_since, at, admitted)
                bed_since = at
            if type_ == "bed.admitted":
                admitted = at
                if data["admission"] == "emergency":
                    self._add(data["site"], "emergency_admissions", at)
                site, kind = data["site"], self._kinds.get(data["unit"])
            elif type_ == "bed.transferred":
                site, kind = data["site"], self._kinds.get(data["unit"])
            elif type_ == "discharge.criteria_not_met":
                unmet_since = at if unmet_since is None else unmet_since
            elif type_ == "discharge.criteria_met_again" and unmet_since is not None and site is not None:
                counted = self._unmet(site, kind, unmet_since, at, counted)
                unmet_since = None
            elif type_ == "bed.left" and site is not None:
                if unmet_since is not None and data["reason"] != "died" and kind in ASKED:
                    self._add(site, "discharges", at)
                    if london(at) % DAY < 17 * HOUR:
                        self._add(site, "discharges_by_17", at)
                if unmet_since is not None:
                    counted = self._unmet(site, kind, unmet_since, at, counted)
                bed_since = unmet_since = None
        if bed_since is not None and site is not None:
            end = (self._first + self._days + 1) * DAY  # still in place at the end
            self._occupied(site, kind, bed_since, end, admitted)
            if unmet_since is not None:
                self._unmet(site, kind, unmet_since, end, counted)

    def _occupied(self, site: str, kind: str | None, since: int, until: int, admitted: int) -> None:
        if kind in GENERAL_AND_ACUTE:
            steps = self._steps[site, "ga_occupied"]
        elif kind == "critical_care":
            steps = self._steps[site, "critical_occupied"]
        else:
            return
        steps[self._snapshot(since)] += 1
        steps[self._snapshot(until)] -= 1
        long = max(since, admitted + LONG_STAY)
        if kind in GENERAL_AND_ACUTE and long < until:
            steps = self._steps[site, "long_stays"]
            steps[self._snapshot(long)] += 1
            steps[self._snapshot(until)] -= 1

    def _unmet(self, site: str, kind: str | None, since: int, until: int, counted: int) -> int:
        """Each of the days from `since` to `until` once; `counted` is the last that was counted already."""
        first = max(london(since) // DAY - self._first, counted + 1, 0)
        last = min(london(until) // DAY - self._first, self._days - 1)
        if kind in ASKED and first <= last:
            steps = self._steps[site, "no_criteria_to_reside"]
            steps[first] += 1
            steps[last + 1] -= 1
        return max(counted, last)
