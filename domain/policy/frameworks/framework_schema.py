"""How a framework's file is read and checked: its parts, and that every clause, source and question it names exists."""

from collections.abc import Iterable, Iterator
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load, validate, validates_schema

from domain.policy.cited_documents import Cited, Document, Problem, read_document
from domain.policy.clause_schema import ClauseYamlSchema
from domain.policy.frameworks.framework import Framework, Question, Section
from domain.policy.frameworks.framework_base import on_its_base
from domain.policy.frameworks.management_criterion import EvidenceItem, ManagementCriterion
from domain.policy.frameworks.rating_schema import (
    BandOfSchema,
    BandSchema,
    DiscretionSchema,
    NotLaidSchema,
    StatedSchema,
    WindowSchema,
    bands_made,
    rating_problems,
)
from domain.policy.frameworks.section_schema import SectionSchema
from domain.policy.kept_texts import PolicyText
from domain.policy.standards.edition_files import national_standards
from domain.policy.standards.edition_schema import clause_faults


class ItemSchema(Cited):
    id = fields.String(required=True)
    text = fields.String(required=True)
    weight = fields.Integer(strict=True, validate=validate.Range(min=1))
    national = fields.Boolean()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> EvidenceItem:
        return EvidenceItem(**data)


class ManagedSchema(Document):
    id = fields.String(required=True)
    title = fields.String(required=True)
    description = fields.String(required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True, validate=validate.Length(min=1))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> ManagementCriterion:
        return ManagementCriterion(**{**data, "items": tuple(data["items"])})


class FrameworkSchema(Cited):
    framework = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.String(required=True)
    aggregation = fields.String(required=True, validate=validate.OneOf(["mean_of_questions", "pooled"]))
    rounding = fields.String(required=True, validate=validate.OneOf(["half_up", "half_even"]))
    section_mean_of = fields.String(required=True, validate=validate.OneOf(["printed", "exact"]))
    lowest_decides = fields.Nested(StatedSchema)
    window = fields.Nested(WindowSchema)
    management = fields.List(fields.Nested(ManagedSchema), load_default=())
    bands = fields.List(fields.Nested(BandSchema), load_default=())
    band_of = fields.Nested(BandOfSchema)
    discretion = fields.List(fields.Nested(DiscretionSchema), load_default=())
    totals = fields.List(fields.Nested(BandSchema), load_default=())
    not_laid = fields.List(fields.Nested(NotLaidSchema), load_default=())
    answers_of = fields.List(fields.String(), load_default=())
    sources = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    reading_order = fields.List(fields.String(), required=True)
    sections = fields.List(fields.Nested(SectionSchema), required=True)
    expectations = fields.List(fields.Nested(ClauseYamlSchema), required=True)
    replaces = fields.String()
    reason = fields.String()

    @pre_load
    def with_base(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return on_its_base(data)

    @validates_schema(skip_on_field_errors=True)
    def everything_named_is_there(self, data: dict[str, Any], **_: Any) -> None:
        faults = _question_faults(data)
        if faults:
            raise ValidationError(faults)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Framework:
        name = data.pop("framework")
        data = {part: value for part, value in data.items() if part not in ("replaces", "reason")}
        expectations = tuple(c.placed(name, None, None, data["sources"]) for c in data.pop("expectations"))
        data |= {key: tuple(data[key]) for key in _LISTS} | {key: bands_made(data[key]) for key in ("bands", "totals")}
        return Framework(id=name, expectations=expectations, **data)


_LISTS = ("sections", "reading_order", "management", "answers_of", "discretion", "not_laid")


def read_framework(path: PolicyText) -> Framework:
    """One framework's file; ``PolicyError`` names file, question and line, unknown clauses and sources included."""
    framework = read_document(path, FrameworkSchema())
    assert isinstance(framework, Framework)
    return framework


def _question_faults(data: dict[str, Any]) -> dict[str, Any]:
    """Unknown clauses and sources of questions, and other faults, by their place in the document."""
    faults, named = _Tree(), list[str]()
    for where, question in _questions(data["sections"]):
        named.append(question.id)
        for part, words in _faults_of(question, data):
            faults.add((*where, *part), words)
    for name in ("sections", "not_laid"):
        for number, one in enumerate(data[name]):
            if one.cite and one.cite not in data["sources"]:
                faults.add((name, number, "cite"), f"'{one.cite}' is not among the sources")
    for where, words in rating_problems(data, data["sections"]):
        faults.add(where, words)
    for name in sorted({name for name in named if named.count(name) > 1}):
        faults.add(("sections",), f"question '{name}' stands here twice: it would count twice")
    for name in sorted({*named} ^ set(data["reading_order"])):
        faults.add(("reading_order",), f"'{name}' stands in only one of reading_order and the questions")
    for place, fault in clause_faults(data["expectations"], data["sources"]).items():
        faults.root.setdefault("expectations", {})[place] = fault
    return faults.root


def _questions(sections: Iterable[Section]) -> Iterator[tuple[tuple[Any, ...], Question]]:
    for s, section in enumerate(sections):
        for c, criterion in enumerate(section.criteria):
            for q, question in enumerate(criterion.questions):
                yield ("sections", s, "criteria", c, "questions", q), question


def _faults_of(question: Question, data: dict[str, Any]) -> Iterator[Problem]:
    """What a question names and is not there: sources, clauses, subjects of clauses."""
    clauses, sources = (*national_standards().clauses, *data["expectations"]), data["sources"]
    ids, subjects = {clause.id for clause in clauses}, {clause.subject for clause in clauses}
    if question.cite not in sources:
        yield ("cite",), f"question '{question.id}' cites '{question.cite}', not among the sources"
    for p, prompt in enumerate(question.prompts):
        if prompt.cite not in sources:
            yield ("prompts", p, "cite"), f"'{prompt.cite}' is not among the sources"
    for subject in question.evidence:
        if subject not in subjects:
            yield ("evidence",), f"no clause is on '{subject}'; one of {', '.join(sorted(subjects))}"
    derived = question.derive.clauses if question.derive else ()
    for part, asked in ((("required",), question.required), (("derive", "clauses"), derived)):
        for clause in asked:
            if clause not in ids:
                yield part, f"question '{question.id}' asks for an unknown clause '{clause}'"


class _Tree:
    """Messages in nested dicts, by path: the form in which marshmallow reports faults."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}

    def add(self, path: tuple[Any, ...], said: str) -> None:
        node: Any = self.root
        for step in path[:-1]:
            node = node.setdefault(step, {})
        node.setdefault(path[-1], []).append(said)
