"""Answers: the answer of one case to each question of a framework on a day, with the reasons.

A derived answer follows from duties, a judged answer from the latest judgement. The verdict table says which one counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from domain.entries.case_entries import QualityJudged
from domain.policy.conditions import fits
from domain.policy.frameworks.framework import Basis, Derivation, Framework, Question
from projections.obligations.duty_state import Obligation
from projections.scoring.verdicts import (
    NOT_FOR_CASE,
    NOT_JUDGED,
    RULINGS,
    VERDICTS,
    DerivedCounts,
    Ground,
    RequiredCounts,
    Verdict,
    situation,
)


class Reason(NamedTuple):
    """A reason: an obligation with its state on the day, a judgement, or words alone."""

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
    beside: tuple[Reason, ...] = ()
    """Of a key question: what had fallen due on its subjects. It stands beside the answer and makes none."""

    @property
    def judged(self) -> QualityJudged | None:
        """The judgement that it rests on."""
        return next((reason.judgement for reason in self.because if reason.judgement is not None), None)

    @property
    def sure(self) -> tuple[str, ...]:
        """The marks of the values on which it rests (of F, R, U, P), each once; none where it rests on no duty."""
        duties = (reason.obligation for reason in self.because)
        return tuple(sorted({duty.value.sure for duty in duties if duty is not None}))


def answers(
    framework: Framework,
    owed: Iterable[Obligation],
    judgements: Iterable[QualityJudged],
    day: date,
    case: Mapping[str, Any],
) -> list[Answer]:
    """The answer to every question of the framework, in its order.

    ``owed``: the case's obligations; ``judgements``: those that may count, the earliest first (see
    ``judgements_that_count``). ``case``: what the case is on the day, by which questions apply to it or not.
    """
    by_clause: defaultdict[str, list[Obligation]] = defaultdict(list)
    for obligation in owed:
        by_clause[obligation.clause.id].append(obligation)
    judged = {j.question: j for j in judgements if framework.takes_answers_of(j.framework)}
    return [
        _answer(q, by_clause, judged.get(q.id), day) if fits(q.applies_if, case) else _not_asked(q)
        for q in framework.questions.values()
    ]


def judgements_that_count(
    record: Sequence[QualityJudged], to_date: Sequence[QualityJudged], inspection: str | None, day: date
) -> list[QualityJudged]:
    """The judgements that may count: those of the record by their day, then those of the inspection whatever their day.

    ``record``: the judgements known at the moment. ``to_date``: all judgements. An inspector's reading is about the file on
    the sample date, though it is recorded weeks later. What adjudicates comes after what two readers answered, whatever was
    recorded when; what was answered again because of a comment comes last.
    """
    of_record = [j for j in record if j.inspection is None and not j.second and j.occurred_on <= day]
    of_inspection = [j for j in to_date if inspection is not None and j.inspection == inspection]
    of_inspection.sort(key=lambda j: 2 if j.reopening is not None else int(j.adjudicates))
    return [*of_record, *of_inspection]


def _not_asked(question: Question) -> Answer:
    ruling = RULINGS[situation(question, None, None, NOT_FOR_CASE, False)]
    return Answer(question, ruling.answer, ruling.basis, (Reason("the question is not for cases like this one"),))


def _answer(
    question: Question, owed: Mapping[str, list[Obligation]], judged: QualityJudged | None, day: date
) -> Answer:
    required = [o for clause in question.required for o in owed.get(clause, ())]
    fallen = _FellDue.of(question.derive, owed, day) if question.derive else None
    counts = _required(required, day) if question.required else None, fallen.counts if fallen else None
    number = NOT_JUDGED if judged is None else 1 + VERDICTS.index(judged.answer)
    chosen = RULINGS[situation(question, *counts, number, judged is not None and judged.overrules)]
    both = judged is not None and fallen is not None and chosen.ground != "missing"
    other: Verdict | None = None
    if both and judged is not None:
        derived = RULINGS[situation(question, *counts, NOT_JUDGED, False)]
        other = derived.answer if chosen.ground == "judged" else judged.answer
    return Answer(
        question, chosen.answer, chosen.basis, _because(chosen.ground, required, fallen, judged, day),
        absent=chosen.absent, other=None if other == chosen.answer else other, both=both,
        beside=_beside(question, owed, day),
    )  # fmt: skip


def _beside(question: Question, owed: Mapping[str, list[Obligation]], day: date) -> tuple[Reason, ...]:
    """What fell due on the subjects of a key question: the count in words, then the duties by due date."""
    if not question.evidence:
        return ()
    of_subjects = (o for duties in owed.values() for o in duties if o.clause.subject in question.evidence)
    found = sorted((o for o in of_subjects if o.fell_due(day)), key=lambda o: (o.due_on, o.clause.id))
    count = f"{sum(o.in_time(day) for o in found)} of {len(found)} duties on {', '.join(question.evidence)} met in time"
    return (Reason(count if found else f"nothing on {', '.join(question.evidence)} had fallen due"),
            *(Reason("", o) for o in found))  # fmt: skip


def _required(duties: Sequence[Obligation], day: date) -> RequiredCounts:
    return RequiredCounts(
        arisen=sum([o.state(day) is not None for o in duties]), fell_due=sum([o.fell_due(day) for o in duties]),
        done=sum([o.done(day) for o in duties]),
    )  # fmt: skip


class _FellDue(NamedTuple):
    """The duties that fell due, of those from which a question is answered. ``held``: for each, whether it is met as measured."""

    derive: Derivation
    duties: Sequence[Obligation]
    held: Sequence[bool]
    counts: DerivedCounts

    @classmethod
    def of(cls, derive: Derivation, owed: Mapping[str, list[Obligation]], day: date) -> "_FellDue":
        duties = [o for clause in derive.clauses for o in owed.get(clause, ()) if o.fell_due(day)]
        done = [o.done(day) for o in duties]
        held = done if derive.measure == "done" else [o.in_time(day) for o in duties]
        return cls(derive, duties, held, DerivedCounts(fell_due=len(duties), held=sum(held), done=sum(done)))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The count as words; then the duties: those not met first, then by due date."""
        words = "done" if self.derive.measure == "done" else "in time"
        needed = f", {self.derive.share:.0%} needed" if self.derive.share < 1 else ""
        order = sorted(range(len(self.duties)), key=lambda n: (self.held[n], self.duties[n].due_on))
        duties = (Reason("", self.duties[n]) for n in order)
        return (Reason(f"{self.counts.held} of {self.counts.fell_due} {words}{needed}"), *duties)


WORDS: Mapping[Ground, str] = {
    "missing": "was required and is not there",
    "nothing due": "nothing of this kind had fallen due",
    "not required": "what this is about was not required",
    "not judged": "nobody has judged this yet",
}
"""The reason in words, where neither a judgement nor a count of duties is the reason."""


def _because(
    ground: Ground, required: Sequence[Obligation], fallen: _FellDue | None, judged: QualityJudged | None, day: date
) -> tuple[Reason, ...]:
    if ground == "judged" and judged is not None:
        return (Reason(judged.comment or "", judgement=judged),)
    if ground == "missing":
        return tuple(Reason(WORDS[ground], o) for o in required if o.fell_due(day))
    return (Reason(WORDS[ground]),) if ground in WORDS or fallen is None else fallen.reasons
