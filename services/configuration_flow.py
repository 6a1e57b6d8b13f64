"""`flow.yaml` of a system: what the flow model assumes until it has learnt better."""

from __future__ import annotations

from pathlib import Path

from services.configuration import system_folder
from services.flow_model.demand.calendar import Region
from services.flow_model.system.demand_table import LONDON
from services.flow_model.system.priors import FlowPriors
from services.series_file import region_of
from services.yaml_file import read_yaml


def load_flow_priors(system_name: str | Path = "kent_and_medway") -> FlowPriors:
    """The flow model's assumptions of that system. Raises ConfigurationError."""
    return read_yaml(system_folder(system_name), "flow.yaml", FlowPriors).model


def load_region(priors: FlowPriors, system_name: str | Path = "kent_and_medway") -> Region:
    """Whose holidays and clocks that system's arrivals follow. Raises ConfigurationError."""
    file = None if priors.school_holidays is None else system_folder(system_name) / priors.school_holidays
    return region_of(priors.bank_holidays, LONDON.key, file)
