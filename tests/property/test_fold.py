"""The state is a function of the set of facts: the pure fold, and the store that must agree with it."""

from __future__ import annotations

import random
import threading
from datetime import datetime, timedelta
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from services.domain.facts import Fact
from services.domain.fold import Subject, canonical_people, fold
from services.domain.phases import at, phases
from services.store.database import Database
from services.store.events import Batch, commit, drafted, ingest, row_of
from services.store.recent import Recent
from tests.conftest import empty
from tests.worlds import moments, union, worlds


def folded(facts: list[Fact], **limits: Any) -> dict[str, Subject | None]:
    by_subject: dict[str, list[Fact]] = {}
    for fact in union(facts).values():
        by_subject.setdefault(fact.subject, []).append(fact)
    return {key: fold(known, **limits) for key, known in sorted(by_subject.items())}


@given(worlds(), st.randoms(use_true_random=False))
def test_order_and_duplication_change_nothing(facts: list[Fact], shuffler: random.Random) -> None:
    again = facts + shuffler.sample(facts, len(facts) // 2)
    shuffler.shuffle(again)
    assert folded(again) == folded(facts)


@given(worlds(), moments())
def test_cutting_the_phases_equals_never_having_heard_the_rest(facts: list[Fact], t: datetime) -> None:
    for key, subject in folded(facts).items():
        assert subject is not None
        cut = folded([fact for fact in facts if fact.subject == key], as_at=t)[key]
        assert cut is not None
        assert at(phases(subject), t) == at(phases(cut), t), key


@given(worlds(), moments())
def test_what_was_known_later_is_not_known_before(facts: list[Fact], k: datetime) -> None:
    known = [fact for fact in facts if fact.recorded_at <= k]
    expected = folded(known)
    assert {key: each for key, each in folded(facts, known_at=k).items() if each is not None} == expected


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"))), st.randoms())
def test_merged_people_share_the_least_key_whatever_the_order(
    edges: list[tuple[str, str]], shuffler: random.Random
) -> None:
    canonical = canonical_people(edges)
    shuffled = edges[:]
    shuffler.shuffle(shuffled)
    assert canonical_people([(b, a) for a, b in shuffled]) == canonical
    for one, other in edges:
        assert canonical[one] == canonical[other] <= min(one, other)


def stored(database: Database) -> dict[str, dict[str, Any]]:
    with database.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "select key, to_jsonb(s.*) - 'stamp' as row from subject s order by key",
        ).fetchall()
    return {row["key"]: row["row"] for row in rows}


def as_stored(database: Database, subjects: dict[str, Subject | None]) -> dict[str, dict[str, Any]]:
    """The reference's rows, sent through the database's own types so that they compare equal."""
    rows = orjson.dumps([row_of(subject) for subject in subjects.values()]).decode()
    with database.connection() as connection:
        found = connection.execute(
            "select r.key, to_jsonb(r.*) - 'stamp' from jsonb_populate_recordset(null::subject, %s::jsonb) as r",
            (rows,),
        ).fetchall()
    return dict(found)


@settings(max_examples=60)
@given(worlds(), st.randoms(use_true_random=False), st.integers(1, 7))
def test_the_store_agrees_with_the_fold_for_any_order_duplication_and_split(
    database: Database, facts: list[Fact], shuffler: random.Random, size: int
) -> None:
    repeated = shuffler.sample(facts, len(facts) // 3)
    sent = facts + [fact._replace(recorded_at=fact.recorded_at - timedelta(minutes=30)) for fact in repeated]
    shuffler.shuffle(sent)
    with database.connection() as connection:
        empty(connection)
        accepted = sum(ingest(connection, sent[i : i + size]).accepted for i in range(0, len(sent), size))
    assert accepted == len(union(facts))
    assert stored(database) == as_stored(database, folded(sent))


@settings(max_examples=60)
@given(worlds(), st.randoms(use_true_random=False), st.integers(1, 5), st.integers(0, 30))
def test_what_is_known_lately_is_only_a_shortcut(
    database: Database, facts: list[Fact], shuffler: random.Random, size: int, most_facts: int
) -> None:
    """Three doors take turns; two have memories, short or long, that the others' writes make wrong again and again."""
    memories = [Recent(most_facts), Recent(), None]
    sent = facts + [fact._replace(recorded_at=fact.recorded_at - timedelta(minutes=30)) for fact in facts[::3]]
    shuffler.shuffle(sent)
    with database.connection() as connection:
        empty(connection)
        accepted = 0
        waiting: list[tuple[Batch, Recent]] = []
        for start in range(0, len(sent), size):
            memory = shuffler.choice(memories) or Recent()
            waiting.append((drafted(sent[start : start + size], memory), memory))  # drafted now, carried out later
            if shuffler.random() < 0.1:
                shuffler.choice(waiting)[1].forget([fact.subject for fact in facts[:3]])
            while waiting and shuffler.random() < 0.6:
                accepted += commit(connection, *waiting.pop(0)).accepted
        accepted += sum(commit(connection, *each).accepted for each in waiting)
    assert accepted == len(union(facts))
    assert stored(database) == as_stored(database, folded(sent))


@settings(max_examples=40)
@given(worlds(), st.randoms(use_true_random=False), st.integers(1, 5))
def test_two_doors_writing_the_same_new_journeys_at_once_lose_nothing(
    database: Database, facts: list[Fact], shuffler: random.Random, size: int
) -> None:
    with database.connection() as connection:
        empty(connection)
    shuffler.shuffle(facts)
    halves = [facts[::2] + facts[:3], facts[1::2] + facts[:2]]
    failures: list[BaseException] = []
    gate = threading.Barrier(2)

    def door(mine: list[Fact]) -> None:
        try:
            with database.connection() as connection:
                gate.wait()
                for start in range(0, len(mine), size):
                    ingest(connection, mine[start : start + size])
        except BaseException as error:  # shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=door, args=(half,)) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert stored(database) == as_stored(database, folded(facts))
