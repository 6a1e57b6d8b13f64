"""The feeds board: what each feed sent, what was refused of it, its rhythm, and the worklists it leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from services.api.app import AppState
from services.api.schemas_feeds import FeedDetail, Feeds, UnmappedPage, WorklistPage
from services.configuration import load_system
from services.domain.clock import LONDON
from services.domain.rhythm import learn, listened, steady
from services.housekeeping import Housekeeping
from services.live.feeds import expected, health
from services.store import feeds as feed_store
from services.store import synthetic
from services.store.database import Database
from services.store.events import ingest
from services.store.synthetic import Run
from tests.integration.doors import NOW, event, is_problem, post
from tests.worlds import START
from tests.worlds import event as stated

SYSTEM = load_system()
SOURCE = "urn:nhs:ods:RVV"


def feeds(client: TestClient, **wanted: str) -> dict[str, Any]:
    answer = client.get("/api/v1/feeds", params=wanted).json()
    TypeAdapter(Feeds).validate_python(answer)
    return {row["code"]: row for row in answer["items"]}


def test_the_board_says_what_was_sent_and_refused(client: TestClient) -> None:
    post(client, [event(time="2026-03-10T11:58:00Z"), event(), event(), event(data={"site": "RVV99"})])
    rows = feeds(client)
    mine = rows["RVV"]
    assert (mine["state"], mine["facts"], mine["accepted_24h"], mine["refused_24h"]) == ("live", 3, 3, 1)
    assert (mine["refused_share"], mine["quarantined"]) == (0.25, 1)
    assert mine["delayed_at"] < mine["silent_at"]
    never = rows["RPA"]
    assert (never["state"], never["last_event_at"], never["refused_share"]) == ("silent", None, None)
    assert "E10000016" not in rows, "a council sends no feed"
    assert next(iter(rows)) != "RVV", "the worst first"


def test_a_feed_has_a_page_with_its_rhythm(client: TestClient) -> None:
    post(client, [event()])
    for code in ("RVV", "RPA"):
        detail = client.get(f"/api/v1/feeds/{code}").json()
        TypeAdapter(FeedDetail).validate_python(detail)
        assert len(detail["rhythm"]) == 168
    is_problem(client.get("/api/v1/feeds/E10000016"), 404)
    is_problem(client.get("/api/v1/feeds/RVX9"), 404)


def test_a_feed_of_the_past_is_as_old_as_it_was_then(client: TestClient, state: AppState) -> None:
    post(client, [event(time="2026-03-10T09:00:00Z")])
    post(client, [event(time="2026-03-10T11:59:00Z")])
    then = feeds(client, as_at="2026-03-10T11:00:00Z")["RVV"]
    assert (then["state"], then["last_event_at"][:16], then["facts"]) == ("silent", "2026-03-10T09:00", None)
    assert feeds(client)["RVV"]["state"] == "live"
    overview = client.get("/api/v1/overview", params={"as_at": "2026-03-10T11:00:00Z"}).json()
    said = {feed["source"]: feed for feed in overview["feeds"]}
    assert said["urn:nhs:ods:RVV"]["state"] == "silent"
    assert said["urn:nhs:ods:RN7"]["last_event_at"] is None, "a feed that was never heard is counted too"
    assert len(said) == len(feeds(client))
    site = next(each for each in overview["sites"] if each["code"] == "RVV01")
    assert site["measures"]["ed.in_department"]["freshness"] == "lost", "what rests on a silent feed says so"
    unknown = feeds(client, known_at="2026-03-10T11:00:00Z")["RVV"]
    assert unknown["last_event_at"] is None, "nothing of it was known yet"


def test_the_journeys_of_a_worklist_are_paged_and_a_site_manager_sees_their_own(
    client: TestClient,
) -> None:
    old = "2026-03-03T09:00:00Z"
    post(client, [event(time=old) for _ in range(3)] + [event(time=old, data={"site": "RVV09", "department_type": 1})])
    address = "/api/v1/feeds/RVV/journeys"
    whole = client.get(address).json()
    TypeAdapter(WorklistPage).validate_python(whole)
    assert (whole["total"], {row["reason"] for row in whole["items"]}) == (4, {"stale"})
    seen: list[str] = []
    cursor = None
    while True:
        page = client.get(address, params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["journey"] for row in page["items"]]
        assert len(seen) <= 4, "a page that comes again"
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [row["journey"] for row in whole["items"]]
    managers = {"Lightship-Actor": "site-manager-rvv09"}
    assert [row["site"] for row in client.get(address, headers=managers).json()["items"]] == ["RVV09"]
    assert client.get(address, params={"reason": "ghost"}).json()["total"] == 0
    assert client.get("/api/v1/feeds/RPA/journeys").json()["items"] == []
    for wrong in ({"reason": "x"}, {"cursor": "garbage"}, {"limit": "0"}):
        is_problem(client.get(address, params=wrong), 422)


def test_codes_that_are_not_configured_are_counted_by_field(client: TestClient) -> None:
    post(client, [event(data={"site": "RVV99", "department_type": 1}) for _ in range(3)])
    post(client, [event(data={"site": "nowhere", "department_type": 1}), event(type="no.such"), event(time="x")])
    address = "/api/v1/feeds/RVV/unmapped"
    page = client.get(address).json()
    TypeAdapter(UnmappedPage).validate_python(page)
    assert {row["field"] for row in page["items"]} == {"data.site"}
    assert sorted(row["payloads"] for row in page["items"]) == [1, 3]
    example = page["items"][0]["example"]
    assert client.get(f"/api/v1/quarantine/{example}").json()["field"] == "data.site"
    first = client.get(address, params={"limit": 1}).json()
    second = client.get(address, params={"limit": 1, "cursor": first["next"]}).json()
    assert [first["items"][0], second["items"][0]] == page["items"]
    assert second["next"] is None
    is_problem(client.get(address, params={"cursor": "garbage"}), 422)


def test_a_source_is_heard_from_its_earliest_receipt_and_not_looked_for_before(connection: Connection[Any]) -> None:
    def heard(minute: int) -> set[str]:
        moment = START + timedelta(minutes=minute)
        return set(feed_store.newest(connection, feed_store.read(connection), START + timedelta(hours=9), moment))

    def said(recorded: int) -> None:
        data = {"site": "RVV01", "department_type": 1, "arrival_mode": "other"}
        ingest(connection, [stated("ed.arrived", "j_a", 0, data, id="a", sent=0, recorded=recorded)])

    said(300)
    assert (heard(299), heard(300)) == (set(), {SOURCE})
    said(60)
    assert (heard(59), heard(60)) == (set(), {SOURCE})
    row = feed_store.read(connection)[0]
    assert (row.first_event_at, row.first_receipt_at) == (START, START + timedelta(minutes=60))


# --- learning -------------------------------------------------------------------------------------------------------


def write(connection: Connection[Any], moments: list[datetime], source: str = SOURCE) -> None:
    """Events received at these moments, and the feed's row."""
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into event (uid, digest, subject, source, type, time, sent_at, recorded_at, rank, data)
            values (%s, %s, 'x', %s, 'ed.seen', %s, %s, %s, 0, '{}')
            """,
            [(uuid4(), uuid4(), source, each, each, each) for each in moments],
        )
    first, last = min(moments), max(moments)
    connection.execute(
        """
        insert into feed (source, first_event_at, last_event_at, first_receipt_at, last_receipt_at, facts)
        values (%s, %s, %s, %s, %s, 1)
        """,
        (source, first, last, first, last),
    )


def world(weeks: int, until: datetime, rng: Random) -> list[datetime]:
    """A feed that sends often by day and twice a night, in London."""
    start = until - timedelta(weeks=weeks)
    minutes = (start + timedelta(minutes=n) for n in range(weeks * 7 * 24 * 60))
    return [each for each in minutes if rng.random() < (1 / 180 if each.astimezone(LONDON).hour < 7 else 1 / 3)]


def test_a_feed_whose_nights_are_quiet_learns_it_and_is_live_through_the_night(connection: Connection[Any]) -> None:
    at_four = datetime(2026, 4, 2, 4, 0, tzinfo=LONDON).astimezone(UTC)
    last = at_four - timedelta(hours=3)
    moments = [each for each in world(4, at_four, Random(1)) if each <= last]
    moments.append(last)
    write(connection, moments)

    def at(moment: datetime) -> str:
        return health(feed_store.read(connection), SYSTEM, moment)["RVV"].state

    assert at(at_four) == "silent", "an acute trust is thought to send all night"
    assert feed_store.learn_rhythms(connection, lambda source: expected(source, SYSTEM), at_four) == 1
    assert at(at_four) == "live"
    assert at(at_four + timedelta(hours=4, minutes=30)) == "silent", "by day an hour and a half is long"


@pytest.mark.parametrize("seed", range(4))
def test_the_store_hears_what_a_plain_count_hears(connection: Connection[Any], seed: int) -> None:
    rng = Random(seed)
    now = datetime(2026, 4, 5, 12, 34, tzinfo=UTC)  # a week after the clocks went forward
    moments = [now - timedelta(minutes=rng.uniform(0, 60 * 24 * 20)) for _ in range(600)]
    write(connection, moments)
    feed_store.learn_rhythms(connection, lambda _: steady(timedelta(minutes=30)), now, weeks=2)

    until = now.replace(minute=0)
    marks = {each.timestamp() // 300 for each in moments if until - timedelta(weeks=2) <= each < until}
    hours: dict[datetime, int] = {}
    for mark in marks:
        hour = datetime.fromtimestamp(mark * 300, UTC).replace(minute=0)
        hours[hour] = hours.get(hour, 0) + 1
    plain = learn(steady(timedelta(minutes=30)), listened(hours, until))
    (row,) = feed_store.read(connection)
    assert row.rhythm is not None
    assert row.rhythm.shares == pytest.approx(plain.shares, abs=1e-6)


def test_the_rhythm_of_a_past_moment_is_the_one_that_was_learned_by_then(
    connection: Connection[Any], client: TestClient
) -> None:  # fmt: skip
    """East Kent sent by day for three weeks, and by night since."""
    turned = NOW - timedelta(weeks=3)
    by_day = [turned - timedelta(hours=back) for back in range(1, 21 * 24)]
    by_night = [NOW - timedelta(hours=back) for back in range(1, 21 * 24)]
    write(connection, [each for each in (*by_day, *by_night) if (8 <= each.hour < 20) == (each < turned)])
    feed_store.learn_rhythms(connection, lambda source: expected(source, SYSTEM), NOW)

    def rhythm(**asked: str) -> list[float]:
        found = client.get("/api/v1/feeds/RVV", params=asked).json()
        assert found["rhythm_learned"]
        return list(found["rhythm"])

    then, now = rhythm(as_at=turned.isoformat()), rhythm()
    assert then[12] > 3 * then[3], "on Mondays by day"
    assert now[3] > then[3]
    assert rhythm(as_at=NOW.isoformat()) == pytest.approx(now, abs=1e-6)
    assert rhythm(as_at=NOW.isoformat(), known_at=turned.isoformat()) == pytest.approx(then)
    before = client.get("/api/v1/feeds/RVV", params={"as_at": (turned - timedelta(weeks=8)).isoformat()}).json()
    assert (before["rhythm_learned"], len(set(before["rhythm"]))) == (False, 1)


def test_boards_of_a_past_moment_judge_a_feed_by_the_rhythm_that_was_known_then(
    connection: Connection[Any], client: TestClient
) -> None:  # fmt: skip
    """East Kent sent by day alone for three weeks, and day and night since."""
    turned = NOW - timedelta(weeks=3)
    fives = [NOW - timedelta(minutes=5 * number) for number in range(1, 42 * 288)]
    write(connection, [each for each in fives if each >= turned or 7 <= each.hour < 20])
    for moment in (turned - timedelta(hours=1), turned, NOW):
        feed_store.learn_rhythms(connection, lambda source: expected(source, SYSTEM), moment)
    night = (turned + timedelta(hours=15)).replace(minute=0)  # 03:00
    connection.execute("delete from event where recorded_at > %s and recorded_at <= %s",
                       (night - timedelta(hours=4), night))  # fmt: skip

    def states(at: datetime, **asked: str) -> tuple[str, str, str]:
        given = {"as_at": at.isoformat()} | asked
        overview = client.get("/api/v1/overview", params=given).json()
        (mine,) = [each for each in overview["feeds"] if each["source"] == SOURCE]
        site = next(each for each in overview["sites"] if each["code"] == "RVV01")
        page = client.get("/api/v1/feeds/RVV", params=given).json()
        assert page["state"] == mine["state"] == feeds(client, **given)["RVV"]["state"]
        return mine["state"], site["measures"]["ed.in_department"]["freshness"], f"{page['rhythm'][3]:.1f}"

    assert states(night) == ("live", "live", "0.0"), "its nights were known to be quiet"
    assert health(feed_store.read(connection), SYSTEM, NOW)["RVV"].rhythm.shares[3] > 0.3, "and now they are not"
    kept = connection.execute("select learned_at from feed_rhythm order by day").fetchall()
    assert kept == [(turned,), (NOW,)], "the last of each day"


def test_a_running_server_learns_its_feeds_rhythms(database: Database, connection: Connection[Any]) -> None:
    now = datetime(2026, 4, 5, 12, 0, tzinfo=UTC)
    write(connection, world(1, now, Random(1)))
    house = Housekeeping(database, SYSTEM, lambda: now)
    synthetic.begin(connection, Run(1, 1.0, now - timedelta(days=7), now, now, True, 0.5))
    assert house.tidy()
    assert feed_store.read(connection)[0].rhythm is None, "half a history teaches gaps that are not there"
    synthetic.progress(connection, share=1.0)
    assert house.tidy()
    (row,) = feed_store.read(connection)
    assert row.rhythm is not None
    assert row.rhythm.shares[3] < 0.5 < row.rhythm.shares[12]
