"""The calibration report: what the recorder counts, what is read of the published figures, and how both are judged."""

from __future__ import annotations

import math
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.configuration import system_folder
from services.domain.clock import LONDON
from simulations.lines import Line
from simulations.published import Exception_, Known, Most, Published, published
from simulations.recorder import Counts, Recorder
from simulations.report import excused, level, levels
from simulations.season import winter
from simulations.series import bank_holiday, holidays_of, over_running_mean, shape_of
from simulations.tails import tails
from tests.worlds import small_system

MONDAY = datetime(2026, 3, 23, tzinfo=LONDON)  # Greenwich time; British Summer Time from Sunday 29 March
Event = dict[str, Any]


class Sender:
    """Events by hours after MONDAY's midnight."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def send(self, type_: str, subject: str, hours: float, **more: Any) -> Event:
        attributes: dict[str, Any] = {
            name: more.pop(name) for name in ("cancels", "replaces", "nhsnumber") if name in more
        }
        when = (MONDAY.astimezone(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        event: Event = {"id": f"e{len(self.events)}", "source": "urn:nhs:ods:RVV", "subject": subject, "type": type_,
                 "time": when, "sentat": when, "data": {"site": "RVV01", **more}, **attributes}  # fmt: skip
        self.events.append(event)
        return event

    def counts(self, days: int = 3) -> Counts:
        recorder = Recorder(small_system(), MONDAY, days)
        for event in self.events:
            recorder.take(event)
        return recorder.finish()


@pytest.fixture
def sender() -> Sender:
    return Sender()


def figures(counts: Counts, measure: str) -> list[int]:
    return counts.daily("RVV", measure)


# The recorder ---------------------------------------------------------------------------------------------------------


def test_an_attendance_counts_on_the_day_it_began(sender: Sender) -> None:
    for subject, came, left in (("a", 1, 5), ("b", 2, 6.01), ("c", 23, 26), ("d", 50, None)):
        sender.send("ed.arrived", subject, came)
        if left:
            sender.send("ed.departed", subject, left, reason="discharged")
    counts = sender.counts()
    assert figures(counts, "attendances") == [3, 0, 1]
    assert figures(counts, "departed") == [3, 0, 0]
    assert figures(counts, "within_4_hours") == [2, 0, 0]  # exactly four hours is within
    assert level(counts, "RVV", "within_4_hours") == pytest.approx(2 / 3)


def test_a_bed_counts_at_eight_in_the_ward_of_that_moment(sender: Sender) -> None:
    sender.send("unit.capacity", "RVV01-WARD", -1, unit="RVV01-WARD", core=6, escalation=1, closed=2)
    sender.send("unit.capacity", "RVV01-ICU", -1, unit="RVV01-ICU", core=3, escalation=0, closed=0)
    sender.send("unit.capacity", "RVV01-WARD", 30, unit="RVV01-WARD", core=6, escalation=1, closed=0)
    sender.send("bed.admitted", "a", -40, unit="RVV01-WARD", admission="emergency")
    sender.send("bed.transferred", "a", 20, unit="RVV01-ICU")
    sender.send("bed.left", "a", 32.5, unit="RVV01-ICU", reason="discharged")  # 08:30 on the second day
    sender.send("bed.admitted", "b", 9, unit="RVV01-WARD", admission="elective")
    counts = sender.counts()
    assert figures(counts, "ga_open") == [5, 7, 7]
    assert figures(counts, "critical_open") == [3, 3, 3]
    assert figures(counts, "beds_closed") == [2, 0, 0]
    assert figures(counts, "ga_occupied") == [1, 1, 1]
    assert figures(counts, "critical_occupied") == [0, 1, 0]
    assert sum(figures(counts, "emergency_admissions") or [0]) == 0  # one before the first day, one elective


def test_without_criteria_are_those_still_in_and_those_who_left_that_day(sender: Sender) -> None:
    bed = {"unit": "RVV01-WARD"}
    for subject in "abcd":
        sender.send("bed.admitted", subject, -30, **bed, admission="emergency")
    sender.send("discharge.criteria_not_met", "a", -3, pathway=1)  # a Sunday's, leaves on Tuesday after five
    sender.send("discharge.criteria_not_met", "b", 9, pathway=0)  # told and gone the same day
    sender.send("bed.left", "b", 14, **bed, reason="discharged", pathway=0)
    sender.send("discharge.criteria_not_met", "c", 8, pathway=1)  # met again, and not again the same day
    sender.send("discharge.criteria_met_again", "c", 10)
    sender.send("discharge.criteria_not_met", "c", 12, pathway=1)
    sender.send("discharge.criteria_met_again", "c", 20)
    sender.send("bed.left", "c", 30, **bed, reason="discharged")  # met the criteria: no SitRep discharge
    sender.send("bed.left", "a", 42, **bed, reason="discharged", pathway=1)
    sender.send("discharge.criteria_not_met", "d", 49, pathway=1)
    sender.send("bed.left", "d", 60, **bed, reason="died")
    counts = sender.counts()
    assert figures(counts, "no_criteria_to_reside") == [3, 1, 1]
    assert figures(counts, "discharges") == [1, 1, 0]
    assert figures(counts, "discharges_by_17") == [1, 0, 0]


def test_who_is_admitted_more_than_four_hours_after_the_decision_waited_long(sender: Sender) -> None:
    for subject, decided, left, reason in (
        ("a", 2, 6, "admitted"), ("b", 2, 6.01, "admitted"), ("c", 2, 9, "discharged"), ("d", 20, 25, "admitted"),
    ):  # fmt: skip
        sender.send("ed.arrived", subject, 1)
        sender.send("ed.decision_to_admit", subject, decided)
        sender.send("ed.departed", subject, left, reason=reason)
    sender.send("ed.arrived", "e", 1)
    sender.send("ed.departed", "e", 9, reason="admitted")  # nobody said when that was decided
    assert figures(sender.counts(), "waits_over_4_hours") == [1, 1, 0]


def test_a_stay_is_long_from_its_twenty_first_day_wherever_it_goes_on(sender: Sender) -> None:
    ago = -21 * 24
    sender.send("bed.admitted", "a", ago + 20, unit="RVV01-WARD", admission="emergency")  # long from 20:00 on Monday
    sender.send("bed.admitted", "b", ago - 24, unit="RVV01-ICU", admission="emergency")
    sender.send("bed.transferred", "b", 10, unit="RVV01-WARD")  # back in a G&A bed, long since
    sender.send("bed.admitted", "c", ago, unit="RVV01-WARD", admission="elective")
    sender.send("bed.left", "c", 9, unit="RVV01-WARD", reason="discharged")
    sender.send("bed.admitted", "d", 1, unit="RVV01-WARD", admission="emergency")
    assert figures(sender.counts(), "long_stays") == [1, 2, 2]


def test_handovers_by_how_long_they_took(sender: Sender) -> None:
    for number, minutes in enumerate((10, 30, 31, 60, 61)):
        sender.send("ambulance.arrived", f"A{number}", 5)
        sender.send("ambulance.handed_over", f"A{number}", 5 + minutes / 60)
        sender.send("ambulance.cleared", f"A{number}", 7)
    counts = sender.counts()
    assert [figures(counts, name)[0] for name in ("handovers", "handovers_30_60", "handovers_over_60")] == [5, 2, 1]


def test_what_was_cancelled_is_not_counted_and_a_replacement_once(sender: Sender) -> None:
    wrong = sender.send("ed.arrived", "a", 1)
    sender.send("event.cancelled", "a", 1, cancels=wrong["id"])
    late = sender.send("ed.arrived", "b", 23)
    sender.send("ed.arrived", "b", 25, replaces=late["id"])
    sender.send("ed.departed", "b", 26, reason="discharged")
    assert figures(sender.counts(), "attendances") == [0, 1, 0]


def test_a_london_day_of_summer_time_begins_at_its_own_midnight(sender: Sender) -> None:
    sender.send("ed.arrived", "a", 7 * 24 - 0.5)  # 23:30 in Greenwich on 29 March: half past midnight on the 30th
    assert figures(sender.counts(days=8), "attendances") == [0, 0, 0, 0, 0, 0, 0, 1]


# Published figures ----------------------------------------------------------------------------------------------------


def test_the_published_figures_of_kent() -> None:
    real = published()
    assert real.providers() == ["RN7", "RPA", "RVV", "RWF", "RYY"]
    assert real.spans["kent_ae_monthly.csv"] == (date(2023, 8, 1), date(2025, 7, 1))
    why = {(row.organisation, row.measure, row.when): row.why for row in real.dropped}
    assert "repeats" in why["RVV", "attendances", "February 2025"]
    assert "repeats" in why["RPA", "ga_open", "May 2024"]
    assert "zero" in why["RWF", "discharges", "2023-03-06"]
    assert ("RPA", "critical_occupied", "May 2024") not in why  # its own column, told anew
    may = [date(2025, 5, day) for day in range(1, 32)]
    # (14614 is another month): May 2024 and 2025 of RN7, a day.
    assert real.a_day("RN7", "attendances", may) == pytest.approx((15775 + 15668) / 2 / 31)
    assert real.a_day("RN7", "within_4_hours", may) == pytest.approx(1 - (3270 + 4478) / (15775 + 15668))
    assert real.a_day("RYY", "ga_open", may) is None
    days = [value for day, value in real.daily["RVV", "discharges"].items() if day.month == 5]
    assert len(days) == 62 - 5  # a part of the trust did not report from 27 May 2024
    assert real.a_day("RVV", "discharges", may) == pytest.approx(sum(days) / 57)


def test_a_folder_of_another_system(tmp_path: Path) -> None:
    folder = tmp_path / "other"
    shutil.copytree(system_folder("kent_and_medway"), folder)
    data = folder / "data"
    for path in (*data.glob("*.csv"), folder / "calibration.yaml"):
        path.unlink()
    header = "nhs_trust22_code,total_attendances,attendances_over_4hours,total_emergency_admissions,date\n"
    (data / "x_ae_monthly.csv").write_text(header + "RN7,3100,310,NA,May 2025\n")
    real = published(folder)
    assert dict(real.monthly) == {
        ("RN7", "attendances"): {date(2025, 5, 1): 3100.0}, ("RN7", "over_4_hours"): {date(2025, 5, 1): 310.0},
    }  # fmt: skip
    assert real.exceptions == ()


# Shapes ---------------------------------------------------------------------------------------------------------------


def series(factors: tuple[float, ...], level_: float = 100.0, days: int = 210) -> dict[date, float]:
    first = date(2025, 1, 6)  # a Monday
    return {first + timedelta(days=n): level_ * factors[n % 7] * (1 + n / 1000) for n in range(days)}


def test_a_shape_gives_back_the_week_it_was_made_of() -> None:
    factors = (0.9, 1.1, 1.15, 1.15, 1.3, 0.8, 0.6)
    shape = shape_of(over_running_mean(series(factors)))
    assert shape is not None
    assert shape.weekdays == pytest.approx(factors, abs=0.02)
    assert shape.sd == pytest.approx(math.sqrt(sum((f - 1) ** 2 for f in factors) / 7), abs=0.02)
    assert shape_of(dict.fromkeys(list(series(factors))[:20], 1.0)) is None  # too little to say


def test_a_running_mean_needs_most_of_its_days() -> None:
    first = date(2025, 1, 1)
    some = {first + timedelta(days=n): 100.0 for n in range(60) if n < 20 or n >= 30}
    found = over_running_mean(some)
    assert set(found.values()) == {1.0}
    assert first + timedelta(days=4) not in found  # 19 days from the first to the nineteenth
    assert first + timedelta(days=5) in found


def test_holidays_by_kind() -> None:
    assert bank_holiday(date(2024, 3, 29)) == "good_friday"
    assert bank_holiday(date(2024, 12, 26)) == "christmas"
    assert bank_holiday(date(2023, 5, 8)) == "bank_holiday"  # the coronation
    assert bank_holiday(date(2023, 1, 1)) is None  # a Sunday: taken on the Monday after
    assert bank_holiday(date(2023, 1, 2)) == "bank_holiday"
    found = holidays_of({"A": {date(2023, 1, 2): 0.4}, "B": {date(2023, 1, 2): 0.6, date(2023, 1, 3): 1.0}})
    assert found["bank_holiday"].by_day == {date(2023, 1, 2): pytest.approx(0.5)}
    assert sorted(found["bank_holiday"].factors) == [0.4, 0.6]


# Judging --------------------------------------------------------------------------------------------------------------


def test_a_level_is_the_mean_over_seeds_within_five_per_cent() -> None:
    real = Published({("RVV", "attendances"): {date(2025, 5, 1): 3100.0}}, {}, ())
    worlds = [Counts(date(2026, 5, 1), 2, {("RVV01", "attendances"): [n, n]}, {"RVV01": "RVV"}) for n in (90, 96)]
    (line,) = levels(real, worlds)
    assert (line.simulated, line.published, line.low, line.high) == (93, 100, 95, 105)
    assert not line.passes
    assert line.spread == pytest.approx(math.sqrt(18))


def test_waits_are_laid_beside_the_same_months_and_long_stays_beside_a_winter() -> None:
    known = Known(organisation="RVV", measure="long_stays", known_of="a winter", mean=200, least=0.75, most=1.05)
    real = Published({("RVV", "waits_over_4_hours"): {date(2025, 5, 1): 3100.0}}, {}, (), known=(known,))
    by_site = {("RVV01", "waits_over_4_hours"): [80, 90], ("RVV01", "long_stays"): [150, 160]}
    waits, stays = tails(real, [Counts(date(2026, 5, 1), 2, by_site, {"RVV01": "RVV"})])
    assert (waits.simulated, waits.published, waits.passes) == (85, 100, True)
    assert (stays.simulated, stays.low, stays.high, stays.passes) == (155, 150, 210, True)
    assert stays.detail == "a winter"


def test_only_a_listed_line_may_fail() -> None:
    lines = [Line("levels", who, "discharges", "", 50, 100, 95, 105) for who in ("RVV", "RWF")]
    lines.append(Line("levels", "RVV", "attendances", "", 100, 100, 95, 105))
    listed = [Exception_(organisation="RVV", measure="discharges", reason="counts otherwise")]
    assert [line.excuse for line in excused(lines, listed)] == ["counts otherwise", None, None]
    elsewhere = [Exception_(organisation="*", measure="discharges", part="daily", reason="no")]
    assert [line.excuse for line in excused(lines, elsewhere)] == [None, None, None]


def winter_of(flu: list[int], closed: int = 10, late: int = 20) -> Counts:
    days = len(flu)
    by_site = {
        ("RVV01", "handovers_30_60"): [late] * days, ("RVV01", "ga_open"): [1000 - closed] * days,
        ("RVV01", "beds_closed"): [closed] * days, ("RVV01", "ga_occupied"): [900] * days, ("RVV", "flu_beds"): flu,
    }  # fmt: skip
    return Counts(date(2025, 11, 1), days, by_site, {"RVV01": "RVV", "RVV": "RVV"})


def test_a_winter_is_judged_by_what_winters_reached() -> None:
    most = Most(organisation="RVV", measure="handovers_30_60", mean=36.2, most=72)
    real = Published({}, {}, (), winter=(most,))
    curve = [round(40 * 1.53 ** ((day - 70) / 7) if day < 70 else 40 * 0.66 ** ((day - 70) / 7)) for day in range(140)]
    assert [line for line in winter(real, winter_of(curve)) if not line.passes] == []
    details = {(line.organisation, line.detail) for line in winter(real, winter_of(curve)) if line.measure == "flu"}
    assert details == {
        ("all", "peak share of occupied beds"), ("all", "growth a week"), ("all", "decay a week"),
        ("RVV", "peak share of occupied beds"),
    }  # fmt: skip
    worse = winter(real, winter_of([3 * beds for beds in curve], closed=200, late=80))
    assert {(line.measure, line.detail) for line in worse if not line.passes} == {
        ("handovers_30_60", "most in a day"), ("beds_closed", "one day in a hundred"), ("beds_closed", "mean"),
        ("flu", "peak share of occupied beds"),
    }  # fmt: skip
    assert not [line for line in winter(real, winter_of([0] * 140)) if line.measure == "flu"]
