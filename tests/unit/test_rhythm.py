"""A feed's rhythm: a silence is judged by what the feed usually does at that hour of the London week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.configuration import load_system
from services.domain.clock import LONDON
from services.domain.rhythm import (
    DELAYED_AT_DOUBT,
    HOURS_A_WEEK,
    SILENT_AT_DOUBT,
    Heard,
    Rhythm,
    doubted_at,
    hour_of_week,
    learn,
    listened,
    steady,
)
from services.live.feeds import health
from services.store.feeds import FeedRow

MONDAY = datetime(2026, 3, 9, tzinfo=LONDON)
BUSY = steady(timedelta(minutes=5))
NIGHT = range(7)


def hearing(by_day: float, by_night: float, weeks: int) -> dict[int, Heard]:
    """A world of weeks in which each hour has so many marks with something, fewer at night."""
    return {
        hour: Heard(round(weeks * (by_night if hour % 24 in NIGHT else by_day)), weeks) for hour in range(HOURS_A_WEEK)
    }  # fmt: skip


def minutes(rhythm: Rhythm, since: datetime, doubt: float) -> float:
    return (doubted_at(rhythm, since, doubt) - since) / timedelta(minutes=1)


def test_a_busy_feed_is_delayed_in_twenty_minutes_and_silent_in_an_hour_by_day_and_by_night() -> None:
    for hour in (3, 14):
        since = MONDAY.replace(hour=hour)
        assert minutes(BUSY, since, DELAYED_AT_DOUBT) == pytest.approx(20)
        assert minutes(BUSY, since, SILENT_AT_DOUBT) == pytest.approx(60)


def test_a_feed_whose_nights_are_quiet_may_be_quiet_at_night_and_not_by_day() -> None:
    rhythm = learn(BUSY, hearing(by_day=12, by_night=0.5, weeks=6))
    assert minutes(rhythm, MONDAY.replace(hour=14), SILENT_AT_DOUBT) <= 61
    asleep = doubted_at(rhythm, MONDAY.replace(hour=0), DELAYED_AT_DOUBT)
    assert asleep > MONDAY.replace(hour=6, minute=30), "most of a quiet night is nothing unusual"
    assert asleep < MONDAY.replace(hour=7, minute=30), "and by half an hour into the day it is"
    assert doubted_at(rhythm, MONDAY.replace(hour=0), SILENT_AT_DOUBT) < MONDAY.replace(hour=8, minute=30)


def test_a_feed_of_office_hours_is_not_silent_over_the_weekend() -> None:
    heard = {
        hour: Heard(0 if hour >= 120 or not 8 <= hour % 24 < 18 else 30, 6) for hour in range(HOURS_A_WEEK)
    }  # fmt: skip
    rhythm = learn(steady(timedelta(minutes=60)), heard)
    friday = MONDAY + timedelta(days=4, hours=17, minutes=30)
    assert doubted_at(rhythm, friday, SILENT_AT_DOUBT) > MONDAY + timedelta(days=7)
    assert doubted_at(rhythm, friday, SILENT_AT_DOUBT) < MONDAY + timedelta(days=7, hours=12), "Monday's silence is one"


def test_little_hearing_changes_little_and_much_changes_much() -> None:
    night = MONDAY.replace(hour=1)
    lasts = [
        minutes(learn(BUSY, hearing(by_day=12, by_night=0.5, weeks=weeks)), night, DELAYED_AT_DOUBT)
        for weeks in (0, 1, 2, 6, 20)
    ]
    assert lasts[0] == pytest.approx(20)
    assert all(first < second for first, second in pairwise(lasts))


def test_one_outage_does_not_make_silence_normal() -> None:
    heard = hearing(by_day=12, by_night=12, weeks=6)
    for hour in range(24):
        heard[hour] = Heard(12 * 5, 6)  # one Monday of six was lost
    assert minutes(learn(BUSY, heard), MONDAY.replace(hour=10), DELAYED_AT_DOUBT) == pytest.approx(20)


def test_however_quiet_a_feed_is_it_becomes_silent_in_the_end() -> None:
    nothing = learn(Rhythm((0.0,) * HOURS_A_WEEK), {})
    assert timedelta(days=1) < doubted_at(nothing, MONDAY, SILENT_AT_DOUBT) - MONDAY < timedelta(days=30)


def test_the_hours_of_the_week_follow_london_through_both_clock_changes() -> None:
    assert hour_of_week(datetime(2026, 3, 9, 0, 30, tzinfo=UTC)) == 0
    assert hour_of_week(datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) == 6 * 24 + 2, "01:00 to 02:00 is left out"
    assert hour_of_week(datetime(2026, 6, 1, 0, 30, tzinfo=UTC)) == 1
    spring, autumn = datetime(2026, 3, 29, tzinfo=LONDON), datetime(2026, 10, 25, tzinfo=LONDON)
    short = listened({spring.astimezone(UTC): 1}, (spring + timedelta(days=1)).astimezone(UTC))
    long = listened({autumn.astimezone(UTC): 1}, (autumn + timedelta(days=1)).astimezone(UTC))
    assert 6 * 24 + 1 not in short
    assert long[6 * 24 + 1].hours == 2
    assert (short[6 * 24], long[6 * 24]) == (Heard(1, 1), Heard(1, 1))


def test_listening_begins_when_a_feed_does_and_counts_every_quiet_day_since() -> None:
    until = MONDAY.astimezone(UTC)
    stragglers = {until - timedelta(days=30, hours=5): 1, until - timedelta(days=20, hours=3): 2}
    begun = {until - timedelta(days=4, hours=-n): 12 for n in range(24)}  # one busy day, then three quiet ones
    heard = listened(stragglers | begun, until + timedelta(minutes=20))
    assert sum(each.hours for each in heard.values()) == 4 * 24
    assert sum(each.marks for each in heard.values()) == 24 * 12
    assert listened({}, until) == {}


@given(
    st.lists(st.floats(0, 1), min_size=HOURS_A_WEEK, max_size=HOURS_A_WEEK), st.integers(0, 7 * 24 * 60),
    st.floats(0.1, 6),
)  # fmt: skip
def test_doubt_grows_and_more_sending_never_makes_it_slower(shares: list[float], start: int, doubt: float) -> None:
    since = MONDAY.astimezone(UTC) + timedelta(minutes=start)
    rhythm, busier = Rhythm(tuple(shares)), Rhythm(tuple(min(1.0, share + 0.1) for share in shares))
    first, later = doubted_at(rhythm, since, doubt), doubted_at(rhythm, since, doubt * 1.5)
    assert since < first < later
    assert doubted_at(busier, since, doubt) <= first + timedelta(microseconds=1)


def test_a_rhythm_that_was_learned_is_what_a_feed_is_judged_by() -> None:
    system = load_system()
    now = MONDAY.replace(hour=4).astimezone(UTC)
    heard = now - timedelta(hours=2)
    quiet = learn(BUSY, hearing(by_day=12, by_night=0.5, weeks=6))

    def feed(rhythm: Rhythm | None) -> tuple[str, bool]:
        found = health([FeedRow("urn:nhs:ods:RVV", heard, heard, heard, heard, 1, rhythm)], system, now)["RVV"]
        assert found.delayed_at < found.silent_at
        assert (found.state == "live") == (now <= found.delayed_at)
        return found.state, found.learned

    assert feed(None) == ("silent", False)
    assert feed(quiet) == ("live", True)
