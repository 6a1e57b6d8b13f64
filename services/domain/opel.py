"""Calculated OPEL: readings -> points parameter by parameter -> a level, and providers -> the system. Pure.

An absent parameter is never zero. Its points could be anything from none to its most, so the score becomes a range;
a level is stated where both ends of the range give the same one, and otherwise only the levels it lies between.
A parameter that does not apply (no type 1 emergency department) is not unknown: what lacks it is not scored at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from services.domain.opel_tables import Band, Cut, Edition, Evidence, Level, Parameter, Pillar

Absence = Literal["not_applicable", "feed_silent", "not_due", "not_provided"]
Freshness = Literal["live", "delayed", "lost"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure's value (a share from 0 to 1, or minutes) with the counts behind it; absent says why there is none.

    freshness lost: the feed behind it is silent. The value is then the last known one, and scores nothing.
    """

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    absent: Absence | None = None
    reason: str | None = None
    as_of: datetime | None = None
    freshness: Freshness = "live"

    @property
    def counted(self) -> float:
        """How many are behind it: the n of a mean or quantile, the denominator of a share."""
        return self.n if self.n is not None else self.denominator or 0


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is to another band: amount in the parameter's own unit, and the points of that band."""

    amount: float
    unit: Literal["people", "beds", "minutes", "share"]
    points: int


@dataclass(frozen=True, slots=True)
class ParameterScore:
    """One parameter's part. points None: nothing to score, and `absent` says why.

    measure: the one that was scored; window: its window. note: why it was not the usual one.
    """

    parameter: Parameter
    measure: str
    window: Literal["now", "since_midnight", "last_24h"]
    note: str | None
    reading: Reading
    absent: Absence | None
    reason: str | None
    band: Band | None

    @property
    def to_worse(self) -> Step | None:
        """How far it is to the next worse band; None where there is none, or nothing is scored."""
        following = self._place + 1
        if self.band is None or following >= len(self.parameter.bands):
            return None
        worse = self.parameter.bands[following]
        return _step(self.parameter, self.reading, worse, worse.points, better=False)

    @property
    def to_better(self) -> Step | None:
        """How far it is to the next better band."""
        if self.band is None or self._place == 0:
            return None
        points = self.parameter.bands[self._place - 1].points
        return _step(self.parameter, self.reading, self.band, points, better=True)

    @property
    def _place(self) -> int:
        return 0 if self.band is None else self.parameter.bands.index(self.band)

    @property
    def points(self) -> int | None:
        return self.band.points if self.band is not None else None

    @property
    def applies(self) -> bool:
        return self.absent != "not_applicable"


@dataclass(frozen=True, slots=True)
class Span:
    """The least and the greatest that a score may be, and their levels. known: they are one."""

    score_least: float
    score_most: float
    level_least: Level
    level_most: Level

    @property
    def score(self) -> float | None:
        return self.score_least if self.score_least == self.score_most else None

    @property
    def level(self) -> Level | None:
        return self.level_least if self.level_least == self.level_most else None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The calculated level of an organisation in one pillar.

    span None: not scored, and why. without_unconfirmed, without_placeholders: what is left when the bands that are
    unconfirmed, or that nothing stands behind, could have given any points.
    """

    edition: Edition
    pillar: Pillar
    parameters: tuple[ParameterScore, ...]
    span: Span | None
    why: str | None
    without_unconfirmed: Span | None
    without_placeholders: Span | None
    indicative: bool

    @property
    def level(self) -> Level | None:
        return self.span.level if self.span else None


@dataclass(frozen=True, slots=True)
class Member:
    """A provider's assessment with the weight that it counts with."""

    code: str
    weight: float
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class SystemAssessment:
    """The system's level in a pillar, from its providers' scores."""

    edition: Edition
    pillar: Pillar
    members: tuple[Member, ...]
    span: Span | None
    why: str | None
    without_unconfirmed: Span | None
    without_placeholders: Span | None
    indicative: bool

    @property
    def level(self) -> Level | None:
        return self.span.level if self.span else None


def level_of(edition: Edition, score: float) -> Level:
    """The level of a score. A mean between two cut-offs is the worse level, as the published code has it."""
    return _cut(edition, score).level


def assess(edition: Edition, pillar: Pillar, readings: Mapping[str, Reading]) -> Assessment:
    """An organisation's score in a pillar from the readings of its measures, by measure name."""
    if not pillar.parameters:
        return Assessment(edition, pillar, (), None, pillar.not_scored, None, None, indicative=False)
    parts = tuple(score(parameter, readings, edition.since_midnight_least_n) for parameter in pillar.parameters)
    lacking = [part for part in parts if not part.applies]
    if lacking:
        return Assessment(edition, pillar, parts, None, lacking[0].reason, None, None, indicative=False)
    if all(part.band is None for part in parts):
        return Assessment(edition, pillar, parts, None, parts[0].reason, None, None, indicative=False)

    def span(stands: Callable[[Evidence], bool]) -> Span:
        return _span(edition, *_sums(parts, stands))

    found = span(lambda _: True)
    return Assessment(
        edition, pillar, parts, found, None,
        without_unconfirmed=span(lambda evidence: evidence.confidence == "confirmed"),
        without_placeholders=span(lambda evidence: evidence.basis != "placeholder"),
        indicative=_indicative(edition, found, (part.band.evidence for part in parts if part.band is not None)),
    )  # fmt: skip


def aggregate(edition: Edition, pillar: Pillar, members: Sequence[Member]) -> SystemAssessment:
    """The system's score: the weighted mean of its providers' scores; those that are not scored by nature left out.

    A provider whose readings are all missing counts with everything it could be. Weights are shares of their sum.
    """
    counted = [member for member in members if _counts(member.assessment)]
    total = sum(member.weight for member in counted)
    known = [member for member in counted if member.assessment.span is not None]
    if not known or total <= 0:
        why = pillar.not_scored or "no provider is scored"
        return SystemAssessment(edition, pillar, tuple(counted), None, why, None, None, indicative=False)

    def mean(pick: Callable[[Assessment], Span | None]) -> Span:
        least = most = 0.0
        for member in counted:
            span = pick(member.assessment)
            least += member.weight * (span.score_least if span else 0)
            most += member.weight * (span.score_most if span else pillar.most_points)
        return _span(edition, round(least / total, 9), round(most / total, 9))

    found = mean(lambda assessment: assessment.span)
    return SystemAssessment(
        edition, pillar, tuple(counted), found, None,
        without_unconfirmed=mean(lambda assessment: assessment.without_unconfirmed),
        without_placeholders=mean(lambda assessment: assessment.without_placeholders),
        indicative=_indicative(edition, found, ()) or any(member.assessment.indicative for member in known),
    )  # fmt: skip


def score(parameter: Parameter, readings: Mapping[str, Reading], least_n: int) -> ParameterScore:
    """One parameter from the readings of its measures.

    While a count since midnight is below least_n, the last 24 hours are scored: at midnight itself they are the whole
    day before, so that the reset changes nothing.
    """
    measure, window, note = parameter.measure, "since_midnight" if parameter.since_midnight else "now", None
    reading = readings[measure]
    if parameter.measure_last_24h is not None and reading.counted < least_n and reading.absent in (None, "not_due"):
        note = f"the last 24 hours, while fewer than {least_n} are counted since midnight (n {reading.counted:g})"
        measure, window, reading = parameter.measure_last_24h, "last_24h", readings[parameter.measure_last_24h]
    absent, reason = reading.absent, reading.reason
    if absent is None and reading.freshness == "lost":
        absent, reason = "feed_silent", "the feed behind it is silent; the value is the last known"
    if absent is None and reading.denominator is not None and reading.denominator <= 0:
        absent, reason = "not_due", "nothing to count against"
    if absent is not None or reading.value is None:
        missing = absent or "not_provided"
        return ParameterScore(
            parameter, measure, window, note, reading, missing, reason, None  # type: ignore[arg-type]
        )  # fmt: skip
    band = _band(parameter, _exact(parameter, reading))
    return ParameterScore(
        parameter, measure, window, note, reading, None, None, band  # type: ignore[arg-type]
    )  # fmt: skip


def _counts(assessment: Assessment) -> bool:
    """Whether a provider takes part in the system's score: everything applies to it, known or not."""
    return bool(assessment.parameters) and all(part.applies for part in assessment.parameters)


def _sums(parts: Iterable[ParameterScore], stands: Callable[[Evidence], bool]) -> tuple[int, int]:
    least = most = 0
    for part in parts:
        if part.band is not None and stands(part.band.evidence):
            least += part.band.points
            most += part.band.points
        else:
            most += part.parameter.most_points
    return least, most


def _span(edition: Edition, least: float, most: float) -> Span:
    return Span(least, most, level_of(edition, least), level_of(edition, most))


def _cut(edition: Edition, score: float) -> Cut:
    return next((cut for cut in edition.cuts if score <= cut.up_to), edition.cuts[-1])


def _indicative(edition: Edition, span: Span, evidence: Iterable[Evidence]) -> bool:
    cuts = (_cut(edition, span.score_least).evidence, _cut(edition, span.score_most).evidence)
    return any(each.confidence == "unconfirmed" for each in (*cuts, *evidence))


def _exact(parameter: Parameter, reading: Reading) -> Fraction:
    """The value in the parameter's unit; a share from its counts, so that 171 of 285 is 60% and not a hair less."""
    assert reading.value is not None
    if parameter.unit == "minutes":
        return Fraction(reading.value)
    if reading.numerator is not None and reading.denominator:
        return Fraction(reading.numerator) / Fraction(reading.denominator) * 100
    return Fraction(str(reading.value)) * 100


def _band(parameter: Parameter, value: Fraction) -> Band:
    found = parameter.bands[0]
    for band in parameter.bands[1:]:
        reached = value >= band.exact_edge if parameter.direction == "lower" else value < band.exact_edge
        if reached:
            found = band
    return found


def _step(parameter: Parameter, reading: Reading, at: Band, points: int, *, better: bool) -> Step | None:
    """The distance over the edge of `at`. None where no number of people or beds can cross it."""
    edge, value = at.exact_edge, _exact(parameter, reading)
    if parameter.unit == "minutes":
        return Step(float(abs(value - edge)), "minutes", points)
    if reading.numerator is None or not reading.denominator or parameter.counts is None:
        return Step(float(abs(value - edge) / 100), "share", points)
    have, out_of, share = Fraction(reading.numerator), Fraction(reading.denominator), edge / 100
    up = better == (parameter.direction == "higher")  # whether the share has to rise
    # The edge itself belongs to what lies above it: rising, it is enough to reach it; falling, one must go below.
    if not parameter.since_midnight:  # those counted are among a fixed number
        gap = share * out_of - have
        return Step(float(math.ceil(gap) if up else math.floor(-gap) + 1), parameter.counts, points)
    if up:  # everybody more is counted above and below
        if share >= 1:
            return None
        return Step(float(math.ceil((share * out_of - have) / (1 - share))), parameter.counts, points)
    if share <= 0:
        return None
    return Step(float(math.floor(have / share - out_of) + 1), parameter.counts, points)
