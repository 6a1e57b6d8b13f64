"""Figures -> OPEL: readings of sites, providers, places and the system, scored by the edition in use at the moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from services.domain.catalogue import CATALOGUE
from services.domain.catalogue_system import DECLARED_LEVEL
from services.domain.clock import LONDON
from services.domain.declaration import Declaration, Step, declarations, declared, proposal
from services.domain.measures import Measure
from services.domain.opel import (
    Assessment,
    Member,
    ParameterScore,
    Reading,
    Span,
    SystemAssessment,
    aggregate,
    assess,
)
from services.domain.opel import Step as Distance
from services.domain.opel_tables import Band, Edition, Evidence, Parameter, Pillar
from services.domain.system import GENERAL_AND_ACUTE, Provider, Site, System
from services.live.figures import Figures

Scope = Literal["system", "provider", "place", "site"]
_LACKS = {"type_1_ed": "no type 1 emergency department", "ga_beds": "no general and acute beds"}


def edition_at(system: System, t: datetime) -> Edition | None:
    """The edition in use at a moment, by the day it is in London."""
    return system.opel.on(t.astimezone(LONDON).date())


def measures_of(edition: Edition | None) -> list[Measure]:
    """The measures that an edition scores or shows, and the level that organisations tell themselves."""
    return [*(CATALOGUE[name] for name in edition.measures()), DECLARED_LEVEL] if edition else []


class Levels:
    """Every organisation's level at a moment, from its figures."""

    def __init__(self, figures: Figures, edition: Edition, steps: Iterable[Step] = ()) -> None:
        """steps: of every declaration, as far as they are known."""
        self.figures, self.system, self.edition = figures, figures.system, edition
        self.pillar = edition.pillar(edition.overall)
        self._assessed: dict[tuple[str, str], Assessment] = {}  # by organisation and pillar
        self._made: dict[str, list[Declaration]] = {}
        for each in declarations(steps):
            self._made.setdefault(each.steps[0].organisation, []).append(each)

    def declared(self, code: str) -> dict[str, Any]:
        """What people declared of an organisation on the boards and what they propose; what its own system tells; and
        the newer of the two, with where it is from."""
        made = self._made.get(code, [])
        agreed, heard = told(declared(made)), self._heard(code)
        return {"declared": agreed, "proposed": told(proposal(made)), "told": heard, "holds": _newer(agreed, heard)}

    def _heard(self, code: str) -> dict[str, Any] | None:
        """The level that an organisation's own system last told as declared."""
        by_site, place = self.figures.by_site, (code, None)
        level, minutes = (by_site.get(atom, {}).get(place) for atom in (*DECLARED_LEVEL.numerator, *DECLARED_LEVEL.age))
        if not isinstance(level, float) or not isinstance(minutes, float):
            return None
        since = self.figures.t - timedelta(minutes=minutes) + timedelta(microseconds=500)
        # To the millisecond, so that it is the same at every moment it is asked.
        return {"level": round(level), "since": since.replace(microsecond=since.microsecond // 1000 * 1000)}

    def of_site(self, site: Site) -> Assessment:
        return self._assess([site], site.code)

    def of_place(self, code: str) -> Assessment:
        return self._assess([site for site in self.system.sites if site.place == code], code)

    def of_provider(self, provider: Provider) -> Assessment:
        """A provider in the pillar of its kind; without one there, in the overall pillar, which then does not apply."""
        kinds = {pillar.provider_kind: pillar for pillar in self.edition.pillars if pillar.provider_kind}
        sites = [site for site in self.system.sites if site.provider == provider.code]
        return self._assess(sites, provider.code, kinds.get(provider.kind, self.pillar))

    def summary_of(self, code: str) -> dict[str, Any] | None:
        """The level in short of a provider or a place. Raises KeyError for another code."""
        if any(place.code == code for place in self.system.places):
            return self.summary("place", code, self.of_place(code))
        return self.summary("provider", code, self.of_provider(self.system.provider_by_code[code]))

    def summary(self, scope: Scope, code: str, found: Assessment | SystemAssessment) -> dict[str, Any] | None:
        """A level in short, for the overview; None where nothing is scored and nothing declared."""
        declared = self.declared(code)
        del declared["proposed"]
        if found.span is None and declared["holds"] is None:
            return None
        return {
            "edition": found.edition.code, **_span(found.span), "of": found.pillar.most_points or None,
            "indicative": found.indicative, "local": scope in ("place", "site"), **declared,
            "breakdown": f"/api/v1/opel/{code}",
        }  # fmt: skip

    def of_system(self) -> SystemAssessment:
        members = [
            Member(provider.code, self.system.opel.weight(provider.code), self.of_provider(provider))
            for provider in self.system.providers
            if provider.kind == self.pillar.provider_kind
        ]
        return aggregate(self.edition, self.pillar, members)

    def _assess(self, sites: Sequence[Site], organisation: str, pillar: Pillar | None = None) -> Assessment:
        pillar = pillar or self.pillar
        known = self._assessed.get((organisation, pillar.code))
        if known is not None:
            return known
        readings: dict[str, Reading] = {}
        for parameter in pillar.parameters:
            lacks = None if any(_has(site, parameter.needs) for site in sites) else _LACKS[parameter.needs]
            for name in (parameter.measure, parameter.measure_last_24h):
                if name is not None:
                    readings[name] = (
                        Reading(None, absent="not_applicable", reason=lacks)
                        if lacks
                        else self._reading(CATALOGUE[name], sites, organisation)
                    )
        found = self._assessed[organisation, pillar.code] = assess(self.edition, pillar, readings)
        return found

    def _reading(self, measure: Measure, sites: Sequence[Site], organisation: str) -> Reading:
        found = self.figures.at_level(measure, sites, organisation)
        return Reading(**{key: found[key] for key in Reading.__dataclass_fields__})


def _has(site: Site, needs: str) -> bool:
    if needs == "type_1_ed":
        return site.ed_type == 1
    return any(unit.bed_kind in GENERAL_AND_ACUTE for unit in site.units)


def breakdown(levels: Levels, scope: Scope, code: str, name: str, found: Assessment) -> dict[str, Any]:
    """All of a level: parameter by parameter, and what rests on what."""
    return _level(levels, scope, code, name, found) | {"parameters": [_parameter(each) for each in found.parameters]}


def system_breakdown(levels: Levels) -> dict[str, Any]:
    """The system's level: its members, its four pillars, and what is shown without being scored."""
    found, system = levels.of_system(), levels.system
    pillars = []
    for pillar in levels.edition.pillars:
        scored = found if pillar == found.pillar else None
        inputs = [row for name in pillar.inputs for row in _input(levels, CATALOGUE[name])]
        pillars.append(
            {"code": pillar.code, "name": pillar.name, "calculated": _calculated(scored, pillar), "inputs": inputs}
        )
    return _level(levels, "system", system.code, system.name, found) | {
        "stands_for": [found.pillar.code],
        "members": [
            {"code": member.code, "name": system.provider_by_code[member.code].short_name, "weight": member.weight,
             "calculated": _calculated(member.assessment, found.pillar)}
            for member in found.members
        ],
        "pillars": pillars,
    }  # fmt: skip


def _input(levels: Levels, measure: Measure) -> list[dict[str, Any]]:
    """What a pillar looks at: a derived figure of the whole system, or what each organisation reported."""
    system = levels.system
    asked = {system.code: system.name}
    if measure.kind == "gauge":
        asked = {each.code: each.short_name for each in system.providers} | asked
    rows = [
        {"measure": measure.name, "code": code, "name": name} | levels.figures.at_level(measure, system.sites, code)
        for code, name in asked.items()
    ]
    return [row for row in rows if row["absent"] != "not_provided"] or rows[-1:]


def described(edition: Edition, today: date) -> dict[str, Any]:
    """An edition as it is configured, whole: parameters, bands, cut-offs, each with where it comes from."""
    return short(edition, today) | {
        "levels": [
            {"level": cut.level, "up_to": cut.up_to} | _evidence(cut.evidence) for cut in edition.cuts
        ],
        "since_midnight_least_n": edition.since_midnight_least_n,
        "overall": edition.overall,
        "system_rule": {"rule": "weighted_mean", "source": edition.system_source},
        "pillars": [
            {"code": pillar.code, "name": pillar.name, "of": pillar.most_points, "not_scored": pillar.not_scored,
             "inputs": list(pillar.inputs), "parameters": [_described(each) for each in pillar.parameters]}
            for pillar in edition.pillars
        ],
    }  # fmt: skip


def short(edition: Edition, today: date) -> dict[str, Any]:
    return {
        "code": edition.code, "name": edition.name, "source": edition.source, "valid_from": edition.valid_from,
        "valid_to": edition.valid_to, "ended": today > edition.valid_to,
    }  # fmt: skip


def _newer(agreed: dict[str, Any] | None, heard: dict[str, Any] | None) -> dict[str, Any] | None:
    """Decision 22: of two levels the one that was said later holds; at the same moment, what people agreed."""
    said = [(each["since"], origin, each["level"]) for origin, each in (("feed", heard), ("boards", agreed)) if each]
    if not said:
        return None
    since, origin, level = max(said, key=lambda each: (each[0], each[1] == "boards"))
    return {"level": level, "since": since, "origin": origin}


def told(made: Declaration | None) -> dict[str, Any] | None:
    """A declaration as the API gives it."""
    if made is None:
        return None
    first, last = made.steps[0], made.steps[-1]
    return {
        "id": first.declaration, "organisation": first.organisation, "level": made.level, "state": made.state,
        "since": last.at, "why": first.why, "calculated": first.calculated,
        "steps": [{"kind": each.kind, "at": each.at, "who": each.who, "role": each.role, "why": each.why}
                  for each in made.steps],
    }  # fmt: skip


def _level(levels: Levels, scope: Scope, code: str, name: str, found: Assessment | SystemAssessment) -> dict[str, Any]:
    return {
        "code": code, "name": name, "scope": scope, "local": scope in ("place", "site"), "pillar": found.pillar.code,
        "edition": found.edition.code, "calculated": _calculated(found, found.pillar), **levels.declared(code),
    }  # fmt: skip


def _calculated(found: Assessment | SystemAssessment | None, pillar: Pillar) -> dict[str, Any]:
    span = found.span if found else None
    return {
        **_span(span), "of": pillar.most_points or None, "indicative": found.indicative if found else False,
        "why": found.why if found else pillar.not_scored,
        "without_unconfirmed": _span(found.without_unconfirmed) if found and found.without_unconfirmed else None,
        "without_placeholders": _span(found.without_placeholders) if found and found.without_placeholders else None,
    }  # fmt: skip


def _span(span: Span | None) -> dict[str, Any]:
    keys = ("level", "level_least", "level_most", "score", "score_least", "score_most")
    return {key: getattr(span, key) if span else None for key in keys}


def _parameter(part: ParameterScore) -> dict[str, Any]:
    parameter, reading = part.parameter, part.reading
    return {
        "code": parameter.code, "name": parameter.name, "measure": part.measure, "window": part.window,
        "note": part.note, "value": reading.value, "unit": _unit(parameter), "numerator": reading.numerator,
        "denominator": reading.denominator, "n": reading.n, "absent": part.absent, "reason": part.reason,
        "as_of": reading.as_of, "freshness": reading.freshness, "points": part.points, "of": parameter.most_points,
        "direction": parameter.direction, "bands": [_edge(parameter, band) for band in parameter.bands],
        "band": parameter.bands.index(part.band) if part.band is not None else None,
        "to_worse": _distance(part.to_worse), "to_better": _distance(part.to_better),
    }  # fmt: skip


def _described(parameter: Parameter) -> dict[str, Any]:
    return {
        "code": parameter.code, "name": parameter.name, "measures": parameter.measures, "measure": parameter.measure,
        "measure_last_24h": parameter.measure_last_24h, "unit": _unit(parameter), "counts": parameter.counts,
        "direction": parameter.direction, "needs": parameter.needs, "of": parameter.most_points,
        "bands": [_edge(parameter, band) | _evidence(band.evidence) for band in parameter.bands],
    } | _evidence(parameter.evidence)  # fmt: skip


def _edge(parameter: Parameter, band: Band) -> dict[str, Any]:
    edge = band.edge / 100 if band.edge is not None and parameter.unit == "percent" else band.edge
    evidence = band.evidence
    return {"edge": edge, "points": band.points, "basis": evidence.basis, "confidence": evidence.confidence}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {"basis": evidence.basis, "confidence": evidence.confidence, "source": evidence.source}


def _distance(step: Distance | None) -> dict[str, Any] | None:
    return {"amount": step.amount, "unit": step.unit, "points": step.points} if step else None


def _unit(parameter: Parameter) -> str:
    return "share" if parameter.unit == "percent" else "minutes"


def merged(*groups: Iterable[Measure]) -> list[Measure]:
    """Measures of several lists, each once."""
    return list({measure.name: measure for group in groups for measure in group}.values())
