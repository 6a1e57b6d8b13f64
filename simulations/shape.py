"""When things happen: shares by hour of the day and by weekday, and London's calendar on epoch seconds.

Hours are local (Europe/London). Every shape is a relative weight; `hourly` scales it to a mean of one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from services.domain.clock import LONDON

MINUTE, HOUR, DAY = 60, 3600, 86400

#: Arrivals who are later admitted, by hour (patientflow synthetic, UCLH-derived; domain.md 5.3).
ED_HOURS = (
    0.017, 0.017, 0.016, 0.012, 0.018, 0.010, 0.015, 0.027, 0.035, 0.054, 0.063, 0.067,
    0.072, 0.075, 0.074, 0.064, 0.062, 0.060, 0.058, 0.056, 0.053, 0.032, 0.023, 0.020,
)  # fmt: skip
#: Urgent treatment centres open about 08:00-20:00 (assumption; local hours differ by an hour or two).
UTC_HOURS = (0,) * 8 + (0.08, 0.11, 0.11, 0.10, 0.09, 0.09, 0.08, 0.08, 0.08, 0.08, 0.07, 0.03) + (0,) * 4
#: 999 calls: flatter than walk-ins, with a trough before dawn (assumption in line with ED_HOURS, one hour earlier).
CALL_HOURS = (
    0.030, 0.027, 0.024, 0.022, 0.021, 0.022, 0.027, 0.036, 0.046, 0.053, 0.056, 0.057,
    0.056, 0.054, 0.052, 0.051, 0.051, 0.052, 0.051, 0.049, 0.047, 0.044, 0.040, 0.034,
)  # fmt: skip
#: Referrals from general practice and clinics reach the wards in working hours and the evening (assumption).
DIRECT_HOURS = (
    0.010, 0.008, 0.006, 0.006, 0.006, 0.006, 0.010, 0.020, 0.035, 0.050, 0.065, 0.075,
    0.080, 0.080, 0.080, 0.080, 0.080, 0.075, 0.065, 0.055, 0.040, 0.030, 0.022, 0.016,
)  # fmt: skip
#: Discharges peak from 11:00 to 18:00; half to nine tenths are gone by 17:00 (domain.md 3.3).
DISCHARGE_HOURS = (
    0.002, 0.001, 0.001, 0.001, 0.001, 0.001, 0.002, 0.005, 0.012, 0.025, 0.050, 0.080,
    0.090, 0.095, 0.100, 0.105, 0.110, 0.105, 0.090, 0.060, 0.035, 0.018, 0.008, 0.003,
)  # fmt: skip
FLAT_HOURS = (1.0,) * 24
#: Calls to 111 swell in the evening and at weekends when surgeries are shut (assumption; weekdays below are data).
CALLS_111_HOURS = (
    0.020, 0.015, 0.012, 0.011, 0.012, 0.015, 0.025, 0.045, 0.060, 0.062, 0.060, 0.056,
    0.052, 0.050, 0.048, 0.048, 0.050, 0.056, 0.064, 0.064, 0.058, 0.048, 0.038, 0.031,
)  # fmt: skip

# Monday first.
ED_WEEKDAYS = (1.05, 1.06, 0.99, 0.98, 0.96, 0.97, 1.00)  # NBT (domain.md 5.3)
CALL_WEEKDAYS = (0.98, 0.98, 0.98, 0.99, 1.00, 1.04, 1.04)  # conveyances (domain.md 5.3)
DIRECT_WEEKDAYS = (1.16, 1.12, 1.10, 1.10, 1.12, 0.72, 0.68)  # assumption: surgeries shut at the weekend
CALLS_111_WEEKDAYS = (1.01, 0.88, 0.85, 0.82, 0.86, 1.35, 1.23)  # Bristol panel (domain.md 5.3)
DISCHARGE_WEEKDAYS = (0.89, 1.13, 1.15, 1.15, 1.31, 0.81, 0.56)  # Kent and Medway (domain.md 3.4)

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6


def hourly(weights: tuple[float, ...]) -> tuple[float, ...]:
    """The weights scaled so that their sum is one day's 24 hours, that is a mean of 1/24 a share each."""
    total = sum(weights)
    return tuple(weight / total for weight in weights)


@lru_cache(maxsize=4096)
def _offset(hour: int) -> int:
    delta = datetime.fromtimestamp(hour * HOUR, UTC).astimezone(LONDON).utcoffset()
    assert delta is not None  # London always has one
    return int(delta.total_seconds())


def local_seconds(moment: int) -> int:
    """Epoch seconds as London's clock would read them, so that // and % give local days and hours."""
    return moment + _offset(moment // HOUR)


def local_hour(moment: int) -> int:
    return local_seconds(moment) % DAY // HOUR


def weekday(moment: int) -> int:
    """0 is Monday, in London."""
    return (local_seconds(moment) // DAY + 3) % 7  # 1 January 1970 was a Thursday


def local_time(day: int, seconds: int) -> int:
    """The epoch second at which London's clock reads `seconds` past midnight of the local day number `day`."""
    naive = day * DAY + seconds
    return naive - _offset((naive - _offset(naive // HOUR)) // HOUR)
