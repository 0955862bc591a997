"""What a manager has asked back of the officer: an assessment that was returned, until the officer answers.

The officer answers by correcting the assessment or by making another one; the manager may also countersign it after all.
"""

from collections.abc import Iterable
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple

from domain.aggregates.amendments import amended, withdrawn
from domain.entries.case_entries import (
    AssessmentCompleted,
    AssessmentCountersigned,
    AssessmentReturned,
    Entry,
    EntryCorrected,
)


class AskedBack(NamedTuple):
    """An assessment that was returned. ``answer``: the first entry that answers it; None: it waits for the officer."""

    reference: str
    assessment: AssessmentCompleted
    returned: AssessmentReturned
    answer: Entry | None = None


def asked_back(
    reference: str, entries: Iterable[Entry], day: date, known_at: datetime | None = None
) -> list[AskedBack]:
    """The assessments of a case that wait for the officer at the end of a day, the one returned last first."""
    return [one for one in last_returns(reference, entries, day, known_at) if one.answer is None]


def last_returns(
    reference: str, entries: Iterable[Entry], day: date, known_at: datetime | None = None
) -> list[AskedBack]:
    """The assessments of a case that were returned by the end of a day, the one returned last first, with what answered them.

    ``entries``: those of the case's file; the reason is readable where they have their texts. Each assessment stands once,
    with its last return. ``known_at``: as the file was known at this instant (exclusive; None: everything recorded to date).
    """
    known = [fact for fact in entries if fact.occurred_on <= day and (known_at is None or fact.recorded_at < known_at)]
    read = amended(known)
    made = {fact.entry: fact for fact in read if isinstance(fact, AssessmentCompleted)}
    returns = [fact for fact in read if isinstance(fact, AssessmentReturned)]
    last = {fact.assessment: fact for fact in sorted(returns, key=attrgetter("recorded_at"))}
    found = [AskedBack(reference, made[name], back) for name, back in last.items() if name in made]
    answering = sorted([*read, *_corrections(known)], key=attrgetter("recorded_at"))
    answered = [one._replace(answer=next((f for f in answering if _answers(f, one)), None)) for one in found]
    return sorted(answered, key=lambda one: one.returned.recorded_at, reverse=True)


def _corrections(known: Iterable[Entry]) -> list[EntryCorrected]:
    """The corrections that stand."""
    known = list(known)
    gone = withdrawn(known)
    return [fact for fact in known if isinstance(fact, EntryCorrected) and fact.entry not in gone]


def _answers(fact: Entry, asked: AskedBack) -> bool:
    """Whether an entry, recorded after the return, answers it."""
    if fact.recorded_at <= asked.returned.recorded_at:
        return False
    match fact:
        case EntryCorrected():
            return fact.of == asked.assessment.entry
        case AssessmentCompleted():
            return fact.instrument == asked.assessment.instrument
        case AssessmentCountersigned():
            return fact.assessment == asked.assessment.entry
    return False
