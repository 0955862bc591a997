"""Inspection figures: each inspection's own figure on a question, for the cases held in a place."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from projections.cases.case_repository import CaseRepository
from projections.inspections.sample_scores import score_inspection
from projections.reports.measure_figures import ReportRequest
from projections.reports.told_figures import ToldFigures
from projections.scoring.scores import QuestionScore, score


class InspectionFigure(NamedTuple):
    """One inspection's figure on a question; None: withheld."""

    inspection: str
    title: str
    figure: QuestionScore | None


def inspected_on(
    repository: CaseRepository, told: ToldFigures, questions: Sequence[str], asked: ReportRequest
) -> Mapping[str, list[InspectionFigure]]:
    """By question: the published inspections (no audits) up to a day that ask it, the latest first. Those without a case of
    the place are left out. One whose policy cannot be used stands without a figure, and says so.

    Each is read at its own moment, as its scoring sheet is. The figure of a whole published inspection is open to all
    readers; that of the cases of a place in it to those who may open all of these.
    """
    found: dict[str, list[InspectionFigure]] = {question: [] for question in questions}
    for name, opened in repository.inspections.items():
        audit = opened.opened_as not in (None, "hm_inspector")
        if opened.occurred_on > asked.moment.on or audit or repository.inspection(name).published is None:
            continue
        if repository.inspection(name).unusable is not None:
            for question in questions:
                found[question].append(InspectionFigure(name, f"{opened.title} (its policy cannot be used)", None))
            continue
        scored = score_inspection(repository, name)
        own = [reading for reading in scored.readings if asked.holds(reading.snapshot.spell.place)]
        figures = score(scored.framework, [reading.answers for reading in own]).questions
        is_open = len(own) == len(scored.readings) or all(told.opens(reading.reference) for reading in own)
        for question in questions:
            if own and question in figures:
                found[question].append(InspectionFigure(name, opened.title, figures[question] if is_open else None))
    return found
