"""What an inspection framework is: criteria, questions, how each is answered, and how answers become scores.

A framework also has *expectations*, written like the clauses of the standards: what an inspector looks for although no
national standard gives a deadline for it. They raise obligations like any clause.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import ClassVar, Literal

from domain.policy.clauses import Clause
from domain.policy.standards.edition_files import national_standards

Basis = Literal["derived", "judged"]
WEIGHTS = {"critical": 2, "important": 1}


@dataclass(frozen=True, slots=True)
class Derivation:
    """How an answer is derived: it is sufficient if, of the obligations under ``clauses`` that fell due, at least
    ``share`` were met. ``share``: a fraction, more than 0 and at most 1.

    ``measure``: "done", met at all by the day asked about; "in_time", met by the due date.
    """

    clauses: tuple[str, ...]
    measure: Literal["done", "in_time"]
    share: float


@dataclass(frozen=True, slots=True)
class Question:
    """One question: judged, derived or both. ``scored_by``: which of the two answers is scored when there are both.

    ``required``: clauses whose work is what is judged. Work that was due and not done makes the answer insufficient;
    work that was never due, not applicable. ``finding``: the sufficient answer as a clause that goes before "in 78% of
    cases".
    """

    id: str
    text: str
    finding: str
    source: str
    cite: str
    sure: str
    scored_by: Basis
    derive: Derivation | None = None
    required: tuple[str, ...] = ()
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    id: str
    title: str
    weight: str
    description: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One evidence item of a criterion of management. ``national``: about the national directorate, so it is not rated.

    ``weight``: its share in a majority of the items; 1 or more.
    """

    id: str
    text: str
    cite: str
    sure: str
    weight: int = 1
    national: bool = False
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class ManagementCriterion:
    """A criterion of management (Section A): its items are rated, and it is placed on a ladder. No case file counts."""

    id: str
    title: str
    description: str
    items: tuple[EvidenceItem, ...]

    @property
    def rated(self) -> tuple[EvidenceItem, ...]:
        """The items that are rated: all but those about the national directorate."""
        return tuple(item for item in self.items if not item.national)


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """A named range of scores, from ``least`` per cent (0 to 100) up to the next band."""

    title: str
    least: int
    sure: str
    cite: str
    remark: str | None = None


@dataclass(frozen=True)
class Framework:
    """A framework in one version.

    ``aggregation``: how answers become a criterion's score: the mean of its questions' scores, or all answers pooled.
    ``section_mean_of``: whether a section is the weighted mean of its criteria as *printed* (rounded) or *exact*.
    ``section_score``: that mean, or the score of its *lowest* criterion. ``bands``: the named ranges of scores, the
    lowest first. ``discretion``: the points (0 to 50) from a boundary within which the lead inspector may place a
    section in the next band. ``management``: the criteria that are rated, not scored. ``answers_of``: other frameworks
    whose judgements answer the same questions here.
    """

    rungs: ClassVar[tuple[str, ...]] = (
        "Very well met", "Well met", "Satisfactorily met", "Partly met", "Not met", "Poor",
    )  # fmt: skip
    """The ladder on which a criterion of management is placed, from the top."""

    id: str
    version: str
    title: str
    cite: str
    aggregation: Literal["mean_of_questions", "pooled"]
    rounding: Literal["half_up", "half_even"]
    section_mean_of: Literal["printed", "exact"]
    sections: tuple[Section, ...]
    expectations: tuple[Clause, ...]
    reading_order: tuple[str, ...]
    section_score: Literal["weighted_mean", "lowest"] = "weighted_mean"
    management: tuple[ManagementCriterion, ...] = ()
    bands: tuple[ScoreBand, ...] = ()
    discretion: int = 0
    answers_of: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    remark: str | None = None
    sure: str = "F"

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(criterion for section in self.sections for criterion in section.criteria)

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        return {question.id: question for criterion in self.criteria for question in criterion.questions}

    def band(self, score: int | None) -> ScoreBand | None:
        """The band of a printed score (per cent); None without a score or without bands."""
        fitting = [band for band in self.bands if score is not None and score >= band.least]
        return fitting[-1] if fitting else None

    def takes_answers_of(self, framework: str) -> bool:
        """Whether judgements made under this framework count here."""
        return framework == self.id or framework in self.answers_of

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """What this framework looks at: the national standards in force, and its own expectations."""
        return (*national_standards().clauses, *self.expectations)

    def clauses_by(self, edition: str) -> tuple[Clause, ...]:
        """As ``clauses``, with one edition of the standards in force at all times. ``KeyError``: no such edition."""
        if edition not in self._clauses_by:
            chosen = {e.id: e for e in national_standards().editions}[edition]
            placed = (replace(clause, start=date.min, end=None, since=None) for clause in chosen.clauses)
            self._clauses_by[edition] = (*placed, *self.expectations)
        return self._clauses_by[edition]

    @cached_property
    def _clauses_by(self) -> dict[str, tuple[Clause, ...]]:
        return {}

    def criterion_of(self, question: str) -> Criterion:
        return next(c for c in self.criteria if any(q.id == question for q in c.questions))

    def questions_on(self, clause: str) -> list[Question]:
        """The questions whose answers are derived from this clause, among others."""
        return [q for q in self.questions.values() if q.derive and clause in q.derive.clauses]
