"""What inspections found on a question: each inspection's own figure, for the cases held in a place."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from projections.casebook import Casebook
from projections.caseload import holding
from projections.figures import Scope
from projections.ledger import Place
from projections.scores import QuestionScore, score
from projections.scoring import score_inspection


class Inspected(NamedTuple):
    """One inspection's figure on a question."""

    inspection: str
    title: str
    figure: QuestionScore


def inspected_on(
    book: Casebook, question: str, day: date, scope: Scope, mine: Callable[[Place], bool]
) -> list[Inspected]:
    """Every inspection up to a day that asks this question, the latest first; those with no case of the place are left out.

    Each is read at its own sample date and state of knowledge, as its scoring sheet is.
    """
    found = []
    for name, opened in book.inspections.items():
        if opened.occurred_on > day:
            continue
        scored = score_inspection(book, name)
        held = [(r, holding(r)) for r in scored.readings]
        own = [r for r, place in held if scope.holds(place) and mine(place)]
        if own and question in scored.framework.questions:
            figure = score(scored.framework, [r.answers for r in own]).questions[question]
            found.append(Inspected(name, opened.title, figure))
    return found
