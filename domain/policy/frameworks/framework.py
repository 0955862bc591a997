"""What an inspection framework is: criteria, questions, how each is answered, and how answers become scores.

A framework also has *expectations*, written like the clauses of the standards: what an inspector looks for although no
national standard gives a deadline for it. They raise obligations like any clause.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import ClassVar, Literal

from domain.policy.clauses import Clause
from domain.policy.conditions import When
from domain.policy.frameworks.management_criterion import ManagementCriterion
from domain.policy.frameworks.rating_rules import BandOf, Discretion, NotLaid, ScoreBand, Stated, Window, band_of
from domain.policy.kept_texts import KeptTexts, LaidOver
from domain.policy.standards.edition import Standards
from domain.policy.standards.edition_files import national_standards

Basis = Literal["derived", "judged"]
RatedBy = Literal["cases", "evidence", "units", "nobody"]
WEIGHTS = {"critical": 2, "important": 1, "equal": 1}


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
class Prompt:
    """A prompt of a key question: what its reader looks at. Its answer is kept and shown; no answer follows from it."""

    id: str
    text: str
    cite: str
    sure: str
    remark: str | None = None
    applies_if: When = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question: judged, derived or both. ``scored_by``: which of the two answers is scored when there are both.

    ``required``: clauses whose work is what is judged. Work that was due and not done makes the answer insufficient;
    work that was never due, not applicable. ``finding``: the sufficient answer as a clause that goes before "in 78% of
    cases".

    A *key question* is answered by its reader alone: ``prompts`` say what to look at, and the duties on the subjects of
    ``evidence`` stand beside it; neither makes an answer. ``applies_if``: the cases that it is for, by what they are on the
    day; of all others it is not asked.
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
    guidance: str | None = None
    """How to answer it, in our own words; it stands under the question."""
    prompts: tuple[Prompt, ...] = ()
    evidence: tuple[str, ...] = ()
    applies_if: When = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion; in today's frameworks a key question, with its one question."""

    id: str
    title: str
    weight: str
    description: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section; in today's frameworks a standard, under the title of its ``domain``.

    ``rated_by``: by the answers on ``cases`` of its own sample; by those of the ``units`` of a region, added up; directly by
    ``evidence``, without a per cent; or by ``nobody``: it is examined, and neither rated nor counted.
    """

    id: str
    title: str
    criteria: tuple[Criterion, ...]
    domain: str = ""
    rated_by: RatedBy = "cases"
    cite: str = ""
    sure: str = "F"
    remark: str | None = None

    @property
    def is_rated(self) -> bool:
        return self.rated_by != "nobody"


@dataclass(frozen=True)
class Framework:
    """A framework in one version.

    ``aggregation``: how answers become a criterion's score: the mean of its questions' scores, or all answers pooled.
    ``section_mean_of``: whether a section is the weighted mean of its criteria as *printed* (rounded) or *exact*.
    ``lowest_decides``: a section has the score of its lowest criterion in place of that mean. ``bands``: the named ranges
    of scores, the lowest first. ``band_of``: which figure is placed in a band (None: the printed one). ``discretion``: the
    grounds on which a section may be placed in the next band. ``totals``: the named ranges of the sum of all points.
    ``window``: how far into supervision its cases are, where that is known. ``not_laid``: what the framework has and nobody
    has found. ``management``: the criteria that are rated, not scored. ``answers_of``: other frameworks whose judgements
    answer the same questions here.
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
    lowest_decides: Stated | None = None
    window: Window | None = None
    management: tuple[ManagementCriterion, ...] = ()
    bands: tuple[ScoreBand, ...] = ()
    band_of: BandOf | None = None
    discretion: tuple[Discretion, ...] = ()
    totals: tuple[ScoreBand, ...] = ()
    not_laid: tuple[NotLaid, ...] = ()
    answers_of: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    remark: str | None = None
    sure: str = "F"
    laid_over: LaidOver | None = None
    """That it comes from a policy folder; None: it ships with the program."""
    kept: KeptTexts | None = None
    """The texts of a record that it was read from, and its editions with it; None: it is what is in force."""
    kept_standards: Standards | None = None

    @property
    def standards(self) -> Standards:
        """The editions by which duties are judged under it: those in force, or those that were kept with it."""
        return self.kept_standards or national_standards()

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(criterion for section in self.sections for criterion in section.criteria)

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        return {question.id: question for criterion in self.criteria for question in criterion.questions}

    def band(self, score: Fraction | int | None) -> ScoreBand | None:
        """The band of a score (per cent); None without a score or without bands."""
        return band_of(self.bands, score)

    def band_called(self, title: str | None) -> ScoreBand | None:
        return next((band for band in self.bands if band.title == title), None)

    @property
    def has_units(self) -> bool:
        """Whether some of its sections are scored by the added answers of other inspections."""
        return any(section.rated_by == "units" for section in self.sections)

    @cached_property
    def for_own_cases(self) -> "Framework":
        """The framework with the questions that are asked of an inspection's own cases: of a region, not those added up."""
        return self.asking("cases", "nobody") if self.has_units else self

    def asking(self, *rated_by: RatedBy) -> "Framework":
        """The framework with only those questions whose sections are rated so: what is asked of one case."""
        kept = tuple(replace(s, criteria=s.criteria if s.rated_by in rated_by else ()) for s in self.sections)
        asked = {q.id for s in kept for c in s.criteria for q in c.questions}
        return replace(self, sections=kept, reading_order=tuple(q for q in self.reading_order if q in asked))

    def takes_answers_of(self, framework: str) -> bool:
        """Whether judgements made under this framework count here."""
        return framework == self.id or framework in self.answers_of

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """What this framework looks at: the national standards, and its own expectations."""
        return (*self.standards.clauses, *self.expectations)

    def clauses_by(self, edition: str) -> tuple[Clause, ...]:
        """As ``clauses``, with one edition of the standards in force at all times. ``KeyError``: no such edition."""
        if edition not in self._clauses_by:
            chosen = {e.id: e for e in self.standards.editions}[edition]
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
