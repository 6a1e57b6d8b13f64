"""The measures of what staff decide: levels told, incidents, diverts and mutual aid.

A level told by an organisation's own system and one agreed by people on the boards are two facts (decision 22): this
is the first alone.
"""

from __future__ import annotations

from services.domain.atoms import opened, started
from services.domain.measures import Atom, Measure, Selection

TOLD, ASKED = "opel.told", "opel.asked"
_OPEL = "opel.proposed and opel.declared of the organisation's own system"
_INCIDENT = "incident.declared and incident.stood_down of the organisation"
_DIVERT = "divert.requested, divert.agreed and divert.ended of the organisations concerned"
_AID = "mutual_aid.requested, mutual_aid.agreed and mutual_aid.ended of the organisations concerned"


def _level(name: str, title: str, definition: str, phase: str) -> Measure:
    return Measure(f"system.{name}", title, "gauge", "count", "lower", definition, _OPEL,
                   (Atom(Selection(phase), "value_latest"),), age=(Atom(Selection(phase), "minutes_total"),),
                   needs="organisation")  # fmt: skip


def _count(name: str, title: str, definition: str, source: str, atom: Atom, needs: str) -> Measure:
    return Measure(f"system.{name}", title, "count", "count", "lower", definition, source, (atom,),
                   needs=needs)  # type: ignore[arg-type]  # fmt: skip


DECLARED_LEVEL = _level("declared_level", "Declared level, told by the organisation",
                        "OPEL level, 1 to 4, that the organisation's own system last told as declared. What people "
                        "agreed on these boards is not in it.", TOLD)  # fmt: skip
DECISIONS: tuple[Measure, ...] = (
    DECLARED_LEVEL,
    _level("proposed_level", "Proposed level, told by the organisation",
           "OPEL level, 1 to 4, that the organisation's own team proposes, told by its own system and not declared "
           "yet.", ASKED),
    _count("incidents_in_force", "Incidents in force", "Incidents declared and not stood down: critical, major, "
           "business continuity and others, of the organisation itself and of its sites.", _INCIDENT,
           opened("incident.in_force"), "organisation"),
    _count("incidents_declared_today", "Incidents declared today", "Incidents declared since midnight, of the "
           "organisation itself and of its sites.", _INCIDENT, started("incident.in_force"), "organisation"),
    _count("diverts_asked", "Diverts asked for", "Diverts away from the site that were asked for and are neither "
           "agreed nor refused.", _DIVERT, opened("divert.asked"), "type_1_ed"),
    _count("diverts_in_force", "Diverts in force", "Diverts away from the site that are agreed and have not ended.",
           _DIVERT, opened("divert.in_force"), "type_1_ed"),
    _count("diverts_taken", "Diverts taken", "Diverts of other sites that this one has agreed to take and that have "
           "not ended.", _DIVERT, opened("divert.taken"), "type_1_ed"),
    _count("diverts_agreed_today", "Diverts agreed today", "Diverts away from the site that were agreed since "
           "midnight.", _DIVERT, started("divert.in_force"), "type_1_ed"),
    _count("mutual_aid_asked", "Mutual aid asked for", "Requests for help by the site that are neither agreed nor "
           "refused.", _AID, opened("mutual_aid.asked"), "beds"),
    _count("mutual_aid_in_force", "Mutual aid in force", "Help from another site, agreed and not ended, at the site "
           "that gets it.", _AID, opened("mutual_aid.in_force"), "beds"),
)  # fmt: skip
