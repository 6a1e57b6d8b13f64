"""The measures of beds beyond those that the overview rests on: capacity now and tonight, by kind, and long stays.

General and acute (G&A) beds are adults' and children's together; maternity, neonatal and critical care are not G&A.
No definition of current, prospective and potential capacity has been published that we could read: ours are below.
"""

from __future__ import annotations

from services.domain.atoms import GA, beds, open_beds, opened
from services.domain.measures import Atom, Measure

_ADULT, _CHILDREN = ("ga_adult",), ("ga_paediatric",)
_CRITICAL, _CHILDRENS_HDU = ("critical_care",), ("paediatric_hdu",)
_MATERNITY, _NEONATAL, _COMMUNITY = ("maternity",), ("neonatal",), ("community",)
#: What a decision to admit may ask for other than an adult G&A bed.
_NOT_ADULT = ("ga_paediatric", "critical_care", "paediatric_hdu", "neonatal", "maternity", "community", "virtual")
_DAY_MINUTES = 1440

_BEDS = "Bed events and unit.capacity of the provider; configured beds until the first unit.capacity"
_CAPACITY = "unit.capacity of the provider; configuration until the first one"
_TONIGHT = "Bed, ED and discharge events and unit.capacity of the provider"
_BED_STATUS = "bed.status of the provider, bed by bed"
_PLAN = "Planning level (from memory, unconfirmed)"

_DEFINITE = opened("discharge.due", labels=("definite",), bed_kinds=_ADULT)
_GA_DUE = opened("discharge.due", bed_kinds=GA)
_DECIDED = opened("ed.bed_wait")
_DECIDED_OTHER = opened("ed.bed_request", labels=_NOT_ADULT)


def _occupied(kinds: tuple[str, ...]) -> Atom:
    return opened("bed.place", labels=kinds)


def _taken(kinds: tuple[str, ...]) -> tuple[Atom, ...]:
    """What free beds are open beds less."""
    return (beds("closed", kinds), _occupied(kinds))


def _of_kind(code: str, name: str, kinds: tuple[str, ...], target: float | None = None) -> tuple[Measure, ...]:
    """Open, occupied share and free, of one kind of bed."""
    lower = name[0].lower() + name[1:]
    return (
        Measure(f"beds.{code}_open", f"{name} beds open", "sum", "beds", "neutral",
                f"Beds open for {lower}, core and escalation, less those closed.", _CAPACITY, open_beds(kinds),
                minus=(beds("closed", kinds),), needs="beds"),
        Measure(f"beds.{code}_occupancy", f"{name} occupancy", "share", "share", "lower",
                f"People in beds for {lower}, over the beds open (core and escalation, less closed).", _BEDS,
                (_occupied(kinds),), denominator=open_beds(kinds), denominator_minus=(beds("closed", kinds),),
                needs="beds", target=target, target_source=_PLAN if target else None),
    )  # fmt: skip


def _free(code: str, name: str, kinds: tuple[str, ...]) -> Measure:
    lower = name[0].lower() + name[1:]
    return Measure(f"beds.{code}_free", f"{name} beds free", "sum", "beds", "higher",
                   f"Beds open for {lower} (core and escalation, less closed), less those occupied.", _BEDS,
                   open_beds(kinds), minus=_taken(kinds), needs="beds")  # fmt: skip


def _closed(code: str, words: str, *reasons: str) -> Measure:
    return Measure(f"beds.closed_{code}", f"Closed, {words}", "sum", "beds", "lower",
                   f"General and acute beds closed now, by the reason that the provider gives: {words}.", _CAPACITY,
                   (beds("closed", GA, labels=reasons or (code,)),), needs="ga_beds")  # fmt: skip


def _long_stay(days: int) -> Measure:
    return Measure(f"beds.stay_over_{days}_days", f"In hospital {days} days or longer", "count", "people", "lower",
                   f"People whose stay began {days} days ago or earlier and who have not left, at the site of "
                   "admission.", "Bed events of the provider: admission and leaving",
                   (opened("bed.stay", at_least_minutes=days * _DAY_MINUTES),), needs="beds")  # fmt: skip


def _usable(code: str, title: str, definition: str, atom: Atom) -> Measure:
    return Measure(f"beds.usable_{code}", title, "count", "beds", "higher",
                   f"{definition} Usable: clean, staffed, and nobody in it.", _BED_STATUS, (atom,),
                   provided_by=(opened("bed.status"),), needs="beds")  # fmt: skip


BEDS: tuple[Measure, ...] = (
    Measure("beds.core_open", "Core G&A beds", "sum", "beds", "neutral",
            "General and acute beds that the provider counts as core, closed ones among them.", _CAPACITY,
            (beds("core", GA),), needs="ga_beds"),
    Measure("beds.escalation_open", "Escalation beds open", "sum", "beds", "lower",
            "General and acute beds open beyond the core beds.", _CAPACITY, (beds("escalation", GA),),
            needs="ga_beds"),
    Measure("beds.ga_prospective", "G&A free, prospective", "sum", "beds", "higher",
            "General and acute beds free now, with those that planned discharges of today, definite and possible, "
            "have still to free.", _TONIGHT, (*open_beds(GA), _GA_DUE), minus=_taken(GA), needs="ga_beds"),
    Measure("beds.ga_potential", "G&A free, potential", "sum", "beds", "higher",
            "Prospective free beds with the beds now closed, were they reopened. Escalation beds not yet opened are "
            "not in it: they are reported apart.", _TONIGHT, (*open_beds(GA), _GA_DUE),
            minus=(_occupied(GA),), needs="ga_beds"),
    Measure("beds.adult_free", "Adult beds free", "sum", "beds", "higher",
            "Adult general and acute beds open (core and escalation, less closed), less those occupied.", _BEDS,
            open_beds(_ADULT), minus=_taken(_ADULT), needs="ga_beds"),
    Measure("beds.adult_decided", "Decided to admit, adult beds", "count", "people", "lower",
            "People in ED with a decision to admit, less those whose bed request is for another kind of bed.",
            "ED events of the provider: decision to admit, bed request", (_DECIDED,), minus=(_DECIDED_OTHER,),
            needs="type_1_ed"),
    Measure("beds.adult_due", "Adult beds expected", "count", "beds", "higher",
            "Definite discharges planned for today of people in an adult general and acute ward who have not left.",
            "Discharge events of the provider: planned, definite", (_DEFINITE,), needs="ga_beds"),
    Measure("beds.tonight", "Adult beds tonight", "sum", "spare_beds", "higher",
            "Adult general and acute beds free now, less people decided to admit and waiting for one, and with "
            "definite discharges of today still to come. Arrivals that are not decided yet are not in it, and "
            "children's and ring-fenced beds stand apart.", _TONIGHT, (*open_beds(_ADULT), _DEFINITE, _DECIDED_OTHER),
            minus=(*_taken(_ADULT), _DECIDED), needs="ga_beds", target=0,
            target_source="Nobody waits overnight for a bed (ours, not a standard)"),
    Measure("beds.children_tonight", "Children's beds tonight", "sum", "spare_beds", "higher",
            "Children's general and acute beds free now, less people in ED whose request is for one, and with definite "
            "discharges of today still to come.", _TONIGHT,
            (*open_beds(_CHILDREN), opened("discharge.due", labels=("definite",), bed_kinds=_CHILDREN)),
            minus=(*_taken(_CHILDREN), opened("ed.bed_request", labels=_CHILDREN)), needs="ga_beds"),
    Measure("beds.expected", "Expected admissions", "count", "people", "neutral",
            "People expected in a bed, planned or by transfer, who have not been admitted.",
            "Bed events of the provider: expected, admitted", (opened("bed.expected"),), needs="beds"),
    *_of_kind("adult", "Adult G&A", _ADULT, 0.92),
    *_of_kind("children", "Children's G&A", _CHILDREN),
    _free("children", "Children's G&A", _CHILDREN),
    *_of_kind("critical_care", "Adult critical care", _CRITICAL),
    *_of_kind("childrens_hdu", "Children's high dependency", _CHILDRENS_HDU),
    *_of_kind("maternity", "Maternity", _MATERNITY),
    _free("maternity", "Maternity", _MATERNITY),
    *_of_kind("neonatal", "Neonatal", _NEONATAL),
    _free("neonatal", "Neonatal", _NEONATAL),
    *_of_kind("community", "Community hospital", _COMMUNITY),
    _free("community", "Community hospital", _COMMUNITY),
    _closed("infection", "infection"),
    _closed("staffing", "staffing"),
    _closed("estates", "estates"),
    _closed("cleaning", "cleaning"),
    _closed("ringfenced", "ring-fenced"),
    _closed("other", "another reason or none given", "other", "none"),
    _long_stay(7),
    _long_stay(14),
    _usable("any", "Usable beds", "Beds that could take somebody now.", opened("bed.usable")),
    _usable("female", "Usable beds, women", "Beds that could take a woman and no man now.",
            opened("bed.usable", labels=("female",))),
    _usable("male", "Usable beds, men", "Beds that could take a man and no woman now.",
            opened("bed.usable", labels=("male",))),
    _usable("side_rooms", "Usable side rooms", "Single rooms that could take somebody now.",
            opened("bed.usable", value=1.0)),
    _usable("cohort", "Usable beds kept for an infection", "Beds in a cohort of people with one infection that could "
            "take another such person now.", opened("bed.usable_cohort", labels=(
                "covid", "influenza", "norovirus", "c_difficile", "other"))),
    Measure("beds.being_cleaned", "Beds being cleaned", "count", "beds", "lower",
            "Staffed beds that are not clean.", _BED_STATUS, (opened("bed.status", labels=("cleaning",)),),
            provided_by=(opened("bed.status"),), needs="beds"),
    Measure("beds.unstaffed", "Beds without staff", "count", "beds", "lower",
            "Beds that are there and not staffed.", _BED_STATUS, (opened("bed.status", labels=("unstaffed",)),),
            provided_by=(opened("bed.status"),), needs="beds"),
)  # fmt: skip
