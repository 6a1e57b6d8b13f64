"""An outer door: what it lets in, what it refuses and why, and that nothing it says names anybody."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.domain.facts import CANCEL, Fact
from services.domain.system import Capacity, Neighbour, Place, Provider, Site, System, Unit
from services.errors import RefusedEvent
from services.ingest.body import RawItem
from services.ingest.door import Door
from services.ingest.identity import KeyRing
from services.ingest.plain import is_synthetic
from services.ingest.refusals import refusal_of
from services.ingest.rules import plans

NOW = datetime(2026, 10, 18, 12, 0, tzinfo=UTC)
KEYS = KeyRing(b"k" * 32, {"0001": b"s" * 32})
NHS, OTHER_NHS = "9434765919", "9990000018"


def unit(site: str, local: str) -> Unit:
    return Unit(f"{site}-{local}", local.title(), "ward", site, (Capacity(date(2020, 1, 1), 20),))


def site(code: str, *units: Unit) -> Site:
    return Site(code, code, code, "Ashford", "acute", "RVV", "east_kent", 51.1, 0.9, 1, units)


SYSTEM = System(
    code="QKS",
    name="A system",
    places=(Place("east_kent", "East Kent"),),
    providers=(Provider("RVV", "East", "East", "acute"), Provider("RYD", "Ambulance", "Ambulance", "ambulance")),
    sites=(site("RVV01", unit("RVV01", "MAJORS"), unit("RVV01", "WARD1")), site("RVV02", unit("RVV02", "WARD1"))),
    neighbours=(Neighbour("RVV01", "RJ122", "Elsewhere", 40),),
    neighbourhoods=("ashford_1",),
)
DOOR = Door(SYSTEM, KEYS, frozenset(["ed.attendances", "nhs111.calls"]))


def event(type_: str = "ed.seen", data: Any = None, **attributes: Any) -> dict[str, Any]:
    made = {
        "specversion": "1.0",
        "id": "msg-1",
        "source": "urn:nhs:ods:RVV",
        "subject": "RVV/V1234567",
        "time": "2026-10-18T12:30:00+01:00",
        "type": type_,
        "data": {"site": "RVV01"} if data is None else data,
    }
    return {key: value for key, value in (made | attributes).items() if value is not ...}


def admit(raw: dict[str, Any], door: Door = DOOR) -> Fact:
    return door.admit(raw, NOW - timedelta(seconds=1), NOW)


def refusal(raw: dict[str, Any], door: Door = DOOR) -> RefusedEvent:
    with pytest.raises(RefusedEvent) as refused:
        admit(raw, door)
    return refused.value


CAPACITY = event("unit.capacity", {"site": "RVV01", "unit": "RVV01-WARD1", "core": 20}, subject="RVV01-WARD1")
BED = event("bed.status", {"site": "RVV01", "unit": "RVV01-WARD1", "clean": True, "staffed": True},
            subject="RVV01-WARD1/B12")  # fmt: skip
GAUGE = event("gauge.reported", {"organisation": "RVV", "measure": "ed.attendances", "value": 3},
              subject="RVV/ed.attendances")  # fmt: skip
MOVE = event("move.expected", {"from_site": "RVV01", "to_site": "RJ122", "expected_at": "2026-10-19T09:00:00Z",
                               "bed_kind": "ga_adult"}, subject="RVV")  # fmt: skip
CENSUS = event("unit.census", {"site": "RVV01", "unit": "RVV01-WARD1", "visits": ["RVV/V1", "RVV/V2"]},
               subject="RVV01-WARD1")  # fmt: skip
UPDATED = event("person.updated", {"age_band": "75-84", "neighbourhood": "ashford_1"}, subject=..., nhsnumber=NHS)
MERGED_PEOPLE = event("person.merged", {}, subject=..., nhsnumber=NHS, nhsnumbermerged=OTHER_NHS)
ADMITTED = event("bed.admitted", {"site": "RVV01", "unit": "RVV01-WARD1", "bed_kind": "ga_adult",
                                  "admission": "emergency", "specialty": "general_medicine", "age_band": "85+",
                                  "neighbourhood": "ashford_1"}, follows="RVV/ED99", nhsnumber=NHS)  # fmt: skip
CANCELLED = event("event.cancelled", {}, cancels="msg-0", sentat="2026-10-18T11:31:00Z")
READY = event("discharge.ready_date_set", {"site": "RVV01", "ready_on": "2026-10-20"})
CALLED = event("ambulance.called", {"category": "C2", "clock_start": "2026-10-18T11:00:00Z"})
OPEL = event("opel.declared", {"level": 3, "reason": "no_beds"}, subject="RVV")
INCIDENT = event("incident.declared", {"reference": "I17", "kind": "critical", "site": "RVV01"}, subject="RVV")
DIVERT = event("divert.requested", {"reference": "D17", "from_site": "RVV01", "to_site": "RJ122", "kind": "ambulance"},
               subject="RVV")  # fmt: skip
DECIDED = [OPEL, INCIDENT, DIVERT]
GOOD = [
    *DECIDED,
    event(),
    CAPACITY,
    BED,
    GAUGE,
    MOVE,
    CENSUS,
    UPDATED,
    MERGED_PEOPLE,
    ADMITTED,
    CANCELLED,
    READY,
    CALLED,
]


@pytest.mark.parametrize("raw", GOOD, ids=lambda raw: raw["type"])
def test_a_good_event_of_every_kind_of_subject_comes_in_and_stays_as_it_was_sent(raw: dict[str, Any]) -> None:
    before = copy.deepcopy(raw)
    fact = admit(raw)
    assert raw == before
    assert (fact.type, fact.source, fact.recorded_at) == (raw["type"], raw["source"], NOW - timedelta(seconds=1))
    text = repr(fact)
    for sent in ("msg-1", "V1234567", "RVV/V", "RVV/ED99", NHS, OTHER_NHS):
        assert sent not in text


def test_identifiers_become_pseudonyms_and_places_stay() -> None:
    fact = admit(ADMITTED)
    assert fact.subject == KEYS.journey("RVV/V1234567")
    assert fact.follows == KEYS.journey("RVV/ED99")
    assert fact.person == KEYS.person(NHS)
    assert admit(CENSUS).data["visits"] == [KEYS.journey("RVV/V1"), KEYS.journey("RVV/V2")]
    assert [admit(raw).subject for raw in (CAPACITY, BED, GAUGE, MOVE)] == [
        "RVV01-WARD1", "RVV01-WARD1/B12", "RVV/ed.attendances", "RVV",
    ]  # fmt: skip


def test_people_are_known_by_their_number_alone_however_it_is_written() -> None:
    for spelt in (NHS, "943 476 5919", "943-476-5919", int(NHS)):
        fact = admit(UPDATED | {"nhsnumber": spelt})
        assert fact.subject == fact.person == KEYS.person(NHS)
    merged = admit(MERGED_PEOPLE)
    assert (merged.person, merged.person_merged) == (KEYS.person(NHS), KEYS.person(OTHER_NHS))


@pytest.mark.parametrize("number", ["9434765918", "", "unknown", 12, ["9434765919"], "0000000000"])
def test_an_invalid_nhs_number_costs_the_link_and_not_the_event(number: Any) -> None:
    fact = admit(event(nhsnumber=number))
    assert (fact.person, fact.flag) == (None, "invalid_nhs_number")
    assert refusal(UPDATED | {"nhsnumber": number}).field == "nhsnumber"
    assert refusal(MERGED_PEOPLE | {"nhsnumbermerged": number}).field == "nhsnumbermerged"


def test_recordedat_is_the_doors_unless_the_sender_is_trusted() -> None:
    sent = event(recordedat="2026-10-17T08:00:00+01:00")
    assert admit(sent).recorded_at == NOW - timedelta(seconds=1)
    trusted = Door(SYSTEM, KEYS, None, trusted=True)
    assert admit(sent, trusted).recorded_at == datetime(2026, 10, 17, 7, 0, tzinfo=UTC)
    assert admit(event(), trusted).recorded_at == NOW - timedelta(seconds=1)
    assert admit(event(recordedat="rubbish")).recorded_at == NOW - timedelta(seconds=1)


def test_a_cancel_finds_the_fact_it_names_whatever_its_subject() -> None:
    for raw in GOOD:
        if raw["type"] == "event.cancelled":
            continue
        about = {"subject": raw.get("subject", ...), "nhsnumber": raw.get("nhsnumber", ...)}
        cancel = admit(event("event.cancelled", {}, id="msg-2", cancels="msg-1", sentat=raw["time"], **about))
        assert cancel.rank == CANCEL
        assert cancel.target == admit(raw).uid, raw["type"]
        selecting = event("event.cancelled", {}, cancels=f"select:{raw['type']}", sentat=raw["time"], **about)
        assert (admit(selecting).selects, admit(selecting).subject) == (raw["type"], admit(raw).subject)


SENT_AT = {"sentat": "2026-10-18T11:31:00Z"}


@pytest.mark.parametrize(
    ("raw", "field", "said"),
    [
        (event(type="ed.arrivd"), "type", "did you mean 'ed.arrived'"),
        (event(type=...), "type", "required"),
        (event(type=["ed.seen"]), "type", "not a known"),
        (event(source="urn:nhs:ods:RVW"), "source", "did you mean 'urn:nhs:ods:RVV'"),
        (event(source="RVV"), "source", "not a configured"),
        (event(id=...), "id", "required"),
        (event(id=7), "id", "text"),
        (event(id="x" * 201), "id", "200"),
        (event(specversion=...), "specversion", "required"),
        (event(specversion="0.3"), "specversion", "'1.0'"),
        (event(subject=...), "subject", "required"),
        (event(subject="V1234567"), "subject", "<issuer ODS code>/<local id>"),
        (event(subject="RVV/ V1"), "subject", "<issuer"),
        (event(subject="RVV/ed.attendances"), "subject", "<issuer"),
        (event(follows="V1"), "follows", "<issuer"),
        (event(follows=7), "follows", "<issuer"),
        (event(subjct="x"), None, "did you mean 'subject'"),
        (event(person="p_x"), "person", "set by the door"),
        (event(personflag="invalid_nhs_number"), "personflag", "set by the door"),
        (event(personmerged="p_x"), "personmerged", "set by the door"),
        (event(nhsnumbermerged=NHS), "nhsnumbermerged", "person.merged"),
        (event(data={}), "data.site", "required"),
        (event(data=...), "data", "required"),
        (event(data="text"), "data", "object"),
        (event(data={"site": "RVV03"}), "data.site", "did you mean 'RVV0"),
        (event(data={"site": "rvv01"}), "data.site", "form"),
        (event(data={"site": "RVV01", "sit": 1}), "data", "did you mean 'site'"),
        (event("ed.moved", {"site": "RVV01", "unit": "RVV01-WARD9"}), "data.unit", "did you mean 'RVV01-WARD1'"),
        (event("ed.moved", {"site": "RVV01", "unit": "RVV02-WARD1"}), "data.unit", "belongs to the site RVV02"),
        (event("ed.triaged", {"site": "RVV01", "acuity": 9}), "data.acuity", "1, 2, 3, 4 or 5"),
        (UPDATED | {"data": {"neighbourhood": "smith_st"}}, "data.neighbourhood", "not a configured"),
        (ADMITTED | {"data": ADMITTED["data"] | {"specialty": "smith"}}, "data.specialty", "not a configured"),
        (CAPACITY | {"subject": "RVV01-MAJORS"}, "subject", "data.unit"),
        (BED | {"subject": "RVV01-WARD1/BED1234"}, "subject", "<unit>/<bed>"),
        (BED | {"subject": "RVV01-MAJORS/B1"}, "subject", "<unit>/<bed>"),
        (GAUGE | {"subject": "RVV/nhs111.calls"}, "subject", "<organisation>/<measure>"),
        (GAUGE | {"data": GAUGE["data"] | {"measure": "smith.john"}}, "data.measure", "not a configured"),
        (GAUGE | {"data": GAUGE["data"] | {"value": "nan"}}, "data.value", "finite"),
        (GAUGE | {"data": GAUGE["data"] | {"value": -9999.0}}, "data.value", "stands for no value"),
        (GAUGE | {"data": GAUGE["data"] | {"value": int(NHS)}}, "data.value", "or less"),
        (MOVE | {"subject": "RVW"}, "subject", "did you mean 'RVV'"),
        (CENSUS | {"data": CENSUS["data"] | {"visits": ["RVV/V1", "SMITH"]}}, "data.visits", "<issuer"),
        (CENSUS | {"data": CENSUS["data"] | {"visits": "RVV/V1"}}, "data.visits", "list"),
        (UPDATED | {"nhsnumber": None}, "nhsnumber", "required"),
        (UPDATED | {"subject": "RVV/P1"}, "subject", "leave it out"),
        (MERGED_PEOPLE | {"nhsnumbermerged": "943 476 5919"}, "nhsnumbermerged", "same"),
        (event(time=...), "time", "required"),
        (event(time="2026-10-18T12:00:00"), "time", "no time zone"),
        (event(time="2026-10-18"), "time", "time"),
        (event(time=1_790_000_000), "time", "date and time"),
        (event(time="1790000000"), "time", "date and time"),
        (event(time="2026-10-18T25:00:00Z"), "time", "date and time"),
        (event(time="1970-01-01T00:00:00Z"), "time", "400 days ago"),
        (event(time="0001-01-01T00:00:00+14:00"), "time", "400 days ago"),
        (event(time="9999-12-31T23:59:59-14:00"), "time", "15 minutes ahead"),
        (event(time="2026-10-19T12:00:00Z"), "time", "15 minutes ahead"),
        (event(sentat="2026-10-18T12:16:00Z"), "sentat", "15 minutes ahead"),
        (event(sentat="2026-10-18T12:16:00"), "sentat", "no time zone"),
        (OPEL | {"data": {"level": 5}}, "data.level", "1, 2, 3 or 4"),
        (INCIDENT | {"data": INCIDENT["data"] | {"reference": "Mrs Smith"}}, "data.reference", ""),
        (DIVERT | {"data": DIVERT["data"] | {"to_site": "RJ12X"}}, "data.to_site", "RJ122"),
        (MOVE | {"data": MOVE["data"] | {"expected_at": "2028-01-01T00:00:00Z"}}, "data.expected_at", "400 days"),
        (GAUGE | {"data": GAUGE["data"] | {"until": "20270101"}}, "data.until", "date and time"),
        (CALLED | {"data": {"category": "C2", "clock_start": "2026-10-18T13:00:00Z"}}, "data.clock_start", "15 min"),
        (READY | {"data": {"site": "RVV01", "ready_on": "1939-04-12"}}, "data.ready_on", "400 days"),
        (READY | {"data": {"site": "RVV01", "ready_on": "2026-13-40"}}, "data.ready_on", "400 days"),
        (event("event.cancelled", {}, **SENT_AT), "cancels", "required"),
        (event(cancels="msg-0", **SENT_AT), "cancels", "only with event.cancelled"),
        (event(replaces="msg-0"), "sentat", "could not be ordered"),
        (CANCELLED | {"sentat": None}, "sentat", "could not be ordered"),
        (CANCELLED | {"replaces": "msg-0"}, "replaces", "leave it out"),
        (CANCELLED | {"cancels": "select:ed.arrivd"}, "cancels", "did you mean 'ed.arrived'"),
        (CANCELLED | {"cancels": "select:unit.capacity", "subject": "SMITH"}, "subject", "not a configured unit"),
        (CANCELLED | {"cancels": "select:person.updated"}, "nhsnumber", "required"),
        (CANCELLED | {"subject": None}, "subject", "required"),
        (CANCELLED | {"subject": "RVV/smith.john"}, "subject", "<issuer"),
    ],
)  # fmt: skip
def test_a_bad_event_is_refused_with_its_field_and_what_to_do(
    raw: dict[str, Any], field: str | None, said: str
) -> None:
    refused = refusal(raw)
    assert refused.field == field
    assert said in refused.reason
    assert "\n" not in refused.reason


def test_several_problems_are_one_sentence_with_their_number() -> None:
    assert refusal(event("ed.streamed", {"stream": "x"})).reason == (
        "data.site is required; add it (and 1 more to correct)"
    )


def test_a_time_just_inside_the_limits_is_taken() -> None:
    for moment in (NOW + timedelta(minutes=15), NOW - timedelta(days=400)):
        assert admit(event(time=moment.isoformat(), sentat=moment.isoformat())).time == moment


def test_the_redacted_view_keeps_shape_and_closed_words_only() -> None:
    raw = ADMITTED | {
        "Mrs Smith": 1,
        "data": ADMITTED["data"] | {"site": "SMITH", "ward name": "Rose", "escalation": True},
    }
    assert DOOR.redact(raw, NOW) == {
        "unknown attribute 1": "redacted (number)",
        "specversion": "1.0",
        "id": "redacted (text, 5 characters)",
        "source": "urn:nhs:ods:RVV",
        "subject": "redacted (text, 12 characters)",
        "time": "2026-10-18T11:30:00+00:00",
        "type": "bed.admitted",
        "follows": "redacted (text, 8 characters)",
        "nhsnumber": "redacted (text, 10 characters)",
        "data": {
            "unknown attribute 1": "redacted (text, 4 characters)",
            "site": "redacted (text, 5 characters)",
            "unit": "RVV01-WARD1",
            "bed_kind": "ga_adult",
            "admission": "emergency",
            "specialty": "general_medicine",
            "age_band": "85+",
            "neighbourhood": "ashford_1",
            "escalation": True,
        },
    }
    assert DOOR.redact(orjson.dumps(raw), NOW) == DOOR.redact(raw, NOW)
    assert DOOR.redact(b'{"id": "SMITH', NOW) == {"unreadable": "redacted (13 bytes)"}
    assert DOOR.redact(event(time="1939-04-12T00:00:00Z"), NOW)["time"] == "redacted (text, 20 characters)"
    assert DOOR.known(raw) == ("urn:nhs:ods:RVV", "bed.admitted")
    assert DOOR.known({"source": "SMITH", "type": ["x"]}) == (None, None)
    assert DOOR.known(b"SMITH") == (None, None)


SECRETS = ["9434765919", "943 476 5919", "943-476-5919", "Okonkwo", "OKONKWO", "okonkwo", "okonkwo.adaeze",
           "1939-04-12", "12/04/1939", "19390412", "1939-04-12T00:00:00Z", "Okonkwo 1939-04-12 9434765919"]  # fmt: skip
FORMS = ["{}", "RVV/{}", "RVV01-{}", "{}/ed.attendances", "RVV/{}/x", "select:{}", "urn:nhs:ods:{}", "{}\n", "\x00{}"]


@st.composite
def with_a_secret(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A good event with a secret as a value or a name, somewhere in it."""
    raw = copy.deepcopy(draw(st.sampled_from(GOOD)))
    secret = draw(st.sampled_from(SECRETS))
    for _ in range(draw(st.integers(1, 3))):
        text = draw(st.sampled_from(FORMS)).format(secret)
        value = draw(st.sampled_from([text, [text], {text: text}, {"name": text}]))
        into = draw(st.sampled_from([raw, raw.get("data"), raw]))
        if not isinstance(into, dict):
            continue
        known = [*into, "follows", "cancels", "replaces", "nhsnumber", "nhsnumbermerged", "sentat", "person", "type"]
        key = draw(st.sampled_from([*known, text, f"{secret}_name"]))
        if key != "value":  # a gauge's value is a number, and eight digits are one; ten are refused (above)
            into[key] = value
    return secret, raw


def telling(secret: str) -> list[str]:
    """What would give the secret away; three digits of it may stand in any hash by chance."""
    return [secret.lower(), *(part for part in secret.lower().split() if len(part) > 3)]


@settings(max_examples=1500, deadline=None)
@given(with_a_secret(), st.booleans())
def test_no_fact_no_refusal_and_no_redaction_holds_a_planted_secret(
    planted: tuple[str, dict[str, Any]], trusted: bool
) -> None:
    secret, raw = planted
    door = Door(SYSTEM, KEYS, DOOR.gauges, trusted=trusted)
    said: list[Any] = [door.redact(raw, NOW), door.redact(orjson.dumps(raw), NOW), door.known(raw)]
    try:
        said.append(door.admit(raw, NOW, NOW))
    except RefusedEvent as refused:
        said += [refused.args, refused.field, refused.reason, refused.__context__, refused.__cause__]
    text = repr(said).lower()
    for part in telling(secret):
        assert part not in text


@pytest.mark.parametrize("secret", [secret for secret in SECRETS if secret != "okonkwo.adaeze"])
def test_a_secret_in_every_identifier_of_an_accepted_event_is_not_in_its_fact(secret: str) -> None:
    local = f"RVV/{secret}"
    accepted = [
        admit(event(id=secret, subject=local, follows=local, nhsnumber=f"{secret}?", recordedat=secret)),
        admit(event(id=local, replaces=secret, **SENT_AT)),
        admit(CANCELLED | {"cancels": secret, "subject": local}),
        admit(UPDATED | {"subject": secret}),
        admit(CENSUS | {"id": secret, "data": CENSUS["data"] | {"visits": [local]}}),
    ]
    assert all(part not in repr(accepted).lower() for part in telling(secret))


def test_a_name_that_was_sent_never_stands_in_a_field_path() -> None:
    adapter = TypeAdapter(dict[str, int])
    with pytest.raises(ValidationError) as error:
        adapter.validate_python({"Okonkwo": "x"})
    assert refusal_of(error.value, plans()["ed.seen"]).field is None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(GOOD), st.data())
def test_whatever_is_put_in_a_field_the_door_answers_or_refuses(good: dict[str, Any], data: st.DataObject) -> None:
    raw = copy.deepcopy(good)
    into = raw["data"] if raw["data"] and data.draw(st.booleans()) else raw
    junk = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.lists(st.text())
    into[data.draw(st.sampled_from(sorted(into)))] = data.draw(junk | st.dictionaries(st.text(), junk))
    with suppress(RefusedEvent):
        assert isinstance(admit(raw), Fact)
    DOOR.redact(raw, NOW)


TRUSTED = Door(SYSTEM, KEYS, DOOR.gauges, trusted=True)
_TIMES = st.sampled_from([
    "2026-10-18T11:30:00Z", "2026-10-18T11:30:00.5Z", "2026-10-18T11:30:00+00:00", "2026-10-18T12:30:00+01:00",
    "2026-10-18T11:30:00", "2026-10-18T11:30Z", "20261018T113000Z", "2026-W42-7T11:30Z", "2026-02-30T11:30:00Z",
    "2026-10-18T24:00:00Z", "2026-10-18T11:30:60Z", "1970-01-01T00:00:00Z", "2027-10-18T11:30:00Z", "", 0, None,
])  # fmt: skip
_ODD = {
    "time": _TIMES, "sentat": _TIMES, "id": st.sampled_from(["", "x", "x" * 200, "x" * 201, "\ud800", 7]),
    "subject": st.sampled_from(["RVV/V1", "RVV/", "rvv/1", "RVV01-MAJORS", "RVV/ed.in_department", "", None]),
    "source": st.sampled_from(["urn:nhs:ods:RVV", "urn:nhs:ods:XXX", "RVV", None]),
    "specversion": st.sampled_from(["1.0", "1", 1.0, None]), "datacontenttype": st.sampled_from(["application/json"]),
    "nhsnumber": st.sampled_from(["9990000018", "999 000 0018", 9990000018, "9990000019", "", None]),
    "follows": st.sampled_from(["RYD/C1", "RYD/", "C1", None, 3]), "recordedat": _TIMES, "replaces": st.just("m"),
    "synthetic": st.sampled_from([True, False, None, 1, "true"]),
    "personflag": st.just("invalid_nhs_number"), "type": st.sampled_from(["ed.seen", "ed.arrived", "bed.left", "ed"]),
}  # fmt: skip


def short_and_long(raw: bytes, door: Door = DOOR) -> tuple[Fact | None, Fact | None]:
    """What becomes of an event's bytes by the short way, and by reading and judging it."""
    item = RawItem(0, raw).read()
    long = None
    if item.event is not None:
        with suppress(RefusedEvent):
            long = door.admit(item.event, NOW, NOW)
    return door.plain(raw, NOW, NOW), long


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(GOOD), st.data())
def test_the_short_way_admits_only_what_the_long_way_does_and_as_the_same_fact(
    good: dict[str, Any], data: st.DataObject
) -> None:
    raw = copy.deepcopy(good)
    for field in data.draw(st.lists(st.sampled_from(sorted(_ODD)), max_size=3)):
        raw[field] = data.draw(_ODD[field])
    if raw["data"] and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(raw["data"])))
        raw["data"][key] = data.draw(
            st.none() | st.booleans() | st.integers(0, 5) | _TIMES | st.sampled_from(["RVV01", ["x"], {"site": "x"}])
        )
    text = json.dumps(raw)  # escapes what is not ASCII, as a sender may
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(['"', "\\", ",", "}", "\x01", "é", '"id":"x",', " "])) + text[at:]
    short, long = short_and_long(text.encode(), data.draw(st.sampled_from([DOOR, TRUSTED])))
    if short is not None:
        assert short == long


def test_what_says_that_it_is_synthetic_goes_the_short_way_and_is_the_same_fact() -> None:
    plain, marked = (json.dumps(each).encode() for each in (event(), event(synthetic=True)))
    short, long = short_and_long(marked)
    assert short == long == DOOR.plain(plain, NOW, NOW) is not None
    assert (is_synthetic(marked), is_synthetic(plain)) == (True, False)


@pytest.mark.parametrize("sent", ["2026-10-17T08:00:00+01:00", "2026-10-17T07:00:00Z", "2026-10-17T07:00:00.000000Z"])
def test_what_a_trusted_sender_recorded_goes_the_short_way_too(sent: str) -> None:
    raw = json.dumps(event(recordedat=sent), separators=(",", ":")).encode()
    short, long = short_and_long(raw, TRUSTED)
    assert short == long
    assert short is not None
    assert short.recorded_at == datetime(2026, 10, 17, 7, tzinfo=UTC)
    assert short_and_long(raw)[0] is None  # by an outer door it is judged
    assert short_and_long(raw.replace(b'"2026-10-17', b'"2036-10-17'), TRUSTED) == (None, None)


_ARRIVED = b'{"specversion":"1.0","id":"m","source":"urn:nhs:ods:RVV","subject":"RVV/V1","type":"ed.arrived",' \
    b'"time":"2026-10-18T11:30:00Z","data":{"site":"RVV01","department_type":1}}'  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"id":"m"', b'"id":"m","id":"n"'),
        (b'"site":"RVV01"', b'"site":"RVV01","site":"RVV02"'),
        (b'"site":"RVV01"', b'"site":"RVV01","site":"RVV01"'),
        (b'"site":"RVV01"', b'"site":"RVV01","unit":null,"unit":null'),
        (b'"site":"RVV01"', b'"site":"RVV01","arrival_mode":"police","unit":null,"unit":"RVV01-MAJORS"'),
        (b'"site":"RVV01"', b'"site":"RVV01","arrival_mode":"police","sex":"male","sex":"female"'),
        (b'"site":"RVV01"', b'"site":"RVV01","arrival_mode":null'),
        (b'"site":"RVV01"', b'"site":"RVV01","arrival_mode":"police","unit":"RVV02-MAJORS"'),
        (b'"data":{', b'"data":{"site":"RVV02"},"data":{'),
        (b'"id":"m"', b'"id":"m","sentat":null,"sentat":"2026-10-18T11:30:00Z"'),
        (b'"id":"m"', b'"i\\u0064":"n","id":"m"'),
        (b'"id":"m"', b'"id":"m","sentat":"2026-10-18T11:30:00.1234567Z"'),
        (b"11:30:00Z", b"11:30:00.9999999Z"),
        (b"2026-10-18T11:30:00Z", b"0001-01-01T00:00:00+23:00"),
        (b"2026-10-18T11:30:00Z", b"9999-12-31T23:59:59-23:00"),
        (b"11:30:00Z", b"11:30:00"),
        (b'"RVV01"', b'"\xff"'),
        (b'"department_type":1', b'"department_type":1e999'),
        (b'"department_type":1', b'"department_type":1.0'),
        (b'"department_type":1', b'"department_type":[[[[[[[[1]]]]]]]]'),
    ],
)
def test_what_only_reading_finds_never_goes_the_short_way(old: bytes, new: bytes) -> None:
    assert old in _ARRIVED
    assert DOOR.plain(_ARRIVED, NOW, NOW) is not None
    short, long = short_and_long(_ARRIVED.replace(old, new))
    assert short is None or short == long


def test_the_short_way_is_taken() -> None:
    assert sum(DOOR.plain(orjson.dumps(good), NOW, NOW) is not None for good in GOOD) >= 3
