"""Published daily figures become readings; a mistake costs a row or a cell, never the file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.configuration import CHECKOUT, PublishedMapping, load_published
from services.domain.events import EVENT_ADAPTERS
from services.errors import ConfigurationError
from services.ingest.published import PublishedRow, read_published

DATA = CHECKOUT / "kent_and_medway" / "data"
HEADER = "nhs_trust22_code,date,discharged_by_1700,discharged_between_1701_2359,discharged_total\n"


@pytest.fixture(scope="module")
def mapping() -> PublishedMapping:
    return load_published()


def read(folder: Path, mapping: PublishedMapping, text: str | bytes, name: str = "discharges_daily.csv") -> list[Any]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_published(path, mapping))


def nctr(folder: Path, mapping: PublishedMapping, day: str) -> Mapping[str, Any]:
    text = f"nhs_trust22_code,date,do_not_meet_criteria_to_reside\nRVV,{day},260\n"
    (row,) = read(folder, mapping, text, "no_criteria_to_reside_daily.csv")
    assert row.event is not None, row.reason
    return dict(row.event)


def values(rows: list[PublishedRow]) -> list[tuple[str, float]]:
    """Subject and value of each event, in order."""
    return [(row.event["subject"], row.event["data"]["value"]) for row in rows if row.event]


def refusals(rows: list[PublishedRow]) -> list[tuple[str | None, bytes]]:
    return [(row.field, row.raw) for row in rows if row.reason]


def test_a_row_becomes_one_event_a_figure(tmp_path: Path, mapping: PublishedMapping) -> None:
    rows = read(tmp_path, mapping, HEADER + "RN7,2022-07-01,44,4,48\n")
    assert values(rows) == [
        ("RN7/reported.discharges_total", 48.0),
        ("RN7/reported.discharges_by_1700", 44.0),
        ("RN7/reported.discharges_after_1700", 4.0),
    ]
    assert rows[0].event == {
        "specversion": "1.0",
        "id": "published:2022-07-01",
        "source": "urn:nhs:ods:RN7",
        "type": "gauge.reported",
        "subject": "RN7/reported.discharges_total",
        "time": "2022-07-01T22:59:00+00:00",
        "sentat": "2022-07-01T22:59:00+00:00",
        "data": {
            "organisation": "RN7",
            "measure": "reported.discharges_total",
            "value": 48.0,
            "until": "2022-07-02T22:59:00+00:00",
        },
    }


@pytest.mark.parametrize("name", ["kent_discharges_daily.csv", "kent_no_criteria_to_reside_daily.csv"])
def test_every_event_of_the_kent_files_is_accepted_and_none_is_refused(name: str, mapping: PublishedMapping) -> None:
    rows = list(read_published(DATA / name, mapping))
    assert len(rows) > 3000
    assert [row for row in rows if row.reason] == []
    for row in rows:
        EVENT_ADAPTERS["gauge.reported"].validate_python(row.event)
    identities = {(row.event["source"], row.event["subject"], row.event["id"]) for row in rows if row.event}
    assert len(identities) == len(rows), "two figures share one identity: one would hide the other"


def test_nothing_in_the_kent_files_is_lost_or_counted_twice(mapping: PublishedMapping) -> None:
    name = "kent_discharges_daily.csv"
    with (DATA / name).open() as lines:
        cells = [(row["nhs_trust22_code"], row["discharged_total"]) for row in csv.DictReader(lines)]
    events = [row.event for row in read_published(DATA / name, mapping) if row.event]
    for trust in ("RN7", "RPA", "RVV", "RWF"):
        published = [float(cell) for code, cell in cells if code == trust and cell != "NA"]
        found = [e["data"]["value"] for e in events if e["subject"] == f"{trust}/reported.discharges_total"]
        assert found == published, trust


def test_reading_a_file_twice_gives_the_same_events(mapping: PublishedMapping) -> None:
    path = DATA / "kent_discharges_daily.csv"
    assert list(read_published(path, mapping)) == list(read_published(path, mapping))


def test_eight_in_the_morning_is_london_time_in_summer_and_winter(tmp_path: Path, mapping: PublishedMapping) -> None:
    assert nctr(tmp_path, mapping, "2023-07-01")["time"] == "2023-07-01T07:00:00+00:00"
    assert nctr(tmp_path, mapping, "2023-01-01")["time"] == "2023-01-01T08:00:00+00:00"


@pytest.mark.parametrize(
    ("day", "until"),
    [
        ("2023-03-25", "2023-03-26T00:00:00+00:00"),
        ("2023-03-26", "2023-03-26T23:00:00+00:00"),  # clocks forward: the day is 23 hours long
        ("2023-10-29", "2023-10-30T00:00:00+00:00"),  # clocks back: 25 hours
    ],
)
def test_a_morning_figure_holds_to_the_end_of_its_london_day(
    tmp_path: Path, mapping: PublishedMapping, day: str, until: str
) -> None:
    assert nctr(tmp_path, mapping, day)["data"]["until"] == until


def test_a_figure_may_hold_to_a_later_hour_of_its_own_day(tmp_path: Path, mapping: PublishedMapping) -> None:
    files = tuple(entry.model_copy(update={"as_of": time(8), "holds_until": time(20)}) for entry in mapping.files)
    event = nctr(tmp_path, replace(mapping, files=files), "2023-01-01")
    assert (event["time"], event["data"]["until"]) == ("2023-01-01T08:00:00+00:00", "2023-01-01T20:00:00+00:00")


def test_a_days_discharges_hold_until_the_next_days_are_due(mapping: PublishedMapping) -> None:
    rows = [row.event for row in read_published(DATA / "kent_discharges_daily.csv", mapping) if row.event]
    held = {datetime.fromisoformat(r["data"]["until"]) - datetime.fromisoformat(r["time"]) for r in rows}
    assert held == {timedelta(hours=hours) for hours in (23, 24, 25)}


@pytest.mark.parametrize("nothing", ["NA", "", "  "])
def test_a_cell_that_says_nothing_was_reported_makes_no_reading(
    tmp_path: Path, mapping: PublishedMapping, nothing: str
) -> None:
    rows = read(tmp_path, mapping, HEADER + f"RN7,2022-07-01,{nothing},{nothing},48\n")
    assert [(subject, value) for subject, value in values(rows)] == [("RN7/reported.discharges_total", 48.0)]
    assert refusals(rows) == []


def test_the_zeros_of_a_closed_feed_are_kept(mapping: PublishedMapping) -> None:
    rows = read_published(DATA / "kent_discharges_daily.csv", mapping)
    day = [r.event for r in rows if r.event and r.event["id"] == "published:2022-06-19"]
    assert {(event["source"], event["data"]["value"]) for event in day} == {
        (f"urn:nhs:ods:{trust}", 0.0) for trust in ("RN7", "RPA", "RVV", "RWF")
    }


@pytest.mark.parametrize("cell", ["forty", "-4", "1e3", "1_000", "nan", "inf", "4 8", "9999999999", "٤٨"])
def test_a_cell_that_is_no_count_is_refused_alone(tmp_path: Path, mapping: PublishedMapping, cell: str) -> None:
    line = f"RN7,2022-07-01,{cell},4,48"
    rows = read(tmp_path, mapping, f"{HEADER}{line}\nRPA,2022-07-01,1,2,3\n")
    assert refusals(rows) == [("discharged_by_1700", line.encode())]
    assert [value for _, value in values(rows)] == [48.0, 4.0, 3.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("RZZ,2022-07-01,44,4,48", "nhs_trust22_code"),
        ("east_kent,2022-07-01,44,4,48", "nhs_trust22_code"),  # a place does not send figures
        (",2022-07-01,44,4,48", "nhs_trust22_code"),
        ("RN7,01/07/2022,44,4,48", "date"),
        ("RN7,2022-02-30,44,4,48", "date"),
        ("RN7,,44,4,48", "date"),
        ("RN7,9999-12-31,44,4,48", "date"),
        ("RN7,2022-07-01,44,4", None),
        ("RN7,2022-07-01,44,4,1,048", None),
        ('RN7,2022-07-01,44,4,"48', None),
        ("RN7", None),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_next_is_read(
    tmp_path: Path, mapping: PublishedMapping, line: str, field: str | None
) -> None:
    rows = read(tmp_path, mapping, f"{HEADER}{line}\nRPA,2022-07-01,1,2,3\n")
    assert refusals(rows) == [(field, line.encode())]
    assert [value for _, value in values(rows)] == [3.0, 1.0, 2.0]


def test_a_refusal_never_repeats_what_the_file_said(tmp_path: Path, mapping: PublishedMapping) -> None:
    secret = "JohnSmith"
    text = f"{HEADER}{secret},2022-07-01,1,2,3\nRN7,{secret},1,2,3\nRN7,2022-07-01,{secret},2,3\n{secret}\n"
    rows = read(tmp_path, mapping, text)
    assert len(refusals(rows)) == 4
    assert not any(secret in (row.reason or "") for row in rows)


def test_bytes_that_are_not_text_cost_their_own_row_and_are_kept_as_they_came(
    tmp_path: Path, mapping: PublishedMapping
) -> None:
    rows = read(tmp_path, mapping, HEADER.encode() + b"R\xff7,2022-07-01,1,2,3\nRPA,2022-07-01,1,2,3\n")
    assert refusals(rows) == [("nhs_trust22_code", b"R\xff7,2022-07-01,1,2,3")]
    assert len(values(rows)) == 3


def test_a_byte_order_mark_windows_line_ends_and_blank_lines_are_no_mistake(
    tmp_path: Path, mapping: PublishedMapping
) -> None:
    text = "\ufeff" + (HEADER + "\nRN7,2022-07-01, 44 ,4,48\n\n").replace("\n", "\r\n")
    rows = read(tmp_path, mapping, text)
    assert [value for _, value in values(rows)] == [48.0, 44.0, 4.0]
    assert refusals(rows) == []


def test_a_column_missing_from_the_header_is_told_and_the_others_are_read(
    tmp_path: Path, mapping: PublishedMapping
) -> None:
    rows = read(tmp_path, mapping, "nhs_trust22_code,date,discharged_total\nRN7,2022-07-01,48\n")
    assert [field for field, _ in refusals(rows)] == ["discharged_by_1700", "discharged_between_1701_2359"]
    assert values(rows) == [("RN7/reported.discharges_total", 48.0)]


@pytest.mark.parametrize("text", ["", "RN7,2022-07-01,44,4,48\n", "trust,date,discharged_total\n", '"broken\n'])
def test_a_file_without_a_known_header_is_refused_before_the_first_row(
    tmp_path: Path, mapping: PublishedMapping, text: str
) -> None:
    (tmp_path / "discharges_daily.csv").write_text(text)
    with pytest.raises(ConfigurationError, match=r"expected date, nhs_trust22_code and any of discharged_total, "):
        read_published(tmp_path / "discharges_daily.csv", mapping)


def test_a_file_whose_name_has_no_entry_is_refused_with_the_names_that_have(mapping: PublishedMapping) -> None:
    with pytest.raises(ConfigurationError, match=r"kent_ae_monthly.csv: .* it knows \*discharges_daily\*\.csv, "):
        read_published(DATA / "kent_ae_monthly.csv", mapping)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, mapping: PublishedMapping) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_published(tmp_path / "discharges_daily.csv", mapping)


def test_a_figure_about_a_site_is_sent_by_its_provider(tmp_path: Path, mapping: PublishedMapping) -> None:
    rows = read(tmp_path, mapping, HEADER + "RVV01,2022-07-01,44,4,48\n")
    assert {(row.event["source"], row.event["data"]["organisation"]) for row in rows} == {("urn:nhs:ods:RVV", "RVV01")}


def test_the_mapping_carries_the_attribution_that_the_licence_asks_for(mapping: PublishedMapping) -> None:
    assert "Open Government Licence v3.0" in mapping.attribution
