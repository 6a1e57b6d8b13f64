"""`flow.yaml` of a system: what the flow model assumes until it has learnt better."""

from __future__ import annotations

from pathlib import Path

from services.configuration import system_folder
from services.flow_model.system.priors import FlowPriors
from services.yaml_file import read_yaml


def load_flow_priors(system_name: str | Path = "kent_and_medway") -> FlowPriors:
    """The flow model's assumptions of that system. Raises ConfigurationError."""
    return read_yaml(system_folder(system_name), "flow.yaml", FlowPriors).model
