"""Inspection figures: each inspection's own figure on a question, for the cases held in a place."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from projections.cases.case_repository import CaseRepository
from projections.inspections.sample_scores import score_inspection
from projections.ledger.ledger import Place
from projections.reports.proportions import Scope
from projections.scoring.scores import QuestionScore, score


class InspectionFigure(NamedTuple):
    """One inspection's figure on a question."""

    inspection: str
    title: str
    figure: QuestionScore


def inspected_on(
    repository: CaseRepository, questions: Sequence[str], day: date, scope: Scope, mine: Callable[[Place], bool]
) -> Mapping[str, list[InspectionFigure]]:
    """By question: the published inspections up to a day that ask it, the latest first.

    Each is read at its own moment, as its scoring sheet is. Drafts and audits are left out, since their figures are not for
    every reader; so are those without a case of the place.
    """
    found: dict[str, list[InspectionFigure]] = {question: [] for question in questions}
    for name, opened in repository.inspections.items():
        audit = opened.opened_as not in (None, "hm_inspector")
        if opened.occurred_on > day or audit or repository.inspection(name).published is None:
            continue
        scored = score_inspection(repository, name)
        own = [r for r in scored.readings if scope.holds(place := r.snapshot.spell.place) and mine(place)]
        figures = score(scored.framework, [r.answers for r in own]).questions
        for question in questions:
            if own and question in figures:
                found[question].append(InspectionFigure(name, opened.title, figures[question]))
    return found
