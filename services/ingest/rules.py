"""What a door knows of the configuration and of each event type, worked out once: codes, forms and fields to check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, get_args

from pydantic import AwareDatetime, TypeAdapter

from services.domain.events import ATTRIBUTES, DOOR_ATTRIBUTES, EVENT_ADAPTERS, EVENT_TYPES, SubjectKind
from services.domain.payloads import Payload
from services.domain.system import System
from services.errors import RefusedEvent, nearest

#: Words of NHS treatment functions that a specialty may be, beside those of the configured units. The payload's own
#: pattern lets any lower-case word through, and a surname is one.
SPECIALTIES = frozenset(
    """acute_medicine anaesthetics breast_surgery cardiology cardiothoracic_surgery care_of_the_elderly
    clinical_oncology colorectal_surgery critical_care dermatology diabetic_medicine ear_nose_and_throat
    elderly_medicine emergency_medicine endocrinology frailty gastroenterology general_internal_medicine
    general_medicine general_practice general_surgery geriatric_medicine gynaecology haematology hepatology
    infectious_diseases intensive_care maternity medical_oncology medicine mental_health midwifery neonatal
    neonatology nephrology neurology neurosurgery obstetrics oncology ophthalmology oral_surgery orthopaedics
    paediatric_surgery paediatrics palliative_medicine plastic_surgery psychiatry rehabilitation renal_medicine
    respiratory respiratory_medicine rheumatology stroke stroke_medicine surgery thoracic_medicine transplant
    trauma trauma_and_orthopaedics upper_gastrointestinal_surgery urology vascular_surgery""".split()  # noqa: SIM905 - sixty lines of one word each read worse
)

GAUGE_FORM = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+"
#: `<issuer ODS>/<local id>`: printable ASCII without spaces at its ends, so that one visit has one spelling; never what
#: reads as `<organisation>/<measure>`, so that a cancelled gauge and a cancelled journey cannot be mistaken.
_JOURNEY = re.compile(rf"[A-Z0-9]{{3,9}}/(?!{GAUGE_FORM}\Z)[!-~](?:[ -~]{{0,108}}[!-~])?").fullmatch
_BED_TAIL = re.compile(r"[A-Z0-9]{1,6}").fullmatch
_MEASURE = re.compile(GAUGE_FORM).fullmatch

#: What some systems report for want of a value (domain facts 4.3); taken for a reading, it would be drawn and scored.
NO_VALUE = -9999

#: The letters before a nearest name is looked for: a sent value may be of any length.
_COMPARED = 60
_SHORT_LIST = 4


def is_journey(text: str) -> bool:
    return _JOURNEY(text) is not None


def is_measure(text: str) -> bool:
    return len(text) <= 80 and _MEASURE(text) is not None


class Names:
    """A set of valid names, and the sentence part that points to the nearest of them; the sent one is never said."""

    def __init__(self, names: Iterable[str]) -> None:
        self.all = frozenset(names)
        self._pairs = [(name, _pairs(name)) for name in sorted(self.all)]

    def __contains__(self, name: object) -> bool:
        return type(name) is str and name in self.all

    def hint(self, sent: object) -> str:
        if type(sent) is not str:
            return ""
        pairs = _pairs(sent[:_COMPARED])
        # difflib over hundreds of names costs half a millisecond; ten thousand bad events must not hold a door up.
        likely = sorted(self._pairs, key=lambda row: -len(pairs & row[1]) / (len(row[1]) + 1))[:_SHORT_LIST]
        return nearest(sent[:_COMPARED], [name for name, _ in likely])


def _pairs(text: str) -> frozenset[str]:
    folded = text.lower()
    return frozenset(map("".join, pairwise(folded)))


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to check and to replace in one event type."""

    name: str
    kind: SubjectKind | None
    validate: Callable[[Any], Any]  # the whole event
    payload: Callable[[Any], Payload]  # its data alone
    sites: tuple[str, ...]  # data fields that hold a site of the system
    places: tuple[str, ...]  # data fields that may also hold a neighbour outside it
    has_unit: bool
    has_organisation: bool
    neighbourhood: bool
    specialty: bool
    visits: bool
    times: tuple[str, ...]
    words: Mapping[str, frozenset[Any]]  # closed vocabularies, by data field
    fields: frozenset[str]
    few_words: bool  # the payload says one of few things: what one event was found to say, others say too


@lru_cache(maxsize=1)
def plans() -> Mapping[str, Plan]:
    return {name: _plan(name) for name in EVENT_TYPES}


def _plan(name: str) -> Plan:
    event_type = EVENT_TYPES[name]
    fields = event_type.payload.model_fields
    words = {key: frozenset(_vocabulary(info.annotation)) for key, info in fields.items()}
    closed = {"site", "unit", "from_site", "to_site", "specialty"}
    times = tuple(key for key, info in fields.items() if AwareDatetime in _parts(info.annotation))
    few_words = all(words[key] or key in closed or info.annotation is bool for key, info in fields.items())
    return Plan(
        name=name,
        kind=event_type.kind,
        validate=EVENT_ADAPTERS[name].validator.validate_python,
        payload=TypeAdapter(event_type.payload).validator.validate_python,
        sites=tuple(key for key in ("site",) if key in fields),
        places=tuple(key for key in ("from_site", "to_site") if key in fields),
        has_unit="unit" in fields,
        has_organisation="organisation" in fields,
        neighbourhood="neighbourhood" in fields,
        specialty="specialty" in fields,
        visits="visits" in fields,
        times=times,
        words={key: found for key, found in words.items() if found},
        fields=frozenset(fields),
        few_words=few_words,
    )


def _parts(annotation: Any) -> list[Any]:
    """The annotation and everything within it."""
    return [annotation, *(part for inner in get_args(annotation) for part in _parts(inner))]


def _vocabulary(annotation: Any) -> list[Any]:
    return [part for part in _parts(annotation) if isinstance(part, str | int) and not isinstance(part, bool)]


def known_paths() -> frozenset[str]:
    """Every name that may stand in a field path; any other was sent, and is not repeated."""
    return frozenset([*ATTRIBUTES, *DOOR_ATTRIBUTES]).union(*(plan.fields for plan in plans().values()))


@dataclass(frozen=True)
class Rules:
    """The codes of one configured system."""

    sources: Names
    sites: Names
    places: Names  # sites and their neighbours outside the system
    units: Names
    site_of_unit: Mapping[str, str]
    organisations: Names
    neighbourhoods: Names
    specialties: Names
    measures: Names | None  # None: any measure
    types: Names

    @classmethod
    def of(cls, system: System, gauges: frozenset[str] | None) -> Rules:
        sites = list(system.site_by_code)
        beyond = [code for row in system.neighbours for code in (row.site, row.neighbour)]
        units = {code: unit.site for code, unit in system.unit_by_code.items()}
        return cls(
            sources=Names(f"urn:nhs:ods:{code}" for code in (system.code, *system.provider_by_code)),
            sites=Names(sites),
            places=Names([*sites, *beyond]),
            units=Names(units),
            site_of_unit=units,
            organisations=Names(system.organisations()),
            neighbourhoods=Names(system.neighbourhoods),
            specialties=Names(SPECIALTIES | {unit.specialty for unit in system.units() if unit.specialty}),
            measures=None if gauges is None else Names(gauges),
            types=Names(EVENT_TYPES),
        )

    def is_bed(self, text: str) -> bool:
        unit, _, bed = text.rpartition("/")
        return unit in self.site_of_unit and _BED_TAIL(bed) is not None

    def is_gauge(self, text: str) -> bool:
        organisation, _, measure = text.partition("/")
        return (
            organisation in self.organisations.all
            and is_measure(measure)
            and (self.measures is None or measure in self.measures.all)
        )

    def is_place(self, text: str) -> bool:
        """Whether the text is a subject that travels as it is: a unit, a bed, an organisation or a gauge."""
        return text in self.organisations.all or self.is_bed(text) or self.is_gauge(text)

    def check_codes(self, plan: Plan, data: Any) -> None:
        """Raises RefusedEvent unless every code in the validated payload is configured, and the unit is the site's."""
        for key in plan.sites:
            code = getattr(data, key)
            if code is not None and code not in self.sites.all:
                raise _not_configured(key, "site", self.sites, code)
        for key in plan.places:
            code = getattr(data, key)
            if code not in self.places.all:
                raise _not_configured(key, "site", self.places, code)
        if plan.has_unit and data.unit is not None:
            site = self.site_of_unit.get(data.unit)
            if site is None:
                raise _not_configured("unit", "unit", self.units, data.unit)
            if site != data.site:
                raise RefusedEvent(
                    f"data.unit belongs to the site {site}, not to the one in data.site; correct either", "data.unit"
                )
        if plan.has_organisation:
            if data.organisation not in self.organisations.all:
                raise _not_configured("organisation", "organisation", self.organisations, data.organisation)
            if self.measures is not None and data.measure not in self.measures.all:
                raise _not_configured("measure", "measure", self.measures, data.measure)
            if data.value == NO_VALUE:
                words = "stands for no value; send nothing where there is none"
                raise RefusedEvent(f"data.value {NO_VALUE} {words}", "data.value")
        if plan.neighbourhood and data.neighbourhood is not None and data.neighbourhood not in self.neighbourhoods.all:
            raise _not_configured("neighbourhood", "neighbourhood", self.neighbourhoods, data.neighbourhood)
        if plan.specialty and data.specialty is not None and data.specialty not in self.specialties.all:
            raise _not_configured("specialty", "specialty", self.specialties, data.specialty)


def _not_configured(key: str, what: str, names: Names, sent: str) -> RefusedEvent:
    hint = names.hint(sent) or "; correct it, or add it to the configuration"
    return RefusedEvent(f"data.{key} is not a configured {what}{hint}", f"data.{key}")
