"""The language of policy files as a JSON Schema (draft 2020-12), for editors: made from the schemas that read these files."""

from typing import Any

from marshmallow import Schema, fields, validate

from domain.policy.conditions import EntryPatternField, WhenField
from domain.policy.frameworks.framework_schema import FrameworkSchema
from domain.policy.policy_folders import Kind
from domain.policy.standards.edition_schema import EditionSchema

OF_KIND: dict[Kind, type[Schema]] = {"standards": EditionSchema, "frameworks": FrameworkSchema}

TAKEN_FROM_BASE = ("sources", "reading_order", "expectations")
"""The parts that a framework on the ``base`` of another may leave out."""


def json_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of the files of this kind. What only the program can hold against the rest is not in it."""
    made = _object(OF_KIND[kind]())
    if kind == "frameworks":
        made["properties"]["base"] = {"type": "string"}
        made["required"] = [name for name in made["required"] if name not in TAKEN_FROM_BASE]
        made["if"] = {"not": {"required": ["base"]}}
        made["then"] = {"required": list(TAKEN_FROM_BASE)}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"caseaudit policy: {kind}", **made}


def _object(schema: Schema) -> dict[str, Any]:
    parts = {field.data_key or name: field for name, field in schema.load_fields.items()}
    made = {
        "type": "object",
        "properties": {name: _field(field) for name, field in parts.items()},
        "required": [name for name, field in parts.items() if field.required],
        "additionalProperties": False,
    }
    return _or_used(made) if {"text", "finding", "scored_by"} <= parts.keys() else made


def _or_used(question: dict[str, Any]) -> dict[str, Any]:
    """A question in full, or one that takes the base's by ``use`` and changes some parts of it."""
    parts = question["properties"]
    used = {
        "type": "object",
        "properties": {"use": {"type": "string"}, **parts},
        "required": ["use"],
        "additionalProperties": False,
    }
    return {"anyOf": [question, used]}


def _field(field: fields.Field[Any]) -> dict[str, Any]:
    made = _kind(field)
    for one in field.validators:
        made |= _validated(one)
    return {"anyOf": [made, {"type": "null"}]} if field.allow_none else made


def _kind(field: fields.Field[Any]) -> dict[str, Any]:
    match field:
        case WhenField():
            return {"type": "object"}
        case EntryPatternField():
            return {"type": "object", "required": ["entry"]}
        case fields.Nested():
            return _object(field.schema)
        case fields.List():
            return {"type": "array", "items": _field(field.inner)}
        case fields.Dict():
            return {"type": "object"}
        case fields.Boolean():
            return {"type": "boolean"}
        case fields.Integer():
            return {"type": "integer"}
        case fields.Float():
            return {"type": "number"}
        case fields.Date():
            return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
        case fields.String():
            return {"type": "string"}
        case _:
            return {}


def _validated(rule: Any) -> dict[str, Any]:
    match rule:
        case validate.OneOf():
            return {"enum": list(rule.choices)}
        case validate.Length(min=least, max=most):
            named = ("minItems", "maxItems", "minLength", "maxLength")
            bounds = (least, most, least, most)
            return {name: bound for name, bound in zip(named, bounds, strict=True) if bound is not None}
        case validate.Range(min=least, max=most):
            return {name: bound for name, bound in (("minimum", least), ("maximum", most)) if bound is not None}
        case validate.Regexp():
            return {"pattern": rule.regex.pattern}
        case _:
            return {}
