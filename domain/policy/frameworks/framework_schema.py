"""How a framework's file is read and checked: its parts, and that every clause, source and question it names exists."""

from pathlib import Path
from typing import Any, get_args

from marshmallow import ValidationError, fields, post_load, pre_load, validate, validates_schema

from domain.policy.cited_documents import SURE, Cited, Document, read_document
from domain.policy.clause_schema import ClauseYamlSchema
from domain.policy.conditions import CASE_ATTRIBUTES, When, WhenField
from domain.policy.frameworks.framework import (
    WEIGHTS,
    Criterion,
    Derivation,
    EvidenceItem,
    Framework,
    ManagementCriterion,
    Prompt,
    Question,
    RatedBy,
    Section,
)
from domain.policy.frameworks.framework_base import on_its_base
from domain.policy.frameworks.rating_schema import (
    BandOfSchema,
    BandSchema,
    DiscretionSchema,
    NotLaidSchema,
    StatedSchema,
    bands_made,
    rating_problems,
)
from domain.policy.standards.edition_files import national_standards
from domain.policy.standards.edition_schema import clause_faults


class DerivationSchema(Document):
    clauses = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    measure = fields.String(required=True, validate=validate.OneOf(["done", "in_time"]))
    share = fields.Float(load_default=1.0, validate=validate.Range(min=0, max=1, min_inclusive=False))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Derivation:
        return Derivation(tuple(data["clauses"]), data["measure"], data["share"])


APPLIES_BY = tuple(name for name in CASE_ATTRIBUTES if name not in ("requirements", "grade"))
"""The attributes of a case by which a question may be for it or not: those that every list of cases holds."""


class AppliesField(WhenField):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> When:
        found = super()._deserialize(value, attr, data, **kwargs)
        for name, _ in found:
            if name not in APPLIES_BY:
                raise ValidationError(
                    f"whether a question applies may depend on {', '.join(APPLIES_BY)}, not on '{name}'"
                )
        return found


class PromptSchema(Cited):
    id = fields.String(required=True)
    text = fields.String(required=True)
    applies_if = AppliesField(load_default=())

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Prompt:
        return Prompt(**data)


class QuestionSchema(Cited):
    id = fields.String(required=True)
    text = fields.String(required=True)
    finding = fields.String(required=True)
    source = fields.String(required=True)
    scored_by = fields.String(required=True, validate=validate.OneOf(["derived", "judged"]))
    derive = fields.Nested(DerivationSchema)
    required = fields.List(fields.String(), load_default=())
    prompts = fields.List(fields.Nested(PromptSchema), load_default=())
    evidence = fields.List(fields.String(), load_default=())
    applies_if = AppliesField(load_default=())

    @validates_schema(skip_on_field_errors=True)
    def a_key_question_is_the_readers(self, data: dict[str, Any], **_: Any) -> None:
        if any(data[name] for name in ("prompts", "evidence", "applies_if")):
            for name in ("derive", "required"):
                if data.get(name):
                    raise ValidationError(
                        "a key question is answered by its reader alone: no answer follows from duties", name
                    )
        ids = [prompt.id for prompt in data["prompts"]]
        if len(set(ids)) != len(ids):
            raise ValidationError("two prompts have the same id", "prompts")

    @validates_schema(skip_on_field_errors=True)
    def derived_says_how(self, data: dict[str, Any], **_: Any) -> None:
        if data["scored_by"] == "derived" and "derive" not in data:
            raise ValidationError("missing; a derived question says from which clauses", "derive")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Question:
        return Question(**data | {name: tuple(data[name]) for name in ("required", "prompts", "evidence")})


class CriterionSchema(Document):
    id = fields.String(required=True)
    title = fields.String(required=True)
    weight = fields.String(load_default="equal", validate=validate.OneOf(WEIGHTS))
    description = fields.String(load_default="")
    questions = fields.List(fields.Nested(QuestionSchema), required=True, validate=validate.Length(min=1))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Criterion:
        return Criterion(**{**data, "questions": tuple(data["questions"])})


class SectionSchema(Document):
    """A section, or a standard with its domain, which is cited."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    criteria = fields.List(fields.Nested(CriterionSchema), required=True)
    domain = fields.String(validate=validate.Length(min=1))
    rated_by = fields.String(validate=validate.OneOf(get_args(RatedBy)))
    cite = fields.String(validate=validate.Length(min=1))
    sure = fields.String(validate=validate.OneOf(SURE))
    remark = fields.String(validate=validate.Length(min=1))

    @validates_schema(skip_on_field_errors=True)
    def rated_as_it_says(self, data: dict[str, Any], **_: Any) -> None:
        if "domain" in data:
            for name in ("cite", "sure"):
                if name not in data:
                    raise ValidationError("missing; a standard names its source, and how sure we are of it", name)
        if data.get("rated_by") == "evidence" and data["criteria"]:
            raise ValidationError("a standard that is rated by evidence has no per cent and no questions", "criteria")
        if data.get("rated_by") != "evidence" and not data["criteria"]:
            raise ValidationError("missing; only a standard that is rated by evidence has none", "criteria")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Section:
        return Section(**{**data, "criteria": tuple(data["criteria"])})


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
        expectations = tuple(c.placed(name, None, None, data["sources"]) for c in data.pop("expectations"))
        data |= {key: tuple(data[key]) for key in _LISTS} | {key: bands_made(data[key]) for key in ("bands", "totals")}
        return Framework(id=name, expectations=expectations, **data)


_LISTS = ("sections", "reading_order", "management", "answers_of", "discretion", "not_laid")


def read_framework(path: Path) -> Framework:
    """One framework's file; ``PolicyError`` names file, question and line, unknown clauses and sources included."""
    framework = read_document(path, FrameworkSchema())
    assert isinstance(framework, Framework)
    return framework


def _question_faults(data: dict[str, Any]) -> dict[str, Any]:
    """Unknown clauses and sources of questions, and other faults, by their place in the document."""
    clauses = (*national_standards().clauses, *data["expectations"])
    ids, subjects, faults = {clause.id for clause in clauses}, {clause.subject for clause in clauses}, _Tree()
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
                for p, prompt in enumerate(question.prompts):
                    if prompt.cite not in data["sources"]:
                        faults.add((*at, "prompts", p, "cite"), f"'{prompt.cite}' is not among the sources")
                for subject in question.evidence:
                    if subject not in subjects:
                        faults.add(
                            (*at, "evidence"), f"no clause is on '{subject}'; one of {', '.join(sorted(subjects))}"
                        )
        if section.cite and section.cite not in data["sources"]:
            faults.add(("sections", s, "cite"), f"'{section.cite}' is not among the sources")
    questions = {q.id for s in data["sections"] for c in s.criteria for q in c.questions}
    for where, words in rating_problems(data, data["sections"]):
        faults.add(where, words)
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
