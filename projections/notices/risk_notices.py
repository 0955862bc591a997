"""Notices on risk of harm: never assessed, assessed and not countersigned, countersigned by someone not entitled."""

from collections.abc import Iterator
from datetime import date
from functools import cache

from domain.entries.case_entries import AssessmentCompleted, AssessmentCountersigned
from domain.entries.code_lists import is_high_risk
from domain.policy.clauses import Clause
from projections.history.history import History
from projections.notices.notice import Noticed, while_held
from projections.obligations.clause_catalogue import catalogue

COUNTERSIGNED = "assessment-countersigned"
"""The id of the clause that says who may countersign."""


def never_assessed(history: History) -> Iterator[Noticed | None]:
    """From the first day on which the case is held here until a level of risk of harm is on the file."""
    first = history.risk[0].on if history.risk else None
    yield while_held(history, history.here_from, (first,), None)


def not_countersigned(history: History) -> Iterator[Noticed | None]:
    """From an assessment at high or very high risk until an entitled person countersigns it, or the risk is high no more."""
    for assessment, signatures in _high_assessments(history):
        yield while_held(history, assessment.occurred_on, _until(history, assessment, signatures), assessment.entry)


def not_entitled(history: History) -> Iterator[Noticed | None]:
    """From a countersignature that meets nothing until an entitled person signs, or the risk is high no more."""
    for assessment, signatures in _high_assessments(history):
        for signed in signatures:
            if not entitled(signed, assessment):
                begins = max(signed.occurred_on, assessment.occurred_on)
                yield while_held(history, begins, _until(history, assessment, signatures), signed.entry)


def entitled(signed: AssessmentCountersigned, assessment: AssessmentCompleted) -> bool:
    """Whether a countersignature is by another person than the assessor, of a grade that may give it on that day."""
    return any(
        described.among([signed]) and described.matches(signed, None, assessment)
        for described in _countersigning(assessment.occurred_on).by
    )


def _countersigning(day: date) -> Clause:
    clauses = _countersigning_clauses()
    return next((clause for clause in clauses if clause.in_force(day)), clauses[-1])


@cache
def _countersigning_clauses() -> list[Clause]:
    return [clause for clause in catalogue().clauses if clause.id == COUNTERSIGNED]


def _high_assessments(history: History) -> Iterator[tuple[AssessmentCompleted, list[AssessmentCountersigned]]]:
    """The assessments at high or very high risk of harm, each with its countersignatures."""
    signatures = history.all(AssessmentCountersigned)
    for assessment in history.all(AssessmentCompleted):
        if is_high_risk(assessment.level):
            yield assessment, [signed for signed in signatures if signed.assessment == assessment.entry]


def _until(
    history: History, assessment: AssessmentCompleted, signatures: list[AssessmentCountersigned]
) -> Iterator[date | None]:
    yield from (signed.occurred_on for signed in signatures if entitled(signed, assessment))
    yield from (c.on for c in history.risk if c.on >= assessment.occurred_on and not is_high_risk(c.value))
