"""What a network may say: classes of people, how they arrive, where they go and how long they stay.

`docs/reference/network.md` explains every key. Nothing here runs; `network.py` compiles a document for the engine.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from services.errors import nearest
from services.flow_model.engine.amounts import Amount, ByHour, Steps
from services.flow_model.engine.durations import Duration, NotNegative, Positive

#: Limits on what is sent to the engine from outside.
MOST_PLACES = 2_000
MOST_SERVERS = 1_000_000
MOST_PEOPLE = 20_000_000  # expected in one replication
MOST_STARTING = 1_000_000
MOST_REPLICATIONS = 100_000
MOST_CHANGES = 2_000_000  # of amounts by the hour, over the whole run
MOST_MARKS = 500_000  # places times marks
MOST_KEPT = 20_000_000  # places times marks times replications

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0, le=MOST_SERVERS)]

#: Hours in each unit that a document's times may be in.
HOURS = {"seconds": 1 / 3600, "minutes": 1 / 60, "hours": 1.0, "days": 24.0}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ByClass(Part):
    """Another duration for each class of people."""

    by_class: Annotated[dict[Name, Duration], Field(min_length=1, max_length=MOST_PLACES)]


class NextByClass(Part):
    """Other ways on for each class of people; a class that is not named leaves."""

    by_class: Annotated[dict[Name, dict[Name, Share]], Field(min_length=1, max_length=MOST_PLACES)]


def _how_long(value: Any) -> str:
    return "by_class" if isinstance(value, ByClass) or (isinstance(value, dict) and "by_class" in value) else "one"


def _way_on(value: Any) -> str:
    if isinstance(value, str):
        return "place"
    is_by_class = isinstance(value, NextByClass) or (isinstance(value, dict) and "by_class" in value)
    return "by_class" if is_by_class else "shares"


Durations = Annotated[Annotated[Duration, Tag("one")] | Annotated[ByClass, Tag("by_class")], Discriminator(_how_long)]
Onward = Annotated[
    Annotated[Name, Tag("place")]
    | Annotated[dict[Name, Share], Tag("shares")]
    | Annotated[NextByClass, Tag("by_class")],
    Discriminator(_way_on),
]


def _limit(value: Any) -> str:
    return "word" if isinstance(value, str) else "amount"


Servers = Annotated[
    Annotated[Literal["unlimited"], Tag("word")] | Annotated[Amount, Tag("amount")], Discriminator(_limit)
]


def _beds(value: Any) -> str:
    """Kinds of beds by their names; a list belongs to an amount, whatever its key is called."""
    of_one = not isinstance(value, dict) or value.keys() & {"by_hour", "steps"}
    return "one" if of_one or any(isinstance(each, list | tuple) for each in value.values()) else "kinds"


Beds = Annotated[Annotated[Servers, Tag("one")] | Annotated[dict[Name, Servers], Tag("kinds")], Discriminator(_beds)]


class Run(Part):
    """How long it runs. What happens before `warm_up` is not measured. `step`: between marks of the series.

    by_class: waits of each class of people too, at each place that they come to.
    """

    length: Positive
    warm_up: NotNegative = 0.0
    step: Positive | None = None
    starts_at: str = "monday 00:00"
    by_class: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Run:
        if self.warm_up >= self.length:
            raise ValueError("`warm_up` is shorter than `length`")
        if self.step is not None and self.step > self.length:
            raise ValueError("`step` is not longer than `length`")
        if self.step is not None and self.length / self.step > 10_000:
            raise ValueError("`step` makes more than 10,000 marks; take a longer one")
        self.starts_at_hour  # noqa: B018 - raises
        return self

    @property
    def starts_at_hour(self) -> float:
        """The hour of the week at time 0. Raises ValueError where `starts_at` is not a weekday and a time."""
        day, _, clock = self.starts_at.lower().partition(" ")
        hour, _, minute = clock.partition(":")
        if day not in WEEKDAYS or not hour.isdigit() or not minute.isdigit() or int(hour) > 23 or int(minute) > 59:
            raise ValueError(f"`starts_at` is a weekday and a time such as 'monday 08:00'{nearest(day, WEEKDAYS)}")
        return WEEKDAYS.index(day) * 24 + int(hour) + int(minute) / 60


class PersonClass(Part):
    """A class of people. priority: the lower goes first."""

    priority: Annotated[int, Field(strict=True, ge=-1000, le=1000)] = 0


class Arrivals(Part):
    """One stream of people. rate: people a time unit; interval: instead, the time from one to the next.

    scale: multiplies the rate; up to `headroom`, it adds or removes people and changes nothing about the others.
    """

    to: Name
    of: Name | dict[Name, Share]
    rate: Amount | None = None
    interval: Duration | None = None
    scale: Amount = 1.0
    headroom: Annotated[float, Field(strict=True, ge=1, le=100)] = 2.0
    dispersion: Annotated[float, Field(strict=True, ge=0, le=100)] = 0.0
    run_dispersion: Annotated[float, Field(strict=True, ge=0, le=100)] = 0.0

    @model_validator(mode="after")
    def _one_way(self) -> Arrivals:
        if (self.rate is None) == (self.interval is None):
            raise ValueError("people arrive by `rate` or by `interval`: say one of them")
        if self.interval is not None and not self.interval.lasts(0.0):
            raise ValueError("`interval` is longer than nothing")
        if self.interval is not None and (self.scale != 1.0 or self.dispersion or self.run_dispersion):
            raise ValueError("`scale`, `dispersion` and `run_dispersion` belong to a `rate`")
        return self


class Station(Part):
    """Servers with a queue. queue: how many can wait, without it any number.

    holds: a person whose service is over keeps the server until the next place takes them.
    carries: people here still keep what they held when they came, until the place after this one takes them.
    when_full: where somebody goes who finds no server and no room to wait; without it they are lost.
    """

    servers: Servers
    service: Durations
    queue: Count | None = None
    next: Onward = Field(default_factory=dict)
    holds: bool = False
    carries: bool = False
    when_full: Name | None = None


class Pool(Part):
    """Beds, of one kind or several. uses: the kinds each class may have, the first free one is taken."""

    beds: Beds
    stay: Durations
    uses: dict[Name, Annotated[tuple[Name, ...], Field(min_length=1)]] = Field(default_factory=dict)
    queue: Count | None = None
    next: Onward = Field(default_factory=dict)
    holds: bool = True
    when_full: Name | None = None


def _slots(value: Any) -> str:
    return "steps" if isinstance(value, Steps) or (isinstance(value, dict) and "steps" in value) else "by_hour"


#: Slots are released at moments: a number alone would not say when.
Slots = Annotated[Annotated[ByHour, Tag("by_hour")] | Annotated[Steps, Tag("steps")], Discriminator(_slots)]


class Gate(Part):
    """Slots that people need to go on. slots: how many are there at each hour or step; parts of one add up.

    keep: how many unused ones are still there at the next release. carries: people who pass still keep what they held
    when they came, until the place after this one takes them.
    """

    slots: Slots
    keep: Count = 0
    carries: bool = False
    next: Onward = Field(default_factory=dict)


class Starting(Part):
    """People who are there at time 0. count: how many alike; elapsed: since when, one for all or one each.

    of: their class, or the share of each: then every replication draws the class of each of them anew.
    waiting: they stand in the queue since then; holding: and keep a server of that place until they are taken.
    keys: what their draws go by, so that the same person keeps them.
    """

    place: Name
    of: Name | dict[Name, Share]
    count: Annotated[int, Field(strict=True, ge=0, le=MOST_STARTING)] | None = None
    elapsed: NotNegative | Annotated[tuple[NotNegative, ...], Field(max_length=MOST_STARTING)] = 0.0
    waiting: bool = False
    holding: Name | None = None
    kind: Name | None = None
    keys: Annotated[tuple[str, ...], Field(max_length=MOST_STARTING)] | None = None

    @model_validator(mode="after")
    def _as_many(self) -> Starting:
        said = {len(each) for each in (self.elapsed, self.keys) if isinstance(each, tuple)}
        if self.count is not None:
            said.add(self.count)
        if len(said) != 1:
            raise ValueError("`count`, the list of `elapsed` and `keys` say the same number of people, and one says it")
        if self.keys is not None and len(set(self.keys)) < len(self.keys):
            raise ValueError("each of `keys` stands once: people of one key would have the same draws")
        if self.waiting and self.kind is not None and self.holding is None:
            raise ValueError("somebody who waits has no `kind` of bed yet, unless they hold one: see `holding`")
        return self

    @property
    def people(self) -> int:
        if self.count is not None:
            return self.count
        return len(self.keys if self.keys is not None else self.elapsed)  # type: ignore[arg-type]


class Document(Part):
    """A network, as a file or a caller says it."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(max_length=2000)] = ""
    time_unit: Literal["seconds", "minutes", "hours", "days"]
    run: Run
    classes: Annotated[dict[Name, PersonClass], Field(min_length=1, max_length=MOST_PLACES)]
    arrivals: Annotated[dict[Name, Arrivals], Field(max_length=MOST_PLACES)] = Field(default_factory=dict)
    stations: Annotated[dict[Name, Station], Field(max_length=MOST_PLACES)] = Field(default_factory=dict)
    pools: Annotated[dict[Name, Pool], Field(max_length=MOST_PLACES)] = Field(default_factory=dict)
    gates: Annotated[dict[Name, Gate], Field(max_length=MOST_PLACES)] = Field(default_factory=dict)
    start: Annotated[tuple[Starting, ...], Field(max_length=MOST_PLACES)] = ()

    @property
    def places(self) -> dict[str, Station | Pool | Gate]:
        return {**self.stations, **self.pools, **self.gates}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a network document. What a schema cannot say - names that have to exist - `compile` checks."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Document.model_json_schema()}
