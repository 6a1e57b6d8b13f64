"""Declaring a level as deeds: each step stands with its audit entry, or neither does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection

from services.domain.declaration import Declaration, Kind, Step, declarations, may_follow, may_propose
from services.domain.opel_tables import Level
from services.store import audit
from services.store import declarations as store
from services.store.audit import By


def propose(
    connection: Connection[Any], organisation: str, level: Level, now: datetime, by: By, calculated: Mapping[str, Any]
) -> Declaration:
    """Propose a level. Raises StepRefused where one is open, or that level is declared already."""
    with connection.transaction():
        store.hold(connection, organisation)
        may_propose(declarations(store.read(connection, organisation=organisation)), level)
        step = Step(uuid4(), organisation, "proposed", level, now, by.who, by.role, by.why, calculated)
        _take(connection, step, by)
    return Declaration((step,))


def follow(connection: Connection[Any], declaration: UUID, kind: Kind, now: datetime, by: By) -> Declaration:
    """Validate, agree or refuse. Raises KeyError for an unknown declaration, StepRefused where it cannot follow."""
    organisation = store.organisation_of(connection, declaration)
    if organisation is None:
        raise KeyError(declaration)
    with connection.transaction():
        store.hold(connection, organisation)
        made = declarations(store.read(connection, organisation=organisation))
        found = next(each for each in made if each.steps[0].declaration == declaration)
        may_follow(found, kind)
        step = Step(declaration, organisation, kind, found.level, now, by.who, by.role, by.why)
        _take(connection, step, by)
    return Declaration((*found.steps, step))


def _take(connection: Connection[Any], step: Step, by: By) -> None:
    store.add(connection, step)
    audit.write(
        connection, by, f"opel.{step.kind}", system_at=step.at, target=step.organisation,
        after={"level": step.level, "declaration": str(step.declaration)},
    )  # fmt: skip
