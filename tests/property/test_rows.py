"""What is written as text is what PostgreSQL reads, whatever letters are in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.facts import Fact
from services.domain.phases import Phase
from services.store.database import Database
from services.store.events import ingest, read_facts
from services.store.rows import phases_text

_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
_nasty = st.one_of(
    _texts, st.sampled_from(['"', "\\", "a,b", "(x)", "{y}", "NULL", "null", "\\N", " ", "\t", "\n", "é"])
)
_moments = st.integers(0, 10**13).map(lambda us: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))
_phases = st.builds(
    Phase, _nasty, st.none() | _nasty, st.none() | _nasty, st.none() | _nasty,
    st.none() | st.floats(-1e9, 1e9), _moments, st.none() | _moments, st.none() | _nasty,
    st.none() | st.lists(_nasty, max_size=3).map(tuple),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(_phases, max_size=4))
def test_phases_come_back_as_they_were(database: Database, phases: list[Phase]) -> None:
    with database.connection() as connection:
        rows = connection.execute(
            "select p.name, p.site, p.unit, p.label, p.value, p.from_at, p.to_at, p.outcome, p.visits "
            "from unnest(%s::phase[]) as p",
            (phases_text(phases),),
        ).fetchall()
    assert [Phase._make((*row[:8], None if row[8] is None else tuple(row[8]))) for row in rows] == phases


@settings(max_examples=100, deadline=None)
@given(_nasty, _moments, _moments, st.dictionaries(_texts, st.none() | _nasty | st.integers(-5, 5), max_size=3))
def test_a_fact_comes_back_as_it_was(
    database: Database, subject: str, time: datetime, recorded_at: datetime, data: dict[str, Any]
) -> None:
    fact = Fact(
        uid="0" * 32, digest="f" * 32, subject=subject, source="urn:nhs:ods:RVV", type="ed.seen", time=time,
        sent_at=time, rank=1, target="1" * 32, selects=None, person=None, person_merged="p_1", follows=None,
        flag=None, data=data, recorded_at=recorded_at,
    )  # fmt: skip
    with database.connection() as connection, connection.transaction(force_rollback=True):
        assert ingest(connection, [fact, fact]).accepted == 1
        assert read_facts(connection, [subject]) == {subject: [fact]}
