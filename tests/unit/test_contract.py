"""The front end's types say nothing that the API does not give (they are still written by hand)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from services.api import (
    schemas,
    schemas_feeds,
    schemas_history,
    schemas_marks,
    schemas_notes,
    schemas_opel,
    schemas_people,
    schemas_rebases,
    schemas_returns,
    schemas_vehicles,
)
from services.api.boards import BOARDS, is_board

FRONTEND = Path(__file__).resolve().parents[2] / "frontend" / "src"
TYPES = "\n".join(
    (FRONTEND / "api" / f"{name}.ts").read_text()
    for name in ("types", "history", "notes", "rebases", "returns", "opel")
)
PAIRS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("Value", schemas.Value),
    ("OpelDeclaration", schemas.OpelDeclaration),
    ("OpelSummary", schemas.OpelSummary),
    ("Clock", schemas.ClockReading),
    ("History", schemas.History),
    ("Site", schemas.SiteRow),
    ("Group", schemas.ProviderGroup),
    ("Feed", schemas.FeedHealth),
    ("Overview", schemas.Overview),
    ("MeasureDefinition", schemas.Definition),
    ("FeedRow", schemas_feeds.FeedRow),
    ("Vehicle", schemas_vehicles.Vehicle),
    ("Vehicles", schemas_vehicles.Vehicles),
    ("Me", schemas_people.Me),
    ("FeedDetail", schemas_feeds.FeedDetail),
    ("FeedBoard", schemas_feeds.Feeds),
    ("WorklistItem", schemas_feeds.WorklistItem),
    ("UnmappedItem", schemas_feeds.UnmappedItem),
    ("QuarantineItem", schemas.QuarantineItem),
    ("EventsAnswer", schemas.EventsAnswer),
    ("SiteUnit", schemas.UnitOfSite),
    ("ServiceProvider", schemas.ProviderRow),
    ("Service", schemas.ServiceDetail),
    ("UnitRow", schemas.UnitRow),
    ("Capacity", schemas.Capacity),
    ("Mark", schemas_marks.Mark),
    ("SitePeople", schemas_marks.SitePeople),
    ("OpelEdge", schemas_opel.OpelEdge),
    ("OpelStep", schemas_opel.OpelStep),
    ("OpelParameter", schemas_opel.OpelParameter),
    ("OpelSpan", schemas.LevelSpan),
    ("OpelBreakdown", schemas_opel.OpelBreakdown),
    ("OpelAnswer", schemas_opel.OpelOneAnswer),
    ("HistoryPoint", schemas_history.HistoryPoint),
    ("SpcPointRow", schemas_history.SpcPoint),
    ("SpcLimitsRow", schemas_history.SpcLimits),
    ("SpcPartRow", schemas_history.SpcPart),
    ("SpcAdviceRow", schemas_history.SpcAdvice),
    ("SpcChartRow", schemas_history.SpcChart),
    ("MeasureHistory", schemas_history.MeasureHistory),
    ("Rebase", schemas_rebases.RebaseItem),
    ("RebaseWanted", schemas_rebases.RebaseWanted),
    ("ReturnProvider", schemas_returns.ReturnProvider),
    ("GaugeReading", schemas_returns.GaugeReading),
    ("ReturnGauge", schemas_returns.ReturnGauge),
    ("ReturnSheet", schemas_returns.ReturnSheet),
    ("ReturnLine", schemas_returns.ReturnLine),
    ("ReturnWanted", schemas_returns.ReturnWanted),
    ("ReturnLineAnswer", schemas_returns.ReturnLineAnswer),
    ("ReturnAnswer", schemas_returns.ReturnAnswer),
    ("OpelStepTaken", schemas.OpelStepTaken),
    ("DeclarationSteps", schemas.OpelDeclaration),
    ("OpelMember", schemas_opel.OpelMember),
    ("Note", schemas_notes.NoteItem),
    ("NoteWithdrawal", schemas_notes.Withdrawal),
    ("NoteWanted", schemas_notes.NoteWanted),
    ("ProviderIdentity", schemas.ProviderIdentity),
    ("SystemIdentity", schemas.SystemIdentity),
)


def fields(interface: str) -> set[str]:
    body = re.search(rf"export interface {interface}(?: extends \w+)? \{{\n(.*?)\n\}}", TYPES, re.DOTALL)
    assert body is not None, f"types.ts has no interface {interface}"
    return set(re.findall(r"^  (\w+)\??:", body[1], re.MULTILINE))


@pytest.mark.parametrize(("interface", "model"), PAIRS)
def test_every_field_the_boards_read_is_one_the_api_gives(interface: str, model: type[BaseModel]) -> None:
    given = {field.alias or name for name, field in model.model_fields.items()}
    assert fields(interface) <= given, interface


def test_a_field_of_the_api_that_went_away_would_be_seen() -> None:
    assert "value" in fields("Value")
    assert not fields("Value") <= {"unit"}


def test_every_board_has_an_address_that_is_served_and_no_other_has() -> None:
    routes = (FRONTEND / "boards" / "routes.ts").read_text()
    paths = [path.replace("\\/", "/").removeprefix("/") for path in re.findall(r"path: /\^(.*?)\$/", routes)]
    assert sorted(path.replace("(", "").replace(")", "") for path in paths) == sorted(BOARDS)
    assert is_board("site/RVV01")
    assert is_board("")
    assert not is_board("site/")
    assert not is_board("nowhere")
