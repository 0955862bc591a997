"""Inspection frameworks as cited data: criteria, questions, how each is answered, and how answers become scores.

A framework also has *expectations*, written like the clauses of the standards: what an inspector looks for although no
national standard gives a deadline for it. They raise obligations like any clause.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from marshmallow import ValidationError, fields, post_load, pre_load, validate, validates_schema

from domain.policy.cited_documents import FRAMEWORKS, Cited, Document, read_document, read_plain
from domain.policy.clauses import Clause, ClauseSchema
from domain.policy.policy_cache import kept_policy
from domain.policy.standards import clause_faults, national_standards

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
class Item:
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
class Managed:
    """A criterion of management (Section A): its items are rated, and it is placed on a ladder. No case file counts."""

    id: str
    title: str
    description: str
    items: tuple[Item, ...]

    @property
    def rated(self) -> tuple[Item, ...]:
        """The items that are rated: all but those about the national directorate."""
        return tuple(item for item in self.items if not item.national)


@dataclass(frozen=True, slots=True)
class Band:
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
    management: tuple[Managed, ...] = ()
    bands: tuple[Band, ...] = ()
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

    def band(self, score: int | None) -> Band | None:
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


class DerivationSchema(Document):
    clauses = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    measure = fields.String(required=True, validate=validate.OneOf(["done", "in_time"]))
    share = fields.Float(load_default=1.0, validate=validate.Range(min=0, max=1, min_inclusive=False))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Derivation:
        return Derivation(tuple(data["clauses"]), data["measure"], data["share"])


class QuestionSchema(Cited):
    id = fields.String(required=True)
    text = fields.String(required=True)
    finding = fields.String(required=True)
    source = fields.String(required=True)
    scored_by = fields.String(required=True, validate=validate.OneOf(["derived", "judged"]))
    derive = fields.Nested(DerivationSchema)
    required = fields.List(fields.String(), load_default=())

    @validates_schema(skip_on_field_errors=True)
    def derived_says_how(self, data: dict[str, Any], **_: Any) -> None:
        if data["scored_by"] == "derived" and "derive" not in data:
            raise ValidationError("missing; a derived question says from which clauses", "derive")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Question:
        return Question(**{**data, "required": tuple(data["required"])})


class CriterionSchema(Document):
    id = fields.String(required=True)
    title = fields.String(required=True)
    weight = fields.String(required=True, validate=validate.OneOf(WEIGHTS))
    description = fields.String(required=True)
    questions = fields.List(fields.Nested(QuestionSchema), required=True, validate=validate.Length(min=1))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Criterion:
        return Criterion(**{**data, "questions": tuple(data["questions"])})


class SectionSchema(Document):
    id = fields.String(required=True)
    title = fields.String(required=True)
    criteria = fields.List(fields.Nested(CriterionSchema), required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Section:
        return Section(**{**data, "criteria": tuple(data["criteria"])})


class ItemSchema(Cited):
    id = fields.String(required=True)
    text = fields.String(required=True)
    weight = fields.Integer(strict=True, validate=validate.Range(min=1))
    national = fields.Boolean()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Item:
        return Item(**data)


class ManagedSchema(Document):
    id = fields.String(required=True)
    title = fields.String(required=True)
    description = fields.String(required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True, validate=validate.Length(min=1))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Managed:
        return Managed(**{**data, "items": tuple(data["items"])})


class BandSchema(Cited):
    title = fields.String(required=True)
    least = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=100))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Band:
        return Band(**data)


class FrameworkSchema(Cited):
    framework = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.String(required=True)
    aggregation = fields.String(required=True, validate=validate.OneOf(["mean_of_questions", "pooled"]))
    rounding = fields.String(required=True, validate=validate.OneOf(["half_up", "half_even"]))
    section_mean_of = fields.String(required=True, validate=validate.OneOf(["printed", "exact"]))
    section_score = fields.String(validate=validate.OneOf(["weighted_mean", "lowest"]))
    management = fields.List(fields.Nested(ManagedSchema), load_default=())
    bands = fields.List(fields.Nested(BandSchema), load_default=())
    discretion = fields.Integer(strict=True, validate=validate.Range(min=0, max=50))
    answers_of = fields.List(fields.String(), load_default=())
    sources = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    reading_order = fields.List(fields.String(), required=True)
    sections = fields.List(fields.Nested(SectionSchema), required=True)
    expectations = fields.List(fields.Nested(ClauseSchema), required=True)

    @pre_load
    def with_base(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A framework on the ``base`` of another takes its expectations, and the questions that it names by ``use``."""
        name = data.get("base")
        path = FRAMEWORKS / f"{name}.yaml"
        if name is None:
            return {key: value for key, value in data.items() if key != "base"}
        if not path.exists():
            raise ValidationError(f"there is no framework '{name}'", "base")
        base, data = read_plain(path), deepcopy(data)
        del data["base"]
        known = {q["id"]: q for s in base["sections"] for c in s["criteria"] for q in c["questions"]}
        used: set[str] = set()
        for section in data.get("sections", ()):
            for criterion in section.get("criteria", ()):
                for at, question in enumerate(criterion.get("questions", ())):
                    asked = question.get("use")
                    if asked in known:
                        own = {key: value for key, value in question.items() if key != "use"}
                        criterion["questions"][at] = {**known[asked], **own}
                        used.add(asked)
        return data | {
            "answers_of": [name, *data.get("answers_of", ())],
            "sources": {**base["sources"], **data.get("sources", {})},
            "expectations": [*base["expectations"], *data.get("expectations", ())],
            "reading_order": data.get("reading_order") or [q for q in base["reading_order"] if q in used],
        }

    @validates_schema(skip_on_field_errors=True)
    def everything_named_is_there(self, data: dict[str, Any], **_: Any) -> None:
        faults = _question_faults(data)
        if faults:
            raise ValidationError(faults)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Framework:
        name = data.pop("framework")
        expectations = tuple(c.placed(name, None, None, data["sources"]) for c in data.pop("expectations"))
        data |= {key: tuple(data[key]) for key in ("sections", "reading_order", "management", "bands", "answers_of")}
        return Framework(id=name, expectations=expectations, **data)


def read_framework(path: Path) -> Framework:
    """One framework's file; ``PolicyError`` names file, question and line, unknown clauses and sources included."""
    framework = read_document(path, FrameworkSchema())
    assert isinstance(framework, Framework)
    return framework


def _question_faults(data: dict[str, Any]) -> dict[str, Any]:
    """Unknown clauses and sources of questions, and other faults, by their place in the document."""
    clauses = (*national_standards().clauses, *data["expectations"])
    ids, faults = {clause.id for clause in clauses}, _Tree()
    for s, section in enumerate(data["sections"]):
        for c, criterion in enumerate(section.criteria):
            for q, question in enumerate(criterion.questions):
                at = ("sections", s, "criteria", c, "questions", q)
                if question.cite not in data["sources"]:
                    faults.add(
                        (*at, "cite"), f"question '{question.id}' cites '{question.cite}', not among the sources"
                    )
                derived = question.derive.clauses if question.derive else ()
                for part, asked in ((("required",), question.required), (("derive", "clauses"), derived)):
                    for clause in asked:
                        if clause not in ids:
                            faults.add((*at, *part), f"question '{question.id}' asks for an unknown clause '{clause}'")
    questions = {q.id for s in data["sections"] for c in s.criteria for q in c.questions}
    least = [band.least for band in data["bands"]]
    if least and (least[0] != 0 or least != sorted(set(least))):
        faults.add(("bands",), "list the bands from the lowest, which begins at 0")
    for name in sorted(questions ^ set(data["reading_order"])):
        faults.add(("reading_order",), f"'{name}' stands in only one of reading_order and the questions")
    for place, fault in clause_faults(data["expectations"], data["sources"]).items():
        faults.root.setdefault("expectations", {})[place] = fault
    return faults.root


class _Tree:
    """Messages in nested dicts, by path: the form in which marshmallow reports faults."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}

    def add(self, path: tuple[Any, ...], said: str) -> None:
        node: Any = self.root
        for step in path[:-1]:
            node = node.setdefault(step, {})
        node.setdefault(path[-1], []).append(said)


def names() -> list[str]:
    """The ids of the frameworks that ship with the program, from the names of their files, without reading these."""
    return sorted(path.stem for path in FRAMEWORKS.glob("*.yaml"))


@cache
def frameworks() -> Mapping[str, Framework]:
    """The frameworks that ship with the program, by id."""
    return kept_policy("frameworks", lambda: {f.id: f for f in map(read_framework, sorted(FRAMEWORKS.glob("*.yaml")))})


DEFAULT_FRAMEWORK = "esi-2003"
