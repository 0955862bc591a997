"""How a framework's file is read and checked: its parts, and that every clause, source and question it names exists."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load, validate, validates_schema

from domain.policy.cited_documents import FRAMEWORKS, Cited, Document, read_document, read_plain
from domain.policy.clause_schema import ClauseYamlSchema
from domain.policy.frameworks.framework import (
    WEIGHTS,
    Criterion,
    Derivation,
    EvidenceItem,
    Framework,
    ManagementCriterion,
    Question,
    ScoreBand,
    Section,
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


class BandSchema(Cited):
    title = fields.String(required=True)
    least = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=100))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> ScoreBand:
        return ScoreBand(**data)


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
    expectations = fields.List(fields.Nested(ClauseYamlSchema), required=True)

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
