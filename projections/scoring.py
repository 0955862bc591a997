"""Scoring a sample: an inspection's cases at its own moment, or any cases at any moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.facts import InspectionOpened
from domain.frameworks import Framework, frameworks
from projections.casebook import Casebook, Moment, Reading
from projections.caseload import high_risk
from projections.history import end_of_day
from projections.scores import Score, score


@dataclass(frozen=True)
class Scored:
    """A sample read at a moment: the readings, the score, and the high risk of harm sub-sample beside it."""

    framework: Framework
    moment: Moment
    readings: Sequence[Reading]
    score: Score
    high_risk: Score


def inspection_moment(opened: InspectionOpened) -> Moment:
    """The sample date, with the file as it stood at the end of that day or with hindsight."""
    known_at = end_of_day(opened.occurred_on) if opened.knowledge == "stood" else None
    return Moment(opened.occurred_on, known_at)


def score_readings(framework: Framework, moment: Moment, readings: Sequence[Reading]) -> Scored:
    every = score(framework, [r.answers for r in readings])
    high = score(framework, [r.answers for r in high_risk(readings)])
    return Scored(framework, moment, readings, every, high)


def score_inspection(book: Casebook, inspection: str, moment: Moment | None = None) -> Scored:
    """An inspection's cases and judgements at its own moment, or at another one. ``KeyError``: no such inspection."""
    opened = book.inspections[inspection]
    framework = frameworks()[opened.framework]
    at = moment or inspection_moment(opened)
    return score_readings(framework, at, book.read_all(opened.cases, at, framework, inspection))
