"""What is assumed of a system until it is learnt: `flow.yaml` of its configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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
    """Hours from an ambulance's arrival to handover where a cubicle is free."""

    process: Duration


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
    """When people leave: weights by hour and weekday (Monday first), and how far from rationed."""

    by_hour: Weights
    by_weekday: Week
    slack: Positive


class FlowPriors(Section):
    """`flow.yaml`. bank_holidays: the subdivision of GB whose they are; school_holidays: a CSV file beside it."""

    bank_holidays: Literal["ENG", "NIR", "SCT", "WLS"]
    school_holidays: str | None = None
    department: Department
    handover: Handover
    admitted: Admitted
    stays: Stays
    pathways: dict[int | str, Share]
    discharge: Discharge
    services_by_weekday: Week
