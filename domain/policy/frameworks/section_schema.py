"""How the sections of a framework's file are read: standards, criteria, questions and prompts, each with its source."""

from typing import Any, get_args

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.policy.cited_documents import SURE, Cited, Document
from domain.policy.conditions import CASE_ATTRIBUTES, When, WhenField
from domain.policy.frameworks.framework import (
    WEIGHTS,
    Criterion,
    Derivation,
    Prompt,
    Question,
    RatedBy,
    Section,
)


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
    guidance = fields.String(validate=validate.Length(min=1))
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
