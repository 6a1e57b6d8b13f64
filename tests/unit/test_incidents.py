"""Incidents: each changes what it should, ends, is told apart from the events, and leaves a world that goes on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from services.configuration import load_system
from services.domain.training import INCIDENT_KINDS
from services.errors import ConfigurationError
from simulations.feed import SyntheticSystem
from simulations.incidents import Incident, IncidentRefused, incident, moment_of, read_timetable
from tests.hospitals import START, SYSTEM, Event

DAYS = 6
NOON, NEXT_NOON = START + timedelta(hours=6), START + timedelta(hours=30)
AFTER = START + timedelta(days=3, hours=6)
Facts = dict[str, Any]

ALL = {
    "surge": (NOON, NEXT_NOON, "AAA01", 2.0),
    "ward_closed": (NOON, AFTER, "AAA01-MED", 1.0),
    "discharge_service_lost": (NOON, AFTER, "kent", None),
    "ambulance_wave": (NOON, NEXT_NOON, "", 2.0),
    "flu_winter": (NOON, START + timedelta(days=5), "", 2.0),
    "major_incident": (NOON, NOON + timedelta(hours=6), "AAA01", 60),
    "strike": (NOON, AFTER, "AAA", 1.0),
    "cold_snap": (NOON, AFTER, "", 0.3),
}


class Ran:
    def __init__(self, *incidents: Incident) -> None:
        feed = SyntheticSystem(SYSTEM, START, incidents=incidents)
        self.events = [*feed.opening(), *feed.advance(START + timedelta(days=DAYS))]
        self.truth: list[tuple[str, int, Facts]] = feed.truth()

    def of(self, type_: str, begin: datetime = START, end: datetime = START + timedelta(days=DAYS), **data: Any) -> int:
        between = (f"{begin:%Y-%m-%dT%H:%M:%S}", f"{end:%Y-%m-%dT%H:%M:%S}")
        return sum(
            each["type"] == type_ and between[0] <= each["time"] < between[1] and data.items() <= each["data"].items()
            for each in self.events
        )

    def told(self, kind: str) -> list[tuple[int, Facts]]:
        return [(at, facts) for name, at, facts in self.truth if name == kind]


@cache
def without() -> Ran:
    return Ran()


@cache
def with_(kind: str) -> Ran:
    return Ran(incident(SYSTEM, kind, *ALL[kind]))


def moment(event: Event) -> datetime:
    return datetime.fromisoformat(event["time"])


@pytest.mark.parametrize("kind", ALL)
def test_it_is_told_with_its_place_time_and_size_and_that_it_is_over(kind: str) -> None:
    at, until, organisation, size = ALL[kind]
    ((began, facts),) = with_(kind).told("incident")
    assert began == at.timestamp()
    assert facts == {
        "incident": kind, "organisation": organisation, "until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        "size": 1.0 if size is None else size,
    }  # fmt: skip
    ((over, ended),) = with_(kind).told("incident_over")
    assert over == until.timestamp()
    assert ended["incident"] == kind
    assert not without().truth


@pytest.mark.parametrize("kind", ALL)
def test_it_can_be_made_again_to_the_byte_and_before_it_nothing_is_changed(kind: str) -> None:
    again = Ran(incident(SYSTEM, kind, *ALL[kind]))
    assert again.events == with_(kind).events
    assert again.truth == with_(kind).truth
    early = f"{NOON:%Y-%m-%dT%H:%M:%SZ}"
    assert [e for e in with_(kind).events if e["sentat"] < early] == [
        e for e in without().events if e["sentat"] < early
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ALL)
def test_begun_while_the_world_runs_it_is_the_same_as_by_timetable(kind: str) -> None:
    feed = SyntheticSystem(SYSTEM, START)
    events = [*feed.opening(), *feed.advance(START + timedelta(hours=2))]
    at, until, organisation, size = ALL[kind]
    feed.incidents.begin(kind, at, until, organisation, size)
    events += feed.advance(START + timedelta(days=DAYS))
    assert feed.truth() == with_(kind).truth
    assert Counter(each["type"] for each in events) == Counter(each["type"] for each in with_(kind).events)


@pytest.mark.parametrize("kind", ALL)
def test_people_are_conserved_and_the_world_goes_on(kind: str) -> None:
    inside: dict[str, Any] = {}
    people: dict[str, str] = {}
    last: dict[str, datetime] = defaultdict(lambda: START)
    for event in sorted(with_(kind).events, key=lambda each: each["time"]):
        subject, type_ = event["subject"], event["type"]
        last[type_] = max(last[type_], moment(event))
        if type_ == "bed.admitted":
            assert subject not in inside, "admitted twice"
            number = people[subject] = event["nhsnumber"]
            assert number not in inside.values(), "in two beds at once"
            inside[subject] = number
        elif type_ == "bed.left":
            inside.pop(subject)  # a KeyError: left who never came, or twice
    end = START + timedelta(days=DAYS)
    for type_ in ("ed.arrived", "ed.departed", "bed.admitted", "bed.left", "ambulance.handed_over"):
        assert end - last[type_] < timedelta(hours=8), f"{type_} has stopped"


def test_a_surge_brings_more_people_to_its_site_while_it_lasts() -> None:
    here: dict[str, Any] = {"site": "AAA01"}
    ran, usual = with_("surge"), without()
    came, come = ran.of("ed.arrived", NOON, NEXT_NOON, **here), usual.of("ed.arrived", NOON, NEXT_NOON, **here)
    assert 1.7 < came / come < 2.3
    other: dict[str, Any] = {"site": "BBB01"}
    assert ran.of("ed.arrived", NOON, NEXT_NOON, **other) < 1.15 * usual.of("ed.arrived", NOON, NEXT_NOON, **other)
    later = NEXT_NOON + timedelta(hours=4)
    assert ran.of("ed.arrived", later, **here) < 1.15 * usual.of("ed.arrived", later, **here)
    ((_, facts),) = ran.told("incident_over")
    assert facts["more_arrivals"] > 100


def test_a_closed_ward_empties_bed_by_bed_takes_nobody_and_is_opened_again() -> None:
    ran = with_("ward_closed")
    med: dict[str, Any] = {"unit": "AAA01-MED"}
    on_the_way_up = NOON + timedelta(hours=2)  # their beds were held before
    assert ran.of("bed.admitted", on_the_way_up, AFTER, **med) == 0
    assert ran.of("bed.transferred", on_the_way_up, AFTER, **med) == 0
    assert without().of("bed.admitted", on_the_way_up, AFTER, **med) > 5
    said = [
        (e["time"], e["data"]["closed"], e["data"]["reason"])
        for e in ran.events if e["type"] == "unit.capacity" and e["data"]["unit"] == "AAA01-MED" and moment(e) >= NOON
    ]  # fmt: skip
    until = f"{AFTER:%Y-%m-%dT%H:%M:%SZ}"
    closed = [count for at, count, reason in said if at < until and reason == "infection"]
    assert len(closed) > 3
    assert closed == sorted(closed)
    assert (until, 0, "none") in said
    assert ran.of("bed.admitted", AFTER, **med) > 0


def test_of_a_lost_service_nobody_leaves_until_it_is_back_and_then_they_do() -> None:
    ran, usual = with_("discharge_service_lost"), without()
    councils = {
        e["subject"]: e["data"]["council"] for e in ran.events if e["type"] == "discharge.criteria_not_met"
    }  # fmt: skip

    def left(events: Iterable[Event], begin: datetime, end: datetime) -> int:
        return sum(
            e["type"] == "bed.left" and begin <= moment(e) < end and e["data"].get("pathway") in (1, 2, 3)
            and councils.get(e["subject"]) == "kent" for e in events
        )  # fmt: skip

    end = START + timedelta(days=DAYS)
    assert left(ran.events, NOON, AFTER) == 0
    assert left(usual.events, NOON, AFTER) > 10
    assert left(ran.events, AFTER, end) > 1.3 * left(usual.events, AFTER, end)
    ((_, facts),) = ran.told("incident_over")
    assert facts["people_held"] > 10


def test_one_pathway_of_one_provider_can_be_lost_alone() -> None:
    ran = Ran(incident(SYSTEM, "discharge_service_lost", NOON, AFTER, "BBB/1"))
    assert not ran.of("bed.left", NOON, AFTER, site="BBB01", pathway=1)
    assert ran.of("bed.left", NOON, AFTER, site="BBB01", pathway=2) + ran.of(
        "bed.left", NOON, AFTER, site="BBB01", pathway=3
    )
    assert ran.of("bed.left", NOON, AFTER, site="AAA01", pathway=1)


def test_an_ambulance_wave_brings_more_calls_and_handovers_while_it_lasts() -> None:
    ran, usual = with_("ambulance_wave"), without()
    for type_ in ("ambulance.called", "ambulance.handed_over"):
        assert 1.3 < ran.of(type_, NOON, NEXT_NOON) / usual.of(type_, NOON, NEXT_NOON) < 2.5
    later = NEXT_NOON + timedelta(hours=4)
    assert ran.of("ambulance.called", later) < 1.15 * usual.of("ambulance.called", later)


def test_a_wave_pulls_at_handovers_and_lets_go() -> None:
    feed = SyntheticSystem(SYSTEM, START, incidents=[incident(SYSTEM, "ambulance_wave", *ALL["ambulance_wave"])])
    levers = feed.incidents._parts.world.levers
    seen = []
    for hours in (5, 12, 31):
        for _ in feed.advance(START + timedelta(hours=hours)):
            pass
        seen.append(levers.of("handover", "AAA01", "AAA"))  # type: ignore[arg-type]
    assert seen == [1.0, 1.3, 1.0]


def test_casualties_come_by_ambulance_to_the_nearest_departments_within_three_hours() -> None:
    ran, usual = with_("major_incident"), without()
    end = NOON + timedelta(hours=4)
    more = ran.of("ambulance.called", NOON, end) - usual.of("ambulance.called", NOON, end)
    assert 55 <= more <= 70
    ((_, facts),) = ran.told("incident_over")
    assert sum(facts["casualties"].values()) == 60
    arrived = {"arrival_mode": "ambulance"}
    assert ran.of("ed.arrived", NOON, end, **arrived) - usual.of("ed.arrived", NOON, end, **arrived) > 50
    for stream in ("resus", "majors"):
        assert ran.of("ed.streamed", NOON, end, stream=stream) > usual.of("ed.streamed", NOON, end, stream=stream)


def test_flu_follows_its_curve_in_the_beds_and_stays_under_the_worst() -> None:
    weeks = 16
    end = START + timedelta(weeks=weeks)
    flu = incident(SYSTEM, "flu_winter", START, end)
    # In so small a system some winters shut no ward: this one does.
    feed = SyntheticSystem(SYSTEM, START, seed=2, incidents=[flu], scale=1.0)
    for _ in feed.advance(end + timedelta(days=1)):
        pass
    truth = feed.truth()
    shares: dict[int, list[float]] = defaultdict(list)
    for kind, at, facts in truth:
        if kind == "flu_beds":
            shares[int((at - START.timestamp()) // 86400)].append(facts["count"] / facts["occupied"])
            assert facts["count"] / facts["occupied"] < 0.074 * 1.15
    week = {n: sum(sum(shares[d]) / len(shares[d]) for d in range(7 * n, 7 * n + 7)) / 7 for n in range(weeks)}
    peak = max(week, key=lambda n: week[n])
    assert 5 <= peak <= 8
    assert 0.02 < week[peak] < 0.05
    assert week[1] < 0.4 * week[peak]
    assert week[13] < 0.35 * week[peak]
    shut = [facts for kind, _, facts in truth if kind == "norovirus"]
    assert shut
    assert all(facts["beds"] > 0 and facts["organisation"] in SYSTEM.unit_by_code for facts in shut)
    ((_, over),) = [(at, facts) for kind, at, facts in truth if kind == "incident_over"]
    assert over["came"] > over["admitted"] > 30


def test_more_are_admitted_with_flu_and_wards_shut() -> None:
    ran, usual = with_("flu_winter"), without()
    until = ALL["flu_winter"][1]
    assert ran.of("ed.arrived", NOON, until) > usual.of("ed.arrived", NOON, until) + 30
    ((_, facts),) = ran.told("incident_over")
    assert facts["beds_at_most"] > 5


def test_one_that_is_ended_early_is_over_then() -> None:
    feed = SyntheticSystem(SYSTEM, START)
    running = feed.incidents.begin("surge", NOON, AFTER, "AAA01", 3)
    list(feed.advance(NEXT_NOON))
    feed.incidents.end(running, NEXT_NOON)
    list(feed.advance(AFTER + timedelta(hours=1)))
    over = [at for kind, at, _ in feed.truth() if kind == "incident_over"]
    assert over == [NEXT_NOON.timestamp()]


# What is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        (("surgee", NOON, AFTER), "kind", "did you mean 'surge'"),
        (("surge", AFTER, NOON), "until", "must be after"),
        (("surge", NOON, AFTER, "AAA01", 1.0), "size", "above 1 and at most 5: times the usual"),
        (("surge", NOON, AFTER, "AAA02", 2.0), "organisation", "did you mean 'AAA0"),
        (("ward_closed", NOON, AFTER, "AAA01"), "organisation", "it takes a ward"),
        (("discharge_service_lost", NOON, AFTER, "kent/4"), "organisation", "with /1, /2 or /3"),
        (("flu_winter", NOON, AFTER, "AAA01"), "organisation", "a provider"),
        (("major_incident", NOON, AFTER, ""), "organisation", "the site that is nearest"),
    ],
)
def test_what_cannot_be_is_refused_in_words(given: tuple[Any, ...], field: str, words: str) -> None:
    with pytest.raises(IncidentRefused, match=words) as refused:
        incident(SYSTEM, *given)
    assert refused.value.field == field


def test_the_system_itself_is_everywhere() -> None:
    assert incident(SYSTEM, "surge", NOON, AFTER, "QQQ").organisation == ""


def timetable(folder: Path, text: str) -> tuple[Incident, ...]:
    (folder / "incidents.yaml").write_text(text)
    return read_timetable(folder / "incidents.yaml", SYSTEM, START, START + timedelta(days=DAYS))


def test_a_timetable_takes_moments_of_london_and_days_of_the_history(tmp_path: Path) -> None:
    first, second = timetable(
        tmp_path,
        """
incidents:
  - {kind: surge, at: 2026-03-27 08:00, until: 2026-03-27T20:00:00Z, organisation: AAA01}
  - {kind: ward_closed, at: day 5 08:00, hours: 24, organisation: AAA01-MED, size: 0.5}
""",
    )
    assert first == Incident("surge", datetime(2026, 3, 27, 8, tzinfo=UTC), datetime(2026, 3, 27, 20, tzinfo=UTC),
                             "AAA01", 1.5)  # fmt: skip
    assert second.at == datetime(2026, 3, 30, 7, tzinfo=UTC)  # summer time since the Sunday
    assert Incident.of_json(second.as_json()) == second
    assert moment_of("day 1", date(2026, 3, 26)) == datetime(2026, 3, 26, tzinfo=UTC)


def test_the_example_is_a_timetable_of_every_kind_for_kent() -> None:
    example = Path(__file__).parents[2] / "config" / "kent_and_medway" / "incidents.example.yaml"
    begins = datetime(2026, 10, 1, tzinfo=UTC)
    found = read_timetable(example, load_system("kent_and_medway"), begins, begins + timedelta(days=120))
    assert {each.kind for each in found} == set(INCIDENT_KINDS)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{kind: surge, at: day 2, organisation: AAA01}", "line 2.*give either until or hours"),
        ("{kind: surge, at: day 2, hours: 2, until: day 3, organisation: AAA01}", "give either until or hours"),
        ("{kind: surge, at: soon, hours: 2}", 'at: must be a moment such as "2026-01-12 08:00"'),
        ("{kind: surge, at: day 0, hours: 2}", "must be a moment"),
        ("{kind: surge, at: day 9, hours: 2}", "lies outside the history, which runs from 2026-03-26 06:00"),
        ("{kind: surge, at: day 2, hours: 2, organization: AAA01}", "did you mean 'organisation'"),
        ("{kind: surge, at: day 2, hours: 2, size: 9}", "size: of surge must be above 1"),
        ("{kind: surge, at: day 2, hours: 2, organisation: AAA09}", "organisation: .*did you mean"),
    ],
)
def test_a_mistake_in_a_timetable_is_told_with_its_line(tmp_path: Path, entry: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        timetable(tmp_path, f"incidents:\n  - {entry}\n")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("at: '9999-12-31 23:59', hours: 1", r"line 2: incidents\[0\].at: 9999-12-31 23:59 UTC lies outside"),
        ("at: day 1 09:00, until: '9999-12-31T23:59:00-10:00'", r"line 2: incidents\[0\].until: must be a moment"),
        ("at: day 0, hours: 1", "must be a moment such as"),
        ("at: day 1 09:00, hours: -1", "hours: should be greater than 0"),
        ("at: day 1 09:00, hours: .nan", "hours: should be less than or equal to 9600"),
        ("at: day 1 09:00, hours: 1, until: day 2", "either until or hours"),
        ("at: day 1 09:00, hours: 1, size: .nan", "size: of surge must be above 1"),
        (f"at: day 1 09:00, hours: {'9' * 500}", "should be a valid number, not 9{80}[.]{3}"),
        ("at: day 1 09:00, hours: 1, organisation: [a]", "should be a valid string"),
        ("at: !!python/object/apply:os.getcwd []", "not valid YAML"),
    ],
)
def test_a_timetable_that_cannot_be_is_refused_with_its_line(tmp_path: Path, entry: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        timetable(tmp_path, f"incidents:\n  - {{kind: surge, {entry}}}\n")


def test_aliases_of_aliases_are_no_timetable(tmp_path: Path) -> None:
    steps = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))
    with pytest.raises(ConfigurationError, match="should be keys and values"):
        timetable(tmp_path, f"a0: &a0 [x]\n{steps}\nincidents: *a8\n")
