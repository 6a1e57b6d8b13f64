"""Which feeds misbehave, how and how often: a YAML file with one section for each kind of misbehaviour.

    ghost:
      - {share: 0.01}                      # one discharge in a hundred is never sent, by anybody
    late:
      - {share: 0.03, sources: [RVV], median_minutes: 40}
      - {per_day: 5, sources: [RWF], median_minutes: 600, until: 2026-04-01}

How often is a `share` of the events that a kind can befall, or how many `per_day`; without `sources` every sender does
it, without `from` and `until` always. A time without a zone is London's. docs/how-to/make-the-feed-misbehave.md.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from services.domain.clock import LONDON
from services.domain.system import System
from services.errors import nearest
from services.yaml_file import read_yaml

DUMMY = -9999.0


def _moment(value: Any) -> Any:
    """YAML gives a date, or a time that may have no zone; both are London's then."""
    if isinstance(value, str):  # in quotation marks
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError('must be a date, or a time such as "2026-01-12 08:00", London time') from None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=LONDON)
    return datetime(value.year, value.month, value.day, tzinfo=LONDON) if isinstance(value, date) else value


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Share = Annotated[float, Field(gt=0, le=1)]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9]{3,9}$")]
Measure = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")]
Minutes = Annotated[float, Field(gt=0, le=14 * 1440)]
Hours = Annotated[float, Field(gt=0, le=14 * 24)]


class Act(BaseModel):
    """Who, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    sources: list[Code] = []  # ODS codes of senders; none: all
    begins: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Act:
        if self.begins and self.until and self.until <= self.begins:
            raise ValueError("until must be after from")
        return self


class OfEvents(Act):
    """Befalls single events: a share of them, or some a day over all its sources."""

    share: Share | None = None
    per_day: Annotated[float, Field(gt=0, le=10_000)] | None = None

    @model_validator(mode="after")
    def _one_rate(self) -> OfEvents:
        if (self.share is None) == (self.per_day is None):
            raise ValueError("say how often: share (of the events, 0 to 1) or per_day, and not both")
        return self


class OfMost(OfEvents):
    """As OfEvents; every event where nothing else is said."""

    @model_validator(mode="before")
    @classmethod
    def _all(cls, data: Any) -> Any:
        return {"share": 1.0, **data} if isinstance(data, dict) and "per_day" not in data else data


class Late(OfEvents):
    """Delivered late: a lognormal delay. What was said, and when, stays as it is."""

    median_minutes: Minutes = 30
    spread: Annotated[float, Field(ge=0, le=3)] = 1.0  # sigma of the logarithm
    most_hours: Hours = 48


class Duplicate(OfEvents):
    """Delivered twice: the same bytes again, or the same id with another sentat."""

    changed_share: Annotated[float, Field(ge=0, le=1)] = 0.5  # of them with another sentat
    after_minutes: Minutes = 20


class OutOfOrder(OfEvents):
    """Delivered after the next event of its journey, or after some hours where none comes."""

    wait_hours: Hours = 6


class Corrected(OfEvents):
    """A wrong value or time first, then the right one, which `replaces` it."""

    after_minutes: Minutes = 45
    by_selector_share: Annotated[float, Field(ge=0, le=1)] = 0.3


class Cancelled(OfEvents):
    """Beside the event a wrong one, later cancelled: a discharge that was none, or a second of what is said once."""

    after_minutes: Minutes = 15
    by_selector_share: Annotated[float, Field(ge=0, le=1)] = 0.5


class Merged(OfEvents):
    """A person first under another number of the 999 range, merged with their own some hours later."""

    after_hours: Hours = 12


class Ghost(OfEvents):
    """A discharge or departure that is never sent."""


class CensusesLater(OfMost):
    """Censuses that come late, some of them as a bare count instead of a list."""

    median_minutes: Minutes = 180
    bare_share: Annotated[float, Field(ge=0, le=1)] = 0.3


class MinuteClocks(Act):
    """`time` and `sentat` cut to the minute, of everything the sources say."""


class ClockChange(Act):
    """In the two nights of a clock change `time` and `sentat` of an hour state one hour too early."""


class OfGauges(OfMost):
    measures: list[Measure] = []  # none: every one that the kind can befall


class MidnightCounters(OfGauges):
    """An hourly figure reported as its running total since midnight, which begins again at 0."""

    measures: Annotated[list[Measure], Field(min_length=1)] = ["nhs111.calls_offered"]


class InvertedPercentages(OfGauges):
    """A share reported as its complement: 31 % for 69 %."""


class DummyValues(OfGauges):
    """-9999 where there is no value; the door refuses it."""


class RenamedLabels(OfGauges):
    """A measure or an organisation under another label; the door refuses it."""

    label: Literal["measure", "organisation"] = "measure"


class Windows(Act):
    """From `from` to `until`; with `per_day` so many windows a day at random moments in between, `hours` long each."""

    per_day: Annotated[float, Field(gt=0, le=24)] | None = None
    hours: Hours = 4

    @model_validator(mode="after")
    def _some_window(self) -> Windows:
        if self.per_day is None and self.begins is None:
            raise ValueError("say when: from (and until), or per_day with hours")
        return self


class ClosedZeros(Windows):
    """A closed feed that goes on with zeros for each of its gauges."""

    measures: list[Measure] = []


class Silent(Windows):
    """Says nothing for a while, and then all of it within some minutes, or never."""

    backlog: bool = True
    backlog_minutes: Minutes = 10

    @model_validator(mode="after")
    def _some_end(self) -> Silent:
        if self.backlog and self.per_day is None and self.until is None:
            raise ValueError("say until when, since the backlog follows; or backlog: false, and it never comes")
        return self


class Misbehaviour(BaseModel):
    """The whole plan. Of one event at most one kind changes what is said; when it is delivered may change besides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ghost: list[Ghost] = []
    cancelled: list[Cancelled] = []
    corrected: list[Corrected] = []
    merged: list[Merged] = []
    duplicate: list[Duplicate] = []
    censuses_later: list[CensusesLater] = []
    renamed_labels: list[RenamedLabels] = []
    dummy_values: list[DummyValues] = []
    closed_zeros: list[ClosedZeros] = []
    inverted_percentages: list[InvertedPercentages] = []
    midnight_counters: list[MidnightCounters] = []
    minute_clocks: list[MinuteClocks] = []
    clock_change: list[ClockChange] = []
    late: list[Late] = []
    out_of_order: list[OutOfOrder] = []
    silent: list[Silent] = []


def read_plan(path: Path, system: System) -> Misbehaviour:
    """The plan in a YAML file. Raises ConfigurationError with what to mend, line by line."""
    path = path.resolve()
    file = read_yaml(path.parent, path.name, Misbehaviour)
    codes = sorted({system.code, *system.provider_by_code})
    for kind in Misbehaviour.model_fields:
        for number, act in enumerate(getattr(file.model, kind)):
            for place, code in enumerate(act.sources):
                if code not in codes:
                    what = f"{code!r} sends nothing here{nearest(code, codes)} (the senders are {', '.join(codes)})"
                    raise file.mistake((kind, number, "sources", place), what)
    return file.model
