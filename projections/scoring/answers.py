"""Answers: what a file says to each question of a framework on a day, and why.

Derived answers look at obligations; judged ones at the latest judgement. Absent when required is insufficient, never
"not applicable"; unknown is *not answered* and counts as neither.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from domain.entries.case_entries import QualityJudged
from domain.policy.frameworks import Basis, Framework, Question
from projections.obligations.derive import Obligation

Verdict = Literal["sufficient", "insufficient", "not_applicable", "not_answered"]
VERDICTS: tuple[Verdict, ...] = ("sufficient", "insufficient", "not_applicable", "not_answered")


class Reason(NamedTuple):
    """Why: an obligation with its state on the day, or a judgement; or only words."""

    words: str
    obligation: Obligation | None = None
    judgement: QualityJudged | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One case's answer to one question. ``absent``: insufficient because what was required is not there at all.

    ``other`` is the answer on the other basis, where both exist and they differ.
    """

    question: Question
    answer: Verdict
    basis: Basis
    because: tuple[Reason, ...]
    absent: bool = False
    other: Verdict | None = None
    both: bool = False
    """Whether both bases gave an answer, so that they can be compared."""


def answers(
    framework: Framework, owed: Iterable[Obligation], judgements: Iterable[QualityJudged], day: date
) -> list[Answer]:
    """The answer to every question of the framework, in its order.

    ``owed``: the case's obligations; ``judgements``: those that may count, the earliest first (see ``judgements_that_count``).
    """
    by_clause: defaultdict[str, list[Obligation]] = defaultdict(list)
    for obligation in owed:
        by_clause[obligation.clause.id].append(obligation)
    judged = {j.question: j for j in judgements if framework.takes_answers_of(j.framework)}
    return [_answer(q, by_clause, judged.get(q.id), day) for q in framework.questions.values()]


def judgements_that_count(
    record: Sequence[QualityJudged], to_date: Sequence[QualityJudged], inspection: str | None, day: date
) -> list[QualityJudged]:
    """The judgements that may count: those of the record by their day, then those of the inspection whatever their day.

    ``record`` is what was known at the moment asked about; ``to_date`` is everything: an inspector's reading is about
    the file on the sample date, though it was made weeks later.
    """
    of_record = [j for j in record if j.inspection is None and not j.second and j.occurred_on <= day]
    of_inspection = [j for j in to_date if inspection is not None and j.inspection == inspection]
    return [*of_record, *of_inspection]


def _answer(
    question: Question, owed: Mapping[str, list[Obligation]], judged: QualityJudged | None, day: date
) -> Answer:
    missing = _missing(question, owed, day)
    if missing is not None:
        return missing
    derived = _derived(question, owed, day)
    by_hand = None if judged is None else _judged(question, judged)
    by_judgement = question.scored_by == "judged" or (judged is not None and judged.overrules)
    if derived is None or (by_hand is not None and by_judgement):
        chosen, other = by_hand, derived
    else:
        chosen, other = derived, by_hand
    if chosen is None:
        return _unanswered(question, owed, day)
    differs = other is not None and other.answer != chosen.answer
    return Answer(
        question,
        chosen.answer,
        chosen.basis,
        chosen.because,
        chosen.absent,
        other.answer if other and differs else None,
        other is not None,
    )


def _missing(question: Question, owed: Mapping[str, list[Obligation]], day: date) -> Answer | None:
    """Insufficient, when what the question is about was due and is not there at all."""
    required = [o for clause in question.required for o in owed.get(clause, ())]
    fallen = [o for o in required if o.fell_due(day)]
    if not fallen or any(o.done(day) for o in required):
        return None
    because = tuple(Reason("was required and is not there", o) for o in fallen)
    return Answer(question, "insufficient", "derived", because, absent=True)


def _derived(question: Question, owed: Mapping[str, list[Obligation]], day: date) -> Answer | None:
    derive = question.derive
    if derive is None:
        return None
    fallen = [o for clause in derive.clauses for o in owed.get(clause, ()) if o.fell_due(day)]
    if not fallen:
        return Answer(question, "not_applicable", "derived", (Reason("nothing of this kind had fallen due"),))
    held = [o for o in fallen if (o.done(day) if derive.measure == "done" else o.in_time(day))]
    words = "done" if derive.measure == "done" else "in time"
    summary = Reason(
        f"{len(held)} of {len(fallen)} {words}" + (f", {derive.share:.0%} needed" if derive.share < 1 else "")
    )
    enough = len(held) >= derive.share * len(fallen)
    ordered = sorted(fallen, key=lambda o: (o in held, o.due_on))
    because = (summary, *(Reason("", o) for o in ordered))
    absent = not enough and not any(o.done(day) for o in fallen)
    return Answer(question, "sufficient" if enough else "insufficient", "derived", because, absent)


def _judged(question: Question, judged: QualityJudged) -> Answer:
    return Answer(question, judged.answer, "judged", (Reason(judged.comment or "", judgement=judged),))


def _unanswered(question: Question, owed: Mapping[str, list[Obligation]], day: date) -> Answer:
    """Nobody judged it: not applicable when what it is about was never required, not answered otherwise."""
    if question.required and not any(o.state(day) for clause in question.required for o in owed.get(clause, ())):
        return Answer(question, "not_applicable", "judged", (Reason("what this is about was not required"),))
    return Answer(question, "not_answered", "judged", (Reason("nobody has judged this yet"),))
