"""Links between journeys: what senders say is kept, what is missing is derived, and nothing follows itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.events import JOURNEY_KINDS
from services.domain.fold import Subject, canonical_people, fold
from services.domain.links import Link, Windows, derived_links
from tests.property.test_fold import folded
from tests.worlds import event, worlds

BED = {"bed_kind": "ga_adult", "admission": "emergency", "unit": "RVV01-WARD"}
ED = {"department_type": 1}
VIRTUAL = {"site": "RVV09", "unit": "RVV09-VW"}


def journey(
    key: str, *milestones: tuple[str, int, dict[str, Any]], person: str | None = "p_1", follows: str | None = None,
    site: str = "RVV01",
) -> Subject:  # fmt: skip
    """A journey of milestones: type, minute, what it says beside the site."""
    given = {name: value for name, value in (("person", person), ("follows", follows)) if value is not None}
    found = fold(
        event(type_, key, minute, {"site": site} | data, id=f"{key}-{n}", sent=minute, recorded=minute, **given)
        for n, (type_, minute, data) in enumerate(milestones)
    )
    assert found is not None
    return found


def conveyance(key: str, arrived: int, **given: Any) -> Subject:
    return journey(key, ("ambulance.arrived", arrived, {}), **given)


def attendance(key: str, arrived: int, departed: int | None = None, reason: str = "admitted", **given: Any) -> Subject:
    left = [] if departed is None else [("ed.departed", departed, {"reason": reason})]
    return journey(key, ("ed.arrived", arrived, ED), *left, **given)


def stay(key: str, admitted: int, left: int | None = None, **given: Any) -> Subject:
    gone = [] if left is None else [("bed.left", left, {"unit": "RVV01-WARD", "reason": "virtual_ward"})]
    return journey(key, ("bed.admitted", admitted, BED), *gone, **given)


def virtual_stay(key: str, onboarded: int, **given: Any) -> Subject:
    return journey(key, ("virtual_ward.onboarded", onboarded, VIRTUAL), **given)


def links(*journeys: Subject, merged: tuple[tuple[str, str], ...] = (), windows: Windows | None = None) -> list[Link]:
    return list(derived_links(journeys, canonical_people(merged), windows))


def test_a_whole_pathway_is_linked_from_person_site_and_time() -> None:
    found = links(conveyance("a", 0), attendance("e", 10, 300), stay("s", 320, 5000), virtual_stay("v", 6000))
    assert found == [Link("e", "a", True), Link("s", "e", True), Link("v", "s", True)]


@pytest.mark.parametrize(
    ("first", "second", "linked"),
    [
        (conveyance("1", 60), attendance("2", 45), True),
        (conveyance("1", 60), attendance("2", 44), False),
        (conveyance("1", 60), attendance("2", 150), True),
        (conveyance("1", 60), attendance("2", 151), False),
        (attendance("1", 0, 60), stay("2", 30), True),
        (attendance("1", 0, 60), stay("2", 29), False),
        (attendance("1", 0, 60), stay("2", 420), True),
        (attendance("1", 0, 60), stay("2", 421), False),
        (stay("1", 0, 100), virtual_stay("2", 40), True),
        (stay("1", 0, 100), virtual_stay("2", 39), False),
        (stay("1", 0, 100), virtual_stay("2", 2980), True),
        (stay("1", 0, 100), virtual_stay("2", 2981), False),
    ],
)
def test_the_edges_of_a_window_belong_to_it(first: Subject, second: Subject, linked: bool) -> None:
    assert links(first, second) == ([Link("2", "1", True)] if linked else [])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (conveyance("1", 0, person=None), attendance("2", 10, person=None)),
        (conveyance("1", 0, person="p_2"), attendance("2", 10)),
        (conveyance("1", 0, site="RVV09"), attendance("2", 10)),
        (attendance("1", 0, 60, reason="discharged"), stay("2", 60)),
        (attendance("1", 0), stay("2", 60)),
        (conveyance("1", 0), stay("2", 10)),
        (stay("1", 0, 60), attendance("2", 70)),
    ],
    ids=[
        "nobody known", "another person", "another site", "sent home", "still in the department",
        "skips the department", "against the pathway",
    ],
)  # fmt: skip
def test_what_does_not_lead_on_is_not_linked(first: Subject, second: Subject) -> None:
    assert links(first, second) == []


def test_an_ambulance_known_only_by_its_handover_is_linked() -> None:
    assert links(journey("a", ("ambulance.handed_over", 20, {})), attendance("e", 10)) == [Link("e", "a", True)]


def test_windows_are_configured() -> None:
    windows = Windows(ambulance_arrived_to_ed_arrived=(0, 5))
    assert links(conveyance("a", 0), attendance("e", 10), windows=windows) == []


def test_the_closest_in_time_is_followed_then_the_least_key() -> None:
    near, far, tied = conveyance("c", 20), conveyance("a", 0), conveyance("b", 40)
    assert links(far, near, attendance("e", 30)) == [Link("e", "c", True)]
    assert links(near, tied, attendance("e", 30)) == [Link("e", "b", True)]


def test_what_a_sender_says_is_kept_and_nothing_is_derived_beside_it() -> None:
    said = attendance("e", 10, follows="elsewhere")
    assert links(conveyance("a", 0), said) == [Link("e", "elsewhere", False)]


def test_a_shared_visit_number_links_at_its_ends_and_never_to_itself() -> None:
    shared = journey(
        "v", ("ed.arrived", 10, ED), ("ed.departed", 90, {"reason": "admitted"}), ("bed.admitted", 95, BED)
    )
    assert links(conveyance("a", 0), shared) == [Link("v", "a", True)]
    assert links(shared) == []


def test_a_journey_said_to_follow_itself_follows_what_is_derived() -> None:
    assert links(attendance("e", 10, follows="e")) == []
    assert links(conveyance("a", 0), attendance("e", 10, follows="e")) == [Link("e", "a", True)]


def test_no_link_goes_both_ways() -> None:
    assert links(conveyance("a", 0, follows="e"), attendance("e", 10)) == [Link("a", "e", False)]
    both = (conveyance("a", 0, follows="e"), attendance("e", 10, follows="a"))
    assert links(*both) == links(*reversed(both)) == [Link("e", "a", False)]


def test_a_merge_joins_and_an_unmerge_parts_without_moving_a_key() -> None:
    journeys = (attendance("e", 0, 60, person="p_1"), stay("s", 70, person="p_2"))
    assert links(*journeys) == []
    assert links(*journeys, merged=(("p_1", "p_3"), ("p_3", "p_2"))) == [Link("s", "e", True)]


@given(worlds(journeys=8), st.randoms(use_true_random=False))
def test_links_of_random_worlds_do_not_depend_on_order_and_never_return(facts: Any, shuffler: Any) -> None:
    journeys = [each for each in folded(facts).values() if each is not None and each.kind in JOURNEY_KINDS]
    canonical = canonical_people([("p_0", "p_1"), ("p_2", "p_3")])
    windows = Windows((-2000, 2000), (-2000, 2000), (-2000, 2000))
    found = derived_links(journeys, canonical, windows)
    shuffler.shuffle(journeys)
    assert derived_links(journeys, canonical, windows) == found
    pairs = {(link.journey, link.follows) for link in found}
    assert len({link.journey for link in found}) == len(found)
    assert not any((after, before) in pairs for before, after in pairs)
