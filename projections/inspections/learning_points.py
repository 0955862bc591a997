"""Learning points: what those who work on cases noted is to be learned from how they were read, of published readings only."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from domain.aggregates.amendments import standing
from domain.entries.case_entries import EntryCorrected, EntryWithdrawn, LearningPointNoted
from domain.entries.inspection_entries import InspectionOpened
from projections.cases.case_repository import CaseRepository
from projections.ledger.ledger import Place


class LearningPoint(NamedTuple):
    """A learning point on a case. ``held``: where the case was held on the sample date of the inspection that read it."""

    case: str
    inspection: str
    opened: InspectionOpened
    noted: LearningPointNoted
    held: Place


def learning_points(book: CaseRepository, holds: Callable[[Place], bool]) -> list[LearningPoint]:
    """The learning points of published inspections on cases that somebody held on their sample dates, the latest first."""
    found = []
    for name, opened in book.inspections.items():
        if (inspection := book.inspection(name)).published is None:
            continue
        types = (LearningPointNoted, EntryCorrected, EntryWithdrawn)
        for case, facts in book.files.texts.entries(inspection.sample, types).items():
            noted = [
                one for one in standing(facts, None) if isinstance(one, LearningPointNoted) and one.inspection == name
            ]
            if noted and holds(held := book.history(case, None).held_by(opened.occurred_on)):
                found += [LearningPoint(case, name, opened, one, held) for one in noted]
    return sorted(found, key=lambda one: one.noted.recorded_at, reverse=True)


def by_question(points: Iterable[LearningPoint], asked: Callable[[LearningPoint], str]) -> Sequence[tuple[str, int]]:
    """How many points there are on each question, as ``asked`` names it: the most first, of equals in order of their names."""
    return sorted(Counter(map(asked, points)).items(), key=lambda one: (-one[1], one[0]))
