"""What is assumed of a system until it is learnt: `flow.yaml` of its configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.flow_model.engine.durations import Duration, Positive

Share = Annotated[float, Field(ge=0, le=1)]
Weights = Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=24, max_length=24)]
Week = Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=7, max_length=7)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Department(Section):
    """Hours from arrival to the decision to admit, or to leaving; to_bed: from the decision to a bed that is free."""

    to_decision: Duration
    to_bed: Duration
    home: Duration
    child: Duration
    urgent_care: Duration


class Handover(Section):
    """Hours from an ambulance's arrival to handover where a cubicle is free; conveying: from the scene to arrival."""

    process: Duration
    conveying: Duration


class SameDay(Section):
    """Same day emergency care: local hours at which it opens and closes, hours in it, the share admitted from it."""

    opens: Annotated[int, Field(ge=0, le=23)]
    closes: Annotated[int, Field(ge=1, le=24)]
    stay: Duration
    admitted: Share

    @model_validator(mode="after")
    def _in_order(self) -> SameDay:
        if self.closes <= self.opens:
            raise ValueError("`closes` is later in the day than `opens`")
        return self


class Diverts(Section):
    """The share that a divert turns away; hours that one lasts where its end is not said, or has passed."""

    share: Share
    usual_hours: Positive
    overdue_hours: Positive
    unknown_road_minutes: Positive


class Transfers(Section):
    """The share of those leaving a bed, by class, who go to another site's; asking: days until they set off."""

    share: dict[Literal["ward", "critical", "child_ward"], Share]
    asking: Duration


class Admitted(Section):
    """Shares admitted by the way in; critical: of those admitted; major: of adults who walk in and go home."""

    ambulance: Share
    walk_in: Share
    child: Share
    critical: Share
    major: Share


class Stays(Section):
    """Days in a bed until fit to leave, by class of people."""

    ward: Duration
    child: Duration
    critical: Duration
    planned: Duration
    maternity: Duration
    neonatal: Duration
    community: Duration
    virtual: Duration


class Discharge(Section):
    """When people leave: weights by hour and weekday (Monday first), and how far from rationed.

    kept: of the discharges planned as definite and as possible, the share that happens when it was planned.
    """

    by_hour: Weights
    by_weekday: Week
    slack: Positive
    kept: dict[Literal["definite", "possible"], Share]


class Services(Section):
    """Discharge services. arranging: days from fit to accepted, by pathway (0: to all that home needs, of those whom
    the ward has recorded as fit); used: of their starts, the share."""

    arranging: dict[int, Duration]
    used: Share
    by_weekday: Week

    @field_validator("arranging")
    @classmethod
    def _of_each_pathway(cls, arranging: dict[int, Duration]) -> dict[int, Duration]:
        if set(arranging) != {0, 1, 2, 3}:
            raise ValueError("`arranging` has a duration for each of the pathways 0 to 3")
        return arranging


class FlowPriors(Section):
    """`flow.yaml`. bank_holidays: the subdivision of GB whose they are; school_holidays: a CSV file beside it.

    few_people: of so many as are there a mean stay or wait is half what they imply, half assumed.
    """

    bank_holidays: Literal["ENG", "NIR", "SCT", "WLS"]
    school_holidays: str | None = None
    department: Department
    handover: Handover
    admitted: Admitted
    same_day: SameDay
    diverts: Diverts
    transfers: Transfers
    stays: Stays
    few_people: Positive
    services: Services
    discharge: Discharge
