"""Declaring a level: proposed, validated, agreed; one open at a time; the fold of the steps is all there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.domain.declaration import (
    Declaration,
    Kind,
    Step,
    StepRefused,
    declarations,
    declared,
    may_follow,
    may_propose,
    proposal,
)
from services.domain.opel_tables import Level

START = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)


def steps(number: int, level: Level, *kinds: Kind) -> list[Step]:
    return [
        Step(UUID(int=number), "RVV", kind, level, START + timedelta(hours=number, minutes=n), "desk", "role", "why")
        for n, kind in enumerate(kinds)
    ]


def test_a_level_holds_only_once_it_is_agreed() -> None:
    for kinds in (("proposed",), ("proposed", "validated")):
        made = declarations(steps(1, 3, *kinds))
        assert declared(made) is None
        waiting = proposal(made)
        assert waiting is not None
        assert (waiting.level, waiting.state) == (3, kinds[-1])
    made = declarations(steps(1, 3, "proposed", "validated", "agreed"))
    holds = declared(made)
    assert holds is not None
    assert (holds.level, proposal(made)) == (3, None)


def test_the_last_that_was_agreed_holds_whatever_was_refused_since() -> None:
    taken = [
        *steps(1, 3, "proposed", "validated", "agreed"), *steps(2, 4, "proposed", "validated", "agreed"),
        *steps(3, 2, "proposed", "refused"), *steps(4, 1, "proposed", "validated"),
    ]  # fmt: skip
    made = declarations(taken)
    holds, waiting = declared(made), proposal(made)
    assert holds is not None
    assert waiting is not None
    assert (holds.level, waiting.level) == (4, 1)


@pytest.mark.parametrize(
    ("taken", "kind", "allowed"),
    [
        (("proposed",), "validated", True), (("proposed",), "refused", True), (("proposed",), "agreed", False),
        (("proposed", "validated"), "agreed", True), (("proposed", "validated"), "refused", True),
        (("proposed", "validated"), "validated", False), (("proposed", "validated", "agreed"), "refused", False),
        (("proposed", "refused"), "validated", False), (("proposed",), "proposed", False),
    ],
)  # fmt: skip
def test_what_may_follow_what(taken: tuple[Kind, ...], kind: Kind, allowed: bool) -> None:
    found = Declaration(tuple(steps(1, 3, *taken)))
    if allowed:
        may_follow(found, kind)
        return
    with pytest.raises(StepRefused, match=f"This declaration is {taken[-1]}"):
        may_follow(found, kind)


def test_one_proposal_at_a_time_and_none_of_the_level_that_holds() -> None:
    may_propose((), 3)
    with pytest.raises(StepRefused, match="OPEL 3 is proposed already, by desk"):
        may_propose(declarations(steps(1, 3, "proposed")), 4)
    agreed = declarations(steps(1, 3, "proposed", "validated", "agreed"))
    with pytest.raises(StepRefused, match="OPEL 3 is declared already"):
        may_propose(agreed, 3)
    may_propose(agreed, 2)
